//! Evidence and elements in, labels with confidence and reasons out, sorted by name.

use std::collections::BTreeMap;

use crate::elements::Elements;
use crate::elements::SourceText;
use crate::tags::Label;
use crate::tags::lexicon::Lexicon;
use crate::tags::marks;
use crate::tags::reading::Reading;
use crate::tags::support::Support;

/// Score from which a label is given.
const ENOUGH: f32 = 3.0;
/// The label that says how much money is at stake; its first reason is the range.
const AMOUNT: &str = "金额区间";
/// Upper bounds of the ranges of money in yuan, with their names.
const RANGES: [(f64, &str); 4] = [
    (1_000.0, "1千元以下"),
    (10_000.0, "1千至1万元"),
    (100_000.0, "1万至10万元"),
    (1_000_000.0, "10万至100万元"),
];

/// Gives the labels that have enough evidence.
pub(crate) fn labels(
    lexicon: &Lexicon,
    support: &BTreeMap<usize, Support>,
    readings: &[(&SourceText, Reading)],
    elements: &Elements,
) -> Vec<Label> {
    let enough = support.iter().filter(|(_, support)| support.score >= ENOUGH);
    let named = enough.filter_map(|(index, support)| {
        Some(Label {
            name: lexicon.labels.get(*index)?.clone(),
            // 3 gives 0.63, 6 gives 0.86, 9 gives 0.95.
            confidence: 1.0 - (-support.score / ENOUGH).exp(),
            reasons: support.reasons.clone(),
        })
    });
    let mut labels: Vec<Label> = named.collect();
    labels.extend(amount(lexicon, readings, elements));
    labels.sort_by(|a, b| a.name.cmp(&b.name));
    labels
}

/// Returns the label for the largest amount that is spoken of.
fn amount(lexicon: &Lexicon, readings: &[(&SourceText, Reading)], elements: &Elements) -> Option<Label> {
    let is_money = |name: &str| [marks::MUCH, marks::LITTLE].contains(&name);
    let read = readings.iter().flat_map(|(_, reading)| {
        let marks = lexicon
            .finder
            .marks(reading)
            .into_iter()
            .filter(|mark| is_money(mark.name));
        marks.map(|mark| {
            let words = reading.text().get(mark.bytes.clone()).unwrap_or_default();
            (mark.value, words.to_owned())
        })
    });
    let given = elements.amounts.iter().map(|item| (item.value.max, item.text.clone()));
    let (value, words) = given.chain(read).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let range = RANGES.iter().find(|(bound, _)| value < *bound);
    let range = range.map_or("100万元以上", |(_, name)| name);
    Some(Label {
        name: AMOUNT.to_owned(),
        confidence: 0.8,
        reasons: vec![range.to_owned(), words],
    })
}
