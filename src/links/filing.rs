//! A profile in, the keys under which it is filed out.
//!
//! Whatever can link two calls has its key here: a test compares all pairs of the development set.

use std::collections::BTreeSet;

use crate::links::Profile;
use crate::links::families;
use crate::links::nearness;
use crate::links::parties;
use crate::links::spots::Scale;
use crate::links::spots::Spot;

/// Length of a stretch of time in seconds; calls about one event share one.
const STRETCH_S: i64 = 6 * 3600;

/// How many stretches back a chaser may reach.
const CHASER_STRETCHES: i64 = 4;

/// Returns the keys, sorted and without doubles.
pub(crate) fn keys(profile: &Profile) -> Vec<String> {
    let families = families::names(profile);
    let stretches = stretches(profile);
    let mut keys: BTreeSet<String> = BTreeSet::new();
    keys.extend(profile.phones.iter().map(|phone| format!("phone:{}", phone.number)));
    keys.extend(
        profile
            .plates
            .iter()
            .flat_map(|plate| parties::plate_keys(plate))
            .map(|key| format!("plate:{key}")),
    );
    keys.extend(
        std::iter::once(&profile.id)
            .chain(&profile.main_id)
            .map(|id| format!("main:{id}")),
    );
    for spot in &profile.spots {
        keys.extend(spot_keys(spot, &families, &stretches));
        keys.extend(spot.anchors.iter().flat_map(|anchor| surname_keys(profile, anchor)));
        keys.extend(nameless_keys(profile, spot));
    }
    keys.extend(
        nearness::crossings(&profile.spots)
            .into_iter()
            .map(|(one, other)| format!("crossing:{one}|{other}")),
    );
    for party in profile.parties.iter().filter_map(|party| party.name.as_ref()) {
        keys.extend(families.iter().map(|family| format!("name:{party}|{family}")));
    }
    keys.into_iter().collect()
}

fn spot_keys(spot: &Spot, families: &[&str], stretches: &[i64]) -> Vec<String> {
    let mut keys = Vec::new();
    for anchor in &spot.anchors {
        let alone = spot.scale != Scale::Estate;
        keys.extend(alone.then(|| format!("place:{anchor}")));
        keys.extend(
            spot.building
                .iter()
                .map(|building| format!("building:{anchor}|{building}")),
        );
        keys.extend(spot.room.iter().map(|room| format!("room:{anchor}|{room}")));
        keys.extend(families.iter().map(|family| format!("place:{anchor}|{family}")));
        keys.extend(stretches.iter().map(|stretch| format!("place:{anchor}@{stretch}")));
    }
    for road in &spot.roads {
        keys.extend(spot.road_no.iter().map(|number| format!("house:{road}|{number}")));
        let post = spot.post_m.map(|post| post / 1000);
        keys.extend(
            post.into_iter()
                .flat_map(|km| [km, km + 1])
                .map(|km| format!("post:{road}|{km}")),
        );
        keys.extend(stretches.iter().map(|stretch| format!("road:{road}@{stretch}")));
    }
    keys
}

fn surname_keys(profile: &Profile, anchor: &str) -> Vec<String> {
    let surnames = profile.parties.iter().filter_map(|party| party.surname.as_ref());
    surnames.map(|surname| format!("surname:{surname}|{anchor}")).collect()
}

/// Levels without a name, for calls that leave out the name of the estate or had it misheard.
fn nameless_keys(profile: &Profile, spot: &Spot) -> Vec<String> {
    let Some(station) = station(profile) else {
        return Vec::new();
    };
    let pair = |kind: &str, high: &Option<String>| {
        let (high, room) = (high.as_ref()?, spot.room.as_ref()?);
        Some(format!("{kind}:{station}|{high}|{room}"))
    };
    let rooms = [pair("room", &spot.building), pair("flat", &spot.unit)];
    rooms.into_iter().flatten().collect()
}

/// Returns the first eight digits of the unit: its station.
pub(crate) fn station(profile: &Profile) -> Option<String> {
    let unit = profile.unit_code.as_ref()?;
    Some(unit.as_str().chars().take(8).collect())
}

/// Returns the stretches in which a call meets others of its event.
fn stretches(profile: &Profile) -> Vec<i64> {
    let own = profile.received_at.as_second().div_euclid(STRETCH_S);
    let back = if profile.is_chaser() || profile.link_type == Some(3) {
        CHASER_STRETCHES
    } else {
        0
    };
    (own - back..=own + 1).collect()
}
