//! The calls of a cluster in, one Chinese line (what · where · how often) and the reasons out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::call::CallId;
use crate::clusters::ClusterKind;
use crate::clusters::levels;
use crate::links::Kind;
use crate::links::Link;
use crate::links::Profile;
use crate::links::families;
use crate::links::settings::Settings;
use crate::links::spots::Spot;

/// The most reasons that links give a cluster.
const REASONS: usize = 4;

/// Evidence that is no reason by itself.
const WEAK: [&str; 3] = ["time", "text", "station"];

/// Returns the line that stands for a cluster: `邻里噪音 · 金桂苑小区7号楼 · 30天4起`.
pub(crate) fn line(kind: ClusterKind, events: &[Vec<&Profile>]) -> String {
    let calls: Vec<&Profile> = events.iter().flatten().copied().collect();
    let often = match kind {
        ClusterKind::Event => format!("{}次报警", calls.len()),
        ClusterKind::Matter | ClusterKind::Hotspot => match levels::counts_30d(events) {
            (month, all) if month == all => format!("30天{all}起"),
            (month, all) => format!("共{all}起，30天{month}起"),
        },
    };
    let parts = [what(&calls), place(&calls), Some(often)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Returns the category that most calls have; what may come out of any dispute only where there is nothing else.
fn what(calls: &[&Profile]) -> Option<String> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for guess in calls.iter().filter_map(|call| call.categories.first()) {
        *votes.entry(guess.code.as_str()).or_default() += 1;
    }
    let weight = |code: &str| match families::find(code) {
        Some(family) if !family.escalates => 2,
        Some(_) => 1,
        None => 0,
    };
    let best = votes
        .into_iter()
        .max_by(|x, y| (weight(x.0), x.1).cmp(&(weight(y.0), y.1)).then(y.0.cmp(x.0)));
    best.map(|(code, _)| families::short_name(code))
}

/// Returns the place that most calls name, down to the building where at least half of them agree on it.
fn place(calls: &[&Profile]) -> Option<String> {
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    let mut buildings: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for call in calls {
        let names: BTreeSet<String> = call.spots.iter().map(name).filter(|name| !name.is_empty()).collect();
        for name in names {
            *votes.entry(name).or_default() += 1;
        }
        let full: BTreeSet<(String, String)> = call.spots.iter().map(|spot| (name(spot), spot.to_building())).collect();
        for (name, building) in full {
            *buildings.entry(name).or_default().entry(building).or_default() += 1;
        }
    }
    let best = votes
        .into_iter()
        .max_by(|x, y| x.1.cmp(&y.1).then_with(|| y.0.cmp(&x.0)));
    let (name, count) = best?;
    let finer = buildings.remove(&name).unwrap_or_default().into_iter();
    let finer = finer.filter(|(building, votes)| *building != name && votes * 2 >= count);
    let finer = finer.max_by(|x, y| x.1.cmp(&y.1).then_with(|| y.0.cmp(&x.0)));
    Some(finer.map_or(name, |(building, _)| building))
}

fn name(spot: &Spot) -> String {
    let bare = Spot {
        building: None,
        ..spot.clone()
    };
    bare.to_building()
}

/// Accepted links by the smaller id, so that a cluster finds its own without looking at all.
pub(crate) type Accepted<'a> = BTreeMap<&'a CallId, Vec<&'a Link>>;

/// Returns the links that are likely enough to form clusters.
pub(crate) fn accepted(links: &[Link]) -> Accepted<'_> {
    let accept = Settings::default().accept;
    let mut accepted = Accepted::new();
    for link in links.iter().filter(|link| link.probability >= accept) {
        accepted.entry(&link.a).or_default().push(link);
    }
    accepted
}

/// Returns what links the calls, the strongest first.
pub(crate) fn reasons(kind: ClusterKind, calls: &[&Profile], accepted: &Accepted<'_>) -> Vec<String> {
    let members: BTreeSet<&CallId> = calls.iter().map(|call| &call.id).collect();
    let wanted = match kind {
        ClusterKind::Event => Kind::Event,
        ClusterKind::Matter | ClusterKind::Hotspot => Kind::Matter,
    };
    let inside = |link: &&&Link| link.kind == wanted && members.contains(&link.b);
    let from = |call: &&CallId| accepted.get(*call).into_iter().flatten().filter(inside);
    let mut weights: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
    for evidence in members.iter().flat_map(from).flat_map(|link| &link.evidence) {
        if evidence.weight > 0.0 && !WEAK.contains(&evidence.feature.as_str()) {
            weights.entry(&evidence.text).or_default().push(evidence.weight);
        }
    }
    // Sums do not depend on the order in which links are given.
    let sum = |mut parts: Vec<f32>| {
        parts.sort_by(f32::total_cmp);
        parts.into_iter().sum::<f32>()
    };
    let mut reasons: Vec<(f32, &str)> = weights.into_iter().map(|(text, parts)| (sum(parts), text)).collect();
    reasons.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    reasons
        .into_iter()
        .take(REASONS)
        .map(|(_, text)| text.to_owned())
        .collect()
}
