//! Text in, marks out: how many people, how much money and which ages are spoken of.

use std::ops::Range;

use regex::Captures;
use regex::Regex;

use crate::text::numeral::digit;
use crate::text::numeral::unit;
use crate::text::numeral::value;

/// Five people or more.
pub(crate) const MANY: &str = "#众";
/// One to four people.
pub(crate) const FEW: &str = "#少";
/// 3,000 yuan or more (数额较大).
pub(crate) const MUCH: &str = "#大额";
/// Less than 3,000 yuan.
pub(crate) const LITTLE: &str = "#小额";
/// Somebody under 18.
pub(crate) const CHILD: &str = "#小孩";
/// Somebody of 60 or more.
pub(crate) const ELDER: &str = "#老人";

/// Yuan from which a theft or a fraud counts as large.
const LARGE: f64 = 3_000.0;

/// A mark with the bytes of the text that gave it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// One of the constants of this module.
    pub(crate) name: &'static str,
    /// Where the words stand.
    pub(crate) bytes: Range<usize>,
    /// The number that was read.
    pub(crate) value: f64,
}

/// Reads marks; built once.
#[derive(Debug)]
pub(crate) struct Marks {
    people: Regex,
    money: Regex,
    age: Regex,
}

impl Marks {
    /// Compiles the patterns.
    pub(crate) fn new() -> Marks {
        let number = "(?P<n>[0-9]+(?:\\.[0-9]+)?|[一二两三四五六七八九十百千几]+)";
        let people = "(?:多|来|几)?(?:号|个|名|位|口)(?:人|工友|工人|民工|农民工|业主|村民|家长|同事|老乡|男的|小伙|小青年|司机|学生|群众|大汉|青年|装卸工|厨师|保安|家属|顾客|老太太|购房户|储户|职工|服务员|壮汉|女的|妇女|社会人|混混|黑衣人|娃|孩子)|(?P<m>[0-9]+|[一二两三四五六七八九十百几]+)(?:多|来)?(?:人|工友|民工|业主|号人|名购房户|名)";
        let money = "(?P<paid>(?:多算|多收|欠|返|转|骗|值|赔|罚|充|垫|花|交)了?(?:我|他|俺|她)?)?(?P<n>[0-9]+(?:\\.[0-9]+)?|[一二两三四五六七八九十百千万几零上]+)(?P<more>多|来)?(?P<unit>万|千|百|w)?(?:多|来)?(?P<yuan>个?元|块|余元|人民币)?(?P<bad>[人个号年米公平只条斤户吨字里])?";
        let compile = |pattern: &str| Regex::new(pattern).expect("the pattern is fixed");
        Marks {
            people: compile(&format!("{number}{people}")),
            money: compile(money),
            age: compile(&format!("{number}(?:多|来)?岁")),
        }
    }

    /// Finds the marks of a text, in order of kind and position.
    pub(crate) fn find(&self, text: &str) -> Vec<Mark> {
        let mut found = Vec::new();
        for hit in self.people.captures_iter(text) {
            let count = hit.name("n").or(hit.name("m")).and_then(|n| number(n.as_str()));
            let name = |count: f64| Some(if count >= 5.0 { MANY } else { FEW });
            found.extend(mark(&hit, count.filter(|count| *count < 10_000.0), name));
        }
        for hit in self.money.captures_iter(text).filter(is_money) {
            let name = |yuan: f64| Some(if yuan >= LARGE { MUCH } else { LITTLE });
            found.extend(mark(&hit, yuan(&hit), name));
        }
        for hit in self.age.captures_iter(text) {
            let name = |years: f64| match years {
                years if years < 18.0 => Some(CHILD),
                years if (60.0..120.0).contains(&years) => Some(ELDER),
                _ => None,
            };
            found.extend(mark(&hit, number(&hit["n"]), name));
        }
        found
    }
}

fn mark(hit: &Captures<'_>, value: Option<f64>, name: impl Fn(f64) -> Option<&'static str>) -> Option<Mark> {
    let value = value?;
    Some(Mark {
        name: name(value)?,
        bytes: hit.get_match().range(),
        value,
    })
}

