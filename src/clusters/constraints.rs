//! Decisions in, which calls must and must not be together and where a cluster stands out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::call::CallId;
use crate::clusters::Action;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Decision;
use crate::clusters::Status;
use crate::clusters::cluster_id;
use crate::links::Kind;
use crate::links::Profile;

/// A pair of calls, by their places in the sorted profiles, the smaller first.
type Pair = (usize, usize);

/// What the last decision about a pair says.
#[derive(Clone, Copy, Debug)]
struct Verdict {
    together: bool,
    /// Place of the decision among those that hold: more is later.
    rank: usize,
}

/// The decisions that hold, and what they say about pairs of calls.
#[derive(Debug)]
pub(crate) struct Constraints<'a> {
    decisions: Vec<&'a Decision>,
    events: BTreeMap<Pair, Verdict>,
    matters: BTreeMap<Pair, Verdict>,
}

/// Where a cluster stands by what people decided.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub(crate) status: Status,
    pub(crate) assigned: Option<String>,
    /// What people should know, in Chinese.
    pub(crate) notes: Vec<String>,
}

impl<'a> Constraints<'a> {
    /// Reads decisions in any order; what was undone does not count, and of two about a pair the later one holds.
    pub(crate) fn new(decisions: &'a [Decision], places: &BTreeMap<&CallId, usize>) -> Constraints<'a> {
        let mut constraints = Constraints {
            decisions: holding(decisions),
            events: BTreeMap::new(),
            matters: BTreeMap::new(),
        };
        for rank in 0..constraints.decisions.len() {
            constraints.read(rank, places);
        }
        constraints
    }

    fn read(&mut self, rank: usize, places: &BTreeMap<&CallId, usize>) {
        let decision = self.decisions[rank];
        let find =
            |calls: &[CallId]| -> Vec<usize> { calls.iter().filter_map(|call| places.get(call).copied()).collect() };
        match &decision.action {
            Action::Confirm { kind, calls, .. } | Action::Merge { kind, calls, .. } => {
                self.unite(*kind, &find(calls), rank);
            }
            Action::Split { kind, calls, rest, .. } => {
                self.unite(*kind, &find(calls), rank);
                self.part(*kind, &find(calls), &find(rest), rank);
            }
            Action::Move {
                call,
                kind,
                calls,
                from,
                ..
            } => {
                let mover = find(std::slice::from_ref(call));
                self.part(*kind, &mover, &find(from), rank);
                let joined: Vec<usize> = mover.into_iter().chain(find(calls)).collect();
                self.unite(*kind, &joined, rank);
            }
            Action::Exclude { call, kind, rest, .. } => {
                self.part(*kind, &find(std::slice::from_ref(call)), &find(rest), rank);
            }
            Action::Unsure { .. }
            | Action::Close { .. }
            | Action::Reopen { .. }
            | Action::Assign { .. }
            | Action::Undo { .. } => {}
        }
    }

    fn unite(&mut self, kind: ClusterKind, calls: &[usize], rank: usize) {
        for (idx, &x) in calls.iter().enumerate() {
            for &y in calls.iter().skip(idx + 1) {
                self.set(kind, x, y, Verdict { together: true, rank });
            }
        }
    }

    fn part(&mut self, kind: ClusterKind, some: &[usize], others: &[usize], rank: usize) {
        for &x in some {
            for &y in others {
                self.set(kind, x, y, Verdict { together: false, rank });
            }
        }
    }

    fn set(&mut self, kind: ClusterKind, x: usize, y: usize, verdict: Verdict) {
        if x == y {
            return;
        }
        let pair = (x.min(y), x.max(y));
        // All calls of an event belong to its matter: one event is one matter, and two matters are two events.
        let on_events = kind == ClusterKind::Event || (kind == ClusterKind::Matter && !verdict.together);
        let on_matters = kind == ClusterKind::Matter || (kind == ClusterKind::Event && verdict.together);
        if on_events {
            self.events.insert(pair, verdict);
        }
        if on_matters {
            self.matters.insert(pair, verdict);
        }
    }

    fn of(&self, kind: Kind) -> &BTreeMap<Pair, Verdict> {
        match kind {
            Kind::Event => &self.events,
            Kind::Matter => &self.matters,
        }
    }

    /// Returns the pairs that belong together, the last decided first.
    pub(crate) fn together(&self, kind: Kind) -> Vec<Pair> {
        let mut pairs: Vec<(Pair, usize)> = self
            .of(kind)
            .iter()
            .filter(|(_, verdict)| verdict.together)
            .map(|(&pair, verdict)| (pair, verdict.rank))
            .collect();
        pairs.sort_by(|x, y| y.1.cmp(&x.1).then(x.0.cmp(&y.0)));
        pairs.into_iter().map(|(pair, _)| pair).collect()
    }

    /// Returns the pairs that do not belong together.
    pub(crate) fn apart(&self, kind: Kind) -> Vec<Pair> {
        let verdicts = self.of(kind).iter();
        verdicts
            .filter(|(_, verdict)| !verdict.together)
            .map(|(&pair, _)| pair)
            .collect()
    }

    /// Returns where a cluster stands. A decision names a cluster by the call that founded it then, so it stays with
    /// that call when an earlier one joins; what was confirmed or merged stays so wherever two of its calls are.
    pub(crate) fn standing(&self, cluster: &Cluster, profiles: &[&Profile]) -> Standing {
        let ids: BTreeSet<_> = cluster
            .calls
            .iter()
            .map(|call| cluster_id(cluster.kind, call))
            .collect();
        let members: BTreeSet<&CallId> = cluster.calls.iter().collect();
        let holds = |calls: &[CallId]| calls.iter().filter(|call| members.contains(call)).count() > 1;
        let mut standing = Standing::default();
        let mut confirmed: BTreeSet<&CallId> = BTreeSet::new();
        let mut closed: Option<&Decision> = None;
        for decision in &self.decisions {
            let kind = cluster.kind;
            match &decision.action {
                Action::Confirm { kind: of, calls, .. } | Action::Merge { kind: of, calls, .. }
                    if *of == kind && holds(calls) =>
                {
                    standing.status = Status::Confirmed;
                    confirmed.extend(calls);
                    closed = None;
                }
                Action::Split { kind: of, calls, .. } if *of == kind && holds(calls) => {
                    standing.status = Status::Confirmed;
                    confirmed.extend(calls);
                    closed = None;
                }
                Action::Unsure { cluster } if ids.contains(cluster) => standing.status = Status::Unsure,
                Action::Close { cluster, .. } if ids.contains(cluster) => closed = Some(decision),
                Action::Reopen { cluster } if ids.contains(cluster) => closed = None,
                Action::Assign { cluster, who } if ids.contains(cluster) => standing.assigned = Some(who.clone()),
                _ => {}
            }
        }
        if let Some(decision) = closed {
            let after = newer(decision, cluster, profiles);
            standing.status = if after == 0 { Status::Closed } else { Status::Suggested };
            let note = format!("关闭后又有{after}次新的报警，恢复为待核查");
            standing.notes.extend((after > 0).then_some(note));
        }
        let added = members.iter().filter(|call| !confirmed.contains(**call)).count();
        if standing.status == Status::Confirmed && added > 0 {
            standing.notes.push(format!("确认后新增{added}次报警，待核查"));
        }
        standing
    }
}

/// Counts the calls of a cluster that were not known when it was closed.
fn newer(decision: &Decision, cluster: &Cluster, profiles: &[&Profile]) -> usize {
    let known: BTreeSet<&CallId> = match &decision.action {
        Action::Close { calls, .. } => calls.iter().collect(),
        _ => BTreeSet::new(),
    };
    let members: BTreeSet<&CallId> = cluster.calls.iter().collect();
    let new = |profile: &&&Profile| {
        let late = profile.received_at > decision.at;
        members.contains(&profile.id)
            && if known.is_empty() {
                late
            } else {
                !known.contains(&profile.id)
            }
    };
    profiles.iter().filter(new).count()
}

/// Returns the decisions that hold, in order of time and id: an undo lifts an earlier one, also an earlier undo.
fn holding(decisions: &[Decision]) -> Vec<&Decision> {
    let mut sorted: Vec<&Decision> = decisions.iter().collect();
    sorted.sort_by(|x, y| (x.at, &x.id).cmp(&(y.at, &y.id)));
    sorted.dedup_by(|next, kept| next.id == kept.id);
    let mut undone: BTreeSet<_> = BTreeSet::new();
    let mut holding = Vec::new();
    for decision in sorted.into_iter().rev() {
        if undone.contains(&decision.id) {
            continue;
        }
        match &decision.action {
            Action::Undo { decision } => {
                undone.insert(decision);
            }
            _ => holding.push(decision),
        }
    }
    holding.reverse();
    holding
}
