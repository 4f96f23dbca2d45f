//! Texts with their elements in, right, given and wanted of each kind beside plain patterns out.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::app::App;
use crate::cli::Outcome;
use crate::cli::call_error::WrongUse;
use crate::cli::output;
use crate::elements::Context;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::elements::extract;
use crate::evaluate::elements;
use crate::evaluate::elements::Denied;
use crate::evaluate::elements::Gold;
use crate::evaluate::elements::Part;
use crate::evaluate::elements::Row;
use crate::evaluate::elements::Values;
use crate::evaluate::elements::count::Count;

pub(super) async fn run(paths: &[PathBuf], json: bool, app: &App) -> anyhow::Result<Outcome> {
    let mut gold = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        gold.extend(read_gold(&text, &path.display().to_string())?);
    }
    let gazetteer = app.gazetteer().await?;
    let read = |gold: &Gold| {
        let texts = [SourceText {
            source: Source::Content,
            text: gold.text.clone(),
        }];
        let context = Context {
            received_at: gold.received_at,
            unit: None,
            gazetteer: &gazetteer,
        };
        Values::from(extract(&texts, &context))
    };
    for part in elements::report(&gold, &gazetteer, read) {
        if json { output::json_line(&part)? } else { print(&part)? }
    }
    Ok(Outcome::Done)
}

fn read_gold(text: &str, name: &str) -> anyhow::Result<Vec<Gold>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(i, line)| {
            serde_json::from_str(line).map_err(|error| WrongUse(format!("{name}:{}: {error}", i + 1)).into())
        })
        .collect()
}

fn print(part: &Part) -> anyhow::Result<()> {
    output::line(&format!("{} ({} texts)", part.part, part.texts))?;
    for Row { kind, ours, baseline } in &part.rows {
        let Count { right, given, wanted } = ours;
        output::line(&format!(
            "  {kind:<18} F1 {}  precision {}  recall {}  {right} right, {given} given, {wanted} wanted  plain patterns F1 {}",
            share(ours.f1()),
            share(ours.precision()),
            share(ours.recall()),
            share(baseline.f1()),
        ))?;
    }
    for (harm, Denied { cases, not_raised }) in [("weapon", part.denied_weapons), ("injury", part.denied_injuries)] {
        output::line(&format!("  {harm} denied: not raised in {not_raised} of {cases} texts"))?;
    }
    Ok(())
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "none ".to_owned(), |share| format!("{share:.3}"))
}
