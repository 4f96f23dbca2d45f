//! Margins and rule scores of texts that a model did not learn from in, the scale that makes probabilities of them out.

use crate::tags::learned::Scale;

/// Share of answers that must be right.
const PRECISION: f64 = 0.9;
/// The scale of a model whose probabilities nobody asks for yet.
pub(crate) const UNKNOWN: Scale = Scale {
    margin: 1.0,
    rules: 0.1,
    enough: 1.0,
};
/// How much more the rules tell of a usual call than of the texts to learn from, half of which avoid the usual words
/// and some of which use them of what did not happen. On the dialogues of `corpora/gold/dev_script.jsonl` and
/// `spoken_dev.jsonl`, which were written as calls go, the best guess is right for 70 in 100 with the weight that the
/// texts give, and for 72 with twice that, which costs the texts held out nothing; four times gives 74, and costs them
/// one and a half.
const RULES_TELL_MORE: f32 = 2.0;
/// Steps of Newton's method; it settles after five or so.
const STEPS: usize = 25;

/// What model and rules say about one text.
#[derive(Clone, Debug)]
pub(crate) struct Opinion {
    /// Margin of each category.
    pub(crate) margins: Vec<f32>,
    /// Score of the rules for each category.
    pub(crate) scores: Vec<f32>,
}

impl Opinion {
    /// Returns the probability of each category.
    pub(crate) fn probabilities(&self, scale: &Scale) -> Vec<f32> {
        let sums = || {
            self.margins
                .iter()
                .zip(&self.scores)
                .map(|(margin, score)| scale.margin * margin + scale.rules * score)
        };
        let largest = sums().fold(f32::NEG_INFINITY, f32::max);
        let odds: Vec<f32> = sums().map(|sum| (sum - largest).exp()).collect();
        let all: f32 = odds.iter().sum();
        odds.into_iter().map(|odds| odds / all).collect()
    }
}

/// Finds the scale under which the right categories are likeliest (temperature scaling after Guo et al., "On
/// Calibration of Modern Neural Networks", ICML 2017, with a second weight for the rules), and the probability from
/// which on nine in ten best guesses are right.
pub(crate) fn calibrate(opinions: &[(usize, Opinion)]) -> Scale {
    let mut scale = UNKNOWN;
    for _ in 0..STEPS {
        newton(&mut scale, opinions);
    }
    scale.rules *= RULES_TELL_MORE;
    scale.enough = enough(&scale, opinions);
    scale
}

/// One step of Newton's method on the mean log-likelihood, which is concave in both weights.
fn newton(scale: &mut Scale, opinions: &[(usize, Opinion)]) {
    let (mut slope, mut curve) = ([0.0_f64; 2], [0.0_f64; 3]);
    for (class, opinion) in opinions {
        let probabilities = opinion.probabilities(scale);
        let (mut mean, mut square) = ([0.0_f64; 2], [0.0_f64; 3]);
        for ((probability, margin), score) in probabilities.iter().zip(&opinion.margins).zip(&opinion.scores) {
            let (probability, margin, score) = (f64::from(*probability), f64::from(*margin), f64::from(*score));
            mean[0] += probability * margin;
            mean[1] += probability * score;
            square[0] += probability * margin * margin;
            square[1] += probability * margin * score;
            square[2] += probability * score * score;
        }
        let at = |values: &[f32]| values.get(*class).copied().map_or(0.0, f64::from);
        slope[0] += at(&opinion.margins) - mean[0];
        slope[1] += at(&opinion.scores) - mean[1];
        curve[0] += square[0] - mean[0] * mean[0];
        curve[1] += square[1] - mean[0] * mean[1];
        curve[2] += square[2] - mean[1] * mean[1];
    }
    // A little more curvature than there is keeps the step finite where a text has no rules.
    let (first, cross, second) = (curve[0] + 1e-3, curve[1], curve[2] + 1e-3);
    let determinant = first * second - cross * cross;
    let step = [
        (second * slope[0] - cross * slope[1]) / determinant,
        (first * slope[1] - cross * slope[0]) / determinant,
    ];
    scale.margin = (f64::from(scale.margin) + step[0].clamp(-2.0, 2.0)).clamp(0.1, 50.0) as f32;
    scale.rules = (f64::from(scale.rules) + step[1].clamp(-0.5, 0.5)).clamp(0.0, 5.0) as f32;
}

/// Returns the lowest probability at which enough of the best guesses above it are right.
fn enough(scale: &Scale, opinions: &[(usize, Opinion)]) -> f32 {
    let best = |(class, opinion): &(usize, Opinion)| {
        let probabilities = opinion.probabilities(scale).into_iter().enumerate();
        let (guess, probability) = probabilities.max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((probability, guess == *class))
    };
    let mut guesses: Vec<(f32, bool)> = opinions.iter().filter_map(best).collect();
    guesses.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut enough) = (0_usize, 1.0);
    for (place, (probability, is_right)) in guesses.iter().enumerate() {
        right += usize::from(*is_right);
        let next = guesses.get(place + 1).map_or(f32::NEG_INFINITY, |(next, _)| *next);
        if next < *probability && right as f64 >= PRECISION * (place + 1) as f64 {
            enough = *probability;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of two categories: the margin is right three times in four, the rules always.
    fn opinions() -> Vec<(usize, Opinion)> {
        let one = |number: usize| {
            let class = number % 2;
            let margin = if number % 8 < 6 { 1.0 } else { -1.0 };
            let mut opinion = Opinion {
                margins: vec![-margin, margin],
                scores: vec![0.0, 0.0],
            };
            if class == 0 {
                opinion.margins.reverse();
            }
            opinion.scores[class] = if number.is_multiple_of(3) { 1.0 } else { 0.0 };
            (class, opinion)
        };
        (0..240).map(one).collect()
    }

    #[test]
    fn probabilities_are_shares_of_what_is_right() {
        let opinions: Vec<(usize, Opinion)> = opinions()
            .into_iter()
            .filter(|(_, one)| one.scores == [0.0, 0.0])
            .collect();
        let scale = calibrate(&opinions);
        let (_, sure) = &opinions[0];
        let best = sure.probabilities(&scale).into_iter().fold(0.0, f32::max);
        assert!((best - 0.75).abs() < 0.02, "{best} where three in four are right");
        assert!(
            scale.enough > best,
            "no answer is right often enough, yet {} is enough",
            scale.enough
        );
    }

    #[test]
    fn rules_that_are_always_right_make_answers() {
        let scale = calibrate(&opinions());
        assert!(scale.rules > 1.0, "{scale:?}");
        assert!(scale.enough < 1.0, "{scale:?}");
    }
}
