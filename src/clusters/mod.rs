//! Links and people's decisions in; events, matters and hotspots out, with stable ids.
//!
//! Calls join events, events join matters; a hotspot counts events that have nothing to do with each other. Each step
//! is a pure function of a set: the order in which calls, links and decisions are given never matters.

/// Decisions in, which calls must and must not be together and where a cluster stands out.
mod constraints;

/// Scored pairs in, groups without chains out.
mod grouping;

/// Events by station or place and category in, hotspots out.
mod hotspots;

/// The events of a matter in, the colours it has reached out.
pub mod levels;

/// Links and constraints in, which calls are one event and which events one matter out.
mod membership;

/// Clusters and profiles in, the events of each cluster out.
pub mod roster;

/// The calls of a cluster in, one Chinese line and the reasons out.
mod summary;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use crate::call::CallId;
use crate::call::ClusterId;
use crate::call::DecisionId;
use crate::clusters::constraints::Constraints;
use crate::clusters::summary::Accepted;
use crate::links::Link;
use crate::links::Profile;

/// What a cluster is. The three never mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterKind {
    /// Calls about one event.
    Event,
    /// Events of one matter.
    Matter,
    /// Many events of one kind in one place.
    Hotspot,
}

/// Where a cluster stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Found by the program, not looked at.
    #[default]
    Suggested,
    /// A person agreed.
    Confirmed,
    /// A person could not tell.
    Unsure,
    /// Done with, by a person.
    Closed,
    /// Taken into another, by a person.
    Merged,
}

/// Colour of domain.md §3.3, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// No warning.
    #[default]
    None,
    /// 蓝
    Blue,
    /// 黄
    Yellow,
    /// 橙
    Orange,
    /// 红
    Red,
}

/// What a person decided. Calls are named besides clusters, because a decision outlives the cluster it was made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Action {
    /// The cluster is right: its calls belong together.
    Confirm {
        /// Which cluster.
        cluster: ClusterId,
        /// What it is.
        kind: ClusterKind,
        /// Its members.
        calls: Vec<CallId>,
    },
    /// Cannot tell.
    Unsure {
        /// Which cluster.
        cluster: ClusterId,
    },
    /// Done with.
    Close {
        /// Which cluster.
        cluster: ClusterId,
        /// Its members: any other call brings it back. Where empty, any call after the decision does.
        #[serde(default)]
        calls: Vec<CallId>,
    },
    /// Not done with after all.
    Reopen {
        /// Which cluster.
        cluster: ClusterId,
    },
    /// Calls leave the cluster and form one of their own.
    Split {
        /// Which cluster.
        cluster: ClusterId,
        /// What it is.
        kind: ClusterKind,
        /// Those that leave.
        calls: Vec<CallId>,
        /// Those that stay.
        rest: Vec<CallId>,
    },
    /// Clusters are one.
    Merge {
        /// Which clusters.
        clusters: Vec<ClusterId>,
        /// What they are.
        kind: ClusterKind,
        /// The members of all of them.
        calls: Vec<CallId>,
    },
    /// One call goes to another cluster.
    Move {
        /// Which call.
        call: CallId,
        /// Where it goes.
        cluster: ClusterId,
        /// What it is.
        kind: ClusterKind,
        /// The members there.
        calls: Vec<CallId>,
        /// The members that it leaves.
        from: Vec<CallId>,
    },
    /// One call leaves.
    Exclude {
        /// Which call.
        call: CallId,
        /// Which cluster.
        cluster: ClusterId,
        /// What it is.
        kind: ClusterKind,
        /// Those that stay.
        rest: Vec<CallId>,
    },
    /// Someone takes care of it.
    Assign {
        /// Which cluster.
        cluster: ClusterId,
        /// Who.
        who: String,
    },
    /// An earlier decision no longer holds.
    Undo {
        /// Which decision.
        decision: DecisionId,
    },
}

/// A decision as a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id; ids rise with time.
    pub id: DecisionId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// What.
    #[serde(flatten)]
    pub action: Action,
}

/// Calls that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Stable: `E-`, `M-` or `H-` and the id of the earliest call.
    pub id: ClusterId,
    /// What it is.
    pub kind: ClusterKind,
    /// Where it stands.
    pub status: Status,
    /// Its colour; always `None` for events.
    pub level: Level,
    /// First call.
    pub first_at: Timestamp,
    /// Last call.
    pub last_at: Timestamp,
    /// Members by time, then id; two or more.
    pub calls: Vec<CallId>,
    /// One Chinese line: what, where, how often.
    pub summary: String,
    /// Why they belong together and why the colour, in Chinese.
    pub reasons: Vec<String>,
    /// Who takes care of it.
    #[serde(default)]
    pub assigned: Option<String>,
}

