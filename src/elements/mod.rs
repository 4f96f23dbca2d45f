//! Transcript and record in, the six elements out: times, places, persons, phones, plates, amounts, cause, course, outcome.

mod ago;
mod alone;
mod amount;
mod clause;
mod clock;
mod harm;
mod identity;
mod levels;
mod locality;
mod person;
mod phone;
mod place;
mod plate;
mod post;
mod reading;
mod story;
mod time;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::UnitCode;
use crate::elements::reading::Reading;
use crate::sound::Gazetteer;
use crate::sound::NameKind;
use crate::text;

/// Which text of a call something was found in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// What was heard or given as transcript.
    Transcript,
    /// 报警内容.
    Content,
    /// 警情地址.
    Address,
    /// A feedback, by its id.
    Feedback(String),
}

/// One text of a call to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// Which text it is.
    pub source: Source,
    /// The text.
    pub text: String,
}

/// Something found in a text. Offsets count characters of its source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item<T> {
    /// The words as they stand.
    pub text: String,
    /// What they mean.
    pub value: T,
    /// From 0 to 1.
    pub confidence: f32,
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// Where it was found.
    pub source: Source,
}

/// An address in levels, each in normalised form (numbers as digits: building 21, unit 3, room 1504).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// 区, 县, 街道, 镇.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// 路, 街, 巷.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub road: Option<String>,
    /// 路号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub road_no: Option<String>,
    /// The other road of a crossing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crossing: Option<String>,
    /// 小区, 大厦, 市场, 学校, 工地.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estate: Option<String>,
    /// 村, 屯, 庄.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    /// 栋, 幢, 号楼, 座.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// 单元, 门.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// 层, 楼.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    /// 室, 户.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Kilometre post in metres from the start of the highway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kilometre_post_m: Option<u32>,
    /// 对面, 东头, 门口 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// A place: an address, a name of the gazetteer, or both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The name in the gazetteer, where one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the name stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NameKind>,
    /// The parsed levels.
    #[serde(default)]
    pub address: Address,
}

/// A person as the text names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// 姓.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Full name or nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 老公, 房东, 楼上, 包工头 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// A stretch of time, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSpan {
    /// Earliest.
    pub from: Timestamp,
    /// Latest.
    pub to: Timestamp,
    /// The words allow another reading (昨天半夜两点).
    #[serde(default)]
    pub ambiguous: bool,
}

/// An amount of money in yuan; both bounds equal where it is exact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// At least.
    pub min: f64,
    /// At most.
    pub max: f64,
}

/// The elements of one call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Elements {
    /// 时间.
    pub times: Vec<Item<TimeSpan>>,
    /// 地点.
    pub places: Vec<Item<Place>>,
    /// 人物.
    pub persons: Vec<Item<Person>>,
    /// Telephone numbers, digits only.
    pub phones: Vec<Item<String>>,
    /// Plates, upper case, `?` for what was not heard.
    pub plates: Vec<Item<String>>,
    /// Identity numbers with a right check digit.
    pub ids: Vec<Item<String>>,
    /// Money.
    pub amounts: Vec<Item<Amount>>,
    /// Weapons that are there (a negated one is left out).
    pub weapons: Vec<Item<String>>,
    /// Injuries that are there.
    pub injuries: Vec<Item<String>>,
    /// 起因: the sentence that tells it.
    pub cause: Option<Item<String>>,
    /// 经过.
    pub course: Option<Item<String>>,
    /// 结果.
    pub outcome: Option<Item<String>>,
}

impl Elements {
    /// Returns what was found in one text alone.
    #[must_use]
    pub fn of(&self, source: &Source) -> Elements {
        fn pick<T: Clone>(items: &[Item<T>], source: &Source) -> Vec<Item<T>> {
            items.iter().filter(|item| item.source == *source).cloned().collect()
        }
        let sentence = |item: &Option<Item<String>>| item.clone().filter(|item| item.source == *source);
        Elements {
            times: pick(&self.times, source),
            places: pick(&self.places, source),
            persons: pick(&self.persons, source),
            phones: pick(&self.phones, source),
            plates: pick(&self.plates, source),
            ids: pick(&self.ids, source),
            amounts: pick(&self.amounts, source),
            weapons: pick(&self.weapons, source),
            injuries: pick(&self.injuries, source),
            cause: sentence(&self.cause),
            course: sentence(&self.course),
            outcome: sentence(&self.outcome),
        }
    }
}

/// What is known about a call before its texts are read.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When the call came; relative times are resolved against it.
    pub received_at: Timestamp,
    /// The unit that took it.
    pub unit: Option<&'a UnitCode>,
    /// Names of places.
    pub gazetteer: &'a Gazetteer,
}

/// Finds the elements in the texts of one call, in order of source and position.
#[must_use]
pub fn extract(texts: &[SourceText], context: &Context<'_>) -> Elements {
    let mut ordered: Vec<&SourceText> = texts.iter().collect();
    ordered.sort_by(|a, b| a.source.cmp(&b.source));
    let readings: Vec<Reading> = ordered.into_iter().map(Reading::new).collect();
    let mut elements = Elements::default();
    for reading in &readings {
        let ids = identity::find(reading);
        elements.phones.extend(standing(reading, phone::find(reading, &ids)));
        elements.ids.extend(standing(reading, ids));
        elements.plates.extend(standing(reading, plate::find(reading)));
        elements.amounts.extend(standing(reading, amount::find(reading)));
        elements
            .times
            .extend(standing(reading, time::find(reading, context.received_at)));
        elements.places.extend(place::find(reading, context));
        elements.persons.extend(person::find(reading));
        let (weapons, injuries) = harm::find(reading);
        elements.weapons.extend(weapons);
        elements.injuries.extend(injuries);
    }
    elements.cause = story::cause(&readings);
    elements.course = story::course(&readings);
    elements.outcome = story::outcome(&readings);
    elements
}

/// Leaves out what the caller takes back at once for another of its kind (三点,不对,四点).
fn standing<T>(reading: &Reading, items: Vec<Item<T>>) -> Vec<Item<T>> {
    let nexts: Vec<usize> = items.iter().skip(1).map(|item| item.start).collect();
    let stands = |(place, item): (usize, Item<T>)| {
        let taken_back = nexts.get(place).is_some_and(|&next| {
            next > item.end && clause::takes_back(&text::slice(&reading.original, item.end, next))
        });
        (!taken_back).then_some(item)
    };
    items.into_iter().enumerate().filter_map(stands).collect()
}

#[cfg(test)]
mod tests;
