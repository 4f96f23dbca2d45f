//! The embedded tables of `corpora/` in, leaves, labels, escalators and the rules that speak for them out.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tags::cues::Vocabulary;
use crate::tags::evidence::RuleBook;
use crate::tags::hits::Finder;
use crate::tags::table::alternatives;
use crate::tags::table::rows;
use crate::tags::taxonomy::Leaf;
use crate::tags::taxonomy::leaves;

const LABELS: &str = include_str!("../../corpora/labels.csv");
const ESCALATORS: &str = include_str!("../../corpora/urgency.csv");
const WORDS: &str = include_str!("../../corpora/words.csv");
const MISHEARD: &str = include_str!("../../corpora/misheard.csv");

#[derive(Debug, Deserialize)]
struct LabelRow {
    name: String,
    cues: String,
}

#[derive(Debug, Deserialize)]
struct EscalatorRow {
    name: String,
    effect: Effect,
    cues: String,
}

#[derive(Debug, Deserialize)]
struct WordsRow {
    name: String,
    words: String,
}

/// What an escalator does to the urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Effect {
    /// Life at risk now: level 1.
    #[serde(rename = "1")]
    First,
    /// At least level 2.
    #[serde(rename = "2")]
    Second,
    /// At least level 3.
    #[serde(rename = "3")]
    Third,
    /// One level more urgent, down to 1.
    #[serde(rename = "up")]
    Up,
    /// One level more urgent, but not where nothing bad has happened (level 4).
    #[serde(rename = "up-if-serious")]
    UpIfSerious,
}

/// What a rule speaks for; the numbers are places in the lexicon's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Leaf(usize),
    Label(usize),
    Escalator(usize),
}

/// Everything that the embedded tables say.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) leaves: Vec<Leaf>,
    /// Names of labels.
    pub(crate) labels: Vec<String>,
    /// Names and effects of escalators.
    pub(crate) escalators: Vec<(String, Effect)>,
    /// What is said without saying anything (喂, 您好 …), longest first.
    pub(crate) small_talk: Vec<String>,
    pub(crate) rules: RuleBook<Target>,
    pub(crate) finder: Finder,
}

impl Lexicon {
    /// Reads the embedded tables.
    pub(crate) fn embedded() -> Lexicon {
        let groups: BTreeMap<String, Vec<String>> = rows(WORDS)
            .into_iter()
            .map(|row: WordsRow| (row.name, alternatives(&row.words)))
            .collect();
        let group = |name: &str| groups.get(name).cloned().unwrap_or_default();
        let (lookalikes, asked) = (group("@lookalikes"), group("@asked").join("|"));
        let mut small_talk = group("@small-talk");
        small_talk.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        let misheard: Vec<(String, String)> = rows(MISHEARD)
            .into_iter()
            .flat_map(|row: WordsRow| {
                alternatives(&row.words)
                    .into_iter()
                    .map(move |heard| (row.name.clone(), heard))
            })
            .collect();

        let mut vocabulary = Vocabulary::with_groups(groups);
        let mut rules = RuleBook::new();
        let mut add = |target, cues: &str| {
            let read = vocabulary.rules(cues).expect("the embedded tables are tested");
            rules.add(target, read);
        };
        let leaves = leaves();
        for (index, leaf) in leaves.iter().enumerate() {
            add(Target::Leaf(index), &leaf.cues);
        }
        let mut labels = Vec::new();
        for row in rows::<LabelRow>(LABELS) {
            add(Target::Label(labels.len()), &row.cues);
            labels.push(row.name);
        }
        let mut escalators = Vec::new();
        for row in rows::<EscalatorRow>(ESCALATORS) {
            add(Target::Escalator(escalators.len()), &row.cues);
            escalators.push((row.name, row.effect));
        }
        let finder = Finder::new(vocabulary.words(), &misheard, &lookalikes, &asked);
        Lexicon {
            leaves,
            labels,
            escalators,
            small_talk,
            rules,
            finder,
        }
    }
}