/// Says whether a number is money: it names yuan, or it counts nothing else and is paid (欠我三百) or has 万 or 千.
fn is_money(hit: &Captures<'_>) -> bool {
    let large = |part: &str| part.contains(['万', '千', 'w']);
    let counted = hit.name("bad").is_some();
    let unit = hit.name("unit").map_or("", |unit| unit.as_str());
    let named = hit.name("yuan").is_some();
    let paid = hit.name("paid").is_some() && hit["n"].chars().count() > 1;
    named || (!counted && (paid || large(&hit["n"]) || large(unit)))
}

fn yuan(hit: &Captures<'_>) -> Option<f64> {
    let factor = match hit.name("unit").map(|unit| unit.as_str()) {
        Some("万" | "w") => 10_000.0,
        Some("千") => 1_000.0,
        Some("百") => 100.0,
        _ => 1.0,
    };
    Some(number(&hit["n"])? * factor)
}

/// Reads a number in digits or Chinese numerals, also a vague one: 七八 is 7, 几十 is 30, 十几 is 10, 上万 is 10,000.
fn number(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return Some(number);
    }
    let exact = text.trim_start_matches('上').trim_end_matches('几').replace('几', "三");
    let mut plain = String::new();
    let mut last = None;
    for c in exact.chars() {
        // Of two digits in a row the first counts: 四五十 is at least 40.
        let again = is_counting(c) && last.is_some_and(is_counting);
        if plain.is_empty() && unit(c).is_some_and(|unit| unit > 10) {
            plain.push('一');
        }
        if !again {
            plain.push(c);
        }
        last = Some(c);
    }
    // No number of people or yuan has more than 15 digits, so the conversion is exact.
    value(&plain).filter(|value| *value > 0).map(|value| value as f64)
}

fn is_counting(c: char) -> bool {
    digit(c).is_some_and(|digit| digit > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(&'static str, f64)> {
        let marks = Marks::new().find(text);
        marks.iter().map(|mark| (mark.name, mark.value)).collect()
    }

    #[test]
    fn people_are_counted() {
        for (text, expected) in [
            ("一共二十多号人", (MANY, 20.0)),
            ("我们十几个工友", (MANY, 10.0)),
            ("来了七八个男的", (MANY, 7.0)),
            ("就我们两个人", (FEW, 2.0)),
            ("三十多人围着", (MANY, 30.0)),
            ("一百来号人堵门", (MANY, 100.0)),
            ("4名工人", (FEW, 4.0)),
        ] {
            assert_eq!(names(text), [expected], "{text}");
        }
    }

    #[test]
    fn money_is_read_and_other_numbers_are_not() {
        for (text, expected) in [
            ("三万七千六", Some((MUCH, 37_600.0))),
            ("欠我两万八", Some((MUCH, 28_000.0))),
            ("十二万八", Some((MUCH, 128_000.0))),
            ("多算我八十块", Some((LITTLE, 80.0))),
            ("多算我八十,不给退", Some((LITTLE, 80.0))),
            ("转3次", None),
            ("一百二十块钱", Some((LITTLE, 120.0))),
            ("骗了五百元", Some((LITTLE, 500.0))),
            ("转了8万", Some((MUCH, 80_000.0))),
            ("1.5万元", Some((MUCH, 15_000.0))),
            ("一桌上万", Some((MUCH, 10_000.0))),
            ("三千五", Some((MUCH, 3_500.0))),
            ("602室", None),
            ("十一点多", None),
            ("三千人", None),
        ] {
            assert_eq!(
                names(text).into_iter().find(|(name, _)| *name != MANY),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn ages_tell_children_and_elders() {
        assert_eq!(names("孩子六岁"), [(CHILD, 6.0)]);
        assert_eq!(names("老太太八十一岁"), [(ELDER, 81.0)]);
        assert_eq!(names("三十多岁的男的"), []);
    }
}
