//! Spoken text in, the names worth fitting into it and where out: inverted lists from syllable to names.

use crate::sound::align::ENDING_WEIGHT;
use crate::sound::align::Spoken;
use crate::sound::confusion;
use crate::sound::syllable;

/// Where a syllable stands in which name, and what hearing it tells.
#[derive(Clone, Copy, Debug)]
struct Posting {
    entry: u32,
    offset: u16,
    information: f32,
}

/// A name that may stand in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    /// Which entry.
    pub(super) entry: usize,
    /// Where its first syllable would stand; may lie before the text.
    pub(super) start: isize,
    /// Share of its information that was heard, from 0 to about 1.
    pub(super) share: f32,
}

/// Inverted lists from syllable to names.
#[derive(Debug, Default)]
pub(super) struct Recall {
    postings: Vec<Vec<Posting>>,
    /// Information in the whole of each entry.
    information: Vec<f32>,
}

/// What was heard of a name that would start in a certain place.
#[derive(Clone, Copy)]
struct Slot {
    start: i32,
    heard: f32,
}

/// Starting places of one name that are watched at the same time.
const SLOTS: usize = 8;
/// Names of which less was heard are not fitted. One of two syllables and the ending is more, one alone is less.
const LEAST_SHARE: f32 = 0.52;
/// For each character heard, so many candidates are fitted at most.
const CANDIDATES_EACH: usize = 2;
/// And so many in any case.
const CANDIDATES: usize = 300;

impl Recall {
    /// Lists entries by their syllables; each comes with the length of its core.
    pub(super) fn new<'a>(entries: impl Iterator<Item = (&'a [Spoken], usize)>) -> Recall {
        let mut recall = Recall {
            postings: vec![Vec::new(); syllable::count()],
            information: Vec::new(),
        };
        for (entry, (sounds, core)) in entries.enumerate() {
            let entry = u32::try_from(entry).expect("fewer than four billion names");
            let mut whole = 0.0;
            for (offset, spoken) in sounds.iter().enumerate() {
                let weight = if offset < core { 1.0 } else { ENDING_WEIGHT };
                whole += recall.add(entry, offset, spoken, weight);
            }
            recall.information.push(whole);
        }
        recall
    }

    /// Lists one syllable of an entry; returns its information.
    fn add(&mut self, entry: u32, offset: usize, spoken: &Spoken, weight: f32) -> f32 {
        let information = weight * spoken.readings.first().map_or(0.0, |first| first.information());
        let offset = u16::try_from(offset).unwrap_or(u16::MAX);
        for reading in &spoken.readings {
            self.postings[usize::from(reading.0)].push(Posting {
                entry,
                offset,
                information,
            });
        }
        information
    }

    /// Returns the entries of which enough was heard in one place, the best heard first.
    pub(super) fn candidates(&self, heard: &[Spoken]) -> Vec<Candidate> {
        if self.information.is_empty() {
            return Vec::new();
        }
        let empty = Slot {
            start: i32::MIN,
            heard: 0.0,
        };
        let mut slots = vec![[empty; SLOTS]; self.information.len()];
        let mut found = Vec::new();
        for (place, spoken) in heard.iter().enumerate() {
            let place = i32::try_from(place).unwrap_or(i32::MAX);
            for &(syllable, cost) in &confusion::neighbours(&spoken.readings) {
                for posting in &self.postings[usize::from(syllable.0)] {
                    let entry = posting.entry as usize;
                    let start = place - i32::from(posting.offset);
                    let heard = hear(&mut slots[entry], start, posting.information * (1.0 - cost));
                    let share = heard / self.information[entry];
                    if share >= LEAST_SHARE {
                        let start = start as isize;
                        found.push(Candidate { entry, start, share });
                    }
                }
            }
        }
        best(found, CANDIDATES + CANDIDATES_EACH * heard.len())
    }
}

/// Adds what was heard of a name in one place; returns what was heard there and one syllable off, whichever side has
/// more.
fn hear(slots: &mut [Slot; SLOTS], start: i32, information: f32) -> f32 {
    let index = |start: i32| start.rem_euclid(SLOTS as i32) as usize;
    let slot = &mut slots[index(start)];
    if slot.start != start {
        *slot = Slot { start, heard: 0.0 };
    }
    slot.heard += information;
    let own = slot.heard;
    let beside = |other: i32| {
        let slot = slots[index(other)];
        if slot.start == other { slot.heard } else { 0.0 }
    };
    own + 0.7 * beside(start - 1).max(beside(start + 1))
}

/// Keeps the best of what one entry has in one place, and the best of all, in a total order.
fn best(mut found: Vec<Candidate>, limit: usize) -> Vec<Candidate> {
    let place = |a: &Candidate, b: &Candidate| (a.entry, a.start).cmp(&(b.entry, b.start));
    found.sort_unstable_by(|a, b| place(a, b).then(b.share.total_cmp(&a.share)));
    found.dedup_by(|next, kept| {
        let same = next.entry == kept.entry && next.start <= kept.start + 1;
        if same && next.share > kept.share {
            *kept = *next;
        }
        same
    });
    found.sort_unstable_by(|a, b| b.share.total_cmp(&a.share).then(place(a, b)));
    found.truncate(limit);
    found
}
