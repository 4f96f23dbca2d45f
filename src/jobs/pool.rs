//! Lanes of handlers in, the queue worked off out.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::warn;

use crate::jobs::Event;
use crate::jobs::Lane;
use crate::jobs::Mode;
use crate::jobs::Outcomes;
use crate::jobs::Report;
use crate::jobs::Settings;
use crate::jobs::Undone;
use crate::jobs::keeper::Keeper;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::queue::Claim;
use crate::store::queue::Failure;
use crate::store::queue::Fate;
use crate::store::queue::Kind;

/// A drain does not wait for jobs that are due later than this.
const HORIZON_MS: i64 = 120_000;

/// Told of every job that came to an end.
pub type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// Works off the queue, one lane beside the other, until `mode` or `shutdown` (true) ends it; a listener without
/// sender counts as no shutdown. Returns an error only where the store failed: then it is time to stop and look.
pub async fn run(
    settings: &Settings,
    store: &Store,
    lanes: Vec<Lane>,
    mode: Mode,
    shutdown: watch::Receiver<bool>,
    listener: Listener,
) -> Result<Report, StoreError> {
    let (stop, stopped) = watch::channel(false);
    let pool = Arc::new(Pool {
        keeper: Keeper::start(store.clone()).await?,
        store: store.clone(),
        settings: settings.clone(),
        kinds: lanes.iter().map(|lane| lane.kind).collect(),
        mode,
        stopped,
        drained: AtomicBool::new(false),
        bell: Notify::new(),
        report: Mutex::default(),
        listener,
    });
    let mut keeping = JoinSet::new();
    keeping.spawn(pass_on(shutdown, stop.clone()));
    keeping.spawn({
        let pool = Arc::clone(&pool);
        async move { pool.keeper.beat().await }
    });
    let mut working = JoinSet::new();
    for lane in lanes {
        working.spawn(work(Arc::clone(&pool), lane));
    }
    let mut failed = None;
    while let Some(ended) = working.join_next().await {
        if let Err(error) = ended.expect("lanes do not panic, their handlers run in tasks of their own") {
            stop.send_replace(true);
            failed = failed.or(Some(error));
        }
    }
    keeping.shutdown().await;
    if let Some(error) = failed {
        return Err(error);
    }
    pool.report().await
}

/// Passes a shutdown on.
async fn pass_on(mut shutdown: watch::Receiver<bool>, stop: watch::Sender<bool>) {
    if shutdown.wait_for(|down| *down).await.is_ok() {
        stop.send_replace(true);
    }
}

struct Pool {
    store: Store,
    keeper: Keeper,
    settings: Settings,
    kinds: Vec<Kind>,
    mode: Mode,
    stopped: watch::Receiver<bool>,
    /// One lane found nothing left to do in any.
    drained: AtomicBool,
    /// Rings whenever a job ends, for that may have made others ready.
    bell: Notify,
    report: Mutex<Report>,
    listener: Listener,
}

/// Takes claims of one kind for as long as there are any.
async fn work(pool: Arc<Pool>, lane: Lane) -> Result<(), StoreError> {
    while !*pool.stopped.borrow() && !pool.drained.load(Ordering::Relaxed) {
        let rung = pool.bell.notified();
        match pool.store.claim(lane.kind, lane.batch, pool.keeper.owner()).await {
            Ok(claims) if claims.is_empty() => {
                if pool.mode == Mode::Drain && pool.is_drained().await? {
                    // For all lanes at once: what comes now must not wait for a lane that has gone.
                    pool.drained.store(true, Ordering::Relaxed);
                    pool.bell.notify_waiters();
                    return Ok(());
                }
                pool.wait(rung).await;
            }
            Ok(claims) => {
                if !pool.perform(&lane, claims).await? {
                    pool.wait(rung).await;
                }
                pool.bell.notify_waiters();
            }
            Err(StoreError::Busy) => pool.wait(rung).await,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Pool {
    /// Does some claims and returns whether any came to an end.
    async fn perform(&self, lane: &Lane, claims: Vec<Claim>) -> Result<bool, StoreError> {
        self.keeper.hold(&claims);
        let mut task = tokio::spawn((lane.handler)(claims.clone()));
        let outcomes = tokio::select! {
            ended = &mut task => Some(ended),
            () = self.out_of_time() => None,
        };
        let ended = match outcomes {
            Some(Ok(outcomes)) => self.settle(&claims, outcomes).await,
            Some(Err(panic)) => self.settle(&claims, panicked(&claims, &panic)).await,
            None => {
                task.abort();
                self.store.give_back(&claims).await.map(|()| true)
            }
        };
        self.keeper.drop(&claims);
        ended
    }

    async fn settle(&self, claims: &[Claim], outcomes: Outcomes) -> Result<bool, StoreError> {
        let mut ended = false;
        for (claim, outcome) in claims.iter().zip(outcomes) {
            ended |= !matches!(outcome, Err(Undone::NotNow));
            match outcome {
                Ok(()) => self.note(claim, None),
                Err(Undone::Stale) => {
                    warn!(call.id = %claim.call, "work on {} was thrown away: another worker has it", claim.call);
                }
                Err(Undone::NotNow) => self.store.give_back(std::slice::from_ref(claim)).await?,
                Err(Undone::Failed(failure)) => self.fail(claim, &failure).await?,
                Err(Undone::Fatal(error)) => return Err(error),
            }
        }
        Ok(ended)
    }

    async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<(), StoreError> {
        let (Failure::Retry(reason) | Failure::Permanent(reason) | Failure::Crash(reason)) = failure;
        let kind = claim.kind.as_str();
        match self.store.fail(claim, failure).await {
            Ok(fate) => {
                warn!(call.id = %claim.call, %reason, ?fate, "{kind} of {} failed", claim.call);
                self.note(claim, Some(fate));
                Ok(())
            }
            // Somebody else has it, or its lease brings it back.
            Err(StoreError::Stale | StoreError::Busy) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn note(&self, claim: &Claim, fate: Option<Fate>) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        match fate {
            None => report.done += 1,
            Some(_) => report.failed += 1,
        }
        report.parked += u64::from(fate == Some(Fate::Parked));
        drop(report);
        let claim = claim.clone();
        (self.listener)(&Event { claim, fate });
    }

    async fn is_drained(&self) -> Result<bool, StoreError> {
        let outlook = self.store.outlook(&self.kinds, HORIZON_MS).await?;
        Ok(outlook.ready + outlook.running + outlook.soon == 0)
    }

    /// Waits until a job ends here, or it is time to look again.
    async fn wait(&self, rung: impl Future<Output = ()>) {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(Duration::from_millis(self.settings.poll_ms)) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }

    /// Returns when the pool was stopped and the time of grace is over.
    async fn out_of_time(&self) {
        let mut stopped = self.stopped.clone();
        if stopped.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_secs(self.settings.grace_s)).await;
    }

    async fn report(&self) -> Result<Report, StoreError> {
        let outlook = self.store.outlook(&self.kinds, HORIZON_MS).await?;
        let mut report = *self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.later = u64::try_from(outlook.later).unwrap_or_default();
        Ok(report)
    }
}

/// A handler panicked over all of its claims.
fn panicked(claims: &[Claim], panic: &tokio::task::JoinError) -> Outcomes {
    let failed = |_| {
        Err(Undone::Failed(Failure::Retry(format!(
            "a defect of the program: {panic}"
        ))))
    };
    claims.iter().map(failed).collect()
}
