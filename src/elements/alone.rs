//! A text and the places that it names in, levels that stand without a name out (7栋2单元, 楼上502).

use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Address;
use crate::elements::Place;
use crate::elements::levels;
use crate::elements::place::Anchor;
use crate::elements::place::range;
use crate::elements::reading::Reading;
use crate::elements::reading::head;

/// Levels that stand alone.
static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\d{1,3}(?:号楼|栋|幢)|\d{1,3}(?:号[龙漏露喽娄路]|[动洞冻庄撞])[,、 ]?\d{1,2}单|",
        r"[a-z](?:栋|座|号楼)|[\d幺]{1,2}单元|\d{1,3}[-—]\d{1,2}[-—]\d{3,4}|[1-9]\d?0[1-9](?:室|户|在|的|那家|非|老|又|天天|半夜|[,。!?;、]|$)"
    ))
    .expect("the pattern is fixed")
});

/// A room that is named for who lives there (602在闹, 502的).
static ROOM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?P<n>[1-9]\d?0[1-9])(?:室|户|在|的|那家|非|老|又|天天|半夜)").expect("the pattern is fixed")
});

/// A room by itself, which only what stands before it tells from another number (楼上502).
static BARE_ROOM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?P<n>[1-9]\d?0[1-9])(?:[,。!?;、]|$)").expect("the pattern is fixed"));

/// What stands before a bare room.
const BEFORE_ROOM: [&str; 11] = [
    "楼上", "楼下", "对门", "隔壁", "那个", "我是", "我住", "对方", "我家", "他家", "她家",
];

/// Gives levels that stand alone the estate of the call, where it names just one.
pub(super) fn inherited(alone: Vec<Anchor>, places: &[Anchor]) -> Vec<Anchor> {
    let mut estates = places.iter().filter(|anchor| anchor.place.address.estate.is_some());
    let Some(first) = estates.next() else {
        return alone;
    };
    let estate = &first.place.address.estate;
    if estates.any(|other| other.place.address.estate != *estate) {
        return alone;
    }
    let within = |mut anchor: Anchor| {
        anchor.place.name.clone_from(&first.place.name);
        anchor.place.kind = first.place.kind;
        anchor.place.address.estate.clone_from(estate);
        anchor.confidence *= first.confidence;
        anchor
    };
    alone.into_iter().map(within).collect()
}

/// Finds levels that stand without the name of a place (7栋2单元).
pub(super) fn alone(reading: &Reading, places: &[Anchor]) -> Vec<Anchor> {
    let digits = &reading.digits;
    let mut found: Vec<Anchor> = Vec::new();
    for start in ALONE.find_iter(&digits.text).map(|start| start.start()) {
        let mut address = Address::default();
        let rest = digits.after(start);
        let led = BEFORE_ROOM.iter().any(|word| digits.before(start).ends_with(word));
        let bare = || BARE_ROOM.captures(rest).filter(|_| led);
        let length = match ROOM.captures(rest).or_else(bare) {
            Some(room) => {
                address.room = Some(room["n"].to_owned());
                room.name("n").map_or(0, |number| number.end())
            }
            None => levels::read(rest, &mut address),
        };
        let span = range(digits.span(start..start + length));
        let taken = places
            .iter()
            .chain(&found)
            .any(|other| span.start < other.range.end && other.range.start < span.end);
        let beside = head(digits.after(start), 1).is_empty()
            || digits.before(start).ends_with(|c: char| c.is_ascii_alphanumeric());
        if length == 0 || taken || beside {
            continue;
        }
        found.push(Anchor {
            range: span,
            place: Place {
                address,
                ..Place::default()
            },
            confidence: 0.75,
        });
    }
    found
}
