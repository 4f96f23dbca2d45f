//! A text in, the persons it names out: surname, name and who they are to the caller.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use aho_corasick::MatchKind;
use regex::Regex;

use crate::elements::Item;
use crate::elements::Person;
use crate::elements::Source;
use crate::elements::reading::Reading;
use crate::elements::reading::head;
use crate::elements::reading::tail;
use crate::sound::sounds_like;

const SURNAMES: &str = include_str!("../../corpora/surnames.txt");

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\p{Han})(?:某某?|先生|女士|小姐|大爷|大妈|大叔|大姐|阿姨|师傅|老师|老板|经理|队长|所长|警官)")
        .expect("the pattern is fixed")
});
static STATED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"姓(\p{Han})").expect("the pattern is fixed"));
/// 姓 heard as a word of its sound: only behind who bears the name, and with nothing behind it.
static STATED_HEARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:姓|(?:[我他她您你俺]|老公|爱人|对方|那人)[信心幸性新])(\p{Han})(?:[,。!?;、]|$)")
        .expect("the pattern is fixed")
});
static NICK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[老小](\p{Han})(家)?").expect("the pattern is fixed"));
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:叫做?|名叫|名字是)(\p{Han})(\p{Han}{1,2})(?:[,。!?;的、]|$)").expect("the pattern is fixed")
});

static RELATIONS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = include_str!("../../corpora/relations.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let builder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(words);
    builder.expect("some dozen short words")
});

/// From here on a character sounds like a surname.
const SAME_SOUND: f32 = 0.95;

/// Characters behind 老X or 小X that make it a word and no person.
const NOT_A_PERSON: &str = "路街巷庄村区镇了是得子时候学车高层家包队年岁米";

/// Measures that are surnames too: 小时, 小包, 小车.
const MEASURES: &str = "时包车米房屋";

/// Finds persons, in order. A relation is given once; it is joined to the name that stands beside it (包工头叫老马).
pub(super) fn find(reading: &Reading) -> Vec<Item<Person>> {
    let text = &reading.plain.text;
    let mut found: Vec<(Range<usize>, Person, f32)> = Vec::new();
    found.extend(explained(text));
    found.extend(patterns(text, &reading.source));
    if reading.source == Source::Transcript {
        found.extend(heard(text));
    }
    found.sort_by_key(|(range, _, _)| (range.start, std::cmp::Reverse(range.end)));
    found.dedup_by(|next, kept| next.0.start < kept.0.end);
    let mut relations: Vec<String> = Vec::new();
    for word in RELATIONS.find_iter(text) {
        let is_child = text.get(..word.start()).is_some_and(|before| before.ends_with('小'));
        if is_child {
            continue;
        }
        let relation = text
            .get(word.range())
            .unwrap_or_default()
            .trim_start_matches(['我', '俺', '他', '她'])
            .to_owned();
        // Two words of telling lie between at most: 包工头 就叫 老马.
        let beside = found.iter_mut().find(|(range, person, _)| {
            let gap = text.get(word.end()..range.start).map(|gap| gap.chars().count());
            person.relation.is_none() && gap.is_some_and(|gap| gap <= 3)
        });
        match beside {
            Some((range, person, _)) => {
                range.start = word.start();
                person.relation = Some(relation.clone());
                relations.push(relation);
            }
            None if !relations.contains(&relation) => {
                let person = Person {
                    relation: Some(relation.clone()),
                    ..Person::default()
                };
                found.push((word.range(), person, 0.7));
                relations.push(relation);
            }
            None => {}
        }
    }
    found.sort_by_key(|(range, _, _)| (range.start, range.end));
    (found.into_iter())
        .map(|(range, person, confidence)| reading.item(reading.plain.span(range), person, confidence))
        .collect()
}

/// Finds surnames that are explained (耳东陈); the explanation counts, not the character that was heard.
fn explained(text: &str) -> Vec<(Range<usize>, Person, f32)> {
    let sayings = (include_str!("../../corpora/surname_sayings.tsv").lines())
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'));
    let mut found = Vec::new();
    for (saying, surname) in sayings {
        for (start, _) in text.match_indices(saying) {
            let after = start + saying.len();
            let Some(next) = text.get(after..).and_then(|rest| rest.chars().next()) else {
                continue;
            };
            let heard = next.to_string();
            if sounds_like(&heard, surname) >= 0.75 {
                let person = named(surname);
                found.push((start..after + next.len_utf8(), person, 0.95));
            }
        }
    }
    found
}

fn patterns(text: &str, source: &Source) -> Vec<(Range<usize>, Person, f32)> {
    let mut found = Vec::new();
    let before = |byte: usize| text.get(..byte).unwrap_or_default();
    for (pattern, confidence) in [(&*STATED, 0.9), (&*TITLE, 0.85)] {
        for words in pattern.captures_iter(text) {
            let (Some(whole), Some(surname)) = (words.get(0), words.get(1)) else {
                continue;
            };
            let asked = tail(before(whole.start()), 1) == "贵" || "啥什何名氏甚的".contains(surname.as_str());
            // Written, 姓 makes a surname of any character; 某 and 先生 only of one that is.
            let stated = whole.as_str().starts_with('姓') && *source != Source::Transcript;
            if (stated || SURNAMES.contains(surname.as_str())) && !asked {
                found.push((whole.range(), named(surname.as_str()), confidence));
            }
        }
    }
    for words in NICK.captures_iter(text) {
        let (Some(whole), Some(surname)) = (words.get(0), words.get(1)) else {
            continue;
        };
        let next = head(text.get(surname.end()..).unwrap_or_default(), 1);
        let small = whole.as_str().starts_with('小') && MEASURES.contains(surname.as_str());
        let word = (next.is_empty() || !NOT_A_PERSON.contains(next)) && !small;
        if SURNAMES.contains(surname.as_str())
            && word
            && !"大从很太最".contains(tail(before(whole.start()), 1).chars().next().unwrap_or(' '))
        {
            let mut person = named(surname.as_str());
            person.name = text.get(whole.start()..surname.end()).map(str::to_owned);
            found.push((whole.start()..surname.end(), person, 0.7));
        }
    }
    for words in CALLED.captures_iter(text) {
        let (Some(surname), Some(given)) = (words.get(1), words.get(2)) else {
            continue;
        };
        if SURNAMES.contains(surname.as_str()) {
            let mut person = named(surname.as_str());
            person.name = Some(format!("{}{}", surname.as_str(), given.as_str()));
            found.push((surname.start()..given.end(), person, 0.8));
        }
    }
    found
}

/// Finds surnames that were heard as other characters of their sound (我信梦: 孟); the commonest of that sound is taken.
fn heard(text: &str) -> Vec<(Range<usize>, Person, f32)> {
    let bearer = |words: regex::Captures<'_>| {
        let (whole, name) = (words.get(0)?, words.get(1)?);
        let sounds = |surname: &char| sounds_like(&surname.to_string(), name.as_str()) >= SAME_SOUND;
        let surname = SURNAMES.chars().filter(|c| !c.is_whitespace()).find(sounds)?;
        Some((whole.start()..name.end(), named(&surname.to_string()), 0.5))
    };
    STATED_HEARD.captures_iter(text).filter_map(bearer).collect()
}

fn named(surname: &str) -> Person {
    Person {
        surname: Some(surname.to_owned()),
        ..Person::default()
    }
}
