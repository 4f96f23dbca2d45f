//! The digit form of a text in, kilometre posts out.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::elements::reading::tail;

static POST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"k(?P<km>\d{1,4})(?:(?:\+|加)(?P<m>\d{1,3})米?)?|(?P<n>\d{1,4})公里(?:加(?P<nm>\d{1,3})米?)?处?")
        .expect("the pattern is fixed")
});

/// Finds kilometre posts in the digit form: its bytes and the metres from the start of the road.
pub(super) fn find(digits: &str) -> Vec<(Range<usize>, u32)> {
    let read = |found: regex::Captures<'_>| {
        let whole = found.get(0)?;
        let number = |name: &str| {
            found
                .name(name)
                .map_or(Some(0), |text| text.as_str().parse::<u32>().ok())
        };
        let before = tail(digits.get(..whole.start()).unwrap_or_default(), 16);
        let is_road = ["高速", "国道", "省道", "方向", "绕城"]
            .iter()
            .any(|word| before.contains(word));
        let letter = found.name("km").is_some();
        let beside = letter && before.ends_with(|c: char| c.is_ascii_alphanumeric());
        if beside || (!letter && !is_road) {
            return None;
        }
        let metres = (number("km")? + number("n")?) * 1_000 + number("m")? + number("nm")?;
        Some((whole.range(), metres))
    };
    POST.captures_iter(digits).filter_map(read).collect()
}
