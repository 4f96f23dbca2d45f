//! What speaks for a name in, the probability that it was said out: a logistic model fitted on misheard names.

use crate::sound::NameKind;
use crate::sound::align::ENDING_WEIGHT;
use crate::sound::align::Fit;
use crate::sound::align::Spoken;
use crate::sound::ending;

/// How far the unit of a name is from the unit that took the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nearness {
    /// One of the two is not known.
    Unknown,
    /// The same station (8 digits).
    Station,
    /// The same branch (6 digits).
    Branch,
    /// Farther away.
    Far,
}

/// What speaks for and against a name in one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Evidence {
    /// What hearing the core tells, in bits.
    pub(super) bits: f32,
    /// How near the core was heard, from 0 to 1.
    pub(super) core: f32,
    /// Share of the core's characters that stand there as they are written.
    pub(super) written: f32,
    /// How near the ending was heard, from 0 (not at all) to 1; `None` for a name without one.
    pub(super) ending: Option<f32>,
    /// What the ending tells, as far as it was heard, in bits.
    pub(super) ending_bits: f32,
    /// Whether another ending follows the core (枫丹路 for 枫丹小区).
    pub(super) other_ending: bool,
    /// Whether words of place stand before it (在, 住), or an address goes on behind it (3栋).
    pub(super) before: bool,
    /// See `before`.
    pub(super) after: bool,
    /// Syllables of the core.
    pub(super) length: usize,
    /// Distance of the unit.
    pub(super) nearness: Nearness,
}

/// A name as it is fitted.
pub(super) struct Said<'a> {
    /// Its characters.
    pub(super) sounds: &'a [Spoken],
    /// How many of them are its core.
    pub(super) core: usize,
    /// What it stands for.
    pub(super) kind: NameKind,
}

impl Evidence {
    /// Gathers what speaks for a name that fits into `heard`.
    pub(super) fn new(name: &Said<'_>, fit: &Fit, heard: &[Spoken], nearness: Nearness) -> Evidence {
        let core = &name.sounds[..name.core];
        let endings = name.sounds.len() - name.core;
        let within = |range: std::ops::Range<usize>| heard.get(range).unwrap_or_default();
        let behind: Vec<char> = within(fit.core_end..heard.len().min(fit.core_end + 5))
            .iter()
            .map(|s| s.character)
            .collect();
        let ending = (endings > 0).then(|| {
            let worst = ENDING_WEIGHT * 0.6 * endings as f32;
            (1.0 - (fit.cost - fit.core_cost) / worst).clamp(0.0, 1.0)
        });
        let other = ending::at(&behind).is_some_and(|(_, kind)| kind != name.kind);
        Evidence {
            bits: information(core),
            core: 1.0 - fit.core_cost / name.core as f32,
            written: written(core, within(fit.start..fit.core_end)),
            ending,
            ending_bits: ending.unwrap_or(0.0) * information(&name.sounds[name.core..]),
            other_ending: other && ending.is_none_or(|near| near < 0.5),
            before: is_place_word(within(fit.start.saturating_sub(1)..fit.start)),
            after: goes_on(within(fit.end..heard.len().min(fit.end + 5))),
            length: name.core,
            nearness,
        }
    }

    /// Returns how strongly it speaks for the name, whatever else was found: log-odds.
    pub(super) fn strength(&self) -> f32 {
        let features = self.features();
        features
            .iter()
            .zip(WEIGHTS)
            .map(|(feature, weight)| feature * weight)
            .sum::<f32>()
            + BIAS
    }

    /// Returns the numbers that the model weighs.
    pub(super) fn features(&self) -> [f32; 14] {
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        let miss = 1.0 - self.core;
        [
            self.bits.min(45.0) / 10.0 * (self.core - 0.5).max(0.0),
            miss * 4.0,
            miss * miss * 16.0,
            self.written,
            flag(self.written >= 1.0),
            self.ending.unwrap_or(0.0),
            flag(self.ending.is_none()),
            flag(self.other_ending),
            flag(self.before),
            flag(self.after),
            flag(self.length <= 2),
            flag(self.length == 3),
            flag(self.nearness == Nearness::Station) + 0.5 * flag(self.nearness == Nearness::Branch),
            self.ending_bits.min(30.0) / 10.0,
        ]
    }
}

/// Returns the probability of a name, given its strength and that of the best other name in the same place.
pub(super) fn probability(strength: f32, rival: Option<f32>) -> f32 {
    let lead = rival.map_or(MAX_LEAD, |rival| (strength - rival).clamp(-MAX_LEAD, MAX_LEAD));
    let odds = LEAD_SCALE * strength + LEAD_WEIGHT * lead + LEAD_BIAS;
    1.0 / (1.0 + (-odds).exp())
}

/// A lead beyond this adds nothing.
pub(super) const MAX_LEAD: f32 = 4.0;

/// What it adds to the strength of a name that it was surely heard in another place as well.
pub(super) const AGAIN: f32 = 3.75;

// Fitted by logistic regression on 3,000 texts with simulated mishearings and 30 spoken ones heard by Whisper base; the
// weight of the unit is set by hand, lower than the fit, since calls often concern another unit's places.
const BIAS: f32 = -9.71;
const WEIGHTS: [f32; 14] = [
    4.94, -2.73, 0.50, 0.32, -1.14, 3.25, 3.15, -1.43, 1.25, 0.82, 0.13, 0.19, 1.20, 2.04,
];
const LEAD_SCALE: f32 = 0.78;
const LEAD_WEIGHT: f32 = 0.45;
const LEAD_BIAS: f32 = -1.56;

fn information(sounds: &[Spoken]) -> f32 {
    sounds
        .iter()
        .filter_map(|spoken| spoken.readings.first())
        .map(|first| first.information())
        .sum()
}

/// Returns the share of characters of `core` that stand in `heard`, in order.
fn written(core: &[Spoken], heard: &[Spoken]) -> f32 {
    let mut next = 0;
    let mut found = 0;
    for said in core {
        let ahead = heard
            .iter()
            .skip(next)
            .position(|other| other.character == said.character);
        if let Some(skip) = ahead {
            (next, found) = (next + skip + 1, found + 1);
        }
    }
    found as f32 / core.len().max(1) as f32
}

fn is_place_word(before: &[Spoken]) -> bool {
    (before.last()).is_some_and(|spoken| "在住到去区是址镇往回来叫于".contains(spoken.character))
}

/// Tells whether an address goes on: a number, or a word that stands with one.
fn goes_on(after: &[Spoken]) -> bool {
    let next = |place: usize| after.get(place).map_or(' ', |spoken| spoken.character);
    let is_number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十幺百".contains(c);
    let housed = after.iter().any(|spoken| "栋幢楼号座元室".contains(spoken.character));
    (is_number(next(0)) && housed) || "门东西南北对旁附".contains(next(0))
}
