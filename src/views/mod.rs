//! Domain types in, the JSON that users and programs see out; domain types never leave as they are.

pub mod call;
pub mod elements;
pub mod load;
pub mod subtitles;
pub mod tags;
pub mod transcript;

use jiff::Timestamp;
use serde::Serialize;

use crate::alerts::Alert;
use crate::call::CallId;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::index::Found;
use crate::links::Kind;
use crate::links::Link;

/// A line of `search --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchLine {
    /// From 1.
    pub rank: usize,
    /// The call.
    pub id: String,
    /// Higher is better; rounded to thousandths.
    pub score: f32,
    /// When the call came.
    pub received_at: Timestamp,
    /// The unit.
    pub unit_code: Option<String>,
    /// Category code.
    pub category: Option<String>,
    /// HTML-escaped excerpt, hits in `<mark>`.
    pub snippet: String,
    /// The event the call belongs to.
    pub event: Option<String>,
    /// The matter the call belongs to.
    pub matter: Option<String>,
}

impl SearchLine {
    /// Shows a hit with its event and matter, taken from the clusters the call is in.
    #[must_use]
    pub fn new(found: &Found, clusters: &[Cluster]) -> SearchLine {
        let of_kind = |kind| {
            let mut own = clusters
                .iter()
                .filter(|cluster| cluster.kind == kind && cluster.calls.contains(&found.id));
            own.next().map(|cluster| cluster.id.to_string())
        };
        SearchLine {
            rank: found.rank,
            id: found.id.to_string(),
            score: rounded(found.score),
            received_at: found.received_at,
            unit_code: found.unit_code.clone(),
            category: found.category.clone(),
            snippet: found.snippet.clone(),
            event: of_kind(ClusterKind::Event),
            matter: of_kind(ClusterKind::Matter),
        }
    }
}

/// A line of `clusters --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterLine {
    /// Stable id.
    pub id: String,
    /// event, matter or hotspot.
    pub kind: ClusterKind,
    /// suggested, confirmed, unsure, closed or merged.
    pub status: Status,
    /// none, blue, yellow, orange or red.
    pub level: Level,
    /// First call.
    pub first_at: Timestamp,
    /// Last call.
    pub last_at: Timestamp,
    /// Members by time, then id.
    pub calls: Vec<String>,
    /// One Chinese line.
    pub summary: String,
    /// Why they belong together, and why the colour.
    pub reasons: Vec<String>,
    /// Who takes care of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
}

impl From<&Cluster> for ClusterLine {
    fn from(cluster: &Cluster) -> ClusterLine {
        ClusterLine {
            id: cluster.id.to_string(),
            kind: cluster.kind,
            status: cluster.status,
            level: cluster.level,
            first_at: cluster.first_at,
            last_at: cluster.last_at,
            calls: ids(&cluster.calls),
            summary: cluster.summary.clone(),
            reasons: cluster.reasons.clone(),
            assigned: cluster.assigned.clone(),
        }
    }
}

/// A line of `links --json`: a link seen from one of its two calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkLine {
    /// The other call.
    pub other: String,
    /// event or matter.
    pub kind: Kind,
    /// From 0 to 1.
    pub probability: f32,
    /// Strongest first.
    pub evidence: Vec<EvidenceLine>,
}

/// One reason for or against a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceLine {
    /// phone, address, person, plate, category, text, time, reference …
    pub feature: String,
    /// What agrees or differs.
    pub value: String,
    /// Log-odds that it adds.
    pub weight: f32,
    /// A Chinese sentence.
    pub text: String,
}

impl LinkLine {
    /// Shows a link from the side of `own`.
    #[must_use]
    pub fn new(link: &Link, own: &CallId) -> LinkLine {
        let other = if link.a == *own { &link.b } else { &link.a };
        let evidence = link.evidence.iter().map(|evidence| EvidenceLine {
            feature: evidence.feature.clone(),
            value: evidence.value.clone(),
            weight: rounded(evidence.weight),
            text: evidence.text.clone(),
        });
        LinkLine {
            other: other.to_string(),
            kind: link.kind,
            probability: rounded(link.probability),
            evidence: evidence.collect(),
        }
    }
}

/// A line of `alerts --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlertLine {
    /// Same warning, same id.
    pub id: String,
    /// When the last call came that raised it.
    pub at: Timestamp,
    /// matter or hotspot.
    pub kind: ClusterKind,
    /// blue, yellow, orange or red.
    pub level: Level,
    /// Its cluster.
    pub cluster: String,
    /// Chinese text.
    pub text: String,
    /// The calls that raised it.
    pub calls: Vec<String>,
}

impl From<&Alert> for AlertLine {
    fn from(alert: &Alert) -> AlertLine {
        AlertLine {
            id: alert.id.clone(),
            at: alert.at,
            kind: alert.kind,
            level: alert.level,
            cluster: alert.cluster.to_string(),
            text: alert.text.clone(),
            calls: ids(&alert.calls),
        }
    }
}

fn ids(calls: &[CallId]) -> Vec<String> {
    calls.iter().map(CallId::to_string).collect()
}

/// Rounds to thousandths: the digits below say nothing.
fn rounded(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests;
