//! Evidence in, categories with confidence and reasons out, best first.

use std::collections::BTreeMap;

use crate::elements::Source;
use crate::tags::Category;
use crate::tags::support::Support;
use crate::tags::taxonomy::Leaf;

/// Code of what fits nowhere.
pub(crate) const OTHER: &str = "999999";
/// Code of a call in which nothing is said.
const SILENT: &str = "900101";

/// Score at which a leaf is as likely as "none of them".
const NEUTRAL: f32 = 3.5;
/// Score that makes a leaf e times as likely.
const SCALE: f32 = 2.2;
/// Confidence below which a guess says little: there is no category then, where the rules are alone.
pub(crate) const ENOUGH: f32 = 0.5;

/// Returns how probable the rules find each leaf that they speak for; what is missing to 1 is that of none of them.
pub(crate) fn probabilities(support: &BTreeMap<usize, Support>) -> Vec<(usize, f32)> {
    let odds = |score: f32| ((score - NEUTRAL) / SCALE).exp();
    let spoken_for = || support.iter().filter(|(_, support)| support.score > 0.0);
    let all: f32 = 1.0 + spoken_for().map(|(_, support)| odds(support.score)).sum::<f32>();
    spoken_for()
        .map(|(leaf, support)| (*leaf, odds(support.score) / all))
        .collect()
}

/// Ranks the leaves that have evidence; never empty, and the first is the best guess.
pub(crate) fn rank(leaves: &[Leaf], support: &BTreeMap<usize, Support>) -> Vec<Category> {
    let mut probable: Vec<(f32, &Leaf, &Support)> = (probabilities(support).into_iter())
        .filter_map(|(index, probability)| Some((probability, leaves.get(index)?, support.get(&index)?)))
        .collect();
    probable.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.code.cmp(&b.1.code)));
    let mut ranked: Vec<Category> = (probable.into_iter().take(3))
        .map(|(probability, leaf, support)| category(leaf, probability, support.reasons.clone()))
        .collect();
    if ranked.is_empty() {
        ranked.extend(guess(leaves, OTHER, 0.1, Vec::new()));
    }
    ranked
}

/// Returns the best guess where it is sure enough.
pub(crate) fn decide(top: &[Category], enough: f32) -> Option<Category> {
    top.first().filter(|best| best.confidence >= enough).cloned()
}

/// Returns the ranking of a call in which nothing is said.
pub(crate) fn silent(leaves: &[Leaf], confidence: f32) -> Vec<Category> {
    guess(leaves, SILENT, confidence, vec!["无人说话".to_owned()])
        .into_iter()
        .collect()
}

/// Returns how much a text counts: what an officer wrote weighs more than what was heard.
pub(crate) fn weight_of(source: &Source) -> f32 {
    match source {
        Source::Transcript => 1.0,
        Source::Content => 1.3,
        Source::Feedback(_) => 1.15,
        Source::Address => 0.0,
    }
}

fn guess(leaves: &[Leaf], code: &str, confidence: f32, reasons: Vec<String>) -> Option<Category> {
    let leaf = leaves.iter().find(|leaf| leaf.code == code)?;
    Some(category(leaf, confidence, reasons))
}

/// Makes a category of a leaf.
pub(crate) fn category(leaf: &Leaf, confidence: f32, reasons: Vec<String>) -> Category {
    Category {
        code: leaf.code.clone(),
        name: leaf.name.clone(),
        confidence,
        reasons,
    }
}
