//! A text and a gazetteer in, places out: names by characters and sound, joined with the levels that stand beside them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Address;
use crate::elements::Context;
use crate::elements::Item;
use crate::elements::Place;
use crate::elements::Source;
use crate::elements::alone::alone;
use crate::elements::alone::inherited;
use crate::elements::clause;
use crate::elements::levels;
use crate::elements::locality;
use crate::elements::post;
use crate::elements::reading::Reading;
use crate::sound::NameKind;
use crate::text;

/// Something that says where, in characters of the original.
#[derive(Clone)]
pub(super) struct Anchor {
    pub(super) range: Range<usize>,
    pub(super) place: Place,
    pub(super) confidence: f32,
}

static ROAD_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[, ]?(?P<n>\d{1,4}(?:之\d{1,2})?)号(?P<yard>院)?(?P<next>.?)").expect("the pattern is fixed")
});
/// What 号 counts besides houses of a road.
const NOT_A_HOUSE: &str = "楼院房厅口线门厂库车公宿教别铺店龙漏露喽娄0123456789";
static RELATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[的, ]?(斜对面|斜对过|对面|对过|旁边|边上|门口|[东南西北]门|[东南西北]头|[东南西北]边|附近|拐角|后身|后面|前面|跟前|楼下|那一溜|往[东南西北]\d+米)",
    )
    .expect("the pattern is fixed")
});
static CROSSING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^的?(?:那个)?(?:交叉口|交口|交汇处|路口|十字|丁字|转盘|口)").expect("the pattern is fixed")
});
/// Probability from which a name that was heard wrong is worth guessing.
const GUESS: f32 = 0.3;

/// Between parts of one place at most so many characters are said.
const GAP: usize = 1;
/// A kilometre post may stand so far behind its road (往机场方向).
const POST_GAP: usize = 14;

/// Finds places, in order. The same place said again in the same words is given once, at its first mention.
pub(super) fn find(reading: &Reading, context: &Context<'_>) -> Vec<Item<Place>> {
    let mut places: Vec<Anchor> = Vec::new();
    for mut anchor in anchors(reading, context) {
        if let Some(last) = places.last_mut()
            && joins(reading, last, &anchor)
        {
            merge(last, anchor);
            extend(reading, last);
            continue;
        }
        extend(reading, &mut anchor);
        places.push(anchor);
    }
    cross(reading, &mut places);
    places.extend(inherited(alone(reading, &places), &places));
    places.sort_by_key(|anchor| (anchor.range.start, anchor.range.end));
    take_back(reading, &mut places);
    let mut items: Vec<Item<Place>> = Vec::new();
    for anchor in places {
        match items.iter_mut().find(|item| item.value == anchor.place) {
            Some(item) => item.confidence = item.confidence.max(anchor.confidence),
            None => items.push(reading.item((anchor.range.start, anchor.range.end), anchor.place, anchor.confidence)),
        }
    }
    items
}

/// Gathers names of the gazetteer, names spelt by their ending and kilometre posts, in order and not overlapping.
fn anchors(reading: &Reading, context: &Context<'_>) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = (context.gazetteer.find(&reading.original, context.unit).into_iter())
        .filter_map(|hit| {
            let name = context.gazetteer.names().get(hit.name_idx)?;
            Some(Anchor {
                range: hit.start..hit.end,
                place: known(&name.name, name.kind),
                confidence: hit.probability.min(0.98),
            })
        })
        .collect();
    let to_plain = |byte: usize| reading.plain.byte_of(reading.digits.span(byte..byte + 1).0);
    let spelt = locality::find(&reading.plain.text, &reading.digits.text, to_plain)
        .into_iter()
        .map(|locality| {
            let anchor = Anchor {
                range: range(reading.plain.span(locality.range)),
                place: Place {
                    address: locality.address,
                    ..Place::default()
                },
                confidence: locality.confidence,
            };
            guessed(&anchor, reading, context).unwrap_or(anchor)
        });
    let posts = post::find(&reading.digits.text)
        .into_iter()
        .map(|(bytes, metres)| Anchor {
            range: range(reading.digits.span(bytes)),
            place: Place {
                address: Address {
                    kilometre_post_m: Some(metres),
                    ..Address::default()
                },
                ..Place::default()
            },
            confidence: 0.9,
        });
    for anchor in spelt.chain(posts) {
        if anchors
            .iter()
            .all(|other| other.range.end <= anchor.range.start || anchor.range.end <= other.range.start)
        {
            anchors.push(anchor);
        }
    }
    anchors.sort_by_key(|anchor| anchor.range.start);
    anchors
}

