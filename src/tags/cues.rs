//! Lines of cue notation in, rules over numbered words out.
//!
//! ```text
//! 8 着火|冒烟 & 楼|居民 ! 锅   weight 8: one of the first words, one of the second anywhere, none of the third
//! 6 <家人> > 打我|踹我         a word of the group 家人, then the next within 8 characters of the same sentence
//! 5 车 + 被偷                  both within 12 characters, in either order
//! 4 工资 & #众                 `#众` is a mark: five people or more are spoken of
//! ```
//!
//! A line is a weight (negative speaks against), a first step, further steps, and at the end what must be absent.

use std::collections::BTreeMap;

/// A number for a word of the vocabulary; marks are words that begin with `#`.
pub(crate) type WordId = u32;

/// How a step stands to the steps before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// Anywhere in the same text.
    With,
    /// At most 12 characters away, on either side, in the same sentence.
    Near,
    /// At most 8 characters later, in the same sentence.
    Then,
}

/// One of several words, in a relation to what came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The relation; of no meaning for the first step.
    pub(crate) join: Join,
    /// The alternatives, sorted.
    pub(crate) any: Vec<WordId>,
}

/// One line of cue notation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule {
    /// What it adds when it holds.
    pub(crate) weight: f32,
    /// At least one step.
    pub(crate) steps: Vec<Step>,
    /// Words that must not be there.
    pub(crate) unless: Vec<WordId>,
}

/// A line that is not cue notation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CueError {
    /// The line does not begin with a number.
    #[error("`{0}` does not begin with a weight")]
    Weight(String),
    /// A step or an alternative is empty.
    #[error("`{0}` has an empty alternative")]
    Empty(String),
    /// Between two steps stands something else than a sign.
    #[error("`{1}` has `{0}` where &, +, > or ! should stand")]
    Sign(String, String),
    /// A group is not defined.
    #[error("`{1}` names the unknown group {0}")]
    Group(String, String),
}

/// The words of all rules, numbered in order of first use, and the groups that rules may name.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    words: Vec<String>,
    ids: BTreeMap<String, WordId>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Vocabulary {
    /// Makes an empty vocabulary that knows the given groups.
    pub(crate) fn with_groups(groups: BTreeMap<String, Vec<String>>) -> Vocabulary {
        Vocabulary {
            groups,
            ..Vocabulary::default()
        }
    }

    /// Returns the words; the index is the number.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// Returns the number of a word, giving it one at first use.
    pub(crate) fn id(&mut self, word: &str) -> WordId {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id = WordId::try_from(self.words.len()).expect("fewer words than 2^32");
        self.words.push(word.to_owned());
        self.ids.insert(word.to_owned(), id);
        id
    }

    /// Reads a cell of rules, one a line; empty lines are skipped.
    pub(crate) fn rules(&mut self, cell: &str) -> Result<Vec<Rule>, CueError> {
        let lines = cell.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| self.rule(line)).collect()
    }

    fn rule(&mut self, line: &str) -> Result<Rule, CueError> {
        let missing = || CueError::Weight(line.to_owned());
        let (weight, rest) = line.split_once(' ').ok_or_else(missing)?;
        let weight = weight.parse().map_err(|_| missing())?;
        let (mut steps, mut unless, mut join) = (Vec::new(), Vec::new(), Some(Join::With));
        let mut parts = rest.split_whitespace();
        while let Some(part) = parts.next() {
            match join {
                Some(join) => steps.push(Step {
                    join,
                    any: self.alternatives(line, part)?,
                }),
                None => unless = self.alternatives(line, part)?,
            }
            join = match parts.next() {
                Some("&") => Some(Join::With),
                Some("+") => Some(Join::Near),
                Some(">") => Some(Join::Then),
                Some("!") => None,
                None => return Ok(Rule { weight, steps, unless }),
                Some(other) => return Err(CueError::Sign(other.to_owned(), line.to_owned())),
            };
        }
        Err(CueError::Empty(line.to_owned()))
    }

    fn alternatives(&mut self, line: &str, words: &str) -> Result<Vec<WordId>, CueError> {
        let mut any = Vec::new();
        for word in words.split('|').map(str::trim) {
            if word.is_empty() {
                return Err(CueError::Empty(line.to_owned()));
            }
            let group = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
            let Some(name) = group else {
                any.push(self.id(word));
                continue;
            };
            let Some(members) = self.groups.get(name).cloned() else {
                return Err(CueError::Group(name.to_owned(), line.to_owned()));
            };
            any.extend(members.iter().map(|member| self.id(member)));
        }
        any.sort_unstable();
        any.dedup();
        Ok(any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Rule, CueError> {
        let groups = BTreeMap::from([("家人".to_owned(), vec!["老公".to_owned(), "媳妇".to_owned()])]);
        let mut vocabulary = Vocabulary::with_groups(groups);
        Ok(vocabulary.rules(line)?.remove(0))
    }

    #[test]
    fn a_line_is_a_weight_steps_and_what_must_be_absent() {
        let rule = read("-2.5 <家人> > 打我|踹我 & 酒 + 昨天 ! 电影|梦").unwrap();
        assert_eq!(rule.weight, -2.5);
        let joins: Vec<(Join, usize)> = rule.steps.iter().map(|step| (step.join, step.any.len())).collect();
        assert_eq!(
            joins,
            [(Join::With, 2), (Join::Then, 2), (Join::With, 1), (Join::Near, 1)]
        );
        assert_eq!(rule.unless.len(), 2);
    }

    #[test]
    fn a_line_that_is_not_notation_says_why() {
        assert!(matches!(read("打我"), Err(CueError::Weight(_))));
        assert!(matches!(read("重 打我"), Err(CueError::Weight(_))));
        assert!(matches!(read("3 打我|"), Err(CueError::Empty(_))));
        assert!(matches!(read("3 打我 & "), Err(CueError::Empty(_))));
        assert!(matches!(read("3 打我 踹我"), Err(CueError::Sign(..))));
        assert!(matches!(read("3 <外人> > 打我"), Err(CueError::Group(..))));
    }
}
