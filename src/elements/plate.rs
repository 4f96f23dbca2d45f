//! A text in, plates out, whole or with `?` for what was not heard.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Item;
use crate::elements::reading::Reading;
use crate::elements::reading::head;
use crate::elements::reading::tail;
use crate::text::numeral;

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// A head (豫A); [`serial`] reads what follows.
static HEAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"([{PROVINCES}])[·.\- ,、]?([a-hj-np-z])")).expect("the pattern is fixed"));
/// A plate whose province was misheard: only where a plate is announced.
static MISHEARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:车牌号?码?|牌照|车号)(?:是|为|:|,)?(\p{Han})([a-hj-np-z])[·.\- ]?([a-z0-9]{5,6})")
        .expect("the pattern is fixed")
});
/// The last characters alone.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:尾号|尾数|末尾|后[三四五几]位|后面)(?:是|为|:)?([a-z0-9]{3,5}|[三四五]个[零一二三四五六七八九0-9])")
        .expect("the pattern is fixed")
});

/// Length of the serial of an ordinary plate, behind province and letter.
const SERIAL: usize = 5;
/// A head and a tail belong together when so many characters or fewer lie between them.
const REACH: usize = 24;

/// A piece of a plate, in bytes of the digit form.
struct Piece {
    range: Range<usize>,
    head: Option<String>,
    serial: String,
    /// The serial is said right behind its head, so what is missing is its end.
    opens: bool,
    confidence: f32,
}

/// Finds plates, in order. A plate that the caller takes back (苏A不是,豫A…) is left out.
pub(super) fn find(reading: &Reading) -> Vec<Item<String>> {
    let text = &reading.digits.text;
    let mut pieces: Vec<Piece> = HEAD
        .captures_iter(text)
        .filter_map(|found| heard(&found, text))
        .collect();
    pieces.extend(MISHEARD.captures_iter(text).filter_map(|found| misheard(&found)));
    pieces.extend(TAIL.captures_iter(text).filter_map(|found| ending(&found, text)));
    pieces.sort_by_key(|piece| piece.range.start);
    join(pieces, text)
        .into_iter()
        .map(|piece| item(reading, piece))
        .collect()
}

fn heard(found: &regex::Captures<'_>, text: &str) -> Option<Piece> {
    let whole = found.get(0)?;
    let rest = text.get(whole.end()..)?;
    let (mut value, mut length, unheard) = serial(rest);
    let mark = rest
        .get(length..)?
        .chars()
        .next()
        .filter(|c| "挂学警".contains(*c) && !value.is_empty());
    let after = rest.get(length + mark.map_or(0, char::len_utf8)..)?;
    let taken_back = ["不是", "不对", "说错", "错了"]
        .iter()
        .any(|word| head(after.trim_start_matches(['.', ',', ' ']), 6).contains(word));
    // 什么七七七: one that was not heard and three that were, at the front where the rest is missing behind them.
    let front = unheard
        && ["后面", "后头", "后边"]
            .iter()
            .any(|word| head(after, 8).contains(word));
    if front {
        value.extend(std::iter::repeat_n('?', SERIAL.saturating_sub(value.len())));
    }
    let announced = ["车", "牌"]
        .iter()
        .any(|word| tail(text.get(..whole.start()).unwrap_or_default(), 20).contains(word));
    let certain = value.len() >= 4 || (unheard && value.len() >= 2);
    let is_piece = !taken_back && (certain || announced) && !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    length += mark.map_or(0, char::len_utf8);
    value.extend(mark);
    is_piece.then(|| Piece {
        range: whole.start()..whole.end() + length,
        head: Some(format!("{}{}", &found[1], &found[2])),
        confidence: if value.chars().count() >= SERIAL && !unheard {
            0.95
        } else {
            0.7
        },
        opens: !value.is_empty() && (front || !unheard),
        serial: value,
    })
}

/// Reads the characters behind a head, which may be said in groups (零零零,三幺; 三个零三幺) and in part not heard (什么,
/// 几); returns them, the bytes that they take and whether one was not heard.
fn serial(rest: &str) -> (String, usize, bool) {
    let (mut value, mut end, mut unheard) = (String::new(), 0, false);
    let mut at = 0;
    while value.len() <= SERIAL {
        let from = rest.get(at..).unwrap_or_default();
        let gap = if value.len() < SERIAL { gap(from) } else { 0 };
        let from = from.get(gap..).unwrap_or_default();
        let Some((characters, length)) = spoken(from, value.len()) else {
            break;
        };
        unheard |= from.starts_with("什么") || from.starts_with("多少");
        value.push_str(&characters);
        at += gap + length;
        end = at;
    }
    value.truncate(SERIAL + 1);
    (value, end, unheard)
}

