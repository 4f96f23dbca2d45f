//! The texts of a call in, the sentences that tell cause, course and outcome out.

use crate::elements::Item;
use crate::elements::Source;
use crate::elements::clause;
use crate::elements::reading::Reading;

/// Words that give a cause, the clearest first.
const CAUSE: [&str; 14] = [
    "因为",
    "由于",
    "起因",
    "原因是",
    "系因",
    "因琐事",
    "因",
    "为了",
    "琐事",
    "引发",
    "导致",
    "欠",
    "没给",
    "不给",
];
/// Words that tell what was done to whom.
const COURSE: [&str; 26] = [
    "打起来",
    "打架",
    "打人",
    "动手",
    "吵",
    "砸",
    "骂",
    "威胁",
    "偷",
    "抢",
    "撞",
    "追",
    "堵",
    "跑了",
    "拿着",
    "转账",
    "转了",
    "扔",
    "踹",
    "泼",
    "发生",
    "闹",
    "着火",
    "冒烟",
    "骗",
    "拖",
];
/// Words that tell how it ended.
const OUTCOME: [&str; 26] = [
    "经调解",
    "调解达成",
    "达成",
    "和解",
    "签字",
    "已调解",
    "已劝离",
    "劝离",
    "带回",
    "送医",
    "送往医院",
    "移交",
    "未发现",
    "撤警",
    "不用来了",
    "已处理",
    "批评教育",
    "立案",
    "受案",
    "已告知",
    "告知其",
    "已离开",
    "已出警",
    "自行协商",
    "口头警告",
    "已扑灭",
];
/// A sentence longer than this tells too much to be one element.
const MAX_LENGTH: usize = 120;

/// Finds the sentence that tells the cause.
pub(super) fn cause(readings: &[Reading]) -> Option<Item<String>> {
    // 因此 and 因而 tell what followed.
    let tells = |sentence: &str, word: &str| {
        sentence.contains(word) && !(word == "因" && (sentence.contains("因此") || sentence.contains("因而")))
    };
    first(readings, &CAUSE, tells)
}

/// Finds the sentence that tells what happened.
pub(super) fn course(readings: &[Reading]) -> Option<Item<String>> {
    first(readings, &COURSE, |sentence, word| sentence.contains(word))
}

/// Finds the sentence that tells the outcome; feedback tells it best, so it is asked first.
pub(super) fn outcome(readings: &[Reading]) -> Option<Item<String>> {
    let (feedback, others): (Vec<&Reading>, Vec<&Reading>) =
        (readings.iter()).partition(|reading| matches!(reading.source, Source::Feedback(_)));
    let tells = |sentence: &str, word: &str| sentence.contains(word);
    feedback
        .into_iter()
        .rev()
        .chain(others)
        .find_map(|reading| in_one(reading, &OUTCOME, tells))
}

/// Finds the sentence with the clearest word, in the first source that has one.
fn first(readings: &[Reading], words: &[&str], tells: impl Fn(&str, &str) -> bool) -> Option<Item<String>> {
    readings.iter().find_map(|reading| in_one(reading, words, &tells))
}

fn in_one(reading: &Reading, words: &[&str], tells: impl Fn(&str, &str) -> bool) -> Option<Item<String>> {
    let layer = &reading.plain;
    let sentences: Vec<_> = clause::sentences(&layer.text)
        .filter(|range| {
            let sentence = layer.text.get(range.clone()).unwrap_or_default();
            // What is said to the caller is the desk's.
            let desk = sentence.contains('您') || sentence.contains("请");
            !desk && !clause::asks(sentence.trim()) && (2..=MAX_LENGTH).contains(&sentence.chars().count())
        })
        .collect();
    let told = words.iter().enumerate().find_map(|(rank, word)| {
        let holds = |range: &&std::ops::Range<usize>| tells(layer.text.get((*range).clone()).unwrap_or_default(), word);
        sentences.iter().find(holds).map(|range| (rank, range.clone()))
    });
    let (rank, range) = told?;
    let confidence = if rank < words.len() / 2 { 0.8 } else { 0.6 };
    let mut item = reading.item(layer.span(range), String::new(), confidence);
    item.value = item.text.trim().to_owned();
    Some(item)
}
