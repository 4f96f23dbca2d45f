//! A file of names in, the gazetteer of the data directory out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use clap::Subcommand;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::sound::names::read_names;

/// Import, list and check the names of places
#[derive(Debug, Args)]
pub(super) struct Gazetteer {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take names from a CSV file: name,kind,unit_code,aliases,lat,lon (or Chinese headers)
    Import {
        /// The file
        path: PathBuf,
    },
    /// List the names
    List {
        /// JSON Lines
        #[arg(long)]
        json: bool,
    },
    /// Show forms that stand for several places, or the places found in a text
    Check {
        /// A text to look for names in
        text: Option<String>,
    },
}

pub(super) async fn run(command: Gazetteer, app: App) -> anyhow::Result<Outcome> {
    match command.action {
        Action::Import { path } => import(&app, &path).await,
        Action::List { json } => list(&app, json).await,
        Action::Check { text } => check(&app, text).await,
    }
}

async fn import(app: &App, path: &std::path::Path) -> anyhow::Result<Outcome> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let (names, bad) = read_names(&crate::records::decode_text(&bytes));
    let changed = app.store().await?.put_names(&names).await?;
    for line in &bad {
        eprintln!("{}:{}: {}", path.display(), line.line, line.reason);
    }
    eprintln!(
        "{} names read, {changed} new or changed, {} lines left out",
        names.len(),
        bad.len()
    );
    if changed > 0 {
        eprintln!("calls heard before keep their text; `huisheng rebuild all` reads them again with the new names");
    }
    Ok(if bad.is_empty() { Outcome::Done } else { Outcome::Parked })
}

async fn list(app: &App, json: bool) -> anyhow::Result<Outcome> {
    for name in app.store().await?.names().await? {
        if json {
            output::json_line(&name)?;
        } else {
            let unit = name.unit_code.map(String::from).unwrap_or_default();
            output::line(&format!(
                "{}\t{:?}\t{unit}\t{}",
                name.name,
                name.kind,
                name.aliases.join(";")
            ))?;
        }
    }
    Ok(Outcome::Done)
}

async fn check(app: &App, text: Option<String>) -> anyhow::Result<Outcome> {
    let gazetteer = app.gazetteer().await?;
    if let Some(text) = text {
        for hit in gazetteer.find(&text, None) {
            let heard: String = text.chars().skip(hit.start).take(hit.end - hit.start).collect();
            let name = gazetteer
                .names()
                .get(hit.name_idx)
                .map_or("", |name| name.name.as_str());
            output::line(&format!(
                "{heard} → {name}  {}",
                output::percent(hit.probability.into())
            ))?;
        }
        return Ok(Outcome::Done);
    }
    let mut written: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in gazetteer.names() {
        for form in std::iter::once(&name.name).chain(&name.aliases) {
            written.entry(form).or_default().insert(&name.name);
        }
    }
    for (form, names) in written.iter().filter(|(_, names)| names.len() > 1) {
        let names: Vec<&str> = names.iter().copied().collect();
        output::line(&format!("{form} stands for {}", names.join(", ")))?;
    }
    eprintln!("{} names in {} forms", gazetteer.names().len(), written.len());
    Ok(Outcome::Done)
}
