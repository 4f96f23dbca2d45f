//! Texts or stored calls with their right categories in, figures beside a keyword count out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::Timestamp;

use crate::app::App;
use crate::cli::Outcome;
use crate::cli::analyze::Reader;
use crate::cli::eval::links;
use crate::cli::labelled;
use crate::cli::output;
use crate::cli::tag_figures;
use crate::evaluate::tags;
use crate::evaluate::tags::Prediction;
use crate::store::Store;
use crate::tags::Example;
use crate::tags::Tags;

/// A text with its right code, and the tags that are stored for it where it belongs to a call.
struct Labelled {
    code: String,
    text: String,
    stored: Option<Tags>,
}

impl From<Example> for Labelled {
    fn from(example: Example) -> Labelled {
        Labelled {
            code: example.code,
            text: example.text,
            stored: None,
        }
    }
}

pub(super) async fn run(paths: &[PathBuf], json: bool, app: &App) -> anyhow::Result<Outcome> {
    let mut labelled = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        match labelled::texts(&text, path)? {
            Some(texts) => labelled.extend(texts.into_iter().map(Labelled::from)),
            None => labelled.extend(of_calls(&app.store().await?, &text, path).await?),
        }
    }
    let reader = Reader::new(app, Timestamp::now()).await?;
    let gold: Vec<(String, String)> = labelled
        .iter()
        .map(|item| (item.code.clone(), item.text.clone()))
        .collect();
    let mut items = labelled.iter();
    let report = tags::tags(&gold, |text| {
        let stored = items.next().and_then(|item| item.stored.as_ref());
        stored.map_or_else(|| Prediction::from(&reader.read(text).1), Prediction::from)
    });
    if json {
        output::json_line(&report)?;
    } else {
        tag_figures::summary("huisheng", &report.tagger)?;
        tag_figures::summary("keywords", &report.keywords)?;
        tag_figures::reliability(&report.tagger)?;
    }
    Ok(Outcome::Done)
}

/// Reads gold lines of calls and takes text and tags from the store; calls without a category are left out.
async fn of_calls(store: &Store, text: &str, path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let mut labelled = Vec::new();
    for gold in links::read_gold(text, &path.display().to_string())? {
        let Some(code) = gold.category else { continue };
        let call = store.call(&gold.id).await?;
        let call = call
            .with_context(|| format!("{}: no call has the id {}", path.display(), gold.id))?
            .call;
        let heard = store.transcript(&gold.id).await?.map(|made| made.value.text());
        let texts: Vec<String> = [call.content, heard].into_iter().flatten().collect();
        let stored = store.analysis(&gold.id).await?.map(|made| made.value.tags);
        labelled.push(Labelled {
            code,
            text: texts.join("\n"),
            stored,
        });
    }
    Ok(labelled)
}
