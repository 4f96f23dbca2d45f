//! Places of a call in, spots that can be compared out.
//!
//! Callers give an address in pieces (金桂苑小区 … 七栋二单元 … 502). `gather` puts the pieces of one place together.

use serde::Deserialize;
use serde::Serialize;

use crate::elements::Address;
use crate::elements::Item;
use crate::elements::Place;
use crate::elements::Source;
use crate::links::wording;
use crate::sound::NameKind;
use crate::sound::sounds_like;

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
    pub(crate) fn likeness(&self, other: &Spot) -> f32 {
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

    pub(crate) fn shares_anchor(&self, other: &Spot) -> bool {
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

/// Whether both levels are known and not the same.
pub(crate) fn differ(one: &Option<String>, other: &Option<String>) -> bool {
    one.is_some() && other.is_some() && one != other
}
