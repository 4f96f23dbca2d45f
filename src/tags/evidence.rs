//! Rules and hits in, evidence out: which rules hold in which text, by which words.

use crate::tags::cues::Join;
use crate::tags::cues::Rule;
use crate::tags::cues::Step;
use crate::tags::cues::WordId;
use crate::tags::hits::Hit;
use crate::tags::hits::Hits;

/// How many hits of one word a rule looks at; keeps the work small on a text that repeats itself.
const HITS_PER_WORD: usize = 32;

/// Rules with what each speaks for, found by the words of their first step.
#[derive(Debug)]
pub(crate) struct RuleBook<T> {
    rules: Vec<(T, Rule)>,
    /// For each word, the rules whose first step names it.
    by_word: Vec<Vec<usize>>,
}

/// A rule that holds in a text.
#[derive(Clone, Debug)]
pub(crate) struct Evidence<T> {
    /// What it speaks for.
    pub(crate) target: T,
    /// Its place among all rules.
    pub(crate) rule: usize,
    /// Its weight.
    pub(crate) weight: f32,
    /// The words that made it hold, in order of the steps.
    pub(crate) hits: Vec<Hit>,
}

impl<T: Copy> RuleBook<T> {
    /// Makes an empty book.
    pub(crate) fn new() -> RuleBook<T> {
        RuleBook {
            rules: Vec::new(),
            by_word: Vec::new(),
        }
    }

    /// Adds rules that speak for `target`.
    pub(crate) fn add(&mut self, target: T, rules: Vec<Rule>) {
        for rule in rules {
            let index = self.rules.len();
            for word in rule.steps.first().into_iter().flat_map(|step| &step.any) {
                let word = *word as usize;
                if self.by_word.len() <= word {
                    self.by_word.resize(word + 1, Vec::new());
                }
                self.by_word
                    .get_mut(word)
                    .into_iter()
                    .for_each(|rules| rules.push(index));
            }
            self.rules.push((target, rule));
        }
    }

    /// Returns the rules that hold, in order of the rules.
    pub(crate) fn evidence(&self, hits: &Hits<'_>) -> Vec<Evidence<T>> {
        let rules_of = |word: WordId| self.by_word.get(word as usize).into_iter().flatten().copied();
        let mut candidates: Vec<usize> = hits.words().flat_map(rules_of).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let holds = |index: usize| {
            let (target, rule) = self.rules.get(index)?;
            Some(Evidence {
                target: *target,
                rule: index,
                weight: rule.weight,
                hits: matched(rule, hits)?,
            })
        };
        candidates.into_iter().filter_map(holds).collect()
    }
}

/// Returns the hits that fulfil every step of a rule; none if one step fails or an unwanted word is there.
fn matched(rule: &Rule, hits: &Hits<'_>) -> Option<Vec<Hit>> {
    let is_there = |word: &WordId| !hits.of(*word).is_empty();
    if rule.unless.iter().any(is_there) {
        return None;
    }
    let (first, rest) = rule.steps.split_first()?;
    first
        .any
        .iter()
        .flat_map(|word| hits.of(*word).iter().take(HITS_PER_WORD))
        .find_map(|start| chain(start, rest, hits))
}

/// Extends a first hit through the further steps, trying every hit of each.
fn chain(last: &Hit, steps: &[Step], hits: &Hits<'_>) -> Option<Vec<Hit>> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(vec![last.clone()]);
    };
    let candidates = step
        .any
        .iter()
        .flat_map(|word| hits.of(*word).iter().take(HITS_PER_WORD));
    let fits = |next: &&Hit| match step.join {
        Join::With => true,
        Join::Near => hits.is_near(last, next),
        Join::Then => hits.follows(last, next),
    };
    let mut found = candidates.filter(fits).find_map(|next| chain(next, rest, hits))?;
    found.insert(0, last.clone());
    Some(found)
}
