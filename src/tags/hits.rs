//! One text in, hits out: where which words of the rules stand, less what is denied, asked by the desk or part of another word.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use regex::Regex;

use crate::tags::cues::WordId;
use crate::tags::denial::is_denied;
use crate::tags::marks::Mark;
use crate::tags::marks::Marks;
use crate::tags::reading::Reading;
use crate::terms::Term;

/// A word of the rules at its place, in characters of the reading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Which word.
    pub(crate) word: WordId,
    /// First character.
    pub(crate) start: usize,
    /// One past the last character.
    pub(crate) end: usize,
}

/// The hits of one text, sorted by word, then by place.
#[derive(Debug)]
pub(crate) struct Hits<'a> {
    reading: &'a Reading,
    hits: Vec<Hit>,
}

impl<'a> Hits<'a> {
    /// Returns the reading that was searched.
    pub(crate) fn reading(&self) -> &'a Reading {
        self.reading
    }

    /// Returns the places of one word, in order.
    pub(crate) fn of(&self, word: WordId) -> &[Hit] {
        let from = self.hits.partition_point(|hit| hit.word < word);
        let to = self.hits.partition_point(|hit| hit.word <= word);
        self.hits.get(from..to).unwrap_or_default()
    }

    /// Returns every word that was hit, once, in order.
    pub(crate) fn words(&self) -> impl Iterator<Item = WordId> {
        self.hits
            .chunk_by(|a, b| a.word == b.word)
            .filter_map(|run| Some(run.first()?.word))
    }

    /// Says whether `later` starts at most 8 characters after `earlier`, in the same sentence.
    pub(crate) fn follows(&self, earlier: &Hit, later: &Hit) -> bool {
        (earlier.end..=earlier.end + 8).contains(&later.start) && !self.reading.is_broken(earlier.end, later.start)
    }

    /// Says whether two hits are at most 12 characters apart, in the same sentence.
    pub(crate) fn is_near(&self, one: &Hit, other: &Hit) -> bool {
        let (first, second) = if one.start <= other.start {
            (one, other)
        } else {
            (other, one)
        };
        let apart = second.start.saturating_sub(first.end);
        apart <= 12 && !self.reading.is_broken(first.end, second.start.max(first.end))
    }
}

/// What a pattern of the automaton stands for.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Word(WordId),
    /// A longer word that only looks like a cue (刀削面).
    Lookalike,
}

/// Finds the words of the rules; built once.
#[derive(Debug)]
pub(crate) struct Finder {
    automaton: AhoCorasick,
    meanings: Vec<Meaning>,
    /// Words of one character that name a thing, and count only at the end of a term.
    nouns: Vec<WordId>,
    marks: Marks,
    mark_ids: Vec<(&'static str, WordId)>,
    asked: Regex,
}

/// Words of one character that name a thing; a longer term that begins with one names another thing (酒店).
const NOUNS: [&str; 9] = ["刀", "枪", "酒", "狗", "猫", "毒", "火", "药", "蛇"];

impl Finder {
    /// Builds the automaton for the words of the rules, their mishearings (`(right, heard)`), and lookalikes;
    /// `asked` is the pattern of what the desk says.
    pub(crate) fn new(words: &[String], misheard: &[(String, String)], lookalikes: &[String], asked: &str) -> Finder {
        let mut patterns = Vec::new();
        let mut meanings = Vec::new();
        let mut mark_ids = Vec::new();
        for (id, word) in (0..).zip(words) {
            if let Some(name) = mark_name(word) {
                mark_ids.push((name, id));
                continue;
            }
            patterns.push(word.clone());
            for (right, heard) in misheard.iter().filter(|(right, _)| word.contains(right.as_str())) {
                patterns.push(word.replace(right, heard));
            }
            meanings.resize(patterns.len(), Meaning::Word(id));
        }
        patterns.extend(lookalikes.iter().cloned());
        meanings.resize(patterns.len(), Meaning::Lookalike);
        Finder {
            automaton: AhoCorasick::new(&patterns).expect("the embedded words fit an automaton"),
            meanings,
            nouns: (0..)
                .zip(words)
                .filter(|(_, word)| NOUNS.contains(&word.as_str()))
                .map(|(id, _)| id)
                .collect(),
            marks: Marks::new(),
            mark_ids,
            asked: Regex::new(asked).expect("the embedded pattern is tested"),
        }
    }

