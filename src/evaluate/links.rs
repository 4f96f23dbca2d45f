//! Clusters and gold groups in, B³, pairs and dangerous merges out, beside what bureaus use today.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::call::Call;
use crate::call::CallId;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::links::Kind;
use crate::links::PhoneRole;
use crate::links::Profile;

/// Calls with one number within this are one event to the baseline, in seconds.
const EVENT_WINDOW_S: i64 = 2 * 3600;

/// The true groups of a call: one line of a gold file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gold {
    /// The call.
    pub id: CallId,
    /// Its event; none where it is the only call about it.
    #[serde(default)]
    pub event: Option<String>,
    /// Its matter; none where it is the only event of it.
    #[serde(default)]
    pub matter: Option<String>,
    /// Its category.
    #[serde(default)]
    pub category: Option<String>,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<String>,
}

/// Precision, recall and their harmonic mean, each from 0 to 1; 1 where there is nothing to find or found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Share of what was put together that belongs together.
    pub precision: f64,
    /// Share of what belongs together that was put together.
    pub recall: f64,
    /// Harmonic mean.
    pub f1: f64,
}

/// How well groups agree with gold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// B³ over all calls of the gold file.
    pub b_cubed: Figures,
    /// B³ over calls that are in a group of two or more, in gold or as predicted: single calls, which are most, do
    /// not flatter it.
    pub grouped: Figures,
    /// Over pairs of calls.
    pub pairs: Figures,
    /// Share of predicted groups in which calls of different gold groups, or calls of none, were put together.
    pub dangerous_merge_rate: f64,
    /// Calls of the gold file.
    pub calls: usize,
    /// Calls that `grouped` counts.
    pub grouped_calls: usize,
    /// Groups of two or more in gold.
    pub gold_groups: usize,
    /// Groups of two or more as predicted.
    pub found_groups: usize,
}

/// Ours beside the baselines, for one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Events or matters.
    pub kind: Kind,
    /// Our clusters.
    pub ours: Scores,
    /// Calls from one number are one group; for events within two hours.
    pub same_number: Scores,
    /// Calls with one address or place are one group; for events within two hours.
    pub same_address: Scores,
}

/// Compares clusters of one kind with gold, beside both baselines. Calls outside the gold file do not count.
#[must_use]
pub fn report(kind: Kind, gold: &[Gold], clusters: &[Cluster], calls: &[Call], profiles: &[Profile]) -> Report {
    Report {
        kind,
        ours: score(kind, gold, &groups(kind, clusters)),
        same_number: score(kind, gold, &same_number(kind, profiles)),
        same_address: score(kind, gold, &same_address(kind, calls, profiles)),
    }
}

/// Returns the calls of each cluster of one kind.
#[must_use]
pub fn groups(kind: Kind, clusters: &[Cluster]) -> Vec<Vec<CallId>> {
    let wanted = match kind {
        Kind::Event => ClusterKind::Event,
        Kind::Matter => ClusterKind::Matter,
    };
    let of_kind = clusters.iter().filter(|cluster| cluster.kind == wanted);
    of_kind.map(|cluster| cluster.calls.clone()).collect()
}

/// Scores groups against gold; a call in several groups counts in the first only.
#[must_use]
pub fn score(kind: Kind, gold: &[Gold], groups: &[Vec<CallId>]) -> Scores {
    let known: BTreeSet<&CallId> = gold.iter().map(|gold| &gold.id).collect();
    let truth = Partition::of_gold(kind, gold);
    let found = Partition::of_groups(&known, groups);
    let everyone: Vec<&CallId> = known.iter().copied().collect();
    let in_group = |call: &&&CallId| truth.of(call).len() > 1 || found.of(call).len() > 1;
    let grouped: Vec<&CallId> = everyone.iter().filter(in_group).copied().collect();
    Scores {
        b_cubed: b_cubed(&everyone, &truth, &found),
        grouped: b_cubed(&grouped, &truth, &found),
        pairs: pairs(&truth, &found),
        dangerous_merge_rate: dangerous(&truth, &found),
        calls: everyone.len(),
        grouped_calls: grouped.len(),
        gold_groups: truth.large().count(),
        found_groups: found.large().count(),
    }
}

/// Groups calls by the number that called; placeholders form no group.
#[must_use]
pub fn same_number(kind: Kind, profiles: &[Profile]) -> Vec<Vec<CallId>> {
    let key = |profile: &Profile| {
        let mut own = profile.phones.iter().filter(|phone| phone.role == PhoneRole::Caller);
        own.next().map(|phone| phone.number.clone())
    };
    grouped(kind, profiles, key)
}

/// Groups calls by the address of their record; where it has none, by the first place that was found in it.
#[must_use]
pub fn same_address(kind: Kind, calls: &[Call], profiles: &[Profile]) -> Vec<Vec<CallId>> {
    let recorded: BTreeMap<&CallId, &str> = calls
        .iter()
        .filter_map(|call| Some((&call.id, call.address.as_deref()?.trim())))
        .filter(|(_, address)| !address.is_empty())
        .collect();
    let key = |profile: &Profile| {
        let place = || profile.spots.iter().find_map(|spot| spot.names().next());
        recorded
            .get(&profile.id)
            .map(|&address| squeezed(address))
            .or_else(place)
    };
    grouped(kind, profiles, key)
}

