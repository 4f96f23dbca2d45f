//! Two syllables in, how far apart they sound out: the graded costs of `corpora/confusions.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::sound::syllable;
use crate::sound::syllable::Syllable;

/// Costs of hearing one thing for another, from 0 (alike) to 1.
pub(super) struct Costs {
    /// Between any two syllables, row by row.
    between: Vec<f32>,
    count: usize,
    /// A syllable heard that the name does not have.
    pub(super) added: f32,
    /// A syllable of the name that was not heard.
    pub(super) lost: f32,
    /// A reading that is not the usual one of its character.
    pub(super) unusual: f32,
}

/// The costs of the embedded table.
pub(super) static COSTS: LazyLock<Costs> = LazyLock::new(|| Costs::read(include_str!("../../corpora/confusions.tsv")));

type Table<'a> = HashMap<(&'a str, &'a str, &'a str), f32>;

impl Costs {
    fn read(table: &str) -> Costs {
        let rows: Table<'_> = (table.lines().filter(|line| !line.starts_with('#')))
            .filter_map(|line| {
                let mut cells = line.split('\t');
                let mut next = || cells.next();
                Some(((next()?, next()?, next()?), next()?.parse().ok()?))
            })
            .collect();
        let edit = |from, to| rows.get(&("edit", from, to)).copied().unwrap_or(1.0);
        let between = syllable::all()
            .flat_map(|a| syllable::all().map(move |b| (a, b)))
            .map(|(a, b)| cost(&rows, a, b))
            .collect();
        Costs {
            between,
            count: syllable::count(),
            added: edit("heard", "nothing"),
            lost: edit("nothing", "name"),
            unusual: edit("reading", "other"),
        }
    }

    /// Returns how far apart two syllables sound; the same both ways.
    pub(super) fn between(&self, a: Syllable, b: Syllable) -> f32 {
        self.between[usize::from(a.0) * self.count + usize::from(b.0)]
    }

    /// Returns how far a syllable is from every syllable, in their order.
    pub(super) fn row(&self, a: Syllable) -> &[f32] {
        let start = usize::from(a.0) * self.count;
        self.between.get(start..start + self.count).unwrap_or_default()
    }

    /// Returns how far apart two characters sound by their readings, the usual one first in each.
    pub(super) fn nearest(&self, a: &[Syllable], b: &[Syllable]) -> f32 {
        let mut least = 1.0_f32;
        for (i, &a) in a.iter().enumerate() {
            for (j, &b) in b.iter().enumerate() {
                let unusual = if i + j > 0 { self.unusual } else { 0.0 };
                least = least.min(self.between(a, b) + unusual);
            }
        }
        least
    }
}

fn cost(rows: &Table<'_>, a: Syllable, b: Syllable) -> f32 {
    let is_letter = |syllable: Syllable| usize::from(syllable.0) >= syllable::first_letter();
    if a == b {
        return 0.0;
    }
    if is_letter(a) || is_letter(b) {
        return 1.0;
    }
    let ((a_initial, a_final), (b_initial, b_final)) = (a.parts(), b.parts());
    (part(rows, "initial", a_initial, b_initial) + part(rows, "final", a_final, b_final)).min(1.0)
}

fn part<'a>(rows: &Table<'a>, kind: &'a str, a: &'a str, b: &'a str) -> f32 {
    if a == b {
        return 0.0;
    }
    (rows.get(&(kind, a, b)))
        .or_else(|| rows.get(&(kind, b, a)))
        .or_else(|| rows.get(&(kind, "other", "other")))
        .copied()
        .unwrap_or(1.0)
}

/// Syllables farther apart than this are not taken for each other when names are recalled.
const NEAR: f32 = 0.42;

/// Returns the syllables that may have been said where characters with these readings were heard, each with its cost.
pub(super) fn neighbours(readings: &[Syllable]) -> Vec<(Syllable, f32)> {
    static NEAREST: LazyLock<Vec<Vec<(Syllable, f32)>>> = LazyLock::new(|| {
        let near = |a| {
            syllable::all()
                .map(move |b| (b, COSTS.between(a, b)))
                .filter(|&(_, cost)| cost <= NEAR)
        };
        syllable::all().map(|a| near(a).collect()).collect()
    });
    let of = |reading: &Syllable| &NEAREST[usize::from(reading.0)];
    let [first, others @ ..] = readings else {
        return Vec::new();
    };
    let mut all = of(first).clone();
    all.extend(
        others
            .iter()
            .flat_map(of)
            .map(|&(syllable, cost)| (syllable, cost + COSTS.unusual)),
    );
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    all.dedup_by_key(|(syllable, _)| *syllable);
    all
}
