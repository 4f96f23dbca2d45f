//! Texts with their right elements and what was found in them in, right, given and wanted of each kind out.

/// Plain patterns, to compare with.
pub mod baseline;

/// Right, given and wanted.
pub mod count;

mod same;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::elements::Address;
use crate::elements::Amount;
use crate::elements::Elements;
use crate::elements::Item;
use crate::elements::Person;
use crate::elements::TimeSpan;
use crate::evaluate::elements::count::Count;
use crate::sound::Gazetteer;

/// A text with what is right about it; what it says of categories and labels is for others.
#[derive(Clone, Debug, Deserialize)]
pub struct Gold {
    /// The text.
    pub text: String,
    /// When the call came.
    pub received_at: Timestamp,
    /// Which part of the texts it belongs to: `dev` was looked at while the rules were written, `test` was not.
    #[serde(default = "test")]
    pub part: String,
    /// What is there, in order.
    #[serde(default)]
    pub elements: Values,
    /// Which harm the text denies.
    #[serde(default)]
    pub negated: Vec<Harm>,
}

fn test() -> String {
    "test".to_owned()
}

/// What a text may deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Harm {
    /// A weapon.
    Weapon,
    /// An injury.
    Injury,
}

/// The elements of a text by their values alone.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the names of Elements")]
pub struct Values {
    pub times: Vec<TimeSpan>,
    pub places: Vec<Address>,
    pub persons: Vec<Person>,
    pub phones: Vec<String>,
    pub plates: Vec<String>,
    pub ids: Vec<String>,
    pub amounts: Vec<Amount>,
    pub weapons: Vec<String>,
    pub injuries: Vec<String>,
}

impl From<Elements> for Values {
    fn from(elements: Elements) -> Values {
        fn values<T>(items: Vec<Item<T>>) -> Vec<T> {
            items.into_iter().map(|item| item.value).collect()
        }
        Values {
            times: values(elements.times),
            places: values(elements.places).into_iter().map(|place| place.address).collect(),
            persons: values(elements.persons),
            phones: values(elements.phones),
            plates: values(elements.plates),
            ids: values(elements.ids),
            amounts: values(elements.amounts),
            weapons: values(elements.weapons),
            injuries: values(elements.injuries),
        }
    }
}

/// The kinds that are counted, in the order of [`compare`]; the levels of places come one by one.
pub const KINDS: [&str; 18] = [
    "phones",
    "plates",
    "ids",
    "amounts",
    "times",
    "roads",
    "road numbers",
    "crossings",
    "kilometre posts",
    "estates, villages",
    "buildings",
    "units",
    "floors",
    "rooms",
    "whole places",
    "persons",
    "weapons",
    "injuries",
];

/// Counts each kind of one text.
///
/// A value is right when it is equal; times when they overlap by half of their union or begin and end within 20 minutes
/// of each other; amounts when both bounds lie within a tenth; persons when what both say of surname, name and relation
/// agrees; words of weapons and injuries when one holds the other. A level of a place is right when an address of the
/// text has it, and, from the building down, when the levels above agree where both have them. Names of places are
/// equal when they are written so or are one place of the gazetteer.
#[must_use]
pub fn compare(wanted: &Values, given: &Values, gazetteer: &Gazetteer) -> [Count; KINDS.len()] {
    let level = |has: &dyn Fn(&Address) -> bool, same: &dyn Fn(&Address, &Address) -> bool| {
        let with = |places: &[Address]| places.iter().filter(|place| has(place)).cloned().collect::<Vec<_>>();
        Count::pairs(&with(&wanted.places), &with(&given.places), same)
    };
    let alike = |one: &Option<String>, other: &Option<String>| same::name(one, other, gazetteer);
    let named = |one: &Address, other: &Address| same::site_and_road(one, other, gazetteer);
    let housed = |one: &Address, other: &Address| named(one, other) && same::agree(&one.building, &other.building);
    let inside = |one: &Address, other: &Address| housed(one, other) && same::agree(&one.unit, &other.unit);
    [
        Count::pairs(&wanted.phones, &given.phones, String::eq),
        Count::pairs(&wanted.plates, &given.plates, String::eq),
        Count::pairs(&wanted.ids, &given.ids, String::eq),
        Count::pairs(&wanted.amounts, &given.amounts, same::amount),
        Count::pairs(&wanted.times, &given.times, same::time),
        level(&|place| place.road.is_some(), &|one, other| {
            alike(&one.road, &other.road)
        }),
        level(&|place| place.road_no.is_some(), &|one, other| {
            one.road_no == other.road_no && (alike(&one.road, &other.road) || same::agree(&one.road, &other.road))
        }),
        level(&|place| place.crossing.is_some(), &|one, other| {
            let crossed = alike(&one.road, &other.crossing) && alike(&one.crossing, &other.road);
            crossed || (alike(&one.crossing, &other.crossing) && alike(&one.road, &other.road))
        }),
        level(&|place| place.kilometre_post_m.is_some(), &|one, other| {
            one.kilometre_post_m == other.kilometre_post_m
        }),
        Count::pairs(&same::sites(&wanted.places), &same::sites(&given.places), alike),
        level(&|place| place.building.is_some(), &|one, other| {
            named(one, other) && one.building == other.building
        }),
        level(&|place| place.unit.is_some(), &|one, other| {
            housed(one, other) && one.unit == other.unit
        }),
        level(&|place| place.floor.is_some(), &|one, other| {
            inside(one, other) && one.floor == other.floor
        }),
        level(&|place| place.room.is_some(), &|one, other| {
            inside(one, other) && one.room == other.room
        }),
        level(&|_| true, &|one, other| same::whole(one, other, gazetteer)),
        Count::pairs(&wanted.persons, &given.persons, same::person),
        Count::pairs(&wanted.weapons, &given.weapons, |one, other| same::word(one, other)),
        Count::pairs(&wanted.injuries, &given.injuries, |one, other| same::word(one, other)),
    ]
}

