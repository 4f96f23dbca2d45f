//! Labelled texts in, a linear model out; features of a text in, a margin for each category with the words behind it out.

pub(crate) mod calibrate;
pub(crate) mod features;
pub(crate) mod file;
pub(crate) mod train;

use std::collections::HashMap;
use std::ops::Range;

use crate::tags::learned::features::Feature;
use crate::tags::learned::file::ModelError;

/// Words are shown for this many of the strongest features.
const STRONGEST: usize = 12;
/// A feature this much weaker than the strongest is no reason.
const WEAK: f32 = 0.25;

/// A model that learned categories from labelled texts: one linear function of the features for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Codes of the leaves of the taxonomy, in their order.
    pub(crate) codes: Vec<String>,
    /// How margins become probabilities.
    pub(crate) scale: Scale,
    /// What it was made of: a digest of its texts.
    pub(crate) digest: String,
    /// The place of each feature in `rows`.
    places: HashMap<u64, u32>,
    rows: Vec<Row>,
    /// Category and weight, those of one feature next to each other and in order of the categories.
    weights: Vec<(u16, i8)>,
}

/// How margins of the model and scores of the rules become one probability: a softmax of their weighted sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Weight of a margin.
    pub(crate) margin: f32,
    /// Weight of a score of the rules.
    pub(crate) rules: f32,
    /// Probability below which a person decides.
    pub(crate) enough: f32,
}

/// One feature of the model.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    key: u64,
    /// Rare features tell more (inverse document frequency).
    rarity: f32,
    /// What one step of its weights is worth.
    step: f32,
    weights: Range<u32>,
}

/// The features of a call that a model knows, each with its value, in order of the model; the values have length 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bag(pub(crate) Vec<(u32, f32)>);

impl Model {
    /// Reads a model from the bytes of its file.
    ///
    /// # Errors
    ///
    /// Where the bytes are no model, or one of another version or taxonomy.
    pub fn read(bytes: &[u8]) -> Result<Model, ModelError> {
        file::read(bytes)
    }

    /// Returns the bytes of its file.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        file::write(self)
    }

    /// Returns a digest of the texts that it learned from, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the probability below which a person decides.
    #[must_use]
    pub fn enough(&self) -> f32 {
        self.scale.enough
    }

    /// Returns the features of a call that the model knows: how often each occurs, damped and weighted by its rarity,
    /// the whole brought to length 1. Each feature comes with how much its text counts.
    pub(crate) fn bag<'a>(&self, features: impl IntoIterator<Item = (&'a Feature, f32)>) -> Bag {
        let known = |(feature, weight): (&Feature, f32)| Some((*self.places.get(&feature.key)?, weight));
        let mut entries: Vec<(u32, f32)> = features.into_iter().filter_map(known).collect();
        entries.sort_unstable_by_key(|(place, _)| *place);
        entries.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0.0 };
            same
        });
        for (place, value) in &mut entries {
            let rarity = self.rows.get(*place as usize).map_or(0.0, |row| row.rarity);
            *value = (1.0 + *value).ln() * rarity;
        }
        let square = entries.iter().map(|(_, value)| value * value).sum::<f32>();
        let length = square.sqrt().max(f32::MIN_POSITIVE);
        entries.iter_mut().for_each(|(_, value)| *value /= length);
        Bag(entries)
    }

    /// Returns a margin for each category: above zero where the model would say yes.
    pub(crate) fn margins(&self, bag: &Bag) -> Vec<f32> {
        let mut margins = vec![0.0; self.codes.len()];
        for (place, value) in &bag.0 {
            let Some(row) = self.rows.get(*place as usize) else {
                continue;
            };
            for (class, weight) in self.weights_of(row) {
                if let Some(margin) = margins.get_mut(usize::from(*class)) {
                    *margin += value * row.step * f32::from(*weight);
                }
            }
        }
        margins
    }

    /// Returns the stretches of a text that speak most for a category, strongest first: at most three.
    pub(crate) fn reasons(&self, bag: &Bag, features: &[Feature], class: usize) -> Vec<Range<usize>> {
        let values: HashMap<u32, f32> = bag.0.iter().copied().collect();
        let speaks = |feature: &Feature| {
            let place = self.places.get(&feature.key)?;
            let row = self.rows.get(*place as usize)?;
            let weights = self.weights_of(row);
            let found = weights
                .binary_search_by_key(&class, |(other, _)| usize::from(*other))
                .ok()?;
            let (_, weight) = weights.get(found)?;
            let share = values.get(place)? * row.step * f32::from(*weight);
            (share > 0.0 && !feature.chars.is_empty()).then(|| (share, feature.chars.clone()))
        };
        let mut shares: Vec<(f32, Range<usize>)> = features.iter().filter_map(speaks).collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.cmp(&b.1.start)));
        let least = shares.first().map_or(0.0, |(best, _)| best * WEAK);
        let strong = shares
            .into_iter()
            .take(STRONGEST)
            .take_while(|(share, _)| *share >= least);
        let mut words: Vec<(f32, Range<usize>)> = Vec::new();
        for (share, chars) in strong {
            match words
                .iter_mut()
                .find(|(_, word)| word.start < chars.end && chars.start < word.end)
            {
                Some((sum, word)) => {
                    *sum += share;
                    *word = word.start.min(chars.start)..word.end.max(chars.end);
                }
                None => words.push((share, chars)),
            }
        }
        words.sort_by(|a, b| b.0.total_cmp(&a.0));
        words
            .into_iter()
            .map(|(_, chars)| chars)
            .filter(|chars| chars.len() > 1)
            .take(3)
            .collect()
    }

    fn weights_of(&self, row: &Row) -> &[(u16, i8)] {
        self.weights
            .get(row.weights.start as usize..row.weights.end as usize)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