/// Returns the name of the gazetteer that a name spelt by its ending may be, where it was only heard: unlikely to be
/// right by itself, and worth knowing beside other evidence.
fn guessed(anchor: &Anchor, reading: &Reading, context: &Context<'_>) -> Option<Anchor> {
    if reading.source != Source::Transcript || anchor.place.address.area.is_some() {
        return None;
    }
    let heard = text::slice(&reading.original, anchor.range.start, anchor.range.end);
    let hit = context.gazetteer.nearest(&heard, context.unit, 1).into_iter().next()?;
    let name = context.gazetteer.names().get(hit.name_idx)?;
    (hit.probability >= GUESS).then(|| Anchor {
        range: anchor.range.clone(),
        place: known(&name.name, name.kind),
        confidence: hit.probability,
    })
}

pub(super) fn range((start, end): (usize, usize)) -> Range<usize> {
    start..end
}

/// Makes a place of a name of the gazetteer; the name fills its level too.
fn known(name: &str, kind: NameKind) -> Place {
    let mut address = Address::default();
    let level = match kind {
        NameKind::Estate | NameKind::Venue | NameKind::Site | NameKind::Other => &mut address.estate,
        NameKind::Road => &mut address.road,
        NameKind::Village => &mut address.village,
        NameKind::Area => &mut address.area,
    };
    *level = Some(name.to_owned());
    Place {
        name: Some(name.to_owned()),
        kind: Some(kind),
        address,
    }
}

/// Returns how fine the finest of the levels above the building is.
fn rank(address: &Address) -> u8 {
    match address {
        Address { building: Some(_), .. } | Address { unit: Some(_), .. } => 4,
        Address { estate: Some(_), .. } | Address { village: Some(_), .. } => 3,
        Address { road: Some(_), .. } => 2,
        Address { area: Some(_), .. } => 1,
        _ => 0,
    }
}

/// Tells whether the next anchor goes on with the place before it: close behind, and finer.
fn joins(reading: &Reading, last: &Anchor, next: &Anchor) -> bool {
    let gap = next.range.start.saturating_sub(last.range.end);
    let address = &next.place.address;
    if address.kilometre_post_m.is_some() {
        return gap <= POST_GAP && last.place.address.road.is_some();
    }
    let between = text::slice(&reading.original, last.range.end, next.range.start);
    let linked = between.chars().all(|c| ",，的、 ".contains(c));
    gap <= GAP && linked && rank(&last.place.address) < rank(address) && last.place.address.relation.is_none()
}

/// Adds a finer anchor to a place.
fn merge(place: &mut Anchor, next: Anchor) {
    let (own, other) = (&mut place.place, next.place);
    place.range.end = next.range.end;
    place.confidence = place.confidence.max(next.confidence);
    // The name is that of the finest part: an area around it is not what the place is called.
    if rank(&other.address) > 0 {
        own.name = other.name;
        own.kind = other.kind;
    }
    let address = other.address;
    own.address.area = own.address.area.take().or(address.area);
    own.address.road = own.address.road.take().or(address.road);
    own.address.estate = own.address.estate.take().or(address.estate);
    own.address.village = own.address.village.take().or(address.village);
    own.address.kilometre_post_m = own.address.kilometre_post_m.or(address.kilometre_post_m);
}

