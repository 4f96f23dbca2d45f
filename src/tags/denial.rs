//! A hit and what stands before it in, whether it is denied out (没有动刀, 不是打架).

use crate::tags::hits::Hit;
use crate::tags::reading::Reading;

/// What stands before a word and denies it, with at most this many characters between.
const DENIALS: [(&str, usize); 14] = [
    ("没有", 2),
    ("并未", 2),
    ("未", 1),
    ("不是", 1),
    ("没", 1),
    ("无", 2),
    ("不", 0),
    ("并非", 2),
    ("排除", 2),
    ("未见", 2),
    ("未发现", 4),
    ("没有发生", 2),
    ("没看见他", 1),
    ("没看到他", 1),
];

/// Characters that, between a denial and a word, show that it is another part of the sentence that is denied.
const UNDENIED: [char; 14] = [
    ',', '、', '他', '她', '我', '你', '就', '还', '又', '被', '让', '给', '把', '在',
];

/// Says whether the words just before a hit deny it (没有动刀, 不是打架, 无人受伤).
pub(crate) fn is_denied(reading: &Reading, hit: &Hit) -> bool {
    let before = reading.slice(hit.start.saturating_sub(8), hit.start);
    let word = reading.slice(hit.start, hit.end);
    // A cue that denies something itself (不给钱, 没人管) says what it says.
    if word.starts_with(['不', '没', '无', '未']) {
        return false;
    }
    if !before.contains(['没', '未', '不', '无', '非', '除']) {
        return false;
    }
    DENIALS.iter().any(|(denial, gap)| {
        let Some((_, between)) = before.rsplit_once(denial) else {
            return false;
        };
        between.chars().count() <= *gap && !between.contains(UNDENIED) && !is_figure_of_speech(before)
    })
}

/// Says whether a denial is only part of another word (对不起, 差不多, 是不是, 忍不住).
fn is_figure_of_speech(before: &str) -> bool {
    [
        "是不",
        "差不",
        "忍不",
        "要不",
        "动不",
        "受不",
        "说不",
        "对不",
        "没完没",
        "止不",
    ]
    .iter()
    .any(|figure| {
        before
            .rsplit_once(figure)
            .is_some_and(|(_, after)| after.chars().count() <= 2)
    })
}
