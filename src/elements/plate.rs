//! A text in, plates out, whole or with `?` for what was not heard.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Item;
use crate::elements::reading::Reading;
use crate::elements::reading::head;
use crate::elements::reading::tail;

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// A head (豫A) with what follows of the serial; 几 and 某 are characters not heard.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"([{PROVINCES}])([a-hj-np-z])[·.\- ,]?([a-z0-9几某?*]{{0,6}})([挂学警])?"
    ))
    .expect("the pattern is fixed")
});
/// A plate whose province was misheard: only where a plate is announced.
static MISHEARD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:车牌号?码?|牌照|车号)(?:是|为|:|,)?(\p{Han})([a-hj-np-z])[·.\- ]?([a-z0-9]{5,6})")
        .expect("the pattern is fixed")
});
/// The last characters alone.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:尾号|后[三四五]位|最后[三四五]位)(?:是|为|:)?([a-z0-9]{3,5})").expect("the pattern is fixed")
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
    let (whole, serial) = (found.get(0)?, found.get(3)?);
    let after = text.get(whole.end()..).unwrap_or_default();
    let taken_back = ["不是", "不对", "说错", "错了"]
        .iter()
        .any(|word| head(after, 6).contains(word));
    let mut value: String = serial
        .as_str()
        .chars()
        .map(|c| if "几某*".contains(c) { '?' } else { c })
        .collect();
    value.truncate(SERIAL + 1);
    let announced = ["车", "牌"]
        .iter()
        .any(|word| tail(text.get(..whole.start()).unwrap_or_default(), 20).contains(word));
    let last = if serial.is_empty() { found.get(2)? } else { serial };
    let end = found.get(4).unwrap_or(last).end();
    let certain = value.len() >= 4;
    let is_piece = !taken_back && (certain || announced) && !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    value.push_str(found.get(4).map_or("", |mark| mark.as_str()));
    is_piece.then(|| Piece {
        range: whole.start()..end,
        head: Some(format!("{}{}", &found[1], &found[2])),
        confidence: if value.len() >= SERIAL { 0.95 } else { 0.7 },
        serial: value,
    })
}

fn misheard(found: &regex::Captures<'_>) -> Option<Piece> {
    let (first, last) = (found.get(1)?, found.get(3)?);
    let province = province(first.as_str().chars().next()?)?;
    Some(Piece {
        range: first.start()..last.end(),
        head: Some(format!("{province}{}", &found[2])),
        serial: last.as_str().to_owned(),
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
    let (ends, is_plate) = (
        text.get(serial.end()..).unwrap_or_default(),
        before.contains('车') || before.contains('牌'),
    );
    (is_plate && !ends.starts_with(|c: char| c.is_ascii_alphanumeric())).then(|| Piece {
        range: serial.range(),
        head: None,
        serial: serial.as_str().to_owned(),
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
    // What is said of a serial with its head comes first; what is said as the end of one comes last.
    let is_start = piece.serial.ends_with('?') || (piece.confidence > 0.9);
    let serial = if is_start {
        format!("{}{missing}", piece.serial)
    } else {
        format!("{missing}{}", piece.serial)
    };
    let value = format!("{head}{serial}").to_uppercase();
    reading.item(reading.digits.span(piece.range), value, piece.confidence)
}
