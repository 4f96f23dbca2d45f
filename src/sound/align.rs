//! A name and a stretch of spoken text in, where the name fits best and at what cost out.

use crate::sound::confusion::COSTS;
use crate::sound::syllable;
use crate::sound::syllable::Syllable;
use crate::text;

/// A character that is spoken.
#[derive(Clone, Debug)]
pub(super) struct Spoken {
    /// Its readings, the usual one first.
    pub(super) readings: Vec<Syllable>,
    /// The character in normalised form.
    pub(super) character: char,
    /// Its first character in the original text.
    pub(super) start: usize,
    /// One past its last character in the original text.
    pub(super) end: usize,
}

/// Returns the spoken characters of a text; punctuation and space are not spoken.
pub(super) fn speak(text: &str) -> Vec<Spoken> {
    let normal = text::normalise(text);
    let spoken = |(place, character): (usize, char)| {
        let readings = syllable::readings(character);
        let (start, end) = normal.original(place, place + 1);
        (!readings.is_empty()).then_some(Spoken {
            readings,
            character,
            start,
            end,
        })
    };
    normal.text.chars().enumerate().filter_map(spoken).collect()
}

/// Where a name fits: its core (枫丹白露) and what it ends in (小区) apart. Places count the spoken characters given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    /// Cost of the whole name, its ending at half weight.
    pub(super) cost: f32,
    /// Cost of the core alone.
    pub(super) core_cost: f32,
    /// First character heard.
    pub(super) start: usize,
    /// One past the last of the core.
    pub(super) core_end: usize,
    /// One past the last of the name.
    pub(super) end: usize,
}

/// Weight of a syllable of the ending; it is shared by many names, and often not said.
pub(super) const ENDING_WEIGHT: f32 = 0.5;
/// Cost of a syllable of the ending that was not heard.
const ENDING_LOST: f32 = 0.3;

/// The costs of hearing each syllable for each character of a text.
pub(super) struct Hearing {
    costs: Vec<f32>,
    length: usize,
}

impl Hearing {
    /// Looks up the costs once for all names that will be fitted into the text.
    pub(super) fn new(heard: &[Spoken]) -> Hearing {
        let mut costs = vec![1.0_f32; heard.len() * syllable::count()];
        for (row, spoken) in costs.chunks_exact_mut(syllable::count()).zip(heard) {
            for (place, reading) in spoken.readings.iter().enumerate() {
                let unusual = if place > 0 { COSTS.unusual } else { 0.0 };
                for (least, cost) in row.iter_mut().zip(COSTS.row(*reading)) {
                    *least = least.min(cost + unusual);
                }
            }
        }
        Hearing {
            costs,
            length: heard.len(),
        }
    }

    fn cost(&self, place: usize, said: &Spoken) -> f32 {
        let row = place * syllable::count();
        let of = |reading: &Syllable| self.costs[row + usize::from(reading.0)];
        let [first, others @ ..] = said.readings.as_slice() else {
            return 1.0;
        };
        others
            .iter()
            .fold(of(first), |least, reading| least.min(of(reading) + COSTS.unusual))
    }

    /// Fits a name, whose first `core` syllables are its core, into the characters `from..to` of the text; what stands
    /// before and after costs nothing. `None` where either is empty.
    pub(super) fn fit(&self, name: &[Spoken], core: usize, from: usize, to: usize) -> Option<Fit> {
        let to = to.min(self.length);
        if name.is_empty() || from >= to {
            return None;
        }
        let mut row: Vec<Fit> = (from..=to).map(Fit::begin).collect();
        for (place, said) in name.iter().enumerate() {
            self.next_row(&mut row, said, place < core, from);
            if place + 1 == core {
                for cell in &mut row {
                    (cell.core_cost, cell.core_end) = (cell.cost, cell.end);
                }
            }
        }
        let best = row
            .into_iter()
            .min_by(|a, b| a.cost.total_cmp(&b.cost).then(a.end.cmp(&b.end)))?;
        (best.end > best.start).then_some(best)
    }

    fn next_row(&self, row: &mut [Fit], said: &Spoken, is_core: bool, from: usize) {
        let weight = if is_core { 1.0 } else { ENDING_WEIGHT };
        let lost = if is_core { COSTS.lost } else { ENDING_LOST };
        let mut diagonal = row[0];
        row[0] = row[0].plus(lost, row[0].end);
        for place in 1..row.len() {
            let (above, left, end) = (row[place], row[place - 1], from + place);
            let same = diagonal.plus(self.cost(end - 1, said) * weight, end);
            row[place] = same.or(above.plus(lost, end)).or(left.plus(COSTS.added * weight, end));
            diagonal = above;
        }
    }
}

impl Fit {
    fn begin(place: usize) -> Fit {
        Fit {
            cost: 0.0,
            core_cost: 0.0,
            start: place,
            core_end: place,
            end: place,
        }
    }

    fn plus(self, cost: f32, end: usize) -> Fit {
        Fit {
            cost: self.cost + cost,
            end,
            ..self
        }
    }

    fn or(self, other: Fit) -> Fit {
        if other.cost < self.cost { other } else { self }
    }
}

/// Returns how alike two short texts sound, from 0 to 1; the same both ways. Texts without a spoken character are like
/// nothing.
#[must_use]
pub(super) fn likeness(a: &str, b: &str) -> f32 {
    let (a, b) = (speak(a), speak(b));
    let longer = a.len().max(b.len());
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let gap = COSTS.lost.max(COSTS.added);
    let mut row: Vec<f32> = (0..=b.len()).map(|n| n as f32 * gap).collect();
    for (i, said) in a.iter().enumerate() {
        let mut next = vec![(i + 1) as f32 * gap];
        for (j, other) in b.iter().enumerate() {
            let same = row[j] + COSTS.nearest(&said.readings, &other.readings);
            next.push(same.min(row[j + 1] + gap).min(next[j] + gap));
        }
        row = next;
    }
    (1.0 - row[b.len()] / longer as f32).clamp(0.0, 1.0)
}
