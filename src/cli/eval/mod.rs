//! A gold file in, figures beside a baseline out.

mod asr;

mod elements;

pub(super) mod figures;

pub(super) mod links;

pub(super) mod spoken;

mod tags;

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use super::Outcome;
use crate::app::App;

/// Measure accuracy against gold files, beside a baseline
#[derive(Debug, Args)]
pub(super) struct Eval {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Character errors, and numbers, plates and places, beside plain Whisper on the same audio
    ///
    /// GOLD is a TSV file (path, tab, text) or a folder of recordings, each with a .txt of the same name. Texts are
    /// compared in simplified characters, without punctuation, numbers read out.
    Asr(asr::Asr),
    /// Times, places, persons, numbers, money and harm found in texts, beside plain patterns
    ///
    /// GOLD holds a line {"text", "received_at", "elements", "negated", "part"} of JSON a text: the values of its
    /// elements, the harm it denies ("weapon", "injury") and which part of the texts it belongs to. Names of places are
    /// those of the data directory.
    Elements(Gold),
    /// Events and matters of the data directory, beside same number and same address
    ///
    /// GOLD holds a line {"id", "event", "matter"} of JSON a call.
    Links(Gold),
    /// Categories, beside a plain count of keywords
    ///
    /// GOLD is a TSV file (code, tab, text), or JSONL {"id", "category", "labels"} of calls in the data directory.
    Tags(Gold),
}

#[derive(Debug, Args)]
struct Gold {
    /// The gold file or files
    #[arg(required = true, value_name = "GOLD")]
    paths: Vec<PathBuf>,
    /// JSON Lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Eval, app: App) -> anyhow::Result<Outcome> {
    match command.what {
        What::Asr(command) => asr::run(&command, &app).await,
        What::Elements(gold) => elements::run(&gold.paths, gold.json, &app).await,
        What::Links(gold) => links::run(&gold.paths, gold.json, &app).await,
        What::Tags(gold) => tags::run(&gold.paths, gold.json, &app).await,
    }
}
