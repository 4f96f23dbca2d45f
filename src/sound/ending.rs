//! The name of a place in, how many of its characters are its ending (小区, 路, 村) out.

use std::sync::LazyLock;

use crate::sound::NameKind;

/// The endings of `corpora/place_suffixes.tsv`, longest first.
pub(super) static ENDINGS: LazyLock<Vec<(Vec<char>, NameKind)>> = LazyLock::new(|| {
    let rows = include_str!("../../corpora/place_suffixes.tsv").lines();
    let mut endings: Vec<(Vec<char>, NameKind)> = (rows.filter(|line| !line.starts_with('#')))
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(ending, kind)| Some((ending.chars().collect(), NameKind::parse(kind)?)))
        .collect();
    endings.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(&b.0)));
    endings
});

/// Returns the length of the ending in characters; at least two characters remain before it. 0 where there is none.
pub(super) fn length(name: &[char]) -> usize {
    (ENDINGS.iter())
        .map(|(ending, _)| ending)
        .find(|ending| name.len() >= ending.len() + 2 && name.ends_with(ending))
        .map_or(0, Vec::len)
}

/// Returns the ending that characters begin with: its length and what it stands for.
pub(super) fn at(characters: &[char]) -> Option<(usize, NameKind)> {
    let (ending, kind) = ENDINGS.iter().find(|(ending, _)| characters.starts_with(ending))?;
    Some((ending.len(), *kind))
}
