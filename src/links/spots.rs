//! Places of a call in, spots that can be compared out.
//!
//! Callers give an address in pieces (金桂苑小区 … 七栋二单元 … 502). `gather` puts the pieces of one place together;
//! `compare` says how near the nearest spots of two calls are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::elements::Address;
use crate::elements::Item;
use crate::elements::Place;
use crate::elements::Source;
use crate::links::wording;
use crate::sound::NameKind;
use crate::sound::sounds_like;

/// Two posts at most this far apart on one road are one place, in metres.
const POST_REACH_M: u32 = 1000;

/// From here on two names sound alike enough to be one name misheard, where building or room agree too.
const ALIKE: f32 = 0.6;

/// How sure levels are that agree below names of which one was only spelt as it was heard.
const LEVELS_ALONE: f32 = 0.75;

/// The same where building, unit and room agree: one flat in thousands of a station.
const ALL_LEVELS: f32 = 0.9;

/// How much the name of a spot narrows it down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// 小区: hundreds of homes; only the building tells.
    #[default]
    Estate,
    /// 村.
    Village,
    /// A venue, a site, a school: the name is the place.
    Premises,
}

/// One place of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spot {
    /// Names in the form in which they are compared (without 小区, 村), sorted; may be empty.
    pub anchors: Vec<String>,
    /// The name as people write it.
    pub shown: String,
    /// What the name stands for.
    pub scale: Scale,
    /// 栋, 号楼.
    pub building: Option<String>,
    /// 单元.
    pub unit: Option<String>,
    /// 室.
    pub room: Option<String>,
    /// The road, and the other one of a crossing; sorted.
    pub roads: Vec<String>,
    /// 路号.
    pub road_no: Option<String>,
    /// Kilometre post in metres.
    pub post_m: Option<u32>,
    /// From 0 to 1: how sure the name was heard.
    pub confidence: f32,
    /// The name was heard and no gazetteer has it: it may be another name misheard.
    pub spelt: bool,
}

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

impl Spot {
    /// Returns all its names, in the forms in which they are compared and shown.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let shown = Some(self.shown.clone()).filter(|shown| !shown.is_empty());
        self.anchors.iter().chain(&self.roads).cloned().chain(shown)
    }

    /// Returns the spot in words, down to the building: 金桂苑小区7号楼.
    #[must_use]
    pub fn to_building(&self) -> String {
        let number = self.road_no.as_ref().map(|number| format!("{number}号"));
        let post = self.post_m.map(|post| format!("K{}+{:03}", post / 1000, post % 1000));
        let roads = match self.roads.len() {
            2 => format!("{}交叉口", self.roads.join("与")),
            _ => self.roads.concat() + &number.unwrap_or_default() + &post.unwrap_or_default(),
        };
        let name = if self.shown.is_empty() {
            roads
        } else {
            self.shown.clone()
        };
        let building = self.building.as_ref().map(|building| format!("{building}号楼"));
        name + &building.unwrap_or_default()
    }

    /// Returns the spot in words, down to the room.
    #[must_use]
    pub fn to_room(&self) -> String {
        let unit = self.unit.as_ref().map(|unit| format!("{unit}单元"));
        self.to_building() + &unit.unwrap_or_default() + self.room.as_deref().unwrap_or_default()
    }

    /// Returns how alike the names sound, where one of them was only spelt as it was heard: 1 for the same name.
    fn likeness(&self, other: &Spot) -> f32 {
        if self.shares_anchor(other) {
            return 1.0;
        }
        if !self.spelt && !other.spelt {
            return 0.0;
        }
        let pairs = self
            .anchors
            .iter()
            .flat_map(|a| other.anchors.iter().map(move |b| (a, b)));
        pairs.map(|(a, b)| sounds_like(a, b)).fold(0.0, f32::max)
    }

    fn has_levels(&self) -> bool {
        self.building.is_some() || self.unit.is_some() || self.room.is_some()
    }

    fn shares_anchor(&self, other: &Spot) -> bool {
        self.anchors.iter().any(|anchor| other.anchors.contains(anchor))
    }

    fn conflicts(&self, other: &Spot) -> bool {
        differ(&self.building, &other.building) || differ(&self.unit, &other.unit) || differ(&self.room, &other.room)
    }

    /// Takes over what `piece` knows and this spot does not.
    fn absorb(&mut self, piece: Spot) {
        self.confidence = match (self.shares_anchor(&piece), self.anchors.is_empty()) {
            // The same name heard twice is as sure as the better hearing.
            (true, _) => self.confidence.max(piece.confidence),
            _ => self.confidence.min(piece.confidence),
        };
        if self.anchors.is_empty() {
            self.shown = piece.shown;
            self.scale = piece.scale;
            self.spelt = piece.spelt;
        }
        self.anchors.extend(piece.anchors);
        self.anchors.sort();
        self.anchors.dedup();
        self.building = self.building.take().or(piece.building);
        self.unit = self.unit.take().or(piece.unit);
        self.room = self.room.take().or(piece.room);
        if self.roads.is_empty() {
            self.roads = piece.roads;
        }
        self.road_no = self.road_no.take().or(piece.road_no);
        self.post_m = self.post_m.or(piece.post_m);
    }

    /// Returns the neighbour that `piece` points to: its levels, and above them those of this spot.
    fn beside(&self, piece: Spot) -> Spot {
        let mut spot = self.clone();
        spot.confidence = spot.confidence.min(piece.confidence);
        spot.room = piece.room;
        if piece.unit.is_some() || piece.building.is_some() {
            spot.unit = piece.unit;
        }
        if piece.building.is_some() {
            spot.building = piece.building;
        }
        spot
    }
}

