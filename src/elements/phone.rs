//! A text in, telephone numbers out: whole ones, and the last four digits where only those are said.

use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Item;
use crate::elements::reading::Reading;
use crate::elements::reading::head;
use crate::elements::reading::tail;

static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:\+?86[- ]?)?(1[3-9]\d[-, 、]{0,2}\d{4}[-, 、]{0,2}\d{4})|(0\d{2,3}[- ]?[2-9]\d{6,7})|([48]00[- ]?\d{3}[- ]?\d{4})",
    )
    .expect("the pattern is fixed")
});
static TAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:尾号|后四位)(?:是|为|:)?(\d{4})").expect("the pattern is fixed"));

/// Finds telephone numbers, in order; digits inside identity numbers are none.
pub(super) fn find(reading: &Reading, ids: &[Item<String>]) -> Vec<Item<String>> {
    let layer = &reading.digits;
    let mut items = Vec::new();
    for found in WHOLE.captures_iter(&layer.text) {
        let Some(number) = (1..=3).find_map(|group| found.get(group)) else {
            continue;
        };
        let beside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let start = found.get(0).map_or(number.start(), |whole| whole.start());
        if beside(layer.before(start).chars().last()) || beside(layer.after(number.end()).chars().next()) {
            continue;
        }
        let value: String = number.as_str().chars().filter(char::is_ascii_digit).collect();
        let confidence = if found.get(1).is_some() { 0.98 } else { 0.9 };
        items.push(reading.item(layer.span(number.range()), value, confidence));
    }
    for found in TAIL.captures_iter(&layer.text) {
        let Some(number) = found.get(1) else { continue };
        let before = tail(layer.before(number.start()), 14);
        let ends = layer
            .after(number.end())
            .chars()
            .next()
            .is_none_or(|c| !c.is_ascii_alphanumeric());
        let of_a_car = head(layer.after(number.end()), 4).contains('车');
        if ends
            && !of_a_car
            && !["车", "牌", "警号", "卡", "身份证"]
                .iter()
                .any(|word| before.contains(word))
        {
            items.push(reading.item(layer.span(number.range()), number.as_str().to_owned(), 0.6));
        }
    }
    items.retain(|item| ids.iter().all(|id| item.end <= id.start || id.end <= item.start));
    items.sort_by_key(|item| item.start);
    items
}
