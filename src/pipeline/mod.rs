//! One file per job: load, call the stage, save together with the completion, enqueue the next.

pub mod analyse;
pub mod decide;
pub mod import;
pub mod index;
pub mod link;
pub mod rebuild;
pub mod transcribe;
mod walk;

use std::sync::Arc;

use tokio::sync::watch;

use crate::call::Call;
use crate::index::Index;
use crate::jobs;
use crate::jobs::Handler;
use crate::jobs::Lane;
use crate::jobs::Mode;
use crate::jobs::Report;
use crate::jobs::Undone;
use crate::jobs::compute::Compute;
use crate::jobs::pool;
use crate::jobs::pool::Listener;
use crate::pipeline::index::Shelf;
use crate::pipeline::transcribe::Hearing;
use crate::sound::Gazetteer;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::calls::Stored;
use crate::store::names;
use crate::store::queue::Claim;
use crate::store::queue::Kind;
use crate::tags::Tagger;
use crate::terms::Segmenter;

/// What the stages need, built once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stages {
    /// Where everything is kept.
    pub store: Store,
    /// Cuts text into terms.
    pub segmenter: Arc<Segmenter>,
    /// Gives category, labels and urgency.
    pub tagger: Arc<Tagger>,
    /// Names of places.
    pub gazetteer: Arc<Gazetteer>,
    /// Version of the gazetteer's list.
    pub names: Arc<str>,
    /// The thread on which everything but hearing and indexing is computed.
    pub mind: Compute<()>,
}

impl Stages {
    /// Puts the parts together and starts the compute thread.
    #[must_use]
    pub fn new(store: Store, segmenter: Arc<Segmenter>, tagger: Arc<Tagger>, gazetteer: Arc<Gazetteer>) -> Stages {
        Stages {
            store,
            segmenter,
            tagger,
            names: names::version(gazetteer.names()).into(),
            gazetteer,
            mind: Compute::start(|| (), 64),
        }
    }

    /// Returns the call that a claim is about, unless its record came meanwhile under another id.
    async fn call(&self, claim: &Claim) -> Result<Option<Stored>, StoreError> {
        let stored = self.store.call(&claim.call).await?;
        Ok(stored.filter(|stored| stored.call.id == claim.call))
    }
}

/// Works off the queue, with as many recordings at a time as there are `ears`. Without any, recordings wait for a process that has it; a process that cannot get the
/// lock of the index leaves index jobs to the one that holds it. Hotspots, which concern all calls, are looked for
/// when the pool ends, and every minute while it serves.
pub async fn work(
    settings: &jobs::Settings,
    stages: &Stages,
    ears: Vec<Hearing>,
    index: &Index,
    mode: Mode,
    shutdown: watch::Receiver<bool>,
    listener: Listener,
) -> Result<Report, StoreError> {
    rebuild::resume(stages, index).await?;
    let lanes = lanes(settings, stages, ears, index);
    let pool = pool::run(settings, &stages.store, lanes, mode, shutdown, listener);
    let report = tokio::select! {
        report = pool => report?,
        failed = link::watch_hotspots(stages), if mode == Mode::Serve => return Err(failed),
    };
    link::refresh_hotspots(stages).await?;
    Ok(report)
}

fn lanes(settings: &jobs::Settings, stages: &Stages, ears: Vec<Hearing>, index: &Index) -> Vec<Lane> {
    let one = |kind, handler| Lane {
        kind,
        batch: 1,
        handler,
    };
    let mut lanes = Vec::new();
    for hearing in ears {
        let stages = stages.clone();
        lanes.push(one(
            Kind::Transcribe,
            each(move |claim| {
                let (stages, hearing) = (stages.clone(), hearing.clone());
                async move { transcribe::run(&stages, &hearing, &claim).await }
            }),
        ));
    }
    let for_analysis = stages.clone();
    lanes.push(one(
        Kind::Analyse,
        each(move |claim| {
            let stages = for_analysis.clone();
            async move { analyse::run(&stages, &claim).await }
        }),
    ));
    let for_links = stages.clone();
    lanes.push(one(
        Kind::Link,
        each(move |claim| {
            let stages = for_links.clone();
            async move { link::run(&stages, &claim).await }
        }),
    ));
    let (for_index, shelf) = (stages.clone(), Shelf::new(index));
    lanes.push(Lane {
        kind: Kind::Index,
        batch: settings.index_batch,
        handler: Arc::new(move |claims| {
            let (stages, shelf) = (for_index.clone(), shelf.clone());
            Box::pin(async move { index::run(&stages, &shelf, &claims).await })
        }),
    });
    lanes
}

/// Makes a handler of a function that does one claim.
fn each<F, D>(done: F) -> Handler
where
    F: Fn(Claim) -> D + Send + Sync + 'static,
    D: Future<Output = Result<(), Undone>> + Send + 'static,
{
    let done = Arc::new(done);
    Arc::new(move |claims: Vec<Claim>| {
        let done = Arc::clone(&done);
        Box::pin(async move {
            let mut outcomes = Vec::with_capacity(claims.len());
            for claim in claims {
                outcomes.push(done(claim).await);
            }
            outcomes
        })
    })
}

/// Rank of a call in the queue: the newest first, and the urgent before those of a day (level 1) or an hour (level 2)
/// later.
#[must_use]
pub fn rank(call: &Call, urgency: Option<u8>) -> i64 {
    const HOUR_S: i64 = 3600;
    let level = [call.level, urgency].into_iter().flatten().min();
    let lead = match level {
        Some(1) => 24 * HOUR_S,
        Some(2) => HOUR_S,
        _ => 0,
    };
    call.received_at.as_second() + lead
}
