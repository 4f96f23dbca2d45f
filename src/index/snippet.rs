//! A text and what was looked for in, an HTML-escaped excerpt with the hits in `<mark>` out.

use crate::index::letters::Letter;
use crate::index::letters::letters;

/// Length of an excerpt in characters.
const LENGTH: usize = 90;
/// Characters shown before the first hit.
const BEFORE: usize = 15;

/// Returns the stretch of `text` with most hits. Without a hit it is the beginning. Lines are joined by a space.
pub(super) fn snippet(text: &str, needles: &[&str]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let marked = marks(text, chars.len(), needles);
    let start = best_start(&marked);
    let end = (start + LENGTH).min(chars.len());
    let mut html = String::new();
    if start > 0 {
        html.push('…');
    }
    let mut inside = false;
    for (c, mark) in chars.iter().zip(&marked).take(end).skip(start) {
        if *mark != inside {
            html.push_str(if *mark { "<mark>" } else { "</mark>" });
            inside = *mark;
        }
        push_escaped(&mut html, *c);
    }
    if inside {
        html.push_str("</mark>");
    }
    if end < chars.len() {
        html.push('…');
    }
    html
}

/// Tells whether a text shows any of the needles.
pub(super) fn shows(text: &str, needles: &[&str]) -> bool {
    marks(text, text.chars().count(), needles).contains(&true)
}

/// Says of each character whether it belongs to a hit.
fn marks(text: &str, length: usize, needles: &[&str]) -> Vec<bool> {
    let letters = letters(text);
    let mut marked = vec![false; length];
    for needle in needles {
        let needle: Vec<char> = needle.chars().flat_map(char::to_lowercase).collect();
        for window in letters.windows(needle.len().max(1)) {
            let (Some(first), Some(last)) = (window.first(), window.last()) else {
                continue;
            };
            if first.line == last.line && same(window, &needle) {
                for mark in marked.iter_mut().take(last.origin + 1).skip(first.origin) {
                    *mark = true;
                }
            }
        }
    }
    marked
}

fn same(window: &[Letter], needle: &[char]) -> bool {
    window.len() == needle.len() && window.iter().zip(needle).all(|(letter, c)| letter.value == *c)
}

/// Returns where the excerpt with most marked characters begins, the earliest of them.
fn best_start(marked: &[bool]) -> usize {
    let mut sums = vec![0];
    for mark in marked {
        sums.push(sums.last().copied().unwrap_or(0) + usize::from(*mark));
    }
    let latest = marked.len().saturating_sub(LENGTH);
    let mut best = (0, 0);
    for (index, mark) in marked.iter().enumerate() {
        let begins = *mark && index.checked_sub(1).and_then(|before| marked.get(before)) != Some(&true);
        if !begins {
            continue;
        }
        let start = index.saturating_sub(BEFORE).min(latest);
        let end = (start + LENGTH).min(marked.len());
        let hits = sums.get(end).copied().unwrap_or(0) - sums.get(start).copied().unwrap_or(0);
        if hits > best.0 {
            best = (hits, start);
        }
    }
    best.1
}

fn push_escaped(html: &mut String, c: char) {
    match c {
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '&' => html.push_str("&amp;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        c if c.is_control() => html.push(' '),
        c => html.push(c),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, needles: &[&str], expected: &str) {
        assert_eq!(snippet(text, needles), expected);
    }

    #[test]
    fn hits_are_marked_and_everything_else_is_escaped() {
        check("楼上<b>噪音</b>", &["噪音"], "楼上&lt;b&gt;<mark>噪音</mark>&lt;/b&gt;");
        check("", &["噪音"], "");
        check("没有", &["噪音"], "没有");
        check("没有", &[""], "没有");
    }

    #[test]
    fn overlapping_hits_share_one_mark() {
        check("东风路口", &["东风", "风路"], "<mark>东风路</mark>口");
    }

    #[test]
    fn a_hit_reaches_over_punctuation_but_not_over_the_end_of_a_line() {
        check("楼上,噪音", &["上噪"], "楼<mark>上,噪</mark>音");
        check("楼上\n噪音", &["上噪"], "楼上 噪音");
    }

    #[test]
    fn of_a_long_text_the_part_with_most_hits_is_shown() {
        let text = format!("刀{}噪音噪音{}", "无".repeat(200), "关".repeat(200));
        let shown = snippet(&text, &["刀", "噪音"]);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("<mark>噪音噪音</mark>"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_leaves_a_tag_of_its_own(text in ".{0,120}", needle in ".{0,4}") {
            let shown = snippet(&text, &[&needle]).replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!shown.contains(['<', '>', '"', '\'']));
        }
    }
}
