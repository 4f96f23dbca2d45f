//! Recordings in, timed text out; nothing is stored.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use super::Outcome;
use super::call_error::WrongUse;
use super::output;
use super::show;
use crate::app::App;
use crate::speech::decoder::DecodeError;
use crate::transcript;
use crate::transcript::Transcript;
use crate::views::subtitles;
use crate::views::transcript::TranscribeLine;

/// Turn recordings into timed text; nothing is stored
#[derive(Debug, Args)]
pub(super) struct Transcribe {
    /// Recordings: WAV, AIFF, FLAC, MP3, AAC, M4A, Ogg; with ffmpeg also GSM 6.10, AMR and more
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to print the text; subtitles are for one recording at a time
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "json")]
    format: Format,
    /// JSON Lines, as --format json
    #[arg(long)]
    json: bool,
}

/// How a transcript is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for people.
    Text,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// JSON Lines.
    Json,
}

pub(super) async fn run(command: Transcribe, app: App) -> anyhow::Result<Outcome> {
    let format = if command.json { Format::Json } else { command.format };
    if matches!(format, Format::Srt | Format::Vtt) && command.files.len() > 1 {
        return Err(WrongUse("subtitles of several recordings cannot stand in one file; name one".to_owned()).into());
    }
    let gazetteer = app.gazetteer().await?;
    let (decoder, mut engine) = (app.decoder()?, app.engine()?);
    let desk = app.desk(&gazetteer);
    let bar = output::bar(command.files.len() as u64);
    let mut unread = 0;
    for file in &command.files {
        let name = file.display().to_string();
        bar.set_message(name.clone());
        let recording = match decoder.decode(file) {
            Ok(recording) => recording,
            Err(error @ DecodeError::Start(_)) => return Err(error.into()),
            Err(error) => {
                eprintln!("{name}: {error}");
                unread += 1;
                continue;
            }
        };
        let transcript = transcript::transcribe(engine.as_mut(), &recording.channels, &desk)?;
        bar.inc(1);
        bar.suspend(|| print(&name, &transcript, format))?;
    }
    bar.finish_and_clear();
    Ok(if unread > 0 { Outcome::Parked } else { Outcome::Done })
}

fn print(name: &str, transcript: &Transcript, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Text => {
            output::line(name)?;
            show::print_transcript(transcript)
        }
        Format::Srt => output::text(&subtitles::srt(transcript)),
        Format::Vtt => output::text(&subtitles::vtt(transcript)),
        Format::Json => output::json_line(&TranscribeLine::new(name, transcript)),
    }
}
