//! Terms and elements in; category, labels and urgency out, each with confidence and reason.

pub mod disagreement;
pub mod taxonomy;

mod category;
mod cues;
mod denial;
mod evidence;
mod hits;
mod labels;
mod learn;
mod learned;
mod lexicon;
mod marks;
mod reading;
mod support;
mod table;
#[cfg(test)]
mod tests;
mod together;
mod urgency;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::elements::Elements;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::tags::hits::Hits;
pub use crate::tags::learn::Example;
pub use crate::tags::learn::HeldOut;
pub use crate::tags::learn::LearnError;
pub use crate::tags::learn::digest;
pub use crate::tags::learn::embedded_examples;
pub use crate::tags::learned::Model;
pub use crate::tags::learned::file::ModelError;
use crate::tags::lexicon::Lexicon;
use crate::tags::lexicon::Target;
use crate::tags::reading::Reading;
use crate::tags::support::Support;
use crate::tags::support::Vote;
use crate::tags::urgency::Raise;
use crate::terms::Segmenter;
use crate::terms::Term;
use crate::text;
use crate::text::Normal;
use crate::text::normalise;

/// A category with how sure we are and the words that made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// Leaf code of the taxonomy.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// The words that caused it.
    pub reasons: Vec<String>,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// Its name (涉刀, 涉酒 …).
    pub name: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// The words that caused it.
    pub reasons: Vec<String>,
}

/// How urgent, from 1 (life at risk now) to 4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urgency {
    /// 1 to 4.
    pub level: u8,
    /// The words that caused it.
    pub reasons: Vec<String>,
}

/// The tags of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tags {
    /// The category, unless too unsure.
    pub category: Option<Category>,
    /// Up to three best guesses, best first.
    pub top: Vec<Category>,
    /// Labels, sorted by name.
    pub labels: Vec<Label>,
    /// Urgency.
    pub urgency: Urgency,
    /// The best guess of the rules alone, where one holds: linking goes by it where the tagger is not sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_rules: Option<Category>,
    /// The tags of each text alone that tells what happened, for what one says and the others do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_source: Vec<OfSource>,
}

/// The tags of one text of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfSource {
    /// Which text.
    pub source: Source,
    /// What it alone says.
    pub tags: Tags,
}

/// Tags texts by the rules of `corpora/taxonomy.csv` and `corpora/labels.csv` and by a model that learned from labelled
/// texts.
///
/// A rule is a sum of cues that held, a margin of the model a sum over the characters and sounds of the text, so every
/// tag can name the words that caused it. What is denied (没有动刀), asked by the desk (有没有受伤?) or part of another word
/// (刀削面) is no evidence for a rule. Labels and urgency are the rules' alone.
#[derive(Debug)]
pub struct Tagger {
    lexicon: Lexicon,
    model: Option<Model>,
}

/// The embedded model, made from `corpora/tags_train.tsv`.
const MODEL: &[u8] = include_bytes!("../../corpora/tags_model.bin");

/// What the rules find in the texts of one call.
struct Findings<'a> {
    readings: Vec<(&'a SourceText, Reading)>,
    /// By the number of the leaf.
    leaves: BTreeMap<usize, Support>,
    /// By the number of the label.
    labels: BTreeMap<usize, Support>,
    raises: Vec<Raise>,
}

impl Tagger {
    /// Reads the embedded rules and the embedded model. Takes some 30 ms.
    #[must_use]
    pub fn new() -> Tagger {
        Tagger::with_model(Model::read(MODEL).expect("the embedded model is tested"))
    }

    /// Reads the embedded rules, and takes a model that learned from other texts.
    #[must_use]
    pub fn with_model(model: Model) -> Tagger {
        Tagger {
            model: Some(model),
            ..Tagger::rules_only()
        }
    }

    /// Reads the embedded rules; the category is theirs alone.
    #[must_use]
    pub fn rules_only() -> Tagger {
        Tagger {
            lexicon: Lexicon::embedded(),
            model: None,
        }
    }

    /// Returns what tells one model from another: the head of the digest of the texts it learned from.
    #[must_use]
    pub fn version(&self) -> &str {
        let digest = self.model.as_ref().map_or("rules", Model::digest);
        digest.get(..8).unwrap_or(digest)
    }

    /// Tags one call from all its texts; a text that an officer wrote weighs more than one that was heard.
    ///
    /// No text at all gives 999999 as the only guess; a transcript in which nothing is said gives 900101.
    #[must_use]
    pub fn tag(&self, segmenter: &Segmenter, texts: &[SourceText], elements: &Elements) -> Tags {
        let normals: Vec<(&SourceText, Normal)> = texts.iter().map(|text| (text, normalise(&text.text))).collect();
        let cut = |text: &str| segmenter.cut(text);
        let tags = self.tag_normal(&normals, elements, cut);
        let telling = normals
            .iter()
            .filter(|(text, _)| category::weight_of(&text.source) > 0.0);
        let alone = |one: &(&SourceText, Normal)| OfSource {
            source: one.0.source.clone(),
            tags: match texts {
                [_] => tags.clone(),
                _ => self.tag_normal(std::slice::from_ref(one), &elements.of(&one.0.source), cut),
            },
        };
        let by_source = telling.map(alone).collect();
        Tags { by_source, ..tags }
    }

