//! Recordings with their text in, character and entity errors of each layer beside plain Whisper out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;

use crate::app::App;
use crate::cli::Outcome;
use crate::cli::eval::figures;
use crate::cli::eval::spoken;
use crate::cli::eval::spoken::Spoken;
use crate::cli::output;
use crate::evaluate::asr;
use crate::evaluate::asr::File;
use crate::sound::Gazetteer;
use crate::sound::names::read_names;
use crate::speech::decoder::Decoder;
use crate::transcript;
use crate::transcript::Desk;
use crate::transcript::Transcriber;

#[derive(Debug, Args)]
pub(super) struct Asr {
    /// The gold file or files
    #[arg(required = true, value_name = "GOLD")]
    paths: Vec<PathBuf>,
    /// JSON Lines: each recording, then all of them in total, by layout and by codec
    #[arg(long)]
    json: bool,
    /// Print each recording too
    #[arg(long)]
    files: bool,
    /// Skip plain Whisper
    #[arg(long)]
    no_baseline: bool,
    /// Hear once only, to see what the second hearing gains and costs
    #[arg(long)]
    once: bool,
    /// Names of places for this evaluation, as CSV, instead of those of the data directory
    #[arg(long, value_name = "FILE")]
    gazetteer: Option<PathBuf>,
    /// Take at most so many recordings, spread evenly over all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
}

pub(super) async fn run(command: &Asr, app: &App) -> anyhow::Result<Outcome> {
    let mut spoken = Vec::new();
    for path in &command.paths {
        spoken.extend(spoken::read_gold(path)?);
    }
    let spoken = spread(spoken, command.limit);
    let gazetteer = match &command.gazetteer {
        Some(file) => Arc::new(read_gazetteer(file)?),
        None => app.gazetteer().await?,
    };
    let mut desk = app.desk(&gazetteer);
    desk.second_hearing &= !command.once;
    let mut engine = app.engine()?;
    engine.warm_up()?;
    let mut judge = Judge {
        decoder: app.decoder()?,
        engine,
        desk,
        baseline: !command.no_baseline,
    };
    let bar = output::bar(spoken.len() as u64);
    let (mut files, mut failed) = (Vec::new(), 0);
    for item in &spoken {
        match judge.judge(item) {
            Ok(file) => {
                if command.json {
                    output::json_line(&file)?;
                }
                files.push(file);
            }
            Err(error) => {
                bar.suspend(|| eprintln!("{}: {error:#}", item.path.display()));
                failed += 1;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = asr::report(&files);
    match command.json {
        true => output::json_line(&report)?,
        false => figures::print_report(&report, if command.files { &files } else { &[] })?,
    }
    Ok(if failed > 0 { Outcome::Parked } else { Outcome::Done })
}

/// What judging a recording takes.
struct Judge<'a> {
    decoder: Decoder,
    engine: Box<dyn Transcriber>,
    desk: Desk<'a>,
    baseline: bool,
}

impl Judge<'_> {
    fn judge(&mut self, item: &Spoken) -> anyhow::Result<File> {
        let recording = self.decoder.decode(&item.path)?;
        let engine = self.engine.as_mut();
        let start = Instant::now();
        let ours = transcript::transcribe(engine, &recording.channels, &self.desk)?;
        let seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let plain = match self.baseline {
            true => Some(transcript::plain(engine, &recording.channels)?),
            false => None,
        };
        Ok(File {
            file: item.path.display().to_string(),
            codec: recording.format.codec,
            channels: recording.channels.len(),
            audio_s: recording.duration_ms as f64 / 1_000.0,
            seconds,
            seconds_plain: plain.as_ref().map(|_| start.elapsed().as_secs_f64()),
            layers: asr::compare(&item.text, &ours, plain.as_ref(), self.desk.gazetteer),
        })
    }
}

/// Takes every k-th recording, so that no more than the limit are left.
fn spread(spoken: Vec<Spoken>, limit: Option<u64>) -> Vec<Spoken> {
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let step = spoken.len().div_ceil(limit).max(1);
    spoken.into_iter().step_by(step).collect()
}

fn read_gazetteer(file: &Path) -> anyhow::Result<Gazetteer> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let (names, bad) = read_names(&crate::records::decode_text(&bytes));
    for line in &bad {
        eprintln!("{}:{}: {}", file.display(), line.line, line.reason);
    }
    Ok(Gazetteer::new(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: usize, limit: Option<u64>, expected: &[usize]) {
        let item = |number: usize| Spoken {
            path: PathBuf::new(),
            text: number.to_string(),
        };
        let taken = spread((0..count).map(item).collect(), limit);
        let taken: Vec<usize> = taken.iter().map(|item| item.text.parse().unwrap()).collect();
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_limit_takes_recordings_from_the_whole_set() {
        check(10, Some(4), &[0, 3, 6, 9]);
        check(3, Some(5), &[0, 1, 2]);
        check(3, Some(1), &[0]);
        check(3, None, &[0, 1, 2]);
        check(0, Some(2), &[]);
    }
}
