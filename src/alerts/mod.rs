//! Clusters, rules and "now" in, alerts out.
//!
//! An alert belongs to a moment: the call with which a cluster reached a colour. Raising alerts again, or after a
//! rebuild, gives the same ids, so none comes twice.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use crate::call::CallId;
use crate::call::ClusterId;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::levels;
use crate::clusters::levels::Step;
use crate::clusters::roster::Roster;
use crate::links::Profile;

/// The version of the rule table; a new one raises new alerts.
const RULES: &str = "1";

/// A warning to people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Hash of rule, cluster and level: the same warning has the same id.
    pub id: String,
    /// When the last call came that raised it.
    pub at: Timestamp,
    /// What kind of cluster.
    pub kind: ClusterKind,
    /// How serious.
    pub level: Level,
    /// Which cluster.
    pub cluster: ClusterId,
    /// Chinese text.
    pub text: String,
    /// The calls that raised it.
    pub calls: Vec<CallId>,
}

/// Raises alerts for matters and hotspots at blue or above; one for each colour a cluster has reached.
///
/// `clusters` must hold the events too, since an event counts once; `profiles` those of their calls. Sorted by time,
/// then id. Events raise nothing.
#[must_use]
pub fn raise(clusters: &[Cluster], profiles: &[Profile]) -> Vec<Alert> {
    let roster = Roster::new(clusters, profiles);
    let mut alerts: Vec<Alert> = Vec::new();
    for cluster in clusters {
        let steps = match cluster.kind {
            ClusterKind::Event => Vec::new(),
            ClusterKind::Matter => levels::history(&roster.events_of(&cluster.calls)),
            ClusterKind::Hotspot => vec![peak(cluster)],
        };
        let reached = steps.into_iter().filter(|step| step.level > Level::None);
        alerts.extend(reached.map(|step| alert(cluster, step)));
    }
    alerts.sort_by(|x, y| (x.at, &x.id).cmp(&(y.at, &y.id)));
    alerts
}

/// A hotspot is found in one step.
fn peak(cluster: &Cluster) -> Step {
    Step {
        level: cluster.level,
        at: cluster.last_at,
        calls: cluster.calls.clone(),
        text: cluster.reasons.get(1).cloned().unwrap_or_default(),
    }
}

fn alert(cluster: &Cluster, step: Step) -> Alert {
    // The summary counts what came since; what and where stay.
    let parts: Vec<&str> = cluster.summary.split(" · ").collect();
    let subject = parts
        .split_last()
        .map_or(String::new(), |(_, subject)| subject.join(" · "));
    let colour = levels::colour(step.level);
    Alert {
        id: id(cluster, step.level),
        at: step.at,
        kind: cluster.kind,
        level: step.level,
        cluster: cluster.id.clone(),
        text: format!("{colour}预警：{subject}（{}）", step.text),
        calls: step.calls,
    }
}

fn id(cluster: &Cluster, level: Level) -> String {
    let rule = match cluster.kind {
        ClusterKind::Event => "event",
        ClusterKind::Matter => "matter",
        ClusterKind::Hotspot => "hotspot",
    };
    let digest = Sha256::digest(format!("{rule}/{RULES}|{}|{}", cluster.id, levels::colour(level)));
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
