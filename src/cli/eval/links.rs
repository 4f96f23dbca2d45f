//! Gold groups in, B³ and pairwise figures of the store's clusters beside the baselines out.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::app::App;
use crate::cli::Outcome;
use crate::cli::call_error::WrongUse;
use crate::cli::output;
use crate::evaluate::links;
use crate::evaluate::links::Gold;
use crate::evaluate::links::Report;
use crate::evaluate::links::Scores;
use crate::links::Kind;
use crate::store::Store;

pub(super) async fn run(paths: &[PathBuf], json: bool, app: &App) -> anyhow::Result<Outcome> {
    let mut gold = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        gold.extend(read_gold(&text, &path.display().to_string())?);
    }
    for report in reports(&app.store().await?, &gold).await? {
        if json {
            output::json_line(&report)?
        } else {
            print(&report)?
        }
    }
    Ok(Outcome::Done)
}

/// Compares the clusters of a store with gold: events, then matters.
pub(in crate::cli) async fn reports(store: &Store, gold: &[Gold]) -> anyhow::Result<[Report; 2]> {
    let clusters = store.clusters(None, None).await?;
    let profiles = store.profiles().await?;
    let mut calls = Vec::new();
    for gold in gold {
        calls.extend(store.call(&gold.id).await?.map(|stored| stored.call));
    }
    Ok([Kind::Event, Kind::Matter].map(|kind| links::report(kind, gold, &clusters, &calls, &profiles)))
}

/// Reads a line of JSON a call; `name` is for messages.
pub(in crate::cli) fn read_gold(text: &str, name: &str) -> anyhow::Result<Vec<Gold>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(i, line)| {
            serde_json::from_str(line).map_err(|error| WrongUse(format!("{name}:{}: {error}", i + 1)).into())
        })
        .collect()
}

/// Prints the figures for people.
pub(in crate::cli) fn print(report: &Report) -> anyhow::Result<()> {
    let kind = match report.kind {
        Kind::Event => "events",
        Kind::Matter => "matters",
    };
    let row = |name: &str, scores: &Scores| {
        let (grouped, pairs) = (scores.grouped, scores.pairs);
        output::line(&format!(
            "{kind:<8} {name:<13} B³ {:.3} (P {:.3} R {:.3})  pairs F1 {:.3}  dangerous merges {}  {} of {} groups",
            grouped.f1,
            grouped.precision,
            grouped.recall,
            pairs.f1,
            output::percent(scores.dangerous_merge_rate),
            scores.found_groups,
            scores.gold_groups,
        ))
    };
    row("huisheng", &report.ours)?;
    row("same number", &report.same_number)?;
    row("same address", &report.same_address)
}
