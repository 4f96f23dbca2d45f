//! A text and a place in it in, the clause or sentence around that place out; whether it asks or denies.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Marks between sentences.
const STOPS: [char; 7] = ['。', '!', '?', ';', '\n', '！', '？'];
/// Marks between clauses, besides those between sentences.
const COMMAS: [char; 3] = [',', ':', '…'];

/// Returns the bytes of the clause around a byte, with the mark that ends it; things in a row (刀、棍) are in one.
pub(super) fn around(text: &str, byte: usize) -> Range<usize> {
    let is_mark = |c: char| STOPS.contains(&c) || COMMAS.contains(&c);
    stretch(text, byte, is_mark)
}

/// Returns the bytes of the sentence around a byte.
pub(super) fn sentence(text: &str, byte: usize) -> Range<usize> {
    stretch(text, byte, |c| STOPS.contains(&c))
}

/// Returns what is said before a byte in its clause. What follows 是 in 不是刀是扳手 is no longer denied and stands by
/// itself.
pub(super) fn before(text: &str, byte: usize) -> &str {
    let words = text.get(around(text, byte).start..byte).unwrap_or_default();
    let denied = words.rfind("不是").map_or(0, |denied| denied + "不是".len());
    match words.get(denied..).and_then(|rest| rest.rfind('是')) {
        Some(instead) if denied > 0 => words.get(denied + instead + '是'.len_utf8()..).unwrap_or_default(),
        _ => words,
    }
}

/// Returns the bytes of every sentence of a text, each with the mark that ends it.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let length = rest.split_inclusive(STOPS).next()?.len();
        let sentence = start..start + length;
        start += length;
        Some(sentence)
    })
}

fn stretch(text: &str, byte: usize, is_mark: impl Fn(char) -> bool + Copy) -> Range<usize> {
    let (before, after) = (
        text.get(..byte).unwrap_or_default(),
        text.get(byte..).unwrap_or_default(),
    );
    let start = before
        .rfind(is_mark)
        .map_or(0, |mark| mark + before.get(mark..).map_or(1, first_length));
    let end = after.split_inclusive(is_mark).next().map_or(0, str::len);
    start..byte + end
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Tells whether a clause asks for something and so says nothing.
pub(super) fn asks(clause: &str) -> bool {
    const WORDS: [&str; 10] = [
        "了没",
        "有没有",
        "有无",
        "是否",
        "是不是",
        "吗",
        "什么",
        "会不会",
        "没有吧",
        "哪",
    ];
    clause.ends_with('?') || WORDS.iter().any(|word| clause.contains(word))
}

/// Tells whether what comes right behind `before` is denied or only feared.
pub(super) fn denies(before: &str) -> bool {
    const WORDS: [&str; 39] = [
        "没有",
        "没",
        "未",
        "无",
        "不是",
        "并非",
        "不带",
        "不曾",
        "别",
        "不要",
        "差点",
        "险些",
        "以防",
        "防止",
        "避免",
        "怕",
        "否认",
        "担心",
        "万一",
        "要是",
        "如果",
        "假如",
        "以为",
        "不会",
        "不敢",
        "不至于",
        "哪有",
        "不算",
        "不动",
        "不拿",
        "不用",
        "不持",
        "不见",
        "从不",
        "误认",
        "谈不上",
        "不存在",
        "排除",
        "不涉及",
    ];
    let likened = ["看成", "当成", "听成", "不像"]
        .iter()
        .any(|word| before.contains(word));
    let alike = before.ends_with('像') && !before.ends_with("好像");
    likened || alike || WORDS.iter().any(|word| before.contains(word))
}

/// Tells whether what stands between two things of a kind takes the first back (三单元,不对,四单元).
pub(super) fn takes_back(between: &str) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"^[^\p{Han}\w]*(?:哦|噢|啊|呃|哎|哎呀|呸)?[^\p{Han}\w]*(?:不对不对|不对|不是|不不+|错了|说错了?|记错了?|口误)[^\p{Han}\w]*(?:应该|可能|我记得)?(?:就?是|在)?[^\p{Han}\w]*$",
        )
        .expect("the pattern is fixed")
    });
    WORDS.is_match(between)
}
