//! Text and a list of names in, the names found by characters and by sound out, with probability.

mod align;
mod confusion;
mod ending;
mod judge;
pub mod names;
mod recall;
mod search;
mod syllable;

use serde::{Deserialize, Serialize};

use crate::call::UnitCode;
use crate::sound::search::Lookup;

/// What a name stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    /// 小区
    Estate,
    /// 道路
    Road,
    /// 村
    Village,
    /// 场所
    Venue,
    /// 工地
    Site,
    /// 区划
    Area,
    /// Anything else.
    #[default]
    Other,
}

/// One name of the gazetteer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Name {
    /// The name as it is written.
    pub name: String,
    /// What it stands for.
    #[serde(default)]
    pub kind: NameKind,
    /// The unit whose area it lies in.
    #[serde(default)]
    pub unit_code: Option<UnitCode>,
    /// Other names of the same place.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Latitude in degrees.
    #[serde(default)]
    pub lat: Option<f64>,
    /// Longitude in degrees.
    #[serde(default)]
    pub lon: Option<f64>,
}

/// A name found in a text. Offsets count characters of the text given.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which name of the gazetteer, as an index into [`Gazetteer::names`].
    pub name_idx: usize,
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// How sure, from 0 to 1; 1 for an exact match of characters.
    pub probability: f32,
    /// Whether the characters agree and not only the sound.
    pub exact: bool,
}

/// Names that can be found by characters and by sound. Cheap to share behind an `Arc`; building costs some µs a name.
#[derive(Debug, Default)]
pub struct Gazetteer {
    names: Vec<Name>,
    lookup: Lookup,
}

impl Gazetteer {
    /// Builds the look-up. Names are kept in the order given.
    #[must_use]
    pub fn new(names: Vec<Name>) -> Gazetteer {
        let lookup = Lookup::new(&names);
        Gazetteer { names, lookup }
    }

    /// Returns the names in the order given.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// Returns the index of the first name that is written so, or has such an alias, whatever the script and width.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.lookup.index_of(name)
    }

    /// Returns the names found in `text`, in order of position, none overlapping another; those below the
    /// probability threshold are left out. `unit` is the unit that took the call: its own places are likelier.
    #[must_use]
    pub fn find(&self, text: &str, unit: Option<&UnitCode>) -> Vec<Hit> {
        self.lookup.find(&self.names, text, unit)
    }

    /// Returns up to `limit` names that sound nearest to some part of `text`, best first, for the prompt of a second
    /// hearing. High recall matters here, not precision. Names that stand there exactly come first and say so.
    #[must_use]
    pub fn nearest(&self, text: &str, unit: Option<&UnitCode>, limit: usize) -> Vec<Hit> {
        self.lookup.nearest(&self.names, text, unit, limit)
    }
}

/// Returns how alike two short texts sound, from 0 to 1; the same both ways. 0 where one has nothing that is spoken.
#[must_use]
pub fn sounds_like(a: &str, b: &str) -> f32 {
    align::likeness(a, b)
}

/// Returns a number that a character shares with all that are hardly told apart from it on the telephone (民 and 名,
/// 知 and 资); `None` for what is not spoken. Expects normalised characters.
#[must_use]
pub fn group(c: char) -> Option<u16> {
    syllable::group(c)
}

#[cfg(test)]
mod tests;
