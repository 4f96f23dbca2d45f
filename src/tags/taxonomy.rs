//! `corpora/taxonomy.csv` in, the leaves of the taxonomy out.

use serde::Deserialize;

use crate::tags::table::rows;

const TAXONOMY: &str = include_str!("../../corpora/taxonomy.csv");

/// A leaf of the taxonomy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Leaf {
    /// Six digits: two for each level.
    pub code: String,
    /// Name of the first level.
    pub level1: String,
    /// Name of the second level.
    pub level2: String,
    /// Its own name.
    pub name: String,
    /// Urgency without anything that raises it, 1 to 4.
    pub urgency: u8,
    /// How it repeats: any of `P` (person), `L` (place), `D` (several calls about one event), or empty.
    pub repeat: String,
    /// Plain keywords, separated by a space: the baseline that our rules are measured against.
    pub keywords: String,
    /// Rules in cue notation, one a line.
    pub(crate) cues: String,
}

/// Returns the leaves of the taxonomy, in order of their codes.
#[must_use]
pub fn leaves() -> Vec<Leaf> {
    rows(TAXONOMY)
}
