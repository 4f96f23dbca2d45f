//! Events by station or place and category in, hotspots out.
//!
//! A cell is a station or a place of the gazetteer, and a category that gathers in places. Each event closes a week;
//! the week is compared with the mean of the weeks before it, fifteen or as many as there are.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::call::CallId;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::clusters::cluster_id;
use crate::clusters::levels;
use crate::clusters::roster::Roster;
use crate::links::Profile;
use crate::links::families;

const WEEK_S: i64 = 7 * 86_400;

/// Weeks that a week is compared with.
const MOST_WEEKS: i64 = 15;

/// With fewer weeks before it, nothing can be said about a week.
const LEAST_WEEKS: i64 = 2;

/// Colour, events in the week, and how many standard deviations above the mean they must lie.
const RULES: [(Level, usize, f64); 3] = [(Level::Red, 10, 3.0), (Level::Orange, 8, 2.0), (Level::Yellow, 5, 1.0)];

/// A place that is guessed from sound with less than this is no cell.
const SURE: f32 = 0.5;

/// Where and what; places come before stations, since they say more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    scope: Scope,
    category: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Place { anchor: String },
    Station { code: String },
}

/// An event in a cell: its first moment and its calls.
#[derive(Clone, Debug)]
struct Happening<'a> {
    at: Timestamp,
    calls: Vec<&'a Profile>,
}

/// A week of a cell that stands out.
#[derive(Debug)]
struct Peak {
    level: Level,
    events: usize,
    text: String,
    calls: BTreeSet<(Timestamp, CallId)>,
    shown: String,
    category: String,
}

/// Finds the hotspots among calls sorted by time; `clusters` gives the events. Sorted by id.
pub(crate) fn find(profiles: &[&Profile], clusters: &[Cluster]) -> Vec<Cluster> {
    let Some(origin) = profiles.first().map(|first| first.received_at) else {
        return Vec::new();
    };
    let mut cells: BTreeMap<Cell, Vec<Happening>> = BTreeMap::new();
    for happening in happenings(profiles, clusters) {
        for cell in cells_of(&happening) {
            cells.entry(cell).or_default().push(happening.clone());
        }
    }
    let mut peaks: Vec<(Cell, Peak)> = Vec::new();
    for (cell, happenings) in &cells {
        let found = peaks_of(cell, happenings, origin);
        peaks.extend(found.into_iter().map(|peak| (cell.clone(), peak)));
    }
    peaks.sort_by(|x, y| {
        let strength = |peak: &Peak| (peak.level, peak.events);
        strength(&y.1)
            .cmp(&strength(&x.1))
            .then_with(|| (&x.0, &x.1.calls).cmp(&(&y.0, &y.1.calls)))
    });
    let mut taken: BTreeSet<CallId> = BTreeSet::new();
    let mut hotspots: Vec<Cluster> = Vec::new();
    for (_, peak) in peaks {
        if peak.calls.iter().all(|(_, call)| !taken.contains(call)) {
            taken.extend(peak.calls.iter().map(|(_, call)| call.clone()));
            hotspots.extend(hotspot(peak));
        }
    }
    hotspots.sort_by(|x, y| x.id.cmp(&y.id));
    hotspots
}

/// Returns the events that count, in order of time.
fn happenings<'a>(profiles: &[&'a Profile], clusters: &'a [Cluster]) -> Vec<Happening<'a>> {
    let incidents = || profiles.iter().copied().filter(|profile| profile.is_incident());
    let roster = Roster::new(clusters, incidents());
    let events = roster.events_of(incidents().map(|profile| &profile.id));
    let happening = |calls: Vec<&'a Profile>| {
        let at = calls.first()?.received_at;
        Some(Happening { at, calls })
    };
    events.into_iter().filter_map(happening).collect()
}

