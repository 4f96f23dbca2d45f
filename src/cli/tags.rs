//! Labelled texts and records in, a tags model for the data directory out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use clap::Subcommand;
use jiff::Timestamp;

use super::Outcome;
use super::call_error::WrongUse;
use super::labelled;
use super::output;
use super::tag_figures;
use crate::app::App;
use crate::call::Call;
use crate::call::CallId;
use crate::evaluate::tags;
use crate::evaluate::tags::Prediction;
use crate::records;
use crate::tags::Example;
use crate::tags::Tagger;
use crate::terms::Segmenter;

/// Learn categories from labelled texts
#[derive(Debug, Args)]
pub(super) struct Tags {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a tags model from texts with their right categories, beside those that huisheng brings
    ///
    /// PATH is a TSV file (code, tab, text), JSONL {"category", "text"}, or a file of records (JSONL or CSV): of a
    /// record, the category of the last feedback, else its own, and its content, transcript and feedback. Every fifth
    /// text in turn is held out, and the figures are those of the texts held out. The model is kept in the data
    /// directory; `rebuild all` then tags the calls there anew.
    Train(Train),
}

#[derive(Debug, Args)]
struct Train {
    /// Files of texts or records
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Learn from these alone, without the texts that huisheng brings
    #[arg(long)]
    alone: bool,
    /// Where to write the model [default: tags.model in the data directory]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// JSON Lines
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Tags, app: &App) -> anyhow::Result<Outcome> {
    let Action::Train(command) = command.action;
    let mut outcome = Outcome::Done;
    let mut examples = if command.alone {
        Vec::new()
    } else {
        crate::tags::embedded_examples()
    };
    for path in &command.paths {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        let (read, is_whole) = read(&bytes, path, app)?;
        outcome = if is_whole { outcome } else { Outcome::Parked };
        examples.extend(read);
    }
    let tagger = Tagger::rules_only();
    let (model, held_out) = tagger.learn(&Segmenter::new([]), &examples)?;
    let codes: Vec<String> = held_out.iter().map(|one| one.code.clone()).collect();
    let predictions: Vec<Prediction> = held_out
        .iter()
        .map(|one| Prediction::of_held_out(one, model.enough()))
        .collect();
    let (figures, classes) = (
        tags::figures(&codes, &predictions),
        tags::by_class(&codes, &predictions),
    );
    if command.json {
        output::json_line(&figures)?;
        classes.iter().try_for_each(output::json_line)?;
    } else {
        tag_figures::summary("held out", &figures)?;
        tag_figures::reliability(&figures)?;
        tag_figures::classes(&classes, &tagger)?;
    }
    let out = command.out.unwrap_or_else(|| app.tags_model());
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(&out, model.write()).with_context(|| out.display().to_string())?;
    eprintln!("{} texts; the model is {}", examples.len(), out.display());
    Ok(outcome)
}

/// Reads one file; returns as well whether every line could be read.
fn read(bytes: &[u8], path: &Path, app: &App) -> anyhow::Result<(Vec<Example>, bool)> {
    let is_table = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let texts = records::decode_text(bytes);
    if let Some(examples) = if is_table { None } else { labelled::texts(&texts, path)? } {
        return Ok((examples, true));
    }
    let reading = records::Reading {
        path: path.to_owned(),
        zone: app.zone()?,
        now: Timestamp::now(),
    };
    let parsed = if is_table {
        records::parse_csv(bytes, &reading)
    } else {
        records::parse_jsonl(bytes, &reading)
    };
    for line in &parsed.bad {
        eprintln!("{}:{}: {}", path.display(), line.line, line.reason);
    }
    let unnamed = CallId::parse("unnamed")?;
    let is_whole = parsed.bad.is_empty();
    let examples: Vec<Example> = parsed
        .records
        .into_iter()
        .flat_map(|record| of_call(record.into_call(&unnamed)))
        .collect();
    if examples.is_empty() {
        return Err(WrongUse(format!("{}: no record has both a category and a text", path.display())).into());
    }
    Ok((examples, is_whole))
}

/// Makes an example of each text of a call; what the unit found on the spot is its category.
fn of_call(call: Call) -> Vec<Example> {
    let found = call
        .feedback
        .iter()
        .rev()
        .find_map(|feedback| feedback.category.clone());
    let Some(code) = found.or(call.category) else {
        return Vec::new();
    };
    let said: String = call.transcript.iter().map(|turn| turn.text.as_str()).collect();
    let texts = call
        .content
        .into_iter()
        .chain([said])
        .chain(call.feedback.into_iter().map(|feedback| feedback.text));
    let texts = texts.filter(|text| !text.trim().is_empty());
    texts
        .map(|text| Example {
            code: code.clone(),
            text,
        })
        .collect()
}
