//! Spots of two calls in, how near the nearest of them are out.

use std::collections::BTreeMap;

use crate::links::spots::Scale;
use crate::links::spots::Spot;
use crate::links::spots::differ;

/// Two posts at most this far apart on one road are one place, in metres.
const POST_REACH_M: u32 = 1000;

/// From here on two names sound alike enough to be one name misheard, where building or room agree too.
const ALIKE: f32 = 0.6;

/// How sure levels are that agree below names of which one was only spelt as it was heard.
const LEVELS_ALONE: f32 = 0.75;

/// The same where building, unit and room agree: one flat in thousands of a station.
const ALL_LEVELS: f32 = 0.9;

/// How near two calls are, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nearness {
    /// Same building and room.
    Room,
    /// Same building; a room is not known.
    Building,
    /// Same building, one flat above, below or beside the other.
    NextDoor,
    /// Same building, other room.
    OtherRoom,
    /// Same premises, house on a road, crossing or post.
    Premises,
    /// Same village.
    Village,
    /// Same estate, other building.
    OtherBuilding,
    /// Same estate; a building is not known.
    Estate,
    /// Same road.
    Road,
    /// Nothing agrees.
    Elsewhere,
}

/// The nearest spots of two calls.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Near {
    pub(crate) nearness: Nearness,
    /// Both in words.
    pub(crate) shown: (String, String),
    /// The lesser of both.
    pub(crate) confidence: f32,
}

/// Returns the nearest spots of two calls; none where they cannot be compared. `same_station` says that one station
/// took both: only then do a building and a room without a name agree.
pub(crate) fn compare(one: &[Spot], other: &[Spot], same_station: bool) -> Option<Near> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let near = pairs.filter_map(|(a, b)| {
        let nearness = nearness(a, b, same_station)?;
        let shown = (a.to_room(), b.to_room());
        let confidence = confidence(a, b, nearness);
        Some(Near {
            nearness,
            shown,
            confidence,
        })
    });
    near.chain(crossing(one, other)).min_by(|x, y| {
        x.nearness
            .cmp(&y.nearness)
            .then(y.confidence.total_cmp(&x.confidence))
            .then_with(|| x.shown.cmp(&y.shown))
    })
}

/// Returns the roads that a call names, each with how sure it was heard; sorted.
fn roads(spots: &[Spot]) -> BTreeMap<&str, f32> {
    let named = spots
        .iter()
        .flat_map(|spot| spot.roads.iter().map(|road| (road.as_str(), spot.confidence)));
    named.collect()
}

/// Returns the pairs of roads that a call names, as a crossing or apart: two roads have one crossing.
pub(crate) fn crossings(spots: &[Spot]) -> Vec<(String, String)> {
    let roads: Vec<&str> = roads(spots).into_keys().collect();
    let pairs = roads
        .iter()
        .enumerate()
        .flat_map(|(at, one)| roads[at + 1..].iter().map(move |other| (one, other)));
    pairs
        .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()))
        .collect()
}

/// Two calls that name the same two roads mean their crossing, in whichever words.
fn crossing(one: &[Spot], other: &[Spot]) -> Option<Near> {
    let (own, others) = (roads(one), roads(other));
    let shared: Vec<(&str, f32)> = own
        .iter()
        .filter_map(|(road, sure)| Some((*road, sure.min(*others.get(road)?))))
        .collect();
    let [(first, one), (second, other), ..] = shared.as_slice() else {
        return None;
    };
    let shown = format!("{first}与{second}交叉口");
    Some(Near {
        nearness: Nearness::Premises,
        shown: (shown.clone(), shown),
        confidence: one.min(*other),
    })
}