/// In how many of the texts that deny a harm it is not raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Denied {
    /// Texts that deny it.
    pub cases: usize,
    /// Texts in which nothing was raised but what is there.
    pub not_raised: usize,
}

/// A kind with our count and that of plain patterns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which kind.
    pub kind: &'static str,
    /// Ours.
    pub ours: Count,
    /// Of [`baseline`].
    pub baseline: Count,
}

/// Some of the texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// `dev`, `test` or `all`.
    pub part: String,
    /// How many texts.
    pub texts: usize,
    /// A row for each of [`KINDS`].
    pub rows: Vec<Row>,
    /// Weapons denied.
    pub denied_weapons: Denied,
    /// Injuries denied.
    pub denied_injuries: Denied,
}

/// Compares what `read` finds with gold, in each part and in all.
#[must_use]
pub fn report(gold: &[Gold], gazetteer: &Gazetteer, read: impl Fn(&Gold) -> Values) -> Vec<Part> {
    let found: Vec<(&Gold, Values)> = gold.iter().map(|gold| (gold, read(gold))).collect();
    let mut parts: Vec<&str> = gold.iter().map(|gold| gold.part.as_str()).collect();
    parts.sort_unstable();
    parts.dedup();
    let of = |name: &str| {
        let texts = found.iter().filter(|(gold, _)| name == "all" || gold.part == name);
        part(name, &texts.collect::<Vec<_>>(), gazetteer)
    };
    parts.into_iter().chain(["all"]).map(of).collect()
}

type Found<'a> = (&'a Gold, Values);

fn part(name: &str, texts: &[&Found<'_>], gazetteer: &Gazetteer) -> Part {
    let total = |read: &dyn Fn(&Found<'_>) -> Values| {
        let counts = texts
            .iter()
            .map(|found| compare(&found.0.elements, &read(found), gazetteer));
        counts.fold([Count::default(); KINDS.len()], |sum, counts| {
            std::array::from_fn(|kind| sum[kind].plus(counts[kind]))
        })
    };
    let (ours, plain) = (
        total(&|found| found.1.clone()),
        total(&|found| baseline::read(&found.0.text)),
    );
    let denied = |harm: Harm, words: &dyn Fn(&Values) -> &Vec<String>| {
        let cases = texts.iter().filter(|found| found.0.negated.contains(&harm));
        let not_raised = |found: &&&Found<'_>| {
            let count = Count::pairs(words(&found.0.elements), words(&found.1), |one, other| {
                same::word(one, other)
            });
            count.right == count.given
        };
        Denied {
            cases: cases.clone().count(),
            not_raised: cases.filter(not_raised).count(),
        }
    };
    Part {
        part: name.to_owned(),
        texts: texts.len(),
        rows: (0..KINDS.len())
            .map(|kind| Row {
                kind: KINDS[kind],
                ours: ours[kind],
                baseline: plain[kind],
            })
            .collect(),
        denied_weapons: denied(Harm::Weapon, &|values| &values.weapons),
        denied_injuries: denied(Harm::Injury, &|values| &values.injuries),
    }
}

#[cfg(test)]
mod tests;