/// Reads what stands right behind a place into it: the number of the road, building to room, and the relation.
fn extend(reading: &Reading, place: &mut Anchor) {
    let digits = &reading.digits;
    let start = digits.byte_of(place.range.end);
    let address = &mut place.place.address;
    let mut taken = 0;
    let by_road = address.road.is_some() && rank(address) == 2;
    if address.road_no.is_none() && (by_road || rank(address) == 3) {
        let number = ROAD_NUMBER.captures(digits.after(start)).filter(|found| {
            let house = |next: &str| next.is_empty() || !NOT_A_HOUSE.contains(next);
            // A village numbers its houses, an estate only in lanes of old (晴轩里36号).
            if by_road {
                &found["next"] != "楼"
            } else {
                found.name("yard").is_none() && house(&found["next"])
            }
        });
        if let Some(found) = number {
            address.road_no = Some(found["n"].to_owned());
            taken = found.name("next").map_or(0, |next| next.start());
        }
    }
    taken += levels::read(digits.after(start + taken), address);
    if let Some(found) = RELATION.captures(digits.after(start + taken)) {
        address.relation = found.get(1).map(|relation| relation.as_str().to_owned());
        taken += found.get(0).map_or(0, |whole| whole.end());
    }
    if taken > 0 {
        place.range.end = digits.span(start..start + taken).1;
        // What goes on as an address is one; a name of the gazetteer was judged by that already.
        let bonus = if place.place.name.is_none() { 0.1 } else { 0.0 };
        place.confidence = (place.confidence + bonus).min(0.98);
    }
}

/// Joins two roads that cross (东湖路和建设街交叉口).
fn cross(reading: &Reading, places: &mut Vec<Anchor>) {
    let mut place = 1;
    while place < places.len() {
        let (first, second) = (&places[place - 1], &places[place]);
        let between = text::slice(&reading.original, first.range.end, second.range.start);
        let linked = ["和", "与", "跟", "到", "、", "同", ""].contains(&between.trim());
        let after = reading.plain.after(reading.plain.byte_of(second.range.end));
        let roads = (first.place.address.road.as_ref(), second.place.address.road.clone());
        let bare = ["和", "与", "跟"].contains(&between.trim()) && !after.starts_with(char::is_alphanumeric);
        let mark = CROSSING.find(after).map_or(0, |mark| mark.end());
        match roads {
            (Some(_), Some(road)) if linked && (mark > 0 || bare) => {
                let start = reading.plain.byte_of(second.range.end);
                let end = if mark > 0 {
                    reading.plain.span(start..start + mark).1
                } else {
                    second.range.end
                };
                let first = &mut places[place - 1];
                first.place.address.crossing = Some(road);
                first.range.end = end;
                first.confidence = (first.confidence + 0.1).min(0.98);
                places.remove(place);
            }
            _ => place += 1,
        }
    }
}

/// Puts what a caller says instead in place of what is taken back (五单元,不对,六单元).
fn take_back(reading: &Reading, places: &mut Vec<Anchor>) {
    let mut place = 1;
    while place < places.len() {
        let (first, second) = (&places[place - 1], &places[place]);
        let between = text::slice(&reading.original, first.range.end, second.range.start);
        if clause::takes_back(&between) {
            let first = places.remove(place - 1);
            let second = &mut places[place - 1];
            second.place.address = instead(first.place.address, &second.place.address);
            if second.place.name.is_none() {
                second.place.name = first.place.name;
                second.place.kind = first.place.kind;
            }
            second.range.start = first.range.start;
        } else {
            place += 1;
        }
    }
}

/// Returns an address with the levels above those that are said instead.
fn instead(first: Address, second: &Address) -> Address {
    let mut address = second.clone();
    let named = second.estate.is_some() || second.road.is_some() || second.village.is_some();
    if !named {
        (address.area, address.road, address.road_no) = (first.area.clone(), first.road.clone(), first.road_no.clone());
        (address.estate, address.village) = (first.estate.clone(), first.village.clone());
    }
    let moved =
        named && (first.estate != second.estate || first.road != second.road || first.village != second.village);
    if moved || second.building.is_some() {
        return address;
    }
    address.building = first.building;
    if second.unit.is_none() {
        address.unit = first.unit;
        address.floor = second.floor.clone().or(first.floor);
    }
    address
}