fn cells_of(happening: &Happening<'_>) -> Vec<Cell> {
    let mut cells = BTreeSet::new();
    for call in &happening.calls {
        let by_place = |code: &str| families::find(code).is_some_and(|family| family.by_place);
        let Some(guess) = call.categories.first().filter(|guess| by_place(&guess.code)) else {
            continue;
        };
        let sure = call.spots.iter().filter(|spot| spot.confidence >= SURE);
        let places = sure
            .filter_map(|spot| spot.anchors.first())
            .map(|anchor| Scope::Place { anchor: anchor.clone() });
        let station = call.unit_code.iter().map(|unit| Scope::Station {
            code: unit.as_str().chars().take(8).collect(),
        });
        for scope in places.chain(station) {
            cells.insert(Cell {
                scope,
                category: guess.code.clone(),
            });
        }
    }
    cells.into_iter().collect()
}

/// Returns the weeks of a cell that stand out; of weeks that overlap, the strongest.
fn peaks_of(cell: &Cell, happenings: &[Happening<'_>], origin: Timestamp) -> Vec<Peak> {
    let mut peaks: Vec<(i64, Peak)> = Vec::new();
    for last in happenings {
        let end = last.at.as_second();
        let week = week(happenings, end);
        let weeks = ((end - WEEK_S - origin.as_second()) / WEEK_S).min(MOST_WEEKS);
        if weeks < LEAST_WEEKS {
            continue;
        }
        let back = |back: i64| self::week(happenings, end - back * WEEK_S).len() as f64;
        let before: Vec<f64> = (1..=weeks).map(back).collect();
        let (mean, deviation) = spread(&before);
        let rule = RULES
            .into_iter()
            .find(|&(_, least, sigmas)| week.len() >= least && week.len() as f64 > mean + sigmas * deviation);
        let Some((level, ..)) = rule else { continue };
        let text = format!(
            "7天{}起，此前{weeks}周平均{mean:.1}起（标准差{deviation:.1}）",
            week.len()
        );
        let peak = peak(cell, level, week, text);
        match peaks.last_mut() {
            Some((known_end, known)) if end - *known_end < WEEK_S => {
                if (peak.level, peak.events) > (known.level, known.events) {
                    (*known_end, *known) = (end, peak);
                }
            }
            _ => peaks.push((end, peak)),
        }
    }
    peaks.into_iter().map(|(_, peak)| peak).collect()
}

/// Returns the events of the week that ends with `end`; they are in order of time.
fn week<'a, 'b>(happenings: &'b [Happening<'a>], end: i64) -> &'b [Happening<'a>] {
    let until = |second: i64| happenings.partition_point(|happening| happening.at.as_second() <= second);
    happenings.get(until(end - WEEK_S)..until(end)).unwrap_or_default()
}

fn spread(counts: &[f64]) -> (f64, f64) {
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64;
    (mean, variance.sqrt())
}

fn peak(cell: &Cell, level: Level, week: &[Happening<'_>], text: String) -> Peak {
    let calls = week.iter().flat_map(|happening| happening.calls.iter());
    let shown = match &cell.scope {
        Scope::Station { code } => format!("辖区{code}"),
        Scope::Place { anchor } => {
            let spots = calls.clone().flat_map(|call| &call.spots);
            let mut named = spots
                .filter(|spot| spot.anchors.contains(anchor))
                .map(|spot| &spot.shown);
            named.next().unwrap_or(anchor).clone()
        }
    };
    Peak {
        level,
        events: week.len(),
        text,
        calls: calls.map(|call| (call.received_at, call.id.clone())).collect(),
        shown,
        category: families::short_name(&cell.category),
    }
}

fn hotspot(peak: Peak) -> Option<Cluster> {
    let (first_at, founder) = peak.calls.first()?.clone();
    let (last_at, _) = peak.calls.last()?.clone();
    Some(Cluster {
        id: cluster_id(ClusterKind::Hotspot, &founder),
        kind: ClusterKind::Hotspot,
        status: Status::Suggested,
        level: peak.level,
        first_at,
        last_at,
        calls: peak.calls.into_iter().map(|(_, call)| call).collect(),
        summary: format!("{} · {} · 7天{}起", peak.category, peak.shown, peak.events),
        reasons: vec![
            format!("单元：{} × {}", peak.shown, peak.category),
            format!("{}，达到{}", peak.text, levels::colour(peak.level)),
        ],
        assigned: None,
    })
}
