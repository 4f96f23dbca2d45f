//! A person's decision in, the clusters under it out.

use clap::Args;
use clap::Subcommand;
use jiff::Timestamp;

use super::Outcome;
use super::call_error::WrongUse;
use super::output;
use crate::app::App;
use crate::call::CallId;
use crate::call::ClusterId;
use crate::call::DecisionId;
use crate::pipeline::decide;
use crate::pipeline::decide::Review as Wanted;
use crate::pipeline::decide::Verdict;

/// Decide about clusters: confirm, split, merge, exclude, undo
///
/// Each decision is kept with who, when and why, holds for all later computation, and can be undone. It takes effect
/// before the command returns.
#[derive(Debug, Args)]
pub(super) struct Review {
    /// Who decides
    #[arg(long, global = true, value_name = "NAME")]
    by: Option<String>,
    /// Why
    #[arg(long, global = true, value_name = "TEXT")]
    why: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The cluster is right: its calls belong together
    Confirm { cluster: ClusterId },
    /// It cannot be told
    Unsure { cluster: ClusterId },
    /// The cluster is done with
    Close { cluster: ClusterId },
    /// The cluster is not done with after all
    Reopen { cluster: ClusterId },
    /// These calls leave the cluster and form one of their own
    Split {
        cluster: ClusterId,
        #[arg(required = true)]
        calls: Vec<CallId>,
    },
    /// The clusters are one
    Merge {
        #[arg(required = true, num_args = 2..)]
        clusters: Vec<ClusterId>,
    },
    /// The call belongs to that cluster
    Move { call: CallId, cluster: ClusterId },
    /// The call does not belong to the cluster
    Exclude { call: CallId, cluster: ClusterId },
    /// Someone takes care of the cluster
    Assign { cluster: ClusterId, who: String },
    /// An earlier decision no longer holds
    Undo { decision: DecisionId },
    /// List decisions, of one cluster or all
    List {
        cluster: Option<ClusterId>,
        /// JSON Lines
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(command: Review, app: App) -> anyhow::Result<Outcome> {
    let review = match command.action {
        Action::Confirm { cluster } => Wanted::Confirm(cluster),
        Action::Unsure { cluster } => Wanted::Unsure(cluster),
        Action::Close { cluster } => Wanted::Close(cluster),
        Action::Reopen { cluster } => Wanted::Reopen(cluster),
        Action::Split { cluster, calls } => Wanted::Split(cluster, calls),
        Action::Merge { clusters } => Wanted::Merge(clusters),
        Action::Move { call, cluster } => Wanted::Move(call, cluster),
        Action::Exclude { call, cluster } => Wanted::Exclude(call, cluster),
        Action::Assign { cluster, who } => Wanted::Assign(cluster, who),
        Action::Undo { decision } => Wanted::Undo(decision),
        Action::List { cluster, json } => return list(&app, cluster, json).await,
    };
    let given = |value: Option<String>, name: &str| {
        let value = value.filter(|value| !value.trim().is_empty());
        value.ok_or_else(|| WrongUse(format!("a decision needs {name}")))
    };
    let verdict = Verdict {
        review,
        by: given(command.by, "--by NAME")?,
        why: given(command.why, "--why TEXT")?,
        at: Timestamp::now(),
    };
    let store = app.store().await?;
    let decision = decide::decide(&app.stages(&store).await?, verdict).await?;
    output::line(&format!("{}", decision.id))?;
    Ok(Outcome::Done)
}

async fn list(app: &App, cluster: Option<ClusterId>, json: bool) -> anyhow::Result<Outcome> {
    let zone = app.zone()?;
    let store = app.store().await?;
    for decision in store.decisions().await? {
        let value = serde_json::to_value(&decision)?;
        // A decision names its clusters in fields of its own; any of them will do.
        if cluster
            .as_ref()
            .is_some_and(|cluster| !value.to_string().contains(&format!("\"{cluster}\"")))
        {
            continue;
        }
        if json {
            output::json_line(&value)?;
            continue;
        }
        let at = decision.at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M");
        let action = value
            .get("action")
            .and_then(|action| action.as_str())
            .unwrap_or_default();
        let about = ["cluster", "clusters", "call", "decision", "who"]
            .into_iter()
            .filter_map(|name| value.get(name));
        let about: Vec<String> = about.map(|value| value.to_string().replace('"', "")).collect();
        output::line(&format!(
            "{}  {at}  {}  {action} {}  {}",
            decision.id,
            decision.by,
            about.join(" "),
            decision.why
        ))?;
    }
    Ok(Outcome::Done)
}
