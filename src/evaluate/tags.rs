//! Texts with their right categories and a tagger in, figures beside a keyword baseline out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::tags::HeldOut;
use crate::tags::Tags;
use crate::tags::taxonomy::Leaf;
use crate::tags::taxonomy::leaves;

/// What a tagger says about one text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// The category, unless the tagger abstains.
    pub answer: Option<String>,
    /// Best guesses, best first; counted also where it abstains.
    pub guesses: Vec<String>,
    /// How sure it is of the first guess, from 0 to 1, where it says so.
    pub confidence: Option<f32>,
}

impl From<&Tags> for Prediction {
    fn from(tags: &Tags) -> Prediction {
        Prediction {
            answer: tags.category.as_ref().map(|category| category.code.clone()),
            guesses: tags.top.iter().map(|guess| guess.code.clone()).collect(),
            confidence: tags.top.first().map(|guess| guess.confidence),
        }
    }
}

impl Prediction {
    /// Makes the prediction of a model that answers from a probability on.
    #[must_use]
    pub fn of_held_out(held_out: &HeldOut, enough: f32) -> Prediction {
        let best = held_out.guesses.first();
        Prediction {
            answer: best.filter(|(_, sure)| *sure >= enough).map(|(code, _)| code.clone()),
            guesses: held_out.guesses.iter().map(|(code, _)| code.clone()).collect(),
            confidence: best.map(|(_, sure)| *sure),
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
    /// Expected calibration error: how far confidence and share of right guesses lie apart, in ten bins of equal width
    /// (Guo et al., ICML 2017). `None` where no confidence is given.
    pub calibration_error: Option<f64>,
    /// The bins that hold a text, from unsure to sure.
    pub reliability: Vec<Bin>,
}

/// The best guesses whose confidence lies in one tenth.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many.
    pub texts: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// Share of them that is right.
    pub accuracy: f64,
}

/// How well one category is found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClassFigures {
    /// Its code.
    pub code: String,
    /// How many texts have it.
    pub texts: usize,
    /// Share of the best guesses of it that are right.
    pub precision: f64,
    /// Share of its texts whose best guess is it.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

/// The figures of a tagger and of the baseline on the same texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TagReport {
    /// Of the tagger.
    pub tagger: TagFigures,
    /// Of plain keywords: the leaf with the most keywords in the text.
    pub keywords: TagFigures,
}

/// Measures predictions against the right codes, one for one.
#[must_use]
pub fn figures(codes: &[String], predictions: &[Prediction]) -> TagFigures {
    of_pairs(&codes.iter().zip(predictions).collect::<Vec<_>>())
}

/// Measures each category of the right codes, in their order.
#[must_use]
pub fn by_class(codes: &[String], predictions: &[Prediction]) -> Vec<ClassFigures> {
    classes(&codes.iter().zip(predictions).collect::<Vec<_>>())
}

/// Measures a tagger on `(code, text)` beside the keyword baseline.
pub fn tags(gold: &[(String, String)], mut predict: impl FnMut(&str) -> Prediction) -> TagReport {
    let leaves = leaves();
    let of_tagger: Vec<Prediction> = gold.iter().map(|(_, text)| predict(text)).collect();
    let codes: Vec<String> = gold.iter().map(|(code, _)| code.clone()).collect();
    let of_keywords: Vec<Prediction> = gold.iter().map(|(_, text)| by_keywords(&leaves, text)).collect();
    TagReport {
        tagger: figures(&codes, &of_tagger),
        keywords: figures(&codes, &of_keywords),
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
        confidence: None,
    }
}

