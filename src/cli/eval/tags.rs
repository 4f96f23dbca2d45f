//! Texts or stored calls with their right categories in, figures beside a keyword count out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Deserialize;

use crate::app::App;
use crate::cli::Outcome;
use crate::cli::analyze::Reader;
use crate::cli::call_error::WrongUse;
use crate::cli::eval::links;
use crate::cli::output;
use crate::evaluate::tags;
use crate::evaluate::tags::Prediction;
use crate::evaluate::tags::TagFigures;
use crate::store::Store;
use crate::tags::Tags;

/// A text with its right code, and the tags that are stored for it where it belongs to a call.
struct Labelled {
    code: String,
    text: String,
    stored: Option<Tags>,
}

pub(super) async fn run(paths: &[PathBuf], json: bool, app: &App) -> anyhow::Result<Outcome> {
    let mut labelled = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        if let Some(texts) = of_objects(&text) {
            labelled.extend(texts);
        } else if text.trim_start().starts_with('{') {
            labelled.extend(of_calls(&app.store().await?, &text, path).await?);
        } else {
            labelled.extend(of_texts(&text, path)?);
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
        print("huisheng", &report.tagger)?;
        print("keywords", &report.keywords)?;
    }
    Ok(Outcome::Done)
}

/// A text of its own beside what is right about it; its elements are for others.
#[derive(Deserialize)]
struct Object {
    category: String,
    text: String,
}

/// Reads texts with their category, one object a line; `None` where the lines are something else.
fn of_objects(text: &str) -> Option<Vec<Labelled>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let objects = lines
        .map(serde_json::from_str)
        .collect::<Result<Vec<Object>, _>>()
        .ok()?;
    let labelled = objects.into_iter().map(|object| Labelled {
        code: object.category,
        text: object.text,
        stored: None,
    });
    Some(labelled.collect())
}

/// Reads `code<TAB>text` lines; `#` begins a comment.
fn of_texts(text: &str, path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(i, line)| {
            let (code, text) = line
                .split_once('\t')
                .ok_or_else(|| WrongUse(format!("{}:{}: no tab between code and text", path.display(), i + 1)))?;
            Ok(Labelled {
                code: code.to_owned(),
                text: text.to_owned(),
                stored: None,
            })
        })
        .collect()
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

fn print(name: &str, figures: &TagFigures) -> anyhow::Result<()> {
    output::line(&format!(
        "{name:<10} {} texts  accuracy {}  top three {}  macro F1 {:.3}  answers {} of them, {} right  first level {}",
        figures.texts,
        output::percent(figures.accuracy),
        output::percent(figures.top3),
        figures.macro_f1,
        output::percent(figures.coverage),
        output::percent(figures.precision),
        output::percent(figures.level1_accuracy),
    ))
}