/// Groups calls into clusters: a pure function, whatever the order of its arguments. The links may cover any set of
/// calls closed under linking (a connected component, or everything). Decisions constrain: confirmed or merged calls
/// stay together, split or excluded ones apart.
///
/// Events and matters of two calls or more come out, sorted by id; a matter has at least two events. Ids and links of
/// calls that have no profile here are ignored.
#[must_use]
pub fn cluster(profiles: &[Profile], links: &[Link], decisions: &[Decision]) -> Vec<Cluster> {
    let profiles = sorted(profiles);
    let places = places(&profiles);
    let constraints = Constraints::new(decisions, &places);
    let events = membership::events(&profiles, &places, links, &constraints);
    let matters = membership::matters(&profiles, &places, links, &constraints, &events);
    let accepted = summary::accepted(links);
    let mut clusters = Vec::new();
    for event in events.iter().filter(|event| event.len() > 1) {
        let members: Vec<&Profile> = event.iter().map(|&call| profiles[call]).collect();
        clusters.push(describe(ClusterKind::Event, &[members], &accepted, &constraints));
    }
    for matter in matters.iter().filter(|matter| matter.len() > 1) {
        let members = |&event: &usize| events[event].iter().map(|&call| profiles[call]).collect();
        let members: Vec<Vec<&Profile>> = matter.iter().map(members).collect();
        clusters.push(describe(ClusterKind::Matter, &members, &accepted, &constraints));
    }
    clusters.sort_by(|x, y| x.id.cmp(&y.id));
    clusters
}

/// Finds hotspots: cells (station or gazetteer place, and category) whose week stands out from the fifteen before it.
///
/// Needs all calls, and the events among `clusters`, since an event counts once. A call is in at most one hotspot.
#[must_use]
pub fn hotspots(profiles: &[Profile], clusters: &[Cluster], decisions: &[Decision]) -> Vec<Cluster> {
    let profiles = sorted(profiles);
    let places = places(&profiles);
    let constraints = Constraints::new(decisions, &places);
    let mut found = hotspots::find(&profiles, clusters);
    for hotspot in &mut found {
        stand(hotspot, &profiles, &constraints);
    }
    found
}

/// Returns the id of the cluster that a call founds: `E-`, `M-` or `H-` and the call's id.
#[must_use]
pub fn cluster_id(kind: ClusterKind, founder: &CallId) -> ClusterId {
    let letter = match kind {
        ClusterKind::Event => "E",
        ClusterKind::Matter => "M",
        ClusterKind::Hotspot => "H",
    };
    let plain = ClusterId::parse(&format!("{letter}-{founder}"));
    plain.unwrap_or_else(|_| {
        // The call's own id uses up all characters that an id may have.
        let digest = Sha256::digest(founder.as_str());
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        ClusterId::parse(&format!("{letter}-{hex}")).expect("hex digits make an id")
    })
}

/// Returns profiles by time, then id, each call once.
fn sorted(profiles: &[Profile]) -> Vec<&Profile> {
    let mut profiles: Vec<&Profile> = profiles.iter().collect();
    profiles.sort_by_key(|profile| (profile.received_at, &profile.id));
    profiles.dedup_by(|next, kept| next.id == kept.id);
    profiles
}

/// Returns where each call stands in `profiles`.
fn places<'a>(profiles: &[&'a Profile]) -> BTreeMap<&'a CallId, usize> {
    let numbered = profiles.iter().enumerate();
    numbered.map(|(idx, known)| (&known.id, idx)).collect()
}

/// Builds the cluster of these events; `events` is one event for an event cluster.
fn describe(
    kind: ClusterKind,
    events: &[Vec<&Profile>],
    accepted: &Accepted<'_>,
    constraints: &Constraints,
) -> Cluster {
    let mut members: Vec<&Profile> = events.iter().flatten().copied().collect();
    members.sort_by_key(|profile| (profile.received_at, &profile.id));
    let (first, last) = match members.as_slice() {
        [first, .., last] => (*first, *last),
        _ => unreachable!("a cluster has two members or more"),
    };
    let steps = match kind {
        ClusterKind::Matter => levels::history(events),
        ClusterKind::Event | ClusterKind::Hotspot => Vec::new(),
    };
    let mut reasons: Vec<String> = steps.last().map(|step| step.text.clone()).into_iter().collect();
    reasons.extend(summary::reasons(kind, &members, accepted));
    let mut cluster = Cluster {
        id: cluster_id(kind, &first.id),
        kind,
        status: Status::Suggested,
        level: steps.last().map_or(Level::None, |step| step.level),
        first_at: first.received_at,
        last_at: last.received_at,
        calls: members.iter().map(|profile| profile.id.clone()).collect(),
        summary: summary::line(kind, events),
        reasons,
        assigned: None,
    };
    stand(&mut cluster, &members, constraints);
    cluster
}

/// Sets what people have decided about a cluster.
fn stand(cluster: &mut Cluster, profiles: &[&Profile], constraints: &Constraints) {
    let standing = constraints.standing(cluster, profiles);
    cluster.status = standing.status;
    cluster.assigned = standing.assigned;
    cluster.reasons.extend(standing.notes);
}
