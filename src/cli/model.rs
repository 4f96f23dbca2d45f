//! The name or file of a speech model in, a verified model in the cache folder out.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::models::ModelError;
use crate::models::Progress;
use crate::models::State;

/// List, fetch, import and verify speech models
#[derive(Debug, Args)]
pub(super) struct Model {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the models that are known or installed
    List {
        /// JSON Lines
        #[arg(long)]
        json: bool,
    },
    /// Fetch a listed model, trying its sources in order
    Pull {
        /// Name of the model, such as base
        name: String,
    },
    /// Take a ggml file or a CTranslate2 (faster-whisper) folder
    Import {
        /// The file or folder
        path: PathBuf,
        /// Name to keep it under [default: from the file name]
        #[arg(long)]
        name: Option<String>,
    },
    /// Check that every installed model is what was installed
    Verify,
}

pub(super) fn run(command: Model, app: App) -> anyhow::Result<Outcome> {
    match command.action {
        Action::List { json } => list(&app, json),
        Action::Pull { name } => pull(&app, &name),
        Action::Import { path, name } => import(&app, &path, name),
        Action::Verify => verify(&app),
    }
}

#[derive(serde::Serialize)]
struct Row {
    name: String,
    state: State,
    bytes: Option<u64>,
    licence: Option<String>,
    about: Option<String>,
}

fn list(app: &App, json: bool) -> anyhow::Result<Outcome> {
    let models = app.models()?;
    let listed = crate::models::listed();
    for (name, state) in models.states()? {
        let known = listed.iter().find(|model| model.name == name);
        let row = Row {
            bytes: known
                .and_then(|model| model.source.first())
                .map(crate::models::Source::bytes),
            licence: known.map(|model| model.licence.clone()),
            about: known.map(|model| model.about.clone()),
            name,
            state,
        };
        if json {
            output::json_line(&row)?;
            continue;
        }
        let state = match row.state {
            State::Installed => "installed",
            State::Missing => "-",
            State::Damaged => "DAMAGED",
        };
        let megabytes = row
            .bytes
            .map_or_else(String::new, |bytes| format!("{} MB", bytes / 1_000_000));
        let about = row.about.as_deref().unwrap_or("imported");
        output::line(&format!("{:<16} {state:<10} {megabytes:>8}  {about}", row.name))?;
    }
    if !json {
        output::line(&format!("in {}", models.folder().display()))?;
    }
    Ok(Outcome::Done)
}

fn pull(app: &App, name: &str) -> anyhow::Result<Outcome> {
    let bar = output::byte_bar();
    let path = app.models()?.pull(name, &mut |progress: Progress<'_>| {
        bar.set_message(progress.step.to_owned());
        bar.set_position(progress.done);
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
    })?;
    bar.finish_and_clear();
    output::line(&format!("{}", path.display()))?;
    Ok(Outcome::Done)
}

fn import(app: &App, path: &Path, name: Option<String>) -> anyhow::Result<Outcome> {
    let stem = || {
        path.file_stem()
            .map(|stem| stem.to_string_lossy().trim_start_matches("ggml-").to_owned())
    };
    let name = name.or_else(stem).unwrap_or_default();
    let installed = app.models()?.import(path, &name, &|file| app.try_model(file))?;
    output::line(&format!("{} is installed as {name}", installed.display()))?;
    Ok(Outcome::Done)
}

fn verify(app: &App) -> anyhow::Result<Outcome> {
    let models = app.models()?;
    let mut damaged = None;
    for (name, state) in models.states()? {
        if state == State::Missing {
            continue;
        }
        match models.find(&name) {
            Ok(path) => output::line(&format!("ok       {}", path.display()))?,
            Err(error) => {
                output::line(&format!("DAMAGED  {name}: {error}"))?;
                damaged = Some(error);
            }
        }
    }
    damaged.map_or(Ok(Outcome::Done), |error: ModelError| Err(error.into()))
}
