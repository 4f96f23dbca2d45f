//! What the rules found in a call and a model in, categories ranked by both out.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::elements::Elements;
use crate::tags::Category;
use crate::tags::Findings;
use crate::tags::category;
use crate::tags::learned::Model;
use crate::tags::learned::calibrate::Opinion;
use crate::tags::learned::features;
use crate::tags::learned::features::Feature;
use crate::tags::reading::Reading;
use crate::tags::support::Support;
use crate::tags::taxonomy::Leaf;
use crate::terms::Term;
use crate::terms::is_stop_word;
use crate::text;

/// Words are sought so many characters around what speaks for a category.
const AROUND: usize = 6;
/// A probability by the rules that tells about as much as none.
const DOUBT: f32 = 0.02;
/// How many reasons are kept: of the rules first, then of the model.
const REASONS: usize = 6;

/// Ranks the three likeliest leaves; `None` where the model knows nothing of the texts. `cut` cuts a text into terms.
pub(crate) fn rank(
    leaves: &[Leaf],
    model: &Model,
    found: &Findings<'_>,
    elements: &Elements,
    cut: impl Fn(&str) -> Vec<Term>,
) -> Option<Vec<Category>> {
    let shown: Vec<(f32, Vec<Feature>)> = (found.readings.iter())
        .map(|(text, reading)| (category::weight_of(&text.source), features::of_text(reading)))
        .collect();
    let whole = features::of_elements(elements);
    let counted = shown.iter().filter(|(weight, _)| *weight > 0.0);
    let of_texts = counted.flat_map(|(weight, features)| features.iter().map(|one| (one, *weight)));
    let bag = model.bag(of_texts.chain(whole.iter().map(|one| (one, 1.0))));
    if bag.0.is_empty() {
        return None;
    }
    let opinion = Opinion {
        margins: model.margins(&bag),
        scores: scores(leaves.len(), &found.leaves),
    };
    let mut ranked: Vec<(usize, f32)> = opinion.probabilities(&model.scale).into_iter().enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let reasons = |class: usize| {
        let mut reasons = found
            .leaves
            .get(&class)
            .map_or(Vec::new(), |support| support.reasons.clone());
        for ((source, reading), (_, features)) in found.readings.iter().zip(&shown) {
            for chars in model.reasons(&bag, features, class) {
                let Some(chars) = whole_words(reading, &chars, &cut) else {
                    continue;
                };
                let chars = reading.original(&chars);
                let words = text::slice(&source.text, chars.start, chars.end);
                if reasons.len() < REASONS && !reasons.iter().any(|known| known.contains(&words)) {
                    reasons.push(words);
                }
            }
        }
        reasons
    };
    let best = ranked.into_iter().take(3);
    let named =
        |(class, probability): (usize, f32)| Some(category::category(leaves.get(class)?, probability, reasons(class)));
    Some(best.filter_map(named).collect())
}

/// Widens a stretch of a text to the words it touches, without words at its ends that say nothing; `None` where only
/// such words are left.
fn whole_words(reading: &Reading, chars: &Range<usize>, cut: impl Fn(&str) -> Vec<Term>) -> Option<Range<usize>> {
    let from = chars.start.saturating_sub(AROUND);
    let terms = cut(reading.slice(from, chars.end + AROUND));
    let touched = |term: &&Term| from + term.start < chars.end && chars.start < from + term.end;
    let mut words = terms.iter().filter(touched).filter(|term| !is_stop_word(&term.text));
    let first = words.next()?;
    let last = words.next_back().unwrap_or(first);
    Some(from + first.start..from + last.end)
}

/// Lays out what the rules say, leaf by leaf: 0 where they say nothing, up to 4 where they are sure and of one mind.
pub(crate) fn scores(leaves: usize, support: &BTreeMap<usize, Support>) -> Vec<f32> {
    let mut scores = vec![0.0; leaves];
    for (leaf, probability) in category::probabilities(support) {
        if let Some(score) = scores.get_mut(leaf) {
            *score = (1.0 + probability / DOUBT).ln();
        }
    }
    scores
}
