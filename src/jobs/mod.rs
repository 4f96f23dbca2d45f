//! The jobs, the pool that claims and retries them, and the border to computing threads.

pub mod compute;
mod keeper;
pub mod pool;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Deserialize;

use crate::store::StoreError;
use crate::store::queue::Claim;
use crate::store::queue::Failure;
use crate::store::queue::Fate;
use crate::store::queue::Kind;

/// Settings of the pool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Milliseconds between looks into the queue while nothing happens here. Less finds sooner what another process
    /// put there, more spares the disk.
    pub poll_ms: u64,
    /// Seconds that running jobs get to finish on shutdown before they are given back.
    pub grace_s: u64,
    /// Most calls that one commit of the index covers. A commit costs some 70 ms, whatever it holds.
    pub index_batch: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            poll_ms: 250,
            grace_s: 5,
            index_batch: 64,
        }
    }
}

/// Why a claim was not completed.
#[derive(Debug)]
pub enum Undone {
    /// Another worker holds it now; nothing to do.
    Stale,
    /// It cannot be done here at the moment, and that is not its fault: given back.
    NotNow,
    /// It failed.
    Failed(Failure),
    /// The store failed; the pool stops.
    Fatal(StoreError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Undone {
        match error {
            StoreError::Stale => Undone::Stale,
            StoreError::Busy => Undone::Failed(Failure::Retry(error.to_string())),
            StoreError::Refused(_) => Undone::Failed(Failure::Permanent(error.to_string())),
            error => Undone::Fatal(error),
        }
    }
}

impl From<compute::Stopped> for Undone {
    fn from(stopped: compute::Stopped) -> Undone {
        Undone::Failed(Failure::Retry(stopped.to_string()))
    }
}

/// What became of each claim, in order.
pub type Outcomes = Vec<Result<(), Undone>>;

/// Does the work of some claims of one kind. A handler completes what it did itself, together with the results.
pub type Handler = Arc<dyn Fn(Vec<Claim>) -> Pin<Box<dyn Future<Output = Outcomes> + Send>> + Send + Sync>;

/// One kind of job and who does it.
#[derive(Clone)]
pub struct Lane {
    /// The kind.
    pub kind: Kind,
    /// Most claims that the handler gets at once.
    pub batch: u32,
    /// Does the work.
    pub handler: Handler,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane")
            .field("kind", &self.kind)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

/// When the pool ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// When nothing is ready, held by anyone, or due within two minutes.
    Drain,
    /// On shutdown.
    Serve,
}

/// One job came to an end, for progress bars and counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which.
    pub claim: Claim,
    /// What became of it; `None` where it was done.
    pub fate: Option<Fate>,
}

/// What a pool did, and what it left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Jobs done.
    pub done: u64,
    /// Failures, of which some were made good later.
    pub failed: u64,
    /// Jobs parked.
    pub parked: u64,
    /// Jobs that wait for a time more than two minutes away.
    pub later: u64,
}
