//! A text as the rules read it in, what the learned tagger looks at out: characters, pairs of characters, pairs of sounds.

use std::ops::Range;

use crate::elements::Elements;
use crate::sound;
use crate::tags::reading::Reading;

/// Changes whenever a text gives other features, so that a model is not asked about what it never saw.
pub(crate) const VERSION: u32 = 1;

/// Something a text shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// What it is, as a number that stays the same from build to build.
    pub(crate) key: u64,
    /// Its characters in the reading; empty where it stands for the whole text.
    pub(crate) chars: Range<usize>,
}

/// What kind of thing a feature is.
#[derive(Clone, Copy)]
enum Kind {
    Character = 1,
    Pair = 2,
    Sounds = 3,
    Element = 4,
}

/// Returns the features of a text in order of place. Every number counts as the digit 0: which one it is says nothing
/// about the category.
pub(crate) fn of_text(reading: &Reading) -> Vec<Feature> {
    let characters = characters(reading);
    let mut features = Vec::with_capacity(3 * characters.len());
    let mut push = |kind, parts: [u32; 2], chars: Range<usize>| {
        features.push(Feature {
            key: key(kind, parts),
            chars,
        });
    };
    let groups: Vec<Option<u16>> = characters.iter().map(|(c, _)| sound::group(*c)).collect();
    for (place, (c, chars)) in characters.iter().enumerate() {
        if !c.is_alphanumeric() {
            continue;
        }
        push(Kind::Character, [u32::from(*c), 0], chars.clone());
        let Some((next, after)) = characters.get(place + 1).filter(|(next, _)| next.is_alphanumeric()) else {
            continue;
        };
        let both = chars.start..after.end;
        push(Kind::Pair, [u32::from(*c), u32::from(*next)], both.clone());
        if let (Some(Some(one)), Some(Some(other))) = (groups.get(place), groups.get(place + 1)) {
            push(Kind::Sounds, [u32::from(*one), u32::from(*other)], both);
        }
    }
    features
}

/// Returns what the elements of a call show.
pub(crate) fn of_elements(elements: &Elements) -> Vec<Feature> {
    let found = [
        !elements.weapons.is_empty(),
        !elements.injuries.is_empty(),
        !elements.amounts.is_empty(),
        !elements.plates.is_empty(),
        !elements.ids.is_empty(),
    ];
    let numbers = (0..).zip(found).filter(|(_, is_there)| *is_there);
    numbers
        .map(|(number, _)| Feature {
            key: key(Kind::Element, [number, 0]),
            chars: 0..0,
        })
        .collect()
}

/// Returns the characters with their places, a run of digits as one `0`.
fn characters(reading: &Reading) -> Vec<(char, Range<usize>)> {
    let mut characters: Vec<(char, Range<usize>)> = Vec::with_capacity(reading.text().len() / 3);
    for (place, c) in reading.text().chars().enumerate() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        match characters.last_mut() {
            Some(('0', before)) if c == '0' => before.end = place + 1,
            _ => characters.push((c, place..place + 1)),
        }
    }
    characters
}

/// Mixes kind and parts into one number (FNV-1a, 64 bits).
fn key(kind: Kind, parts: [u32; 2]) -> u64 {
    let bytes = std::iter::once(kind as u8).chain(parts.into_iter().flat_map(u32::to_le_bytes));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise;

    fn features(text: &str) -> Vec<Feature> {
        of_text(&Reading::new(&normalise(text)))
    }

    #[test]
    fn marks_part_pairs_and_numbers_are_one() {
        let places: Vec<Range<usize>> = features("车,12号").into_iter().map(|one| one.chars).collect();
        assert_eq!(places, [0..1, 2..4, 2..5, 2..5, 4..5]);
        // Characters agree, and so does the pair, but the sounds of the digits do not count.
        assert_eq!(features("第12号").len(), features("第7号").len());
        assert_eq!(features("第12号").last(), features("第07号").last());
    }

    #[test]
    fn what_sounds_alike_shows_the_same_sounds_and_other_characters() {
        let shared = |a: &str, b: &str| {
            let known: Vec<u64> = features(a).into_iter().map(|one| one.key).collect();
            features(b).into_iter().filter(|one| known.contains(&one.key)).count()
        };
        assert_eq!(shared("民警", "民警"), 4);
        assert_eq!(shared("民警", "名景"), 1);
        assert_eq!(shared("民警", "报警"), 1);
        assert_eq!(shared("民警", "砖瓦"), 0);
    }
}
