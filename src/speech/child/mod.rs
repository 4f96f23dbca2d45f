//! A kind of child in, its whole life out: limits first, then requests until the pipe ends.

mod decode;

mod detector;

pub(crate) mod ffmpeg;

mod limits;

mod scripted;

mod speech;

mod whisper;

use std::process::ExitCode;

/// Runs the hidden command `huisheng child KIND` on standard input and output.
///
/// `kind` is `decode` (with what to take a headless file for, if anything), `speech`, or `ffmpeg` (with a container).
/// Returns when the parent closes the pipe. The parent may kill it at any time: it owns nothing that must survive.
#[must_use]
pub fn run(kind: &str, argument: Option<&str>) -> ExitCode {
    let result = match (kind, argument) {
        ("decode", raw) => decode::run(raw).map(|()| 0),
        ("speech", None) => speech::run().map(|()| 0),
        ("ffmpeg", Some(container)) => ffmpeg::become_ffmpeg(container),
        _ => return ExitCode::from(2),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tracing::error!(%error, "child stopped");
            ExitCode::FAILURE
        }
    }
}