    /// Returns the name of a category code: of a leaf, or of a first or second level written with two digits, four,
    /// or six that end in zeros.
    #[must_use]
    pub fn category_name(&self, code: &str) -> Option<&str> {
        let leaves = &self.lexicon.leaves;
        if let Some(leaf) = leaves.iter().find(|leaf| leaf.code == code) {
            return Some(&leaf.name);
        }
        let prefix = code.strip_suffix("00").filter(|_| code.len() == 6).unwrap_or(code);
        let prefix = prefix
            .strip_suffix("00")
            .filter(|rest| rest.len() == 2)
            .unwrap_or(prefix);
        let leaf = leaves.iter().find(|leaf| leaf.code.starts_with(prefix))?;
        match prefix.len() {
            2 => Some(&leaf.level1),
            4 => Some(&leaf.level2),
            _ => None,
        }
    }

    /// Tags texts that are normalised already; `cut` cuts a text into terms.
    fn tag_normal(
        &self,
        texts: &[(&SourceText, Normal)],
        elements: &Elements,
        cut: impl Fn(&str) -> Vec<Term>,
    ) -> Tags {
        let found = self.find(texts, &cut);
        let leaves = &self.lexicon.leaves;
        let by_rules = category::rank(leaves, &found.leaves);
        let learned = |model: &Model| together::rank(leaves, model, &found, elements, &cut);
        let (top, enough) = match (self.silence(&found.readings), &self.model) {
            (Some(confidence), _) => (category::silent(leaves, confidence), category::ENOUGH),
            (None, Some(model)) => (learned(model).unwrap_or_else(|| by_rules.clone()), model.enough()),
            (None, None) => (by_rules.clone(), category::ENOUGH),
        };
        let category = category::decide(&top, enough);
        let by_rules = by_rules.into_iter().next().filter(|best| !best.reasons.is_empty());
        let is_likely = category::decide(&top, category::ENOUGH).is_some();
        let urgency = urgency::rate(leaves, &top, is_likely, &found.raises, elements);
        let labels = labels::labels(&self.lexicon, &found.labels, &found.readings, elements);
        Tags {
            category,
            top,
            labels,
            urgency,
            by_rules,
            by_source: Vec::new(),
        }
    }

    /// Finds which rules hold in which text.
    fn find<'a>(&self, texts: &[(&'a SourceText, Normal)], cut: impl Fn(&str) -> Vec<Term>) -> Findings<'a> {
        let lexicon = &self.lexicon;
        let readings: Vec<(&SourceText, Reading)> = texts
            .iter()
            .map(|(text, normal)| (*text, Reading::new(normal)))
            .collect();
        let mut votes: BTreeMap<Target, Vec<Vote>> = BTreeMap::new();
        for (text, reading) in &readings {
            let hits = lexicon.finder.find(reading, &cut);
            let weight = category::weight_of(&text.source);
            if weight == 0.0 {
                continue;
            }
            for evidence in lexicon.rules.evidence(&hits) {
                let words = evidence.hits.iter().map(|hit| words_of(text, &hits, hit)).collect();
                votes
                    .entry(evidence.target)
                    .or_default()
                    .push(Vote::new(&evidence, weight, words));
            }
        }
        let mut found = Findings {
            readings,
            leaves: BTreeMap::new(),
            labels: BTreeMap::new(),
            raises: Vec::new(),
        };
        for (target, support) in support::add_up(votes) {
            match target {
                Target::Leaf(index) => found.leaves.extend([(index, support)]),
                Target::Label(index) => found.labels.extend([(index, support)]),
                Target::Escalator(index) => found.raises.extend(self.raise(index, support)),
            }
        }
        found
    }

    fn raise(&self, index: usize, support: Support) -> Option<Raise> {
        let (name, effect) = self.lexicon.escalators.get(index)?;
        (support.score > 0.0).then(|| Raise {
            name: name.clone(),
            effect: *effect,
            words: support.reasons,
        })
    }

    /// Returns how sure it is that nothing is said: there is a transcript, and in no text more than greetings.
    fn silence(&self, readings: &[(&SourceText, Reading)]) -> Option<f32> {
        let heard = readings.iter().any(|(text, _)| text.source == Source::Transcript);
        let said = readings.iter().filter(|(text, _)| text.source != Source::Address);
        if !heard || said.clone().any(|(_, reading)| reading.char_count() > 60) {
            return None;
        }
        let (mut before, mut left) = (0, 0);
        for (_, reading) in said {
            before += reading.char_count();
            let mut rest = reading.text().to_owned();
            for word in &self.lexicon.small_talk {
                rest = rest.replace(word, "");
            }
            left += rest.chars().filter(|c| c.is_alphanumeric()).count();
        }
        match (before, left) {
            (0, _) => Some(0.9),
            (_, 0..=1) => Some(0.6),
            _ => None,
        }
    }
}

impl Default for Tagger {
    fn default() -> Tagger {
        Tagger::new()
    }
}

/// Returns the words of a hit as they stand in the original text.
fn words_of(text: &SourceText, hits: &Hits<'_>, hit: &hits::Hit) -> String {
    let chars = hits.reading().original(&(hit.start..hit.end));
    text::slice(&text.text, chars.start, chars.end)
}
