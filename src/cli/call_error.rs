//! An error in, the message that a person can act on and the exit code out.

use std::io;
use std::process::ExitCode;

/// The command cannot be carried out as it was typed; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct WrongUse(pub(super) String);

/// Prints the chain of causes on standard error. A closed pipe is success: the reader has seen enough.
pub(super) fn report(error: &anyhow::Error) -> ExitCode {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(closed) {
        return ExitCode::SUCCESS;
    }
    eprintln!("huisheng: {error:#}");
    let usage =
        error.downcast_ref::<WrongUse>().is_some() || error.downcast_ref::<crate::config::ConfigError>().is_some();
    if usage { ExitCode::from(2) } else { ExitCode::FAILURE }
}
