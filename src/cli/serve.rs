//! An address in; pages, API and workers until Ctrl-C out.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tokio::net::TcpListener;

use super::Outcome;
use super::work;
use crate::app::App;
use crate::jobs::Mode;
use crate::store::Store;
use crate::web;
use crate::web::Parts;
use crate::web::State;

/// Serve the pages and the API, with workers
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Only pages and API
    #[arg(long)]
    no_work: bool,
    /// Address to listen on [default: web.listen of the settings]
    #[arg(long, value_name = "HOST:PORT")]
    address: Option<SocketAddr>,
}

pub(super) async fn run(command: Serve, mut app: App) -> anyhow::Result<Outcome> {
    if let Some(address) = command.address {
        app.listen_on(address);
    }
    let store = app.store().await?;
    serve(&app, store, !command.no_work).await
}

/// Serves until Ctrl-C or SIGTERM. Workers that cannot start do not stop the pages.
pub(super) async fn serve(app: &App, store: Store, working: bool) -> anyhow::Result<Outcome> {
    let address = app.settings().web.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let gazetteer = app.gazetteer().await?;
    let parts = Parts {
        index: app.index(&app.segmenter(&gazetteer))?,
        store: store.clone(),
        tagger: app.tagger()?,
        decoder: app.decoder()?,
        zone: app.zone()?,
    };
    let state = State::new(parts)?;
    eprintln!("http://{}", listener.local_addr()?);
    let mut stop = work::shutdown();
    let until = stop.clone();
    let pages = web::serve(listener, state, async move { drop(stop.wait_for(|stop| *stop).await) });
    let workers = async {
        if !working {
            return Ok(());
        }
        let report = app.work(&store, Mode::Serve, until, Arc::new(|_| {})).await;
        report.map(drop)
    };
    let (pages, workers) = tokio::join!(pages, workers);
    pages?;
    workers?;
    Ok(Outcome::Done)
}
