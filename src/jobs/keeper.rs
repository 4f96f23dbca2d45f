//! The claims of this process in, live leases out; and the claims of dead processes freed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tracing::info;
use tracing::warn;

use crate::store::Store;
use crate::store::StoreError;
use crate::store::owners::Owner;
use crate::store::queue::Claim;

/// How often claims of dead processes are looked for.
const ROUND: Duration = Duration::from_secs(1);
/// Rounds from heartbeat to heartbeat: a quarter of a lease.
const ROUNDS: u32 = 15;

/// What this process holds.
#[derive(Debug)]
pub(super) struct Keeper {
    store: Store,
    owner: Owner,
    held: Mutex<BTreeMap<i64, Claim>>,
}

impl Keeper {
    /// Registers this process, and frees what dead ones held.
    pub(super) async fn start(store: Store) -> Result<Keeper, StoreError> {
        let owner = store.owner()?;
        let keeper = Keeper {
            store,
            owner,
            held: Mutex::default(),
        };
        keeper.free_dead().await?;
        Ok(keeper)
    }

    /// Returns the name under which claims are taken.
    pub(super) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Keeps the leases of these claims alive until they are dropped.
    pub(super) fn hold(&self, claims: &[Claim]) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend(claims.iter().map(|claim| (claim.job, claim.clone())));
    }

    /// Lets these claims be.
    pub(super) fn drop(&self, claims: &[Claim]) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for claim in claims {
            held.remove(&claim.job);
        }
    }

    /// Beats until it is dropped. A round that fails is made good by the next: a lease lasts four heartbeats.
    pub(super) async fn beat(&self) {
        for round in 1_u32.. {
            tokio::time::sleep(ROUND).await;
            let mut kept = self.free_dead().await.map(drop);
            if round.is_multiple_of(ROUNDS) {
                kept = kept.and(self.heartbeat().await);
            }
            if let Err(error) = kept {
                warn!(%error, "leases could not be kept, trying again");
            }
        }
    }

    async fn heartbeat(&self) -> Result<(), StoreError> {
        let held: Vec<Claim> = {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.values().cloned().collect()
        };
        if held.is_empty() {
            return Ok(());
        }
        self.store.heartbeat(&held).await
    }

    async fn free_dead(&self) -> Result<(), StoreError> {
        let jobs = self.store.free_dead(&self.owner).await?;
        if jobs > 0 {
            info!(jobs, "{jobs} jobs of processes that died are free again");
        }
        Ok(())
    }
}