fn nearness(a: &Spot, b: &Spot, same_station: bool) -> Option<Nearness> {
    if a.shares_anchor(b) {
        return Some(within_anchor(a, b));
    }
    let unnamed = a.anchors.is_empty() || b.anchors.is_empty();
    let alike = !unnamed && a.likeness(b) >= ALIKE;
    if alike
        && same_station
        && let near = within_anchor(a, b)
        && near <= Nearness::OtherRoom
    {
        return Some(near);
    }
    // A name that is only spelt as it was heard says little: the levels below it say more.
    let nameless = unnamed || a.spelt || b.spelt;
    if nameless && same_station && agree(&a.building, &b.building) && agree(&a.room, &b.room) {
        return match agree(&a.unit, &b.unit) {
            true => Some(Nearness::Room),
            false => (!differ(&a.unit, &b.unit)).then_some(Nearness::Building),
        };
    }
    let shares_road = a.roads.iter().any(|road| b.roads.contains(road));
    if shares_road {
        return along_road(a, b);
    }
    let roads_differ = !a.roads.is_empty() && !b.roads.is_empty();
    (!nameless || roads_differ && a.anchors.is_empty() && b.anchors.is_empty()).then_some(Nearness::Elsewhere)
}

/// Returns how sure it is that two spots are so near: levels that agree below names misheard stand by themselves.
fn confidence(a: &Spot, b: &Spot, nearness: Nearness) -> f32 {
    let named = !a.anchors.is_empty() && !b.anchors.is_empty();
    match nearness {
        _ if a.shares_anchor(b) || nearness > Nearness::OtherRoom => a.confidence.min(b.confidence),
        Nearness::Room if agree(&a.building, &b.building) => a.likeness(b).max(ALL_LEVELS),
        _ if named => a.likeness(b).max(LEVELS_ALONE),
        _ => LEVELS_ALONE,
    }
}

fn within_anchor(a: &Spot, b: &Spot) -> Nearness {
    let estate = a.scale.min(b.scale) == Scale::Estate;
    if agree(&a.building, &b.building) {
        return match (
            differ(&a.unit, &b.unit) || differ(&a.room, &b.room),
            agree(&a.room, &b.room),
        ) {
            (true, _) if next_door(a, b) => Nearness::NextDoor,
            (true, _) => Nearness::OtherRoom,
            (false, true) => Nearness::Room,
            (false, false) => Nearness::Building,
        };
    }
    match a.scale.min(b.scale) {
        _ if estate && differ(&a.building, &b.building) => Nearness::OtherBuilding,
        _ if agree(&a.room, &b.room) && agree(&a.unit, &b.unit) => Nearness::Room,
        _ if agree(&a.room, &b.room) => Nearness::Building,
        Scale::Premises => Nearness::Premises,
        Scale::Village => Nearness::Village,
        Scale::Estate => Nearness::Estate,
    }
}

/// Whether one flat lies right above, below or beside the other (402 and 502, 401 and 402).
fn next_door(a: &Spot, b: &Spot) -> bool {
    let number = |spot: &Spot| spot.room.as_ref().and_then(|room| room.parse::<u32>().ok());
    let (Some(one), Some(other)) = (number(a), number(b)) else {
        return false;
    };
    let (floors, doors) = ((one / 100).abs_diff(other / 100), (one % 100).abs_diff(other % 100));
    !differ(&a.unit, &b.unit) && floors + doors == 1
}

/// Compares two spots on one road; a crossing and a house number cannot be compared.
fn along_road(a: &Spot, b: &Spot) -> Option<Nearness> {
    let crossings = a.roads.len() == 2 && b.roads.len() == 2;
    let same = match (a.post_m, b.post_m) {
        (Some(a), Some(b)) => Some(a.abs_diff(b) <= POST_REACH_M),
        _ if crossings => Some(a.roads == b.roads),
        _ if a.road_no.is_some() && b.road_no.is_some() => Some(a.road_no == b.road_no),
        _ => None,
    };
    let exact = |spot: &Spot| spot.roads.len() == 2 || spot.road_no.is_some() || spot.post_m.is_some();
    match same {
        Some(true) => Some(Nearness::Premises),
        Some(false) => Some(Nearness::Elsewhere),
        None => (!exact(a) || !exact(b)).then_some(Nearness::Road),
    }
}

fn agree(one: &Option<String>, other: &Option<String>) -> bool {
    one.is_some() && one == other
}
