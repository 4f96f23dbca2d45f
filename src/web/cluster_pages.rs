//! Clusters in, the page that lists them and the page of each out.

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::views::ClusterLine;
use crate::web::href;
use crate::web::words;

const KINDS: [(&str, ClusterKind); 3] = [
    ("event", ClusterKind::Event),
    ("matter", ClusterKind::Matter),
    ("hotspot", ClusterKind::Hotspot),
];

const STATUSES: [(&str, Status); 5] = [
    ("suggested", Status::Suggested),
    ("confirmed", Status::Confirmed),
    ("unsure", Status::Unsure),
    ("closed", Status::Closed),
    ("merged", Status::Merged),
];

/// Which clusters to list; empty means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct ClusterFilter {
    pub(super) kind: String,
    pub(super) status: String,
}

impl ClusterFilter {
    /// Reads kind and status; the error says which of them is not known.
    pub(super) fn read(&self) -> Result<(Option<ClusterKind>, Option<Status>), String> {
        let kind = choose("kind", &self.kind, &KINDS)?;
        let status = choose("status", &self.status, &STATUSES)?;
        Ok((kind, status))
    }
}

fn choose<T: Copy>(name: &str, text: &str, known: &[(&str, T)]) -> Result<Option<T>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = known.iter().find(|(word, _)| *word == text);
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    found
        .map(|(_, value)| Some(*value))
        .ok_or_else(|| format!("{name} 只能是 {}", words.join("、")))
}

/// Keeps the clusters of a kind and status, the most urgent first, then the latest, then by id.
pub(super) fn selected(
    mut clusters: Vec<ClusterLine>,
    kind: Option<ClusterKind>,
    status: Option<Status>,
) -> Vec<ClusterLine> {
    clusters.retain(|cluster| kind.is_none_or(|kind| kind == cluster.kind));
    clusters.retain(|cluster| status.is_none_or(|status| status == cluster.status));
    clusters.sort_by(|a, b| (b.level, b.last_at, &a.id).cmp(&(a.level, a.last_at, &b.id)));
    clusters
}

/// The list of clusters.
#[derive(Template)]
#[template(path = "clusters.html")]
pub(super) struct ClustersPage {
    kinds: Vec<Choice>,
    statuses: Vec<Choice>,
    rows: Vec<Row>,
}

struct Choice {
    href: String,
    text: &'static str,
    count: usize,
    chosen: bool,
}

/// A cluster in words.
pub(super) struct Row {
    href: String,
    id: String,
    kind: &'static str,
    status: &'static str,
    level: &'static str,
    class: &'static str,
    summary: String,
    reasons: Vec<String>,
    calls: usize,
    first_at: String,
    last_at: String,
    assigned: Option<String>,
}

impl ClustersPage {
    /// Lays out the clusters that pass the filter; the choices say how many each of them would show.
    pub(super) fn new(all: &[ClusterLine], filter: &ClusterFilter, zone: &TimeZone) -> Result<ClustersPage, String> {
        let (kind, status) = filter.read()?;
        let count = |kind, status| selected(all.to_vec(), kind, status).len();
        let address = |kind: &str, status: &str| href::with("/clusters", &[("kind", kind), ("status", status)]);
        let mut kinds = vec![Choice {
            href: address("", &filter.status),
            text: "全部种类",
            count: count(None, status),
            chosen: kind.is_none(),
        }];
        kinds.extend(KINDS.iter().map(|(word, value)| Choice {
            href: address(word, &filter.status),
            text: words::cluster_kind(*value),
            count: count(Some(*value), status),
            chosen: kind == Some(*value),
        }));
        let mut statuses = vec![Choice {
            href: address(&filter.kind, ""),
            text: "全部状态",
            count: count(kind, None),
            chosen: status.is_none(),
        }];
        statuses.extend(STATUSES.iter().map(|(word, value)| Choice {
            href: address(&filter.kind, word),
            text: words::status(*value),
            count: count(kind, Some(*value)),
            chosen: status == Some(*value),
        }));
        let rows = selected(all.to_vec(), kind, status);
        let rows = rows.iter().map(|cluster| row(cluster, zone)).collect();
        Ok(ClustersPage { kinds, statuses, rows })
    }

    fn tab(&self) -> &'static str {
        "clusters"
    }
}

/// The page of one cluster.
#[derive(Template)]
#[template(path = "cluster.html")]
pub(super) struct ClusterPage {
    row: Row,
    members: Vec<Member>,
}

struct Member {
    href: String,
    id: String,
    at: String,
    gap: Option<String>,
    category: Option<String>,
    text: String,
}

/// A call of a cluster, for its page.
pub(super) struct MemberCall {
    pub(super) id: String,
    pub(super) received_at: Timestamp,
    /// Name of its category.
    pub(super) category: Option<String>,
    /// The beginning of what was said or written.
    pub(super) text: String,
}

impl ClusterPage {
    /// Lays out a cluster and its calls, which are put in order of time.
    pub(super) fn new(cluster: &ClusterLine, mut calls: Vec<MemberCall>, zone: &TimeZone) -> ClusterPage {
        calls.sort_by(|a, b| (a.received_at, &a.id).cmp(&(b.received_at, &b.id)));
        let mut before = None;
        let mut members = Vec::new();
        for call in calls {
            members.push(Member {
                href: href::call(&call.id),
                at: words::time(call.received_at, zone),
                gap: before.map(|before| words::gap(before, call.received_at)),
                category: call.category,
                text: call.text,
                id: call.id,
            });
            before = Some(call.received_at);
        }
        ClusterPage {
            row: row(cluster, zone),
            members,
        }
    }

    fn tab(&self) -> &'static str {
        "clusters"
    }
}

fn row(cluster: &ClusterLine, zone: &TimeZone) -> Row {
    Row {
        href: href::cluster(&cluster.id),
        id: cluster.id.clone(),
        kind: words::cluster_kind(cluster.kind),
        status: words::status(cluster.status),
        level: if cluster.level == Level::None {
            "—"
        } else {
            words::level(cluster.level)
        },
        class: words::level_class(cluster.level),
        summary: if cluster.summary.is_empty() {
            cluster.id.clone()
        } else {
            cluster.summary.clone()
        },
        reasons: cluster.reasons.clone(),
        calls: cluster.calls.len(),
        first_at: words::time(cluster.first_at, zone),
        last_at: words::time(cluster.last_at, zone),
        assigned: cluster.assigned.clone(),
    }
}
