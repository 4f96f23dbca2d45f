//! Text in, terms with positions out. The only place that names jieba_rs.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use jieba_rs::Jieba;

use crate::text;
use crate::text::Normal;

/// One term. Offsets count characters of the text given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term in normalised form (simplified, half width, lower case).
    pub text: String,
    /// First character in the original text.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// Cuts Chinese text into terms, with the police and place dictionaries of `corpora/dictionary`.
pub struct Segmenter {
    jieba: Jieba,
}

/// The embedded dictionaries: a word a line.
const DICTIONARIES: [&str; 3] = [
    include_str!("../../corpora/dictionary/police.txt"),
    include_str!("../../corpora/dictionary/places.txt"),
    include_str!("../../corpora/dictionary/products.txt"),
];

/// Words of a longer term that are searched for as well have this many characters.
const INNER_LENGTHS: [usize; 2] = [2, 3];

impl fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segmenter").finish_non_exhaustive()
    }
}

impl Segmenter {
    /// Builds a segmenter from the embedded dictionary and further words (names of places, say). Takes some 0.2 s.
    ///
    /// Words of one character or with a space in them are passed over.
    #[must_use]
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Segmenter {
        let mut jieba = Jieba::new();
        for word in DICTIONARIES.into_iter().flat_map(entries).chain(words) {
            let word = text::normalise(word.trim()).text;
            // A word gets the frequency that makes it win; one that the dictionary holds must not lose its own.
            if word.chars().count() > 1 && !word.contains(char::is_whitespace) {
                jieba.add_word(&word, None, None);
            }
        }
        Segmenter { jieba }
    }

    /// Cuts `text` into terms that do not overlap; punctuation and space are left out.
    #[must_use]
    pub fn cut(&self, text: &str) -> Vec<Term> {
        let normal = text::normalise(text);
        let mut terms = Vec::new();
        for token in self.jieba.cut(&normal.text, true) {
            if token.word.contains(char::is_alphanumeric) {
                terms.push(term(&normal, token.word.to_owned(), token.start, token.end));
            }
        }
        terms
    }

    /// Cuts `text` for search: long terms are followed by the shorter words inside them.
    #[must_use]
    pub fn cut_for_search(&self, text: &str) -> Vec<Term> {
        let normal = text::normalise(text);
        let mut terms = Vec::new();
        for token in self.jieba.cut(&normal.text, true) {
            if !token.word.contains(char::is_alphanumeric) {
                continue;
            }
            terms.push(term(&normal, token.word.to_owned(), token.start, token.end));
            let characters: Vec<char> = token.word.chars().collect();
            for length in INNER_LENGTHS.into_iter().filter(|&length| length < characters.len()) {
                for (offset, inner) in characters.windows(length).enumerate() {
                    let word: String = inner.iter().collect();
                    let start = token.start + offset;
                    if self.jieba.has_word(&word) {
                        terms.push(term(&normal, word, start, start + length));
                    }
                }
            }
        }
        terms
    }
}

/// Tells whether a term, in normalised form, says nothing about a call (的, 这个, 您好).
#[must_use]
pub fn is_stop_word(term: &str) -> bool {
    static STOP: LazyLock<HashSet<&str>> =
        LazyLock::new(|| entries(include_str!("../../corpora/dictionary/stop.txt")).collect());
    STOP.contains(term)
}

fn entries(dictionary: &str) -> impl Iterator<Item = &str> {
    (dictionary.lines())
        .map(|line| line.split_whitespace().next().unwrap_or_default())
        .filter(|word| !word.is_empty() && !word.starts_with('#'))
}

fn term(normal: &Normal, text: String, start: usize, end: usize) -> Term {
    let (start, end) = normal.original(start, end);
    Term { text, start, end }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use crate::terms::DICTIONARIES;
    use crate::terms::Segmenter;
    use crate::terms::Term;
    use crate::terms::entries;
    use crate::terms::is_stop_word;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new(["枫丹白露", "A 1"]));

    fn words(terms: &[Term]) -> String {
        terms
            .iter()
            .map(|term| term.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn words_of_the_desk_stay_whole() {
        for (text, expected) in [
            ("报警人称楼上噪音扰民。", "报警人称 楼上 噪音 扰民"),
            ("派出所民警已出警", "派出所 民警 已 出警"),
            ("枫丹白露3号楼", "枫丹白露 3 号楼"),
            ("包工头拖欠工资,扬言跳楼", "包工头 拖欠工资 扬言 跳楼"),
            ("電動車後輪", "电动车 后轮"),
            ("、。!  ", ""),
        ] {
            assert_eq!(words(&SEGMENTER.cut(text)), expected, "{text}");
        }
    }

    #[test]
    fn long_terms_are_searched_by_their_parts_too() {
        let terms = SEGMENTER.cut_for_search("报警人称拖欠工资");
        assert_eq!(words(&terms), "报警人称 报警 人称 报警人 拖欠工资 拖欠 工资");
        assert_eq!((terms[1].start, terms[1].end), (0, 2));
    }

    #[test]
    fn every_word_of_the_dictionaries_is_cut_as_one() {
        for word in DICTIONARIES.into_iter().flat_map(entries) {
            let terms = SEGMENTER.cut(word);
            assert_eq!(words(&terms), word, "the dictionary word is not kept whole");
        }
    }

    #[test]
    fn offsets_lead_to_the_original() {
        let text = "（１１０）報警人，㎡";
        let characters: Vec<char> = text.chars().collect();
        let terms = SEGMENTER.cut(text);
        let read: Vec<String> = terms
            .iter()
            .map(|term| characters[term.start..term.end].iter().collect())
            .collect();
        assert_eq!(read, ["１１０", "報警人", "㎡"]);
    }

    #[test]
    fn stop_words_say_nothing_and_others_do() {
        assert!(is_stop_word("的") && is_stop_word("您好"));
        assert!(!is_stop_word("噪音") && !is_stop_word(""));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn terms_are_in_order_apart_and_inside(text in prop_oneof![any::<String>(), "[一-龥a-zA-Z0-9，。 ]{0,30}"]) {
            let terms = SEGMENTER.cut(&text);
            let length = text.chars().count();
            prop_assert!(terms.iter().all(|term| term.start < term.end && term.end <= length));
            let inner = SEGMENTER.cut_for_search(&text);
            prop_assert!(terms.iter().all(|term| inner.contains(term)));
        }
    }
}