/// Puts the pieces of each place together, in order of appearance. Districts alone are left out.
#[must_use]
pub fn gather(places: &[Item<Place>]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for piece in places.iter().filter_map(spot) {
        let known = spots
            .iter()
            .rposition(|spot| spot.shares_anchor(&piece) && !spot.conflicts(&piece));
        let nameless = spots
            .iter()
            .rposition(|spot| spot.anchors.is_empty() && spot.has_levels());
        let named = spots.iter().rposition(|spot| !spot.anchors.is_empty());
        let host = match (piece.anchors.is_empty(), piece.has_levels()) {
            (false, _) => known.or(nameless.filter(|&idx| !spots[idx].conflicts(&piece))),
            (true, true) => named.or(nameless),
            (true, false) => None,
        };
        match host {
            Some(idx) if spots[idx].conflicts(&piece) => {
                let neighbour = spots[idx].beside(piece);
                spots.push(neighbour);
            }
            Some(idx) => spots[idx].absorb(piece),
            None => spots.push(piece),
        }
    }
    let mut kept: Vec<Spot> = Vec::new();
    for spot in spots {
        if !kept.contains(&spot) {
            kept.push(spot);
        }
    }
    kept
}

/// Reads one place; none where it holds nothing that can be compared.
fn spot(item: &Item<Place>) -> Option<Spot> {
    let place = &item.value;
    let address = &place.address;
    let is_road = place.kind == Some(NameKind::Road);
    let name = place
        .name
        .as_ref()
        .filter(|_| !is_road && place.kind != Some(NameKind::Area));
    let named = [name, address.estate.as_ref(), address.village.as_ref()];
    let mut anchors: Vec<String> = named.into_iter().flatten().map(|name| anchor(name)).collect();
    anchors.sort();
    anchors.dedup();
    let road = place.name.as_ref().filter(|_| is_road).or(address.road.as_ref());
    let mut roads: Vec<String> = road.into_iter().chain(&address.crossing).cloned().collect();
    roads.sort();
    roads.dedup();
    let spot = Spot {
        anchors,
        shown: named.into_iter().flatten().next().cloned().unwrap_or_default(),
        scale: scale(place.kind, address, name),
        building: address.building.clone(),
        unit: address.unit.clone(),
        room: address.room.clone(),
        roads,
        road_no: address.road_no.clone(),
        post_m: address.kilometre_post_m,
        confidence: item.confidence,
        spelt: item.source == Source::Transcript && place.name.is_none(),
    };
    (!spot.anchors.is_empty() || !spot.roads.is_empty() || spot.has_levels()).then_some(spot)
}

/// Returns a name as it is compared: without 小区, 村 and the number of a building phase.
pub(crate) fn anchor(name: &str) -> String {
    let mut short = name.trim();
    for ending in ["一期", "二期", "三期", "四期", "小区", "社区", "村"] {
        let rest = short.strip_suffix(ending).filter(|rest| rest.chars().count() >= 2);
        short = rest.unwrap_or(short);
    }
    short.to_owned()
}

fn scale(kind: Option<NameKind>, address: &Address, name: Option<&String>) -> Scale {
    let ends = |list: &str| {
        let named = name.into_iter().chain(&address.estate);
        let endings = wording::list(list);
        named
            .into_iter()
            .any(|name| endings.iter().any(|ending| name.ends_with(ending.as_str())))
    };
    let estate_name = name.or(address.estate.as_ref()).is_some();
    match kind {
        Some(NameKind::Venue | NameKind::Site) => Scale::Premises,
        Some(NameKind::Village) => Scale::Village,
        Some(NameKind::Estate) => Scale::Estate,
        _ if ends("estate") => Scale::Estate,
        _ if ends("premises") => Scale::Premises,
        _ if address.village.is_some() && !estate_name => Scale::Village,
        _ => Scale::Estate,
    }
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

fn differ(one: &Option<String>, other: &Option<String>) -> bool {
    one.is_some() && other.is_some() && one != other
}
