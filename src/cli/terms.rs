//! Text on standard input in, its terms separated by spaces out.

use std::io;
use std::io::BufRead;

use clap::Args;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::terms::Segmenter;

/// Cut the text on standard input into words separated by a space
#[derive(Debug, Args)]
pub(super) struct Terms {
    /// One text a line in, one line out for each, empty ones too
    #[arg(long)]
    lines: bool,
}

pub(super) async fn run(command: Terms, app: App) -> anyhow::Result<Outcome> {
    let gazetteer = app.gazetteer().await?;
    let segmenter = app.segmenter(&gazetteer);
    if command.lines {
        for line in io::stdin().lock().lines() {
            output::line(&cut(&segmenter, &line?))?;
        }
    } else {
        output::line(&cut(&segmenter, &io::read_to_string(io::stdin())?))?;
    }
    Ok(Outcome::Done)
}

fn cut(segmenter: &Segmenter, text: &str) -> String {
    let terms: Vec<String> = segmenter.cut(text).into_iter().map(|term| term.text).collect();
    terms.join(" ")
}
