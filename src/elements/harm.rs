//! A text in, the weapons and injuries that are there out; what is denied, asked or only looks like one is left out.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::MatchKind;

use crate::elements::Item;
use crate::elements::clause;
use crate::elements::reading::Reading;

/// What a word of `corpora/harm.tsv` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Weapon,
    Injury,
    None,
}

struct Words {
    finder: AhoCorasick,
    kinds: Vec<Kind>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let rows = (include_str!("../../corpora/harm.tsv").lines()).filter_map(|line| line.split_once('\t'));
    let (words, kinds): (Vec<&str>, Vec<Kind>) = rows
        .map(|(kind, word)| {
            let kind = match kind {
                "weapon" => Kind::Weapon,
                "injury" => Kind::Injury,
                _ => Kind::None,
            };
            (word, kind)
        })
        .unzip();
    let builder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(words);
    Words {
        finder: builder.expect("some hundred short words"),
        kinds,
    }
});

/// A word of one character says less.
const SHORT: f32 = 0.6;

/// Finds weapons and injuries, each in order.
pub(super) fn find(reading: &Reading) -> (Vec<Item<String>>, Vec<Item<String>>) {
    let layer = &reading.plain;
    let (mut weapons, mut injuries) = (Vec::new(), Vec::new());
    for found in WORDS.finder.find_iter(&layer.text) {
        let around = clause::around(&layer.text, found.start());
        let words = layer.text.get(around.clone()).unwrap_or_default();
        let before = layer.text.get(around.start..found.start()).unwrap_or_default();
        if clause::asks(words) || clause::denies(before) {
            continue;
        }
        let word = layer.text.get(found.range()).unwrap_or_default().to_owned();
        let confidence = if word.chars().count() > 1 { 0.9 } else { SHORT };
        let item = |value| reading.item(layer.span(found.range()), value, confidence);
        match WORDS.kinds[found.pattern().as_usize()] {
            Kind::Weapon => weapons.push(item(word)),
            Kind::Injury => injuries.push(item(word)),
            Kind::None => {}
        }
    }
    (weapons, injuries)
}
