//! A text in, its terms, elements and tags out; nothing is stored.

use std::io;
use std::io::BufRead;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::elements;
use crate::elements::Context;
use crate::elements::Elements;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::sound::Gazetteer;
use crate::tags::Tagger;
use crate::tags::Tags;
use crate::terms::Segmenter;
use crate::views::call::AnalyzeLine;

/// Show terms, elements and tags of a text; nothing is stored
#[derive(Debug, Args)]
pub(super) struct Analyze {
    /// The text; - or nothing reads standard input
    text: Option<String>,
    /// JSON Lines
    #[arg(long)]
    json: bool,
    /// One text a line in, one line of JSON out for each, in order, empty ones too
    #[arg(long, conflicts_with = "text")]
    lines: bool,
    /// When the call came, for words such as 昨晚 [default: now]
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
}

/// What reads texts.
pub(super) struct Reader {
    pub(super) gazetteer: Arc<Gazetteer>,
    pub(super) segmenter: Arc<Segmenter>,
    pub(super) tagger: Arc<Tagger>,
    pub(super) at: Timestamp,
}

impl Reader {
    pub(super) async fn new(app: &App, at: Timestamp) -> anyhow::Result<Reader> {
        let gazetteer = app.gazetteer().await?;
        Ok(Reader {
            segmenter: app.segmenter(&gazetteer),
            tagger: app.tagger()?,
            gazetteer,
            at,
        })
    }

    /// Reads one text as if it were the content of a record.
    pub(super) fn read(&self, text: &str) -> (Elements, Tags) {
        let texts = [SourceText {
            source: Source::Content,
            text: text.to_owned(),
        }];
        let context = Context {
            received_at: self.at,
            unit: None,
            gazetteer: &self.gazetteer,
        };
        let elements = elements::extract(&texts, &context);
        let tags = self.tagger.tag(&self.segmenter, &texts, &elements);
        (elements, tags)
    }
}

pub(super) async fn run(command: Analyze, app: App) -> anyhow::Result<Outcome> {
    let reader = Reader::new(&app, command.at.unwrap_or_else(Timestamp::now)).await?;
    if command.lines {
        for line in io::stdin().lock().lines() {
            json(&reader, &line?)?;
        }
        return Ok(Outcome::Done);
    }
    let text = match command.text {
        Some(text) if text != "-" => text,
        _ => io::read_to_string(io::stdin())?,
    };
    if command.json {
        json(&reader, &text)?
    } else {
        print(&reader, &text)?
    }
    Ok(Outcome::Done)
}

fn json(reader: &Reader, text: &str) -> anyhow::Result<()> {
    let (elements, tags) = reader.read(text);
    output::json_line(&AnalyzeLine::new(&reader.segmenter.cut(text), &elements, &tags))
}

fn print(reader: &Reader, text: &str) -> anyhow::Result<()> {
    let terms: Vec<String> = reader.segmenter.cut(text).into_iter().map(|term| term.text).collect();
    output::line(&format!("词语  {}", terms.join(" ")))?;
    let (elements, tags) = reader.read(text);
    super::show::print_elements(&elements)?;
    super::show::print_tags(&tags)
}
