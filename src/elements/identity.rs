//! A text in, identity numbers with a right check digit out.

use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Item;
use crate::elements::reading::Reading;

static PATTERN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{17}(?:[\dx]|叉|埃克斯|艾克斯)").expect("the pattern is fixed"));

/// Finds identity numbers, in order; the last one may be said (叉 for X).
pub(super) fn find(reading: &Reading) -> Vec<Item<String>> {
    let layer = &reading.digits;
    let mut items = Vec::new();
    for found in PATTERN.find_iter(&layer.text) {
        let beside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if beside(layer.before(found.start()).chars().last()) || beside(layer.after(found.end()).chars().next()) {
            continue;
        }
        let mut value: String = found.as_str().chars().take(17).collect();
        let last = found.as_str().chars().nth(17).unwrap_or(' ');
        value.push(if last.is_ascii_digit() { last } else { 'X' });
        if is_valid(&value) {
            items.push(reading.item(layer.span(found.range()), value, 0.98));
        }
    }
    items
}

/// Checks the date and the check digit (mod 11-2).
fn is_valid(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let Some(first) = digits.get(..17) else { return false };
    let sum: u32 = first.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let part = |from: usize, to: usize| first[from..to].iter().fold(0, |value, digit| value * 10 + digit);
    let date =
        (1900..=2099).contains(&part(6, 10)) && (1..=12).contains(&part(10, 12)) && (1..=31).contains(&part(12, 14));
    date && number.chars().nth(17) == CHECK.get((sum % 11) as usize).copied()
}
