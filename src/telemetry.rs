//! Sets up logs: readable lines on standard error, never the words or numbers of callers.

use std::io;

use tracing_subscriber::EnvFilter;

/// Starts logging. `verbosity` 0 shows warnings, 1 what huisheng does, 2 everything; `RUST_LOG` overrides it.
///
/// Must be called once, before the first child is started.
pub fn start(verbosity: u8) {
    let default = match verbosity {
        0 => "warn,whisper_rs=error,tantivy=error,sqlx=warn",
        1 => "info,whisper_rs=warn,tantivy=warn,sqlx=warn",
        _ => "debug,sqlx=info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
}
