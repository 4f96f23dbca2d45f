//! Labelled texts in, a model and what it says about texts it did not learn from out.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::elements;
use crate::elements::Context;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::sound::Gazetteer;
use crate::tags::Tagger;
use crate::tags::learned::Bag;
use crate::tags::learned::Model;
use crate::tags::learned::calibrate;
use crate::tags::learned::calibrate::Opinion;
use crate::tags::learned::features;
use crate::tags::learned::train::Sample;
use crate::tags::learned::train::train;
use crate::tags::together;
use crate::terms::Segmenter;
use crate::text::normalise;

/// Each text is held out once, by one of so many models.
const FOLDS: usize = 5;
/// With fewer texts than this, nothing can be held out.
const LEAST: usize = 50;

/// A text with the code of its category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Code of a leaf of the taxonomy.
    pub code: String,
    /// What was said or written.
    pub text: String,
}

/// What a model that did not learn from an example says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// The right code.
    pub code: String,
    /// Up to three codes with their probability, likeliest first.
    pub guesses: Vec<(String, f32)>,
}

/// Why nothing can be learned.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LearnError {
    /// An example has a category that the taxonomy does not have.
    #[error("text {number}: `{code}` is no leaf of the taxonomy")]
    NoLeaf {
        /// Which example, counted from 1.
        number: usize,
        /// What it says.
        code: String,
    },
    /// There are too few examples.
    #[error("{0} texts are too few to learn from; give at least {LEAST}")]
    TooFew(usize),
}

impl Tagger {
    /// Learns a model from examples, and tries it on those that were held out: each fifth in turn is judged by a model
    /// of the other four, which also sets how sure the last model, made of all, may be. Takes some
    /// 20 seconds for 25,000 texts on two cores.
    ///
    /// # Errors
    ///
    /// Where an example's category is unknown, or there are too few examples.
    pub fn learn(&self, segmenter: &Segmenter, examples: &[Example]) -> Result<(Model, Vec<HeldOut>), LearnError> {
        if examples.len() < LEAST {
            return Err(LearnError::TooFew(examples.len()));
        }
        let codes: Vec<String> = self.lexicon.leaves.iter().map(|leaf| leaf.code.clone()).collect();
        let (mut samples, mut scores) = (Vec::new(), Vec::new());
        for (example, number) in examples.iter().zip(1..) {
            let class = codes.iter().position(|code| *code == example.code);
            let class = class.ok_or_else(|| LearnError::NoLeaf {
                number,
                code: example.code.clone(),
            })?;
            let (features, of_rules) = self.look(segmenter, &example.text);
            samples.push(Sample { class, features });
            scores.push(of_rules);
        }
        let digest = digest(examples);
        let mut opinions = Vec::new();
        let folds = folds(&samples, codes.len());
        for fold in 0..FOLDS {
            let others: Vec<&Sample> = samples
                .iter()
                .zip(&folds)
                .filter(|(_, of)| **of != fold)
                .map(|(one, _)| one)
                .collect();
            let model = train(&others, &codes, calibrate::UNKNOWN, &digest);
            let held_out = samples
                .iter()
                .zip(&scores)
                .enumerate()
                .zip(&folds)
                .filter(|(_, of)| **of == fold);
            opinions.extend(held_out.map(|((number, (sample, scores)), _)| {
                let bag: Bag = model.bag(sample.features.iter().map(|one| (one, 1.0)));
                let opinion = Opinion {
                    margins: model.margins(&bag),
                    scores: scores.clone(),
                };
                (number, sample.class, opinion)
            }));
        }
        opinions.sort_by_key(|(number, ..)| *number);
        let opinions: Vec<(usize, Opinion)> = opinions
            .into_iter()
            .map(|(_, class, opinion)| (class, opinion))
            .collect();
        let scale = calibrate::calibrate(&opinions);
        let held_out = opinions.iter().map(|(class, opinion)| HeldOut {
            code: codes.get(*class).cloned().unwrap_or_default(),
            guesses: best(&opinion.probabilities(&scale), &codes),
        });
        let model = train(&samples.iter().collect::<Vec<_>>(), &codes, scale, &digest);
        Ok((model, held_out.collect()))
    }

    /// Returns what a text shows, and how much the rules speak for each leaf.
    fn look(&self, segmenter: &Segmenter, text: &str) -> (Vec<features::Feature>, Vec<f32>) {
        let text = SourceText {
            source: Source::Transcript,
            text: text.to_owned(),
        };
        let context = Context {
            received_at: Timestamp::UNIX_EPOCH,
            unit: None,
            gazetteer: &Gazetteer::default(),
        };
        let elements = elements::extract(std::slice::from_ref(&text), &context);
        let found = self.find(&[(&text, normalise(&text.text))], |text| segmenter.cut(text));
        let of_text = found
            .readings
            .iter()
            .flat_map(|(_, reading)| features::of_text(reading));
        let features = of_text.chain(features::of_elements(&elements)).collect();
        (features, together::scores(self.lexicon.leaves.len(), &found.leaves))
    }
}

/// Returns the texts that huisheng brings, `corpora/tags_train.tsv`.
#[must_use]
pub fn embedded_examples() -> Vec<Example> {
    let lines = include_str!("../../corpora/tags_train.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let example = |(code, text): (&str, &str)| Example {
        code: code.to_owned(),
        text: text.to_owned(),
    };
    lines.filter_map(|line| line.split_once('\t')).map(example).collect()
}

/// Returns a digest of examples, in hexadecimal.
#[must_use]
pub fn digest(examples: &[Example]) -> String {
    let mut digest = Sha256::new();
    for example in examples {
        digest.update(format!("{}\t{}\n", example.code, example.text));
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Deals the samples of each category out to the folds in turn.
fn folds(samples: &[Sample], classes: usize) -> Vec<usize> {
    let mut seen = vec![0_usize; classes];
    let deal = |sample: &Sample| {
        let count = &mut seen[sample.class];
        *count += 1;
        (*count - 1) % FOLDS
    };
    samples.iter().map(deal).collect()
}

fn best(probabilities: &[f32], codes: &[String]) -> Vec<(String, f32)> {
    let mut ranked: Vec<(&String, f32)> = codes.iter().zip(probabilities.iter().copied()).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    ranked
        .into_iter()
        .take(3)
        .map(|(code, probability)| (code.clone(), probability))
        .collect()
}
