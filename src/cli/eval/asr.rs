//! Recordings with their text in, character error rates of each layer beside plain Whisper out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context as _;
use serde::Serialize;

use crate::app::App;
use crate::cli::Outcome;
use crate::cli::call_error::WrongUse;
use crate::cli::output;
use crate::evaluate::asr;
use crate::evaluate::asr::FileCer;
use crate::evaluate::asr::Report;
use crate::text;
use crate::transcript;
use crate::transcript::Segment;
use crate::transcript::Transcript;

/// A recording and what is said in it.
pub(in crate::cli) struct Spoken {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) text: String,
}

/// What one recording gave.
pub(in crate::cli) struct Outcomes {
    pub(in crate::cli) corrected: FileCer,
    pub(in crate::cli) heard: FileCer,
}

/// Error rates of both layers beside the baseline, and what they cost.
#[derive(Serialize)]
pub(in crate::cli) struct Summary {
    pub(in crate::cli) files: usize,
    pub(in crate::cli) audio_s: f64,
    pub(in crate::cli) cer_corrected: f64,
    pub(in crate::cli) cer_heard: f64,
    pub(in crate::cli) cer_plain: f64,
    pub(in crate::cli) seconds: f64,
    pub(in crate::cli) seconds_plain: f64,
}

impl Summary {
    /// Adds up recordings.
    pub(in crate::cli) fn new(outcomes: &[Outcomes], audio_ms: u64, own: Duration, plain: Duration) -> Summary {
        let report =
            |of: fn(&Outcomes) -> &FileCer| -> Report { asr::report(outcomes.iter().map(of).cloned().collect()) };
        let corrected = report(|outcome| &outcome.corrected);
        Summary {
            files: outcomes.len(),
            audio_s: audio_ms as f64 / 1_000.0,
            cer_corrected: corrected.rate,
            cer_heard: report(|outcome| &outcome.heard).rate,
            cer_plain: corrected.baseline_rate,
            seconds: own.as_secs_f64(),
            seconds_plain: plain.as_secs_f64(),
        }
    }

    /// Prints the figures for people.
    pub(in crate::cli) fn print(&self) -> anyhow::Result<()> {
        let speed = |seconds: f64| format!("{:.1} s, {:.1}× real time", seconds, self.audio_s / seconds.max(0.001));
        output::line(&format!(
            "recordings         {} ({:.1} min)",
            self.files,
            self.audio_s / 60.0
        ))?;
        output::line(&format!("CER corrected      {}", output::percent(self.cer_corrected)))?;
        output::line(&format!(
            "CER as heard       {}   {}",
            output::percent(self.cer_heard),
            speed(self.seconds)
        ))?;
        output::line(&format!(
            "CER plain Whisper  {}   {}",
            output::percent(self.cer_plain),
            speed(self.seconds_plain)
        ))
    }
}

pub(super) async fn run(paths: &[PathBuf], json: bool, app: &App) -> anyhow::Result<Outcome> {
    let mut spoken = Vec::new();
    for path in paths {
        spoken.extend(read_gold(path)?);
    }
    let gazetteer = app.gazetteer().await?;
    let (decoder, mut engine) = (app.decoder()?, app.engine()?);
    let desk = app.desk(&gazetteer);
    engine.warm_up()?;
    let bar = output::bar(spoken.len() as u64);
    let (mut own, mut plain, mut audio_ms) = (Duration::ZERO, Duration::ZERO, 0);
    let (mut outcomes, mut parked) = (Vec::new(), 0);
    for item in &spoken {
        bar.inc(1);
        let recording = match decoder.decode(&item.path) {
            Ok(recording) => recording,
            Err(error) => {
                eprintln!("{}: {error}", item.path.display());
                parked += 1;
                continue;
            }
        };
        let start = Instant::now();
        let ours = transcript::transcribe(engine.as_mut(), &recording.channels, &desk)?;
        own += start.elapsed();
        let start = Instant::now();
        let baseline = transcript::plain(engine.as_mut(), &recording.channels)?;
        plain += start.elapsed();
        audio_ms += recording.duration_ms;
        let outcome = compare(item, &ours, &baseline);
        if json {
            output::json_line(&outcome.corrected)?;
        }
        outcomes.push(outcome);
    }
    bar.finish_and_clear();
    let summary = Summary::new(&outcomes, audio_ms, own, plain);
    if json {
        output::json_line(&summary)?
    } else {
        summary.print()?
    }
    Ok(if parked > 0 { Outcome::Parked } else { Outcome::Done })
}

/// Compares both layers of ours and the baseline with what was said; all in read-out form.
pub(in crate::cli) fn compare(item: &Spoken, ours: &Transcript, baseline: &Transcript) -> Outcomes {
    let said = text::read_out(&item.text);
    let errors = |text: &str| asr::cer(&said, &text::read_out(text));
    let layer = |of: fn(&Segment) -> &str| ours.segments.iter().map(of).collect::<Vec<_>>().join("\n");
    let plain = errors(&baseline.text());
    let file = |cer| FileCer {
        file: item.path.display().to_string(),
        cer,
        baseline: plain,
    };
    Outcomes {
        corrected: file(errors(&ours.text())),
        heard: file(errors(&layer(|segment| segment.text.as_str()))),
    }
}

/// Reads a TSV file of paths and texts, or a folder of recordings with texts of the same names.
pub(in crate::cli) fn read_gold(path: &Path) -> anyhow::Result<Vec<Spoken>> {
    if path.is_dir() {
        return read_folder(path);
    }
    let base = path.parent().unwrap_or(Path::new("."));
    let lines = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let lines = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(i, line)| {
            let (file, text) = line
                .split_once('\t')
                .ok_or_else(|| WrongUse(format!("{}:{}: no tab between path and text", path.display(), i + 1)))?;
            Ok(Spoken {
                path: base.join(file),
                text: text.to_owned(),
            })
        })
        .collect()
}

fn read_folder(folder: &Path) -> anyhow::Result<Vec<Spoken>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    let mut spoken = Vec::new();
    for path in files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending != "txt"))
    {
        if let Ok(text) = fs::read_to_string(path.with_extension("txt")) {
            spoken.push(Spoken { path, text });
        }
    }
    if spoken.is_empty() {
        return Err(WrongUse(format!(
            "{} holds no recording with a .txt of the same name",
            folder.display()
        ))
        .into());
    }
    Ok(spoken)
}
