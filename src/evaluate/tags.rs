//! Texts with their right categories and a tagger in, figures beside a keyword baseline out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::tags::Tags;
use crate::tags::taxonomy::Leaf;
use crate::tags::taxonomy::leaves;

/// What a tagger says about one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    /// The category, unless the tagger abstains.
    pub answer: Option<String>,
    /// Best guesses, best first; counted also where it abstains.
    pub guesses: Vec<String>,
}

impl From<&Tags> for Prediction {
    fn from(tags: &Tags) -> Prediction {
        Prediction {
            answer: tags.category.as_ref().map(|category| category.code.clone()),
            guesses: tags.top.iter().map(|guess| guess.code.clone()).collect(),
        }
    }
}

/// How well categories are found; shares are from 0 to 1 and 0 where there is nothing to count.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TagFigures {
    /// How many texts were looked at.
    pub texts: usize,
    /// Share of texts whose best guess is right.
    pub accuracy: f64,
    /// Share of texts with the right code among the first three guesses.
    pub top3: f64,
    /// F1 of the best guesses, averaged over the codes of the gold.
    pub macro_f1: f64,
    /// Share of texts that got an answer.
    pub coverage: f64,
    /// Share of answers that are right.
    pub precision: f64,
    /// Share of texts whose best guess is right in its first level (two digits).
    pub level1_accuracy: f64,
}

/// The figures of a tagger and of the baseline on the same texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TagReport {
    /// Of the tagger.
    pub tagger: TagFigures,
    /// Of plain keywords: the leaf with the most keywords in the text.
    pub keywords: TagFigures,
}

/// Measures a tagger on `(code, text)` beside the keyword baseline.
pub fn tags(gold: &[(String, String)], mut predict: impl FnMut(&str) -> Prediction) -> TagReport {
    let leaves = leaves();
    let of_tagger: Vec<Prediction> = gold.iter().map(|(_, text)| predict(text)).collect();
    let of_keywords: Vec<Prediction> = gold.iter().map(|(_, text)| by_keywords(&leaves, text)).collect();
    TagReport {
        tagger: figures(gold, &of_tagger),
        keywords: figures(gold, &of_keywords),
    }
}

/// Guesses the leaves with the most keywords in the text, by plain substring count; abstains where there is none.
#[must_use]
pub fn by_keywords(leaves: &[Leaf], text: &str) -> Prediction {
    let count = |leaf: &Leaf| {
        leaf.keywords
            .split_whitespace()
            .filter(|word| text.contains(word))
            .count()
    };
    let mut found: Vec<(usize, &str)> = leaves.iter().map(|leaf| (count(leaf), leaf.code.as_str())).collect();
    found.retain(|(count, _)| *count > 0);
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let guesses: Vec<String> = found.into_iter().take(3).map(|(_, code)| code.to_owned()).collect();
    Prediction {
        answer: guesses.first().cloned(),
        guesses,
    }
}

/// Compares predictions with the gold, one for one.
fn figures(gold: &[(String, String)], predictions: &[Prediction]) -> TagFigures {
    let pairs = || gold.iter().map(|(code, _)| code).zip(predictions);
    let count =
        |holds: &dyn Fn(&String, &Prediction) -> bool| pairs().filter(|(code, guess)| holds(code, guess)).count();
    let answered = count(&|_, guess| guess.answer.is_some());
    let right_answers = count(&|code, guess| guess.answer.as_ref() == Some(code));
    let level1 = |code: &str| code.chars().take(2).collect::<String>();
    TagFigures {
        texts: gold.len(),
        accuracy: share(count(&|code, guess| guess.guesses.first() == Some(code)), gold.len()),
        top3: share(
            count(&|code, guess| guess.guesses.iter().take(3).any(|one| one == code)),
            gold.len(),
        ),
        macro_f1: macro_f1(&pairs().collect::<Vec<_>>()),
        coverage: share(answered, gold.len()),
        precision: share(right_answers, answered),
        level1_accuracy: share(
            count(&|code, guess| guess.guesses.first().is_some_and(|one| level1(one) == level1(code))),
            gold.len(),
        ),
    }
}

/// Averages F1 over the codes that the gold knows.
fn macro_f1(pairs: &[(&String, &Prediction)]) -> f64 {
    let (mut right, mut wanted, mut given) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (code, prediction) in pairs {
        *wanted.entry(code.as_str()).or_insert(0_usize) += 1;
        if let Some(guess) = prediction.guesses.first() {
            *given.entry(guess.as_str()).or_insert(0_usize) += 1;
            *right.entry(guess.as_str()).or_insert(0_usize) += usize::from(guess == *code);
        }
    }
    let codes: BTreeSet<&str> = wanted.keys().copied().collect();
    let of = |counts: &BTreeMap<&str, usize>, code: &str| counts.get(code).copied().unwrap_or(0);
    let f1 = |code: &&str| share(2 * of(&right, code), of(&wanted, code) + of(&given, code));
    codes.iter().map(f1).sum::<f64>() / codes.len().max(1) as f64
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(answer: Option<&str>, guesses: &[&str]) -> Prediction {
        Prediction {
            answer: answer.map(String::from),
            guesses: guesses.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    fn gold() -> Vec<(String, String)> {
        [("010101", "a"), ("010101", "b"), ("080201", "c"), ("040101", "d")]
            .map(|(code, text)| (code.to_owned(), text.to_owned()))
            .to_vec()
    }

    #[test]
    fn figures_count_guesses_and_answers_apart() {
        let report = tags(&gold(), |text| match text {
            "a" => said(Some("010101"), &["010101"]),
            "b" => said(None, &["010201", "010101"]),
            "c" => said(Some("080202"), &["080202", "x", "y", "080201"]),
            _ => said(None, &["040101"]),
        });
        let figures = report.tagger;
        assert_eq!((figures.accuracy, figures.top3), (0.5, 0.75));
        assert_eq!((figures.coverage, figures.precision), (0.5, 0.5));
        assert_eq!(figures.level1_accuracy, 1.0);
        // 010101: one of two found, one given, so 2/3; 080201: 0; 040101: 1.
        assert!((figures.macro_f1 - (2.0 / 3.0 + 1.0) / 3.0).abs() < 1e-9);
    }

    #[test]
    fn no_texts_give_zeros() {
        assert_eq!(tags(&[], |_| Prediction::default()), TagReport::default());
    }

    #[test]
    fn the_baseline_takes_the_leaf_with_the_most_keywords() {
        let leaves = leaves();
        let guess = |text| by_keywords(&leaves, text).answer;
        assert_eq!(guess("楼上太吵,半夜跺脚").as_deref(), Some("080201"));
        assert_eq!(guess("喂,你好"), None);
    }
}
