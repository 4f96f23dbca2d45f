//! What was said and what was heard in, how many of the numbers, plates and places stand right out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::elements;
use crate::elements::Context;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::evaluate::share;
use crate::sound::Gazetteer;
use crate::text;

/// What every desk says in every call: counting it would say nothing about the caller's numbers.
const OWN_NUMBER: &str = "110";

/// Entities of one kind, of one recording or many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "FoundView")]
pub struct Found {
    /// How many were said.
    pub said: usize,
    /// How many stand in the text.
    pub named: usize,
    /// How many of those said stand in the text.
    pub right: usize,
}

#[derive(Serialize)]
struct FoundView {
    said: usize,
    named: usize,
    right: usize,
    recall: Option<f64>,
    precision: Option<f64>,
}

impl From<Found> for FoundView {
    fn from(found: Found) -> FoundView {
        FoundView {
            said: found.said,
            named: found.named,
            right: found.right,
            recall: found.recall(),
            precision: found.precision(),
        }
    }
}

impl Found {
    /// Returns the share of those said that stand right; `None` where none was said.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        share(self.right, self.said)
    }

    /// Returns the share of those in the text that were said; `None` where none is there.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        share(self.right, self.named)
    }

    fn plus(self, other: Found) -> Found {
        Found {
            said: self.said + other.said,
            named: self.named + other.named,
            right: self.right + other.right,
        }
    }

    /// Counts what is in both, each as often as it is in both.
    fn count(said: &[String], named: &[String]) -> Found {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for value in said {
            *left.entry(value).or_default() += 1;
        }
        let mut right = 0;
        for value in named {
            if let Some(count) = left.get_mut(value.as_str()).filter(|count| **count > 0) {
                *count -= 1;
                right += 1;
            }
        }
        Found {
            said: said.len(),
            named: named.len(),
            right,
        }
    }
}

/// Entities of all kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entities {
    /// Numbers, as digits: telephones, buildings, rooms, hours, amounts.
    pub numbers: Found,
    /// Plates.
    pub plates: Found,
    /// Names of the gazetteer, written as it writes them, or as an alias.
    pub places: Found,
}

impl Entities {
    /// Returns the entities of both together.
    #[must_use]
    pub fn plus(self, other: Entities) -> Entities {
        Entities {
            numbers: self.numbers.plus(other.numbers),
            plates: self.plates.plus(other.plates),
            places: self.places.plus(other.places),
        }
    }
}

/// Compares the entities of two texts. A number counts as right however it is written (幺五零四, 1504), and a place under
/// any of its names.
#[must_use]
pub fn entities(said: &str, heard: &str, gazetteer: &Gazetteer) -> Entities {
    let compare = |of: &dyn Fn(&str) -> Vec<String>| Found::count(&of(said), &of(heard));
    Entities {
        numbers: compare(&numbers),
        plates: compare(&plates),
        places: compare(&|text| places(text, gazetteer)),
    }
}

fn numbers(text: &str) -> Vec<String> {
    let written = text::normalise(text).then(text::numbers).text;
    let words = written.split(|c: char| !c.is_ascii_alphanumeric());
    let is_number = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) && *word != OWN_NUMBER;
    words.filter(is_number).map(str::to_owned).collect()
}

fn plates(text: &str) -> Vec<String> {
    let text = SourceText {
        source: Source::Transcript,
        text: text.to_owned(),
    };
    let nowhere = Gazetteer::default();
    let context = Context {
        received_at: Timestamp::UNIX_EPOCH,
        unit: None,
        gazetteer: &nowhere,
    };
    let found = elements::extract(&[text], &context);
    found.plates.into_iter().map(|plate| plate.value).collect()
}

fn places(text: &str, gazetteer: &Gazetteer) -> Vec<String> {
    let hits = gazetteer.find(text, None);
    let names = (hits.iter().filter(|hit| hit.exact)).filter_map(|hit| gazetteer.names().get(hit.name_idx));
    names.map(|name| name.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::names::read_names;

    fn check(said: &str, heard: &str) -> [(usize, usize, usize); 3] {
        let csv = "name,kind,aliases\n枫丹白露小区,estate,枫丹白露\n石榴巷,road,\n金桂苑,estate,";
        let gazetteer = Gazetteer::new(read_names(csv).0);
        let found = entities(said, heard, &gazetteer);
        [found.numbers, found.plates, found.places].map(|found| (found.said, found.named, found.right))
    }

    #[test]
    fn numbers_count_however_they_are_written_and_the_desks_own_does_not() {
        let said = "您好，一一零，请讲。七号楼二单元幺五零四，电话幺三八零零零零幺二三四。";
        let [numbers, ..] = check(said, "您好110请讲 7号楼2单元1504电话13800001234");
        assert_eq!(numbers, (4, 4, 4));
        let [numbers, ..] = check(said, "七号楼三单元幺五零四，电话幺三八零零零零幺二三");
        assert_eq!(numbers, (4, 4, 2));
    }

    #[test]
    fn what_is_said_twice_must_be_heard_twice() {
        let [numbers, _, places] = check("石榴巷202号，石榴巷202号", "石榴巷202号");
        assert_eq!((numbers, places), ((2, 1, 1), (2, 1, 1)));
        assert_eq!(check("金桂苑", "金桂苑金桂苑")[2], (1, 2, 1));
    }

    #[test]
    fn a_plate_is_right_as_a_whole_and_its_digits_are_no_number() {
        let said = "车牌号是豫A零零零七三，石榴巷";
        assert_eq!(check(said, "车牌号是豫a00073"), [(0, 0, 0), (1, 1, 1), (1, 0, 0)]);
        assert_eq!(check(said, "车牌号是豫A00078")[1], (1, 1, 0));
    }

    #[test]
    fn a_place_counts_under_each_of_its_names_and_not_by_sound() {
        assert_eq!(check("我在枫丹白露", "我在枫丹白露小区")[2], (1, 1, 1));
        assert_eq!(check("我在枫丹白露", "我在峰单白路小区")[2], (1, 0, 0));
        assert_eq!(check("我在外面", "我在金桂苑")[2], (0, 1, 0));
    }

    #[test]
    fn shares_of_nothing_are_none() {
        assert_eq!((Found::default().recall(), Found::default().precision()), (None, None));
        let found = Found::count(&["1".to_owned(), "2".to_owned()], &["2".to_owned()]);
        assert_eq!((found.recall(), found.precision()), (Some(0.5), Some(1.0)));
    }
}
