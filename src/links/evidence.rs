//! Two profiles in, the evidence that they are one event or one matter out; none where they cannot be.

use crate::links::Evidence;
use crate::links::Profile;
use crate::links::families;
use crate::links::families::Agreement;
use crate::links::families::Compared;
use crate::links::findings::Estate;
use crate::links::findings::Findings;
use crate::links::findings::one_station;
use crate::links::settings::Weights;

/// Calls about one event come within this, in seconds.
const EVENT_WINDOW_S: f32 = 2.0 * 3600.0;

/// Calls that urge on, and officers' own reports, come within this.
const CHASER_WINDOW_S: f32 = 24.0 * 3600.0;

/// Events of one matter come within this, in days.
const MATTER_WINDOW_DAYS: f32 = 180.0;

/// What is left of a place's weight where strangers meet.
const GATHERING_SHARE: f32 = 0.6;

/// What is left of a number's weight where the categories have nothing to do with each other.
const SWITCHBOARD_SHARE: f32 = 0.5;

/// Collects the evidence that two calls are about one event; none where they cannot be.
pub(crate) fn event(earlier: &Profile, later: &Profile, weights: &Weights) -> Option<Vec<Evidence>> {
    let mut found = Findings::default();
    let gap = gap_s(earlier, later);
    let named = is_declared(earlier, later);
    let urges = later.is_chaser() || later.link_type == Some(3);
    let window = if urges || named {
        CHASER_WINDOW_S
    } else {
        EVENT_WINDOW_S
    };
    if gap > window || is_idle(earlier) || is_idle(later) {
        return None;
    }
    if named {
        found.declared(earlier, later, weights);
        return found.kept();
    }
    let fresh = (1.0 - gap / EVENT_WINDOW_S).max(0.0);
    let compared = families::compare(earlier, later);
    found.phones(earlier, later, weights, phone_share(&compared));
    found.persons(earlier, later, &compared, weights);
    found.places((earlier, later), weights, 1.0, Estate::Tells);
    found.plates(earlier, later, weights);
    found.category(&compared, weights, fresh);
    found.words(earlier, later, weights);
    if one_station(earlier, later) {
        found.add("station", "same", weights.station, "同一辖区");
    }
    if urges {
        found.add("reference", "chaser", weights.chaser, "后一次是催办或民警反馈");
    }
    found.add(
        "time",
        gap_text(gap),
        weights.time * fresh * fresh,
        format!("两次报警相隔{}", gap_text(gap)),
    );
    found.kept()
}

/// Collects the evidence that two calls are about events of one matter; none where they cannot be.
pub(crate) fn matter(earlier: &Profile, later: &Profile, weights: &Weights) -> Option<Vec<Evidence>> {
    let days = gap_s(earlier, later) / 86_400.0;
    let void = earlier.is_nuisance() || later.is_nuisance();
    if void || days > MATTER_WINDOW_DAYS || !recurs(earlier, later) {
        return None;
    }
    let mut found = Findings::default();
    let compared = families::compare(earlier, later);
    found.phones(earlier, later, weights, phone_share(&compared));
    found.persons(earlier, later, &compared, weights);
    let (estate, share) = match compared.one_family {
        true if with_host(&compared) => (Estate::IsParty, 1.0),
        true => (Estate::Tells, place_share(&compared)),
        false => (Estate::Hints, place_share(&compared)),
    };
    found.places((earlier, later), weights, share, estate);
    found.plates(earlier, later, weights);
    if is_declared(earlier, later) {
        found.declared(earlier, later, weights);
    }
    if !found.identity {
        return None;
    }
    found.category(&compared, weights, 1.0);
    found.words(earlier, later, weights);
    if later.cues.again {
        found.add("reference", "again", weights.again, "后一次报警提到以前发生过或报过警");
    }
    let decay = 1.0 - (1.0 + days).ln() / (1.0 + MATTER_WINDOW_DAYS).ln();
    let gap = gap_text(gap_s(earlier, later));
    found.add("time", gap.clone(), weights.time * decay, format!("两次报警相隔{gap}"));
    found.kept()
}

/// Calls that nobody made on purpose, or to annoy, report no event. Silent ones may have been cut off.
fn is_idle(profile: &Profile) -> bool {
    let code = profile.categories.first().map_or("", |guess| guess.code.as_str());
    profile.is_nuisance() && !matches!(code, "900101" | "900102")
}

fn recurs(earlier: &Profile, later: &Profile) -> bool {
    families::may_recur(earlier) && families::may_recur(later)
}

/// What gathers in places (brawls, customers of a shop) is there without the same people: the place says less.
fn place_share(compared: &Compared) -> f32 {
    let gathers = |code: &str| families::find(code).is_some_and(|family| family.by_place || family.escalates);
    let both = gathers(&compared.codes.0) && gathers(&compared.codes.1);
    if both { GATHERING_SHARE } else { 1.0 }
}

/// Whether both are disputes with whoever runs the place.
fn with_host(compared: &Compared) -> bool {
    let hosted = |code: &str| families::find(code).is_some_and(|family| family.by_host);
    hosted(&compared.codes.0) && hosted(&compared.codes.1)
}

/// A switchboard calls about everything: with another category, its number says less.
fn phone_share(compared: &Compared) -> f32 {
    match compared.agreement {
        Agreement::Other => 1.0 - (1.0 - SWITCHBOARD_SHARE) * compared.confidence,
        _ => 1.0,
    }
}

fn gap_s(earlier: &Profile, later: &Profile) -> f32 {
    later.received_at.duration_since(earlier.received_at).as_secs_f32()
}

fn gap_text(seconds: f32) -> String {
    let minutes = (seconds / 60.0).round() as u32;
    match minutes {
        0..120 => format!("{minutes}分钟"),
        120..2880 => format!("{}小时", (minutes + 30) / 60),
        _ => format!("{}天", (minutes + 720) / 1440),
    }
}

fn is_declared(earlier: &Profile, later: &Profile) -> bool {
    let names = |one: &Profile, other: &Profile| one.main_id.as_ref() == Some(&other.id);
    names(later, earlier) || names(earlier, later)
}
