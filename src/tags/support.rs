//! Evidence from several texts in, one score with reasons per target out.

use std::collections::BTreeMap;

use crate::tags::evidence::Evidence;

/// How many reasons are kept, strongest first.
const REASONS: usize = 6;

/// A rule that held, with the words of the text as they stand.
#[derive(Clone, Debug)]
pub(crate) struct Vote {
    /// Its place among all rules.
    pub(crate) rule: usize,
    /// Its weight times the weight of the text.
    pub(crate) weight: f32,
    /// The words that made it hold.
    pub(crate) words: Vec<String>,
}

/// What speaks for one target.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Support {
    /// The strongest vote counts full, the next two thirds, then a half …; votes against count full.
    pub(crate) score: f32,
    /// The words behind the votes for it, strongest first.
    pub(crate) reasons: Vec<String>,
}

impl Vote {
    /// Makes a vote from evidence.
    pub(crate) fn new<T>(evidence: &Evidence<T>, weight: f32, words: Vec<String>) -> Vote {
        Vote {
            rule: evidence.rule,
            weight: evidence.weight * weight,
            words,
        }
    }
}

/// Adds up votes, per target.
pub(crate) fn add_up<T: Ord>(votes: BTreeMap<T, Vec<Vote>>) -> BTreeMap<T, Support> {
    votes
        .into_iter()
        .map(|(target, votes)| (target, support(votes)))
        .collect()
}

fn support(mut votes: Vec<Vote>) -> Support {
    votes.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.rule.cmp(&b.rule)));
    let mut counted: Vec<usize> = Vec::new();
    let mut sum = Support::default();
    let mut share = 1.0;
    for vote in votes {
        // The same rule in a second text only confirms what the first text said.
        let again = counted.contains(&vote.rule);
        counted.push(vote.rule);
        if vote.weight < 0.0 {
            sum.score += if again { 0.0 } else { vote.weight };
            continue;
        }
        sum.score += vote.weight * if again { 0.15 } else { 1.0 / share };
        share += if again { 0.0 } else { 0.5 };
        for word in vote.words {
            if sum.reasons.len() < REASONS && !sum.reasons.contains(&word) {
                sum.reasons.push(word);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(rule: usize, weight: f32) -> Vote {
        Vote {
            rule,
            weight,
            words: vec![format!("w{rule}")],
        }
    }

    #[test]
    fn further_votes_count_less_and_the_same_rule_only_confirms() {
        assert_eq!(support(vec![vote(1, 6.0)]).score, 6.0);
        assert_eq!(support(vec![vote(2, 3.0), vote(1, 6.0)]).score, 8.0);
        assert!(support(vec![vote(1, 6.0), vote(1, 6.0)]).score < 7.0);
    }

    #[test]
    fn votes_against_count_full_and_give_no_reason() {
        let sum = support(vec![vote(1, 6.0), vote(2, -4.0)]);
        assert_eq!((sum.score, sum.reasons), (2.0, vec!["w1".to_owned()]));
    }
}