/// Returns the bytes of what is said or written between the characters of a plate.
fn gap(text: &str) -> usize {
    let marks = text.chars().take_while(|c| "·.- ,、点杠的".contains(*c)).take(2);
    marks.map(char::len_utf8).sum()
}

/// Reads one character of a plate, or several of one kind (三个零), and how many bytes say it.
fn spoken(text: &str, known: usize) -> Option<(String, usize)> {
    if text.starts_with("什么") || text.starts_with("多少") {
        return Some(("?".to_owned(), "什么".len()));
    }
    let mut characters = text.chars();
    let (first, second, third) = (characters.next()?, characters.next(), characters.next());
    let digit = |c: char| numeral::digit(c).and_then(|digit| char::from_digit(digit, 10));
    let count = numeral::digit(first).filter(|count| (2..=6).contains(count));
    if let (Some(count), Some('个'), Some(digit)) = (count, second, third.and_then(digit)) {
        let length = first.len_utf8() + '个'.len_utf8() + third.map_or(0, char::len_utf8);
        return Some((digit.to_string().repeat(count as usize), length));
    }
    let counts = second.is_some_and(|c| "个辆台号栋".contains(c));
    match first {
        'a'..='z' | '0'..='9' => Some((first.to_string(), 1)),
        '几' | '某' | '?' | '*' => Some(("?".to_owned(), first.len_utf8())),
        _ if known > 0 && !counts => digit(first).map(|digit| (digit.to_string(), first.len_utf8())),
        _ => None,
    }
}

fn misheard(found: &regex::Captures<'_>) -> Option<Piece> {
    let (first, last) = (found.get(1)?, found.get(3)?);
    let province = province(first.as_str().chars().next()?)?;
    Some(Piece {
        range: first.start()..last.end(),
        head: Some(format!("{province}{}", &found[2])),
        serial: last.as_str().to_owned(),
        opens: true,
        confidence: 0.6,
    })
}

/// Returns the province that sounds like a character that stands for none.
fn province(c: char) -> Option<&'static str> {
    let rows = include_str!("../../corpora/plate_sounds.tsv").lines();
    (rows.filter(|line| !line.starts_with('#')))
        .filter_map(|line| line.split_once('\t'))
        .find_map(|(province, sounds)| sounds.contains(c).then_some(province))
}

fn ending(found: &regex::Captures<'_>, text: &str) -> Option<Piece> {
    let serial = found.get(1)?;
    let before = tail(text.get(..serial.start()).unwrap_or_default(), 16);
    let ends = text.get(serial.end()..).unwrap_or_default();
    let is_plate = before.contains('车') || before.contains('牌') || head(ends, 4).contains('车');
    (is_plate && !ends.starts_with(|c: char| c.is_ascii_alphanumeric())).then(|| Piece {
        range: serial.range(),
        head: None,
        serial: spoken(serial.as_str(), 0)
            .filter(|_| serial.as_str().contains('个'))
            .map_or_else(|| serial.as_str().to_owned(), |(characters, _)| characters),
        opens: false,
        confidence: 0.7,
    })
}

/// Joins a head without serial and a tail without head that stand near each other.
fn join(pieces: Vec<Piece>, text: &str) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        let Some(last) = joined.last_mut() else {
            joined.push(piece);
            continue;
        };
        let between = text
            .get(last.range.end..piece.range.start)
            .unwrap_or_default()
            .chars()
            .count();
        match (&last.head, &piece.head) {
            _ if piece.range.start < last.range.end => {}
            (Some(_), None) if last.serial.is_empty() && between <= REACH => {
                last.serial = piece.serial;
                last.range.end = piece.range.end;
            }
            (None, Some(_)) if piece.serial.is_empty() && between <= REACH => {
                last.head = piece.head;
                last.range.end = piece.range.end;
            }
            _ => joined.push(piece),
        }
    }
    joined
}

fn item(reading: &Reading, piece: Piece) -> Item<String> {
    let head = piece.head.unwrap_or_else(|| "??".to_owned());
    let missing = "?".repeat(SERIAL.saturating_sub(piece.serial.chars().count()));
    let serial = if piece.opens || piece.serial.ends_with('?') {
        format!("{}{missing}", piece.serial)
    } else {
        format!("{missing}{}", piece.serial)
    };
    let value = format!("{head}{serial}").to_uppercase();
    reading.item(reading.digits.span(piece.range), value, piece.confidence)
}
