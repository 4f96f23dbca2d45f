//! What was said and what was heard in, character errors out.

use serde::Serialize;

/// Character errors, of one recording or many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cer {
    /// Characters inserted, left out or taken for another.
    pub errors: usize,
    /// Characters that were said.
    pub chars: usize,
}

impl Cer {
    /// Returns errors per character said; may exceed 1. Nothing said and nothing heard is 0, words out of silence 1.
    #[must_use]
    pub fn rate(self) -> f64 {
        match (self.errors, self.chars) {
            (0, 0) => 0.0,
            (_, 0) => 1.0,
            (errors, chars) => errors as f64 / chars as f64,
        }
    }

    /// Returns the errors of both together.
    #[must_use]
    pub fn plus(self, other: Cer) -> Cer {
        Cer {
            errors: self.errors + other.errors,
            chars: self.chars + other.chars,
        }
    }
}

/// One recording with its errors, and those of the baseline on the same recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileCer {
    /// Which recording.
    pub file: String,
    /// Ours.
    pub cer: Cer,
    /// The baseline's.
    pub baseline: Cer,
}

/// All recordings together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Ours, over all characters.
    pub cer: Cer,
    /// Ours, as a rate.
    pub rate: f64,
    /// The baseline's, over all characters.
    pub baseline: Cer,
    /// The baseline's, as a rate.
    pub baseline_rate: f64,
    /// Each recording, by name.
    pub files: Vec<FileCer>,
}

/// Counts the character errors of `hypothesis` against `reference`. Both are already normalised by the caller (no
/// punctuation or space, simplified, numbers in one form): every character counts.
#[must_use]
pub fn cer(reference: &str, hypothesis: &str) -> Cer {
    let said: Vec<char> = reference.chars().collect();
    let heard: Vec<char> = hypothesis.chars().collect();
    Cer {
        errors: distance(&said, &heard),
        chars: said.len(),
    }
}

/// Adds up recordings, sorted by name.
#[must_use]
pub fn report(mut files: Vec<FileCer>) -> Report {
    files.sort_by(|x, y| x.file.cmp(&y.file));
    let sum = |of: fn(&FileCer) -> Cer| files.iter().map(of).fold(Cer::default(), Cer::plus);
    let (cer, baseline) = (sum(|file| file.cer), sum(|file| file.baseline));
    Report {
        cer,
        rate: cer.rate(),
        baseline,
        baseline_rate: baseline.rate(),
        files,
    }
}

/// Returns the least number of insertions, deletions and substitutions.
fn distance(said: &[char], heard: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (line, expected) in said.iter().enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for (column, found) in heard.iter().enumerate() {
            let replaced = corner + usize::from(expected != found);
            corner = row[column + 1];
            row[column + 1] = replaced.min(corner + 1).min(row[column] + 1);
        }
    }
    row[heard.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_inserted_lost_or_wrong_character_counts_once() {
        for (said, heard, errors) in [
            ("", "", 0),
            ("楼上太吵", "楼上太吵", 0),
            ("楼上太吵", "楼上太早", 1),
            ("楼上太吵", "楼太吵", 1),
            ("楼上太吵", "我楼上太吵了", 2),
            ("金桂苑", "", 3),
            ("", "请点赞", 3),
            ("七号楼二单元", "四号楼二但元", 2),
        ] {
            assert_eq!(
                cer(said, heard),
                Cer {
                    errors,
                    chars: said.chars().count()
                },
                "{said} {heard}"
            );
        }
    }

    #[test]
    fn totals_count_characters_and_not_recordings() {
        let file = |file: &str, errors, chars| FileCer {
            file: file.to_owned(),
            cer: Cer { errors, chars },
            baseline: Cer {
                errors: 2 * errors,
                chars,
            },
        };
        let report = report(vec![file("b", 1, 2), file("a", 1, 98)]);
        assert_eq!(report.cer, Cer { errors: 2, chars: 100 });
        assert_eq!((report.rate, report.baseline_rate), (0.02, 0.04));
        assert_eq!(report.files[0].file, "a");
    }

    #[test]
    fn words_out_of_silence_are_all_wrong() {
        assert_eq!(cer("", "请点赞").rate(), 1.0);
        assert_eq!(cer("", "").rate(), 0.0);
    }

    proptest! {
        #[test]
        fn distance_is_a_metric(a in "[甲乙丙]{0,8}", b in "[甲乙丙]{0,8}", c in "[甲乙丙]{0,8}") {
            let d = |x: &str, y: &str| cer(x, y).errors;
            prop_assert_eq!(d(&a, &b), d(&b, &a));
            prop_assert_eq!(d(&a, &b) == 0, a == b);
            prop_assert!(d(&a, &c) <= d(&a, &b) + d(&b, &c));
        }
    }
}
