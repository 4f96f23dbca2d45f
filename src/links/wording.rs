//! What was said in, weighted terms of the caller and references to other calls out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::call::Call;
use crate::elements::Elements;
use crate::links::Cues;
use crate::links::Word;
use crate::links::spots::Spot;

/// The most terms that a profile keeps, the weightiest first.
const MOST: usize = 64;

/// Texts that weigh less say too little to be compared.
const LEAST_WEIGHT: f32 = 4.0;

static TABLE: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../corpora/link_words.csv").as_bytes());
    let row = |row: csv::StringRecord| {
        let words = row.get(1).unwrap_or_default().split('|').map(str::to_owned).collect();
        (row.get(0).unwrap_or_default().to_owned(), words)
    };
    let rows = reader.records();
    rows.map(|read| row(read.expect("the embedded table is well-formed")))
        .collect()
});

static STOP: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list("stop").iter().map(String::as_str).collect());

/// Returns one list of `corpora/link_words.csv`.
pub(crate) fn list(kind: &str) -> &'static [String] {
    TABLE.get(kind).map_or(&[], Vec::as_slice)
}

/// Drops what dispatchers and records always say.
pub(crate) fn without_formulas(text: &str) -> String {
    list("formula")
        .iter()
        .fold(text.to_owned(), |text, formula| text.replace(formula, "\n"))
}

/// Weighs the terms of a text: stop words, numbers, single characters and the names of its places are left out.
pub(crate) fn words(terms: &[&str], spots: &[Spot]) -> Vec<Word> {
    let names: Vec<String> = spots.iter().flat_map(Spot::names).collect();
    let in_name = |term: &str| names.iter().any(|name| name.contains(term));
    let mut weights: BTreeMap<&str, f32> = BTreeMap::new();
    for term in terms.iter().filter(|term| tells(term) && !in_name(term)) {
        let length = term.chars().count().min(4) as f32;
        weights.insert(term, length / 2.0);
    }
    let mut words: Vec<Word> = weights
        .into_iter()
        .map(|(text, weight)| Word {
            text: text.to_owned(),
            weight,
        })
        .collect();
    words.sort_by(|x, y| y.weight.total_cmp(&x.weight).then_with(|| x.text.cmp(&y.text)));
    words.truncate(MOST);
    words.sort_by(|x, y| x.text.cmp(&y.text));
    words
}

fn tells(term: &str) -> bool {
    let number = |c: char| c.is_ascii_digit() || "零幺一二两三四五六七八九十百千万".contains(c);
    term.chars().count() >= 2 && !STOP.contains(term) && !term.contains(number)
}

/// Returns how alike the words of two calls are (cosine), from 0 to 1; none where one of them says too little.
pub(crate) fn similarity(one: &[Word], other: &[Word]) -> Option<f32> {
    let weight = |words: &[Word]| words.iter().map(|word| word.weight).sum::<f32>();
    if weight(one) < LEAST_WEIGHT || weight(other) < LEAST_WEIGHT {
        return None;
    }
    let of_other = |word: &Word| {
        let found = other.binary_search_by(|probe| probe.text.cmp(&word.text)).ok()?;
        other.get(found).map(|twin| twin.weight * word.weight)
    };
    let norm = |words: &[Word]| words.iter().map(|word| word.weight * word.weight).sum::<f32>().sqrt();
    let dot: f32 = one.iter().filter_map(of_other).sum();
    Some(dot / (norm(one) * norm(other)))
}

/// Finds what a call says about other calls and what makes repeating it serious.
pub(crate) fn cues(call: &Call, text: &str, elements: &Elements) -> Cues {
    let said = [text, call.content.as_deref().unwrap_or_default()];
    let says = |kind: &str| {
        let mut words = list(kind).iter();
        words.any(|word| said.iter().any(|text| text.contains(word.as_str())))
    };
    let failed = |text: &str| list("unsettled").iter().any(|word| text.contains(word.as_str()));
    Cues {
        again: says("again"),
        chaser: says("chaser"),
        armed: !elements.weapons.is_empty(),
        injured: !elements.injuries.is_empty(),
        arson: says("arson"),
        unsettled: call
            .feedback
            .iter()
            .any(|sheet| failed(&sheet.text) || sheet.result.as_deref().is_some_and(failed)),
    }
}
