//! A kind of child in, its whole life out: limits first, then requests until the pipe ends.

mod decode;

mod limits;

mod scripted;

mod speech;

mod whisper;

use std::process::ExitCode;

/// Runs the hidden command `huisheng child KIND` on standard input and output; `kind` is `decode` or `speech`.
///
/// Returns when the parent closes the pipe. The parent may kill it at any time: it owns nothing that must survive.
#[must_use]
pub fn run(kind: &str) -> ExitCode {
    let result = match kind {
        "decode" => decode::run(),
        "speech" => speech::run(),
        _ => return ExitCode::from(2),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "child stopped");
            ExitCode::FAILURE
        }
    }
}
