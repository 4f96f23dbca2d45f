//! A kind and a status in, the clusters of that kind out.

use clap::Args;
use clap::ValueEnum;
use jiff::tz::TimeZone;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::views::ClusterLine;

/// List events, matters and hotspots
#[derive(Debug, Args)]
pub(super) struct Clusters {
    /// Only this kind
    #[arg(long, value_enum)]
    kind: Option<KindName>,
    /// Only with this status
    #[arg(long, value_enum)]
    status: Option<StatusName>,
    /// JSON Lines
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KindName {
    Event,
    Matter,
    Hotspot,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StatusName {
    Suggested,
    Confirmed,
    Unsure,
    Closed,
    Merged,
}

pub(super) async fn run(command: Clusters, app: App) -> anyhow::Result<Outcome> {
    let kind = command.kind.map(|kind| match kind {
        KindName::Event => ClusterKind::Event,
        KindName::Matter => ClusterKind::Matter,
        KindName::Hotspot => ClusterKind::Hotspot,
    });
    let status = command.status.map(|status| match status {
        StatusName::Suggested => Status::Suggested,
        StatusName::Confirmed => Status::Confirmed,
        StatusName::Unsure => Status::Unsure,
        StatusName::Closed => Status::Closed,
        StatusName::Merged => Status::Merged,
    });
    let zone = app.zone()?;
    for cluster in app.store().await?.clusters(kind, status).await? {
        if command.json {
            output::json_line(&ClusterLine::from(&cluster))?;
        } else {
            print(&cluster, &zone)?;
        }
    }
    Ok(Outcome::Done)
}

/// Prints a cluster in a few lines.
pub(super) fn print(cluster: &Cluster, zone: &TimeZone) -> anyhow::Result<()> {
    let day = |time: jiff::Timestamp| time.to_zoned_datetime(zone.clone()).strftime("%m-%d %H:%M").to_string();
    let (from, to) = (day(cluster.first_at), day(cluster.last_at));
    output::line(&format!(
        "{}  {}{}  {} 起  {from} 至 {to}  {}",
        cluster.id,
        colour(cluster.level),
        status(cluster.status),
        cluster.calls.len(),
        cluster.summary
    ))?;
    let ids: Vec<&str> = cluster.calls.iter().map(|id| id.as_str()).collect();
    output::line(&format!("    {}", ids.join(" ")))?;
    cluster
        .reasons
        .iter()
        .try_for_each(|reason| output::line(&format!("    · {reason}")))
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::None => "",
        Level::Blue => "[蓝] ",
        Level::Yellow => "[黄] ",
        Level::Orange => "[橙] ",
        Level::Red => "[红] ",
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Suggested => "待核查",
        Status::Confirmed => "已确认",
        Status::Unsure => "存疑",
        Status::Closed => "已销号",
        Status::Merged => "已合并",
    }
}