    /// Finds the words of the rules in a text. `cut` gives its terms and is called only where a
    /// noun of one character was hit.
    pub(crate) fn find<'a>(&self, reading: &'a Reading, cut: impl Fn(&str) -> Vec<Term>) -> Hits<'a> {
        let asked: Vec<Range<usize>> = self.asked.find_iter(reading.text()).map(|hit| hit.range()).collect();
        let is_asked = |bytes: &Range<usize>| asked.iter().any(|span| contains(span, bytes));
        let mut hits = Vec::new();
        let mut longer: Vec<Range<usize>> = Vec::new();
        for found in self.automaton.find_overlapping_iter(reading.text()) {
            match self.meanings.get(found.pattern().as_usize()) {
                Some(Meaning::Lookalike) => longer.push(reading.chars(&found.range())),
                Some(Meaning::Word(word)) if !is_asked(&found.range()) => {
                    let chars = reading.chars(&found.range());
                    hits.push(Hit {
                        word: *word,
                        start: chars.start,
                        end: chars.end,
                    });
                }
                _ => {}
            }
        }
        let is_part = |hit: &Hit| {
            let inside = |span: &&Range<usize>| contains(span, &(hit.start..hit.end));
            longer
                .iter()
                .filter(inside)
                .any(|span| span.len() > hit.end - hit.start)
        };
        hits.retain(|hit| !is_part(hit) && !is_denied(reading, hit));
        self.drop_parts_of_terms(reading, &mut hits, cut);
        hits.extend(self.marked(reading));
        hits.sort_unstable();
        hits.dedup();
        Hits { reading, hits }
    }

    /// Reads the marks of a text (#众, #大额 …) with their values.
    pub(crate) fn marks(&self, reading: &Reading) -> Vec<Mark> {
        self.marks.find(reading.text())
    }

    /// Returns the number of a mark that some rule uses.
    pub(crate) fn mark_id(&self, name: &str) -> Option<WordId> {
        self.mark_ids
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, id)| *id)
    }

    fn marked(&self, reading: &Reading) -> Vec<Hit> {
        let hit = |mark: Mark| {
            let chars = reading.chars(&mark.bytes);
            Some(Hit {
                word: self.mark_id(mark.name)?,
                start: chars.start,
                end: chars.end,
            })
        };
        self.marks(reading).into_iter().filter_map(hit).collect()
    }

    /// Drops nouns of one character that begin a longer term: 刀削面 is no 刀, but 菜刀 is.
    fn drop_parts_of_terms(&self, reading: &Reading, hits: &mut Vec<Hit>, cut: impl Fn(&str) -> Vec<Term>) {
        let is_noun = |hit: &Hit| self.nouns.contains(&hit.word);
        if !hits.iter().any(is_noun) {
            return;
        }
        let terms = cut(reading.text());
        let is_part = |hit: &Hit| terms.iter().any(|term| term.start <= hit.start && hit.end < term.end);
        hits.retain(|hit| !is_noun(hit) || !is_part(hit));
    }
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn mark_name(word: &str) -> Option<&'static str> {
    use crate::tags::marks;
    let names = [
        marks::MANY,
        marks::FEW,
        marks::MUCH,
        marks::LITTLE,
        marks::CHILD,
        marks::ELDER,
    ];
    names.into_iter().find(|name| *name == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Normal;

    fn found(text: &str) -> Vec<String> {
        let words = ["打架", "动刀", "受伤", "刀", "家暴", "着火"].map(String::from);
        let misheard = [("家暴".to_owned(), "加暴".to_owned())];
        let lookalikes = ["打架子鼓".to_owned()];
        let finder = Finder::new(&words, &misheard, &lookalikes, "有没有[^,。]{0,6}");
        let origin = (0..=text.chars().count()).collect();
        let normal = Normal {
            text: text.to_owned(),
            origin,
        };
        let reading = Reading::new(&normal);
        let cut = |text: &str| {
            let at = text
                .find("刀削面")
                .map(|byte| text.get(..byte).unwrap().chars().count());
            let term = |start| Term {
                text: "刀削面".into(),
                start,
                end: start + 3,
            };
            at.map(term).into_iter().collect()
        };
        let hits = finder.find(&reading, cut);
        let mut names: Vec<String> = hits.words().map(|word| words[word as usize].clone()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_word_is_found_also_where_it_was_misheard() {
        assert_eq!(found("他又加暴了"), ["家暴"]);
        assert_eq!(found("楼上着 火了"), ["着火"]);
    }

    #[test]
    fn what_is_denied_asked_or_part_of_another_word_is_not_found() {
        for text in [
            "双方没有动刀",
            "不是打架",
            "无人受伤",
            "现场未着火",
            "有没有人受伤",
            "邻居打架子鼓",
            "门口吃刀削面",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_denial_of_something_else_denies_nothing() {
        for text in [
            "不知道怎么就打架了",
            "没让他打架",
            "差不多要打架了",
            "没人管,打架了",
            "动不动刀",
        ] {
            assert!(!found(text).is_empty(), "{text}");
        }
    }
}
