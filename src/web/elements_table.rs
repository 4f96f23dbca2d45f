//! Elements in, the rows of the table that a call page shows out.

use jiff::tz::TimeZone;

use crate::elements::Address;
use crate::elements::Person;
use crate::views::elements::ElementsView;
use crate::views::elements::ItemView;
use crate::views::elements::PlaceView;
use crate::web::words;

/// All elements of one kind.
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) items: Vec<Item>,
}

/// One element.
pub(super) struct Item {
    /// What it means.
    pub(super) value: String,
    /// The words as heard, where they differ.
    pub(super) heard: String,
}

/// Returns a row for each kind that was found.
pub(super) fn rows(found: &ElementsView, zone: &TimeZone) -> Vec<Row> {
    let places = found
        .places
        .iter()
        .map(|place| item(&place.item.text, place_name(&place.place)));
    let times = found.times.iter().map(|time| {
        let span = time.value;
        let from = words::time(span.from, zone);
        let value = if span.from == span.to {
            from
        } else {
            format!("{from} 至 {}", words::time(span.to, zone))
        };
        item(&time.text, value)
    });
    let persons = found
        .persons
        .iter()
        .map(|person| item(&person.text, person_name(&person.value)));
    let amounts = found.amounts.iter().map(|amount| {
        let (min, max) = (amount.value.min, amount.value.max);
        let exact = (max - min).abs() < 0.005;
        item(
            &amount.text,
            if exact {
                format!("{min}元")
            } else {
                format!("{min}至{max}元")
            },
        )
    });
    let all = [
        ("地点", places.collect()),
        ("时间", times.collect()),
        ("人物", persons.collect()),
        ("电话", texts(&found.phones)),
        ("车牌", texts(&found.plates)),
        ("证件号", texts(&found.ids)),
        ("金额", amounts.collect()),
        ("凶器", texts(&found.weapons)),
        ("伤情", texts(&found.injuries)),
        ("起因", found.cause.iter().map(text).collect()),
        ("经过", found.course.iter().map(text).collect()),
        ("结果", found.outcome.iter().map(text).collect()),
    ];
    let rows = all.into_iter().filter(|(_, items): &(_, Vec<Item>)| !items.is_empty());
    rows.map(|(title, items)| Row { title, items }).collect()
}

fn item(heard: &str, value: String) -> Item {
    let value = if value.is_empty() { heard.to_owned() } else { value };
    let heard = if heard == value {
        String::new()
    } else {
        heard.to_owned()
    };
    Item { value, heard }
}

fn text(found: &ItemView<String>) -> Item {
    item(&found.text, found.value.clone())
}

fn texts(found: &[ItemView<String>]) -> Vec<Item> {
    found.iter().map(text).collect()
}

/// Writes the name of a place and its levels from the widest to the finest.
fn place_name(place: &PlaceView) -> String {
    let Address {
        area,
        road,
        road_no,
        crossing,
        estate,
        village,
        building,
        unit,
        floor,
        room,
        kilometre_post_m,
        relation,
    } = &place.address;
    let known = |level: &Option<String>| level.is_some() && *level == place.name;
    let mut name = place.name.clone().unwrap_or_default();
    for level in [area, road].into_iter().filter(|level| !known(level)).flatten() {
        name.push_str(level);
    }
    let wide = [(road_no, "号"), (crossing, "路口"), (estate, ""), (village, "")];
    let fine = [(building, "栋"), (unit, "单元"), (floor, "层"), (room, "室")];
    for (level, after) in wide.into_iter().chain(fine).filter(|(level, _)| !known(level)) {
        if let Some(level) = level {
            name.push_str(level);
            name.push_str(if level.ends_with(after) { "" } else { after });
        }
    }
    if let Some(metres) = kilometre_post_m {
        name.push_str(&format!("{}公里{}米处", metres / 1000, metres % 1000));
    }
    name.push_str(relation.as_deref().unwrap_or_default());
    name
}

fn person_name(person: &Person) -> String {
    let name = person.name.as_ref().or(person.surname.as_ref());
    match (name, &person.relation) {
        (Some(name), Some(relation)) => format!("{name}({relation})"),
        (Some(name), None) => name.clone(),
        (None, Some(relation)) => relation.clone(),
        (None, None) => String::new(),
    }
}