fn squeezed(address: &str) -> String {
    address.chars().filter(|c| !c.is_whitespace()).collect()
}

fn grouped(kind: Kind, profiles: &[Profile], key: impl Fn(&Profile) -> Option<String>) -> Vec<Vec<CallId>> {
    let mut sorted: Vec<&Profile> = profiles.iter().collect();
    sorted.sort_by_key(|profile| (profile.received_at, &profile.id));
    let mut groups: BTreeMap<String, Vec<Vec<&Profile>>> = BTreeMap::new();
    for profile in sorted {
        let Some(key) = key(profile) else { continue };
        let of_key = groups.entry(key).or_default();
        let fits = |group: &&mut Vec<&Profile>| {
            let first = group.first().map_or(i64::MIN, |first| first.received_at.as_second());
            kind == Kind::Matter || profile.received_at.as_second() - first <= EVENT_WINDOW_S
        };
        match of_key.last_mut().filter(fits) {
            Some(group) => group.push(profile),
            None => of_key.push(vec![profile]),
        }
    }
    let ids = |group: Vec<&Profile>| group.iter().map(|profile| profile.id.clone()).collect();
    groups.into_values().flatten().map(ids).collect()
}

/// Every call in exactly one group.
struct Partition<'a> {
    owner: BTreeMap<&'a CallId, usize>,
    groups: Vec<BTreeSet<&'a CallId>>,
}

impl<'a> Partition<'a> {
    fn of_gold(kind: Kind, gold: &'a [Gold]) -> Partition<'a> {
        let mut named: BTreeMap<&str, Vec<&CallId>> = BTreeMap::new();
        let mut single: Vec<Vec<&CallId>> = Vec::new();
        for line in gold {
            let name = match kind {
                Kind::Event => &line.event,
                Kind::Matter => &line.matter,
            };
            match name {
                Some(name) => named.entry(name).or_default().push(&line.id),
                None => single.push(vec![&line.id]),
            }
        }
        Partition::new(named.into_values().chain(single))
    }

    fn of_groups(known: &BTreeSet<&'a CallId>, groups: &'a [Vec<CallId>]) -> Partition<'a> {
        let listed = groups
            .iter()
            .map(|group| group.iter().filter(|call| known.contains(call)).collect());
        let single = known.iter().map(|&call| vec![call]);
        Partition::new(listed.chain(single))
    }

    fn new(groups: impl Iterator<Item = Vec<&'a CallId>>) -> Partition<'a> {
        let mut partition = Partition {
            owner: BTreeMap::new(),
            groups: Vec::new(),
        };
        for group in groups {
            let fresh: BTreeSet<&CallId> = group
                .into_iter()
                .filter(|call| !partition.owner.contains_key(call))
                .collect();
            let idx = partition.groups.len();
            partition.owner.extend(fresh.iter().map(|&call| (call, idx)));
            partition.groups.push(fresh);
        }
        partition
    }

    fn of(&self, call: &CallId) -> &BTreeSet<&'a CallId> {
        &self.groups[self.owner[call]]
    }

    fn large(&self) -> impl Iterator<Item = &BTreeSet<&'a CallId>> {
        self.groups.iter().filter(|group| group.len() > 1)
    }

    fn pairs(&self) -> usize {
        self.large().map(|group| group.len() * (group.len() - 1) / 2).sum()
    }
}

fn b_cubed(calls: &[&CallId], truth: &Partition<'_>, found: &Partition<'_>) -> Figures {
    if calls.is_empty() {
        return figures(1.0, 1.0);
    }
    let mut sums = (0.0, 0.0);
    for call in calls {
        let (truth, found) = (truth.of(call), found.of(call));
        let common = truth.intersection(found).count() as f64;
        sums.0 += common / found.len() as f64;
        sums.1 += common / truth.len() as f64;
    }
    figures(sums.0 / calls.len() as f64, sums.1 / calls.len() as f64)
}

fn pairs(truth: &Partition<'_>, found: &Partition<'_>) -> Figures {
    let mut common = 0;
    for group in found.large() {
        let mut shares: BTreeMap<usize, usize> = BTreeMap::new();
        for call in group {
            *shares.entry(truth.owner[call]).or_default() += 1;
        }
        common += shares.values().map(|share| share * (share - 1) / 2).sum::<usize>();
    }
    let share = |whole: usize| if whole == 0 { 1.0 } else { common as f64 / whole as f64 };
    figures(share(found.pairs()), share(truth.pairs()))
}

fn dangerous(truth: &Partition<'_>, found: &Partition<'_>) -> f64 {
    let mixed = |group: &&BTreeSet<&CallId>| {
        let owners: BTreeSet<usize> = group.iter().map(|call| truth.owner[*call]).collect();
        owners.len() > 1
    };
    let all = found.large().count();
    if all == 0 {
        0.0
    } else {
        found.large().filter(mixed).count() as f64 / all as f64
    }
}

fn figures(precision: f64, recall: f64) -> Figures {
    let sum = precision + recall;
    let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
    Figures { precision, recall, f1 }
}

#[cfg(test)]
mod tests;
