//! Recordings in, timed text out; nothing is stored.

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::output;
use super::show;
use crate::app::App;
use crate::speech::decoder::DecodeError;
use crate::transcript;
use crate::views::transcript::TranscribeLine;

/// Turn recordings into timed text; nothing is stored
#[derive(Debug, Args)]
pub(super) struct Transcribe {
    /// Recordings: WAV, AIFF, FLAC, MP3, AAC, M4A, Ogg; with ffmpeg also GSM 6.10, AMR and more
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// JSON Lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Transcribe, app: App) -> anyhow::Result<Outcome> {
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
        if command.json {
            output::json_line(&TranscribeLine::new(&name, &transcript))?;
        } else {
            bar.suspend(|| {
                output::line(&name)?;
                show::print_transcript(&transcript)
            })?;
        }
    }
    bar.finish_and_clear();
    Ok(if unread > 0 { Outcome::Parked } else { Outcome::Done })
}
