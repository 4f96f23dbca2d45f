//! Jobs in the queue in, transcripts, tags, index, links and clusters out.

use std::sync::Arc;

use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::jobs::Mode;
use crate::jobs::Report;
use crate::jobs::pool::Listener;
use crate::store::Store;

/// Run workers: transcribe, read, index and link what was imported
#[derive(Debug, Args)]
pub(super) struct Work {
    /// Return when nothing is ready, held by anyone, or due within two minutes
    #[arg(long)]
    drain: bool,
}

pub(super) async fn run(command: Work, app: App) -> anyhow::Result<Outcome> {
    let store = app.store().await?;
    if command.drain {
        return drain(&app, &store).await;
    }
    let report = app.work(&store, Mode::Serve, shutdown(), Arc::new(|_| {})).await?;
    Ok(outcome(&report))
}

/// Works off the queue with a progress bar.
pub(super) async fn drain(app: &App, store: &Store) -> anyhow::Result<Outcome> {
    let waiting: i64 = store
        .totals()
        .await?
        .jobs
        .iter()
        .filter(|((_, state), _)| state == "ready")
        .map(|(_, n)| n)
        .sum();
    // A call that waits for its first stage has up to three more before it.
    let bar = output::bar(u64::try_from(waiting).unwrap_or_default());
    let listener: Listener = {
        let bar = bar.clone();
        Arc::new(move |event| {
            bar.inc(1);
            bar.set_message(format!("{} {}", event.claim.kind.as_str(), event.claim.call));
            if bar.length().is_some_and(|length| length < bar.position()) {
                bar.set_length(bar.position());
            }
        })
    };
    let report = app.work(store, Mode::Drain, shutdown(), listener).await?;
    bar.finish_and_clear();
    eprintln!(
        "jobs: {} done, {} failed, {} parked, {} wait for a later retry",
        report.done, report.failed, report.parked, report.later
    );
    for job in store.parked_jobs().await? {
        eprintln!("parked {} of {}: {}", job.kind.as_str(), job.call, job.reason);
    }
    Ok(outcome(&report))
}

fn outcome(report: &Report) -> Outcome {
    if report.parked + report.later > 0 {
        Outcome::Parked
    } else {
        Outcome::Done
    }
}

/// Returns a signal that becomes true on Ctrl-C or SIGTERM.
pub(super) fn shutdown() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        sender.send_replace(true);
    });
    receiver
}

/// Ends the process on Ctrl-C or SIGTERM, until the task is aborted: for work that holds nothing to be saved.
pub(super) fn exit_on_signal() -> JoinHandle<()> {
    tokio::spawn(async {
        signal().await;
        std::process::exit(130);
    })
}

async fn signal() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
