//! Elements in, the form that `show` and `analyze` print out.

use serde::Serialize;

use crate::elements::Address;
use crate::elements::Amount;
use crate::elements::Elements;
use crate::elements::Item;
use crate::elements::Person;
use crate::elements::Place;
use crate::elements::Source;
use crate::elements::TimeSpan;
use crate::sound::NameKind;
use crate::views::rounded;

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemView<T> {
    /// The words as they stand.
    pub text: String,
    /// What they mean.
    pub value: T,
    /// From 0 to 1.
    pub confidence: f32,
    /// First character in the source.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// transcript, content, address, or `feedback:` and its id.
    pub source: String,
}

/// A place: its name in the gazetteer and the levels of its address.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceView {
    /// The name in the gazetteer.
    pub name: Option<String>,
    /// What the name stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<NameKind>,
    /// The parsed levels, those that are there.
    #[serde(flatten)]
    pub address: Address,
}

/// A place that was found: the item, with the levels beside its words too.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceItemView {
    /// The item.
    #[serde(flatten)]
    pub item: ItemView<PlaceView>,
    /// The same name and levels, so that `places[].name` reads them.
    #[serde(flatten)]
    pub place: PlaceView,
}

/// The elements of a call or text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElementsView {
    /// 时间, in UTC.
    pub times: Vec<ItemView<TimeSpan>>,
    /// 地点.
    pub places: Vec<PlaceItemView>,
    /// 人物.
    pub persons: Vec<ItemView<Person>>,
    /// Telephone numbers.
    pub phones: Vec<ItemView<String>>,
    /// Plates.
    pub plates: Vec<ItemView<String>>,
    /// Identity numbers.
    pub ids: Vec<ItemView<String>>,
    /// Money in yuan.
    pub amounts: Vec<ItemView<Amount>>,
    /// Weapons.
    pub weapons: Vec<ItemView<String>>,
    /// Injuries.
    pub injuries: Vec<ItemView<String>>,
    /// 起因.
    pub cause: Option<ItemView<String>>,
    /// 经过.
    pub course: Option<ItemView<String>>,
    /// 结果.
    pub outcome: Option<ItemView<String>>,
}

impl From<&Elements> for ElementsView {
    fn from(elements: &Elements) -> ElementsView {
        ElementsView {
            times: all(&elements.times),
            places: elements.places.iter().map(place).collect(),
            persons: all(&elements.persons),
            phones: all(&elements.phones),
            plates: all(&elements.plates),
            ids: all(&elements.ids),
            amounts: all(&elements.amounts),
            weapons: all(&elements.weapons),
            injuries: all(&elements.injuries),
            cause: elements.cause.as_ref().map(item),
            course: elements.course.as_ref().map(item),
            outcome: elements.outcome.as_ref().map(item),
        }
    }
}

/// Returns the name of a source as it is printed.
#[must_use]
pub fn source_name(source: &Source) -> String {
    match source {
        Source::Transcript => "transcript".to_owned(),
        Source::Content => "content".to_owned(),
        Source::Address => "address".to_owned(),
        Source::Feedback(id) => format!("feedback:{id}"),
    }
}

fn all<T: Clone>(items: &[Item<T>]) -> Vec<ItemView<T>> {
    items.iter().map(item).collect()
}

fn item<T: Clone>(item: &Item<T>) -> ItemView<T> {
    with_value(item, item.value.clone())
}

fn place(item: &Item<Place>) -> PlaceItemView {
    let place = PlaceView {
        name: item.value.name.clone(),
        kind: item.value.kind,
        address: item.value.address.clone(),
    };
    PlaceItemView {
        item: with_value(item, place.clone()),
        place,
    }
}

fn with_value<T, V>(item: &Item<T>, value: V) -> ItemView<V> {
    ItemView {
        text: item.text.clone(),
        value,
        confidence: rounded(item.confidence),
        start: item.start,
        end: item.end,
        source: source_name(&item.source),
    }
}