fn of_pairs(pairs: &[(&String, &Prediction)]) -> TagFigures {
    let count =
        |holds: &dyn Fn(&String, &Prediction) -> bool| pairs.iter().filter(|(code, guess)| holds(code, guess)).count();
    let answered = count(&|_, guess| guess.answer.is_some());
    let right_answers = count(&|code, guess| guess.answer.as_ref() == Some(code));
    let level1 = |code: &str| code.chars().take(2).collect::<String>();
    let classes = classes(pairs);
    let reliability = reliability(pairs);
    let sure = pairs.iter().filter(|(_, guess)| guess.confidence.is_some()).count();
    let gaps = reliability
        .iter()
        .map(|bin| bin.texts as f64 * (bin.confidence - bin.accuracy).abs());
    TagFigures {
        texts: pairs.len(),
        accuracy: share(count(&is_right), pairs.len()),
        top3: share(
            count(&|code, guess| guess.guesses.iter().take(3).any(|one| one == code)),
            pairs.len(),
        ),
        macro_f1: classes.iter().map(|class| class.f1).sum::<f64>() / classes.len().max(1) as f64,
        coverage: share(answered, pairs.len()),
        precision: share(right_answers, answered),
        level1_accuracy: share(
            count(&|code, guess| guess.guesses.first().is_some_and(|one| level1(one) == level1(code))),
            pairs.len(),
        ),
        calibration_error: (sure > 0).then(|| gaps.sum::<f64>() / sure as f64),
        reliability,
    }
}

fn is_right(code: &String, prediction: &Prediction) -> bool {
    prediction.guesses.first() == Some(code)
}

/// Counts, for each code of the gold, how often it is wanted, given and right.
fn classes(pairs: &[(&String, &Prediction)]) -> Vec<ClassFigures> {
    let (mut right, mut wanted, mut given) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (code, prediction) in pairs {
        *wanted.entry(code.as_str()).or_insert(0_usize) += 1;
        if let Some(guess) = prediction.guesses.first() {
            *given.entry(guess.as_str()).or_insert(0_usize) += 1;
            *right.entry(guess.as_str()).or_insert(0_usize) += usize::from(guess == *code);
        }
    }
    let of = |counts: &BTreeMap<&str, usize>, code: &str| counts.get(code).copied().unwrap_or(0);
    let class = |(code, texts): (&&str, &usize)| ClassFigures {
        code: (*code).to_owned(),
        texts: *texts,
        precision: share(of(&right, code), of(&given, code)),
        recall: share(of(&right, code), *texts),
        f1: share(2 * of(&right, code), texts + of(&given, code)),
    };
    wanted.iter().map(class).collect()
}

/// Sorts best guesses by confidence into ten bins and leaves out those that are empty.
fn reliability(pairs: &[(&String, &Prediction)]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); 10];
    for (code, prediction) in pairs {
        let Some(confidence) = prediction.confidence.map(f64::from) else {
            continue;
        };
        if let Some(bin) = bins.get_mut(((confidence * 10.0) as usize).min(9)) {
            bin.texts += 1;
            bin.confidence += confidence;
            bin.accuracy += f64::from(u8::from(is_right(code, prediction)));
        }
    }
    bins.retain(|bin| bin.texts > 0);
    for bin in &mut bins {
        bin.confidence /= bin.texts as f64;
        bin.accuracy /= bin.texts as f64;
    }
    bins
}

fn share(part: usize, whole: usize) -> f64 {
    super::share(part, whole).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(answer: Option<&str>, guesses: &[&str]) -> Prediction {
        Prediction {
            answer: answer.map(String::from),
            guesses: guesses.iter().map(|code| (*code).to_owned()).collect(),
            confidence: None,
        }
    }

    #[test]
    fn confidence_is_compared_with_what_is_right() {
        let sure = |confidence| Prediction {
            confidence: Some(confidence),
            ..said(None, &["010101"])
        };
        let codes = ["010101", "010101", "080201", "010101"].map(String::from);
        let figures = figures(&codes, &[sure(0.92), sure(0.98), sure(0.55), sure(0.55)]);
        let bins: Vec<(usize, f64)> = figures
            .reliability
            .iter()
            .map(|bin| (bin.texts, bin.accuracy))
            .collect();
        assert_eq!(bins, [(2, 0.5), (2, 1.0)]);
        assert!((figures.calibration_error.unwrap() - 0.05).abs() < 1e-6);
    }

    #[test]
    fn each_category_has_its_own_figures() {
        let codes = ["010101", "010101", "080201"].map(String::from);
        let all = [
            said(None, &["010101"]),
            said(None, &["080201"]),
            said(None, &["080201"]),
        ];
        let [first, second] = by_class(&codes, &all).try_into().unwrap();
        assert_eq!((first.precision, first.recall, first.texts), (1.0, 0.5, 2));
        assert_eq!((second.precision, second.recall, second.texts), (0.5, 1.0, 1));
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
