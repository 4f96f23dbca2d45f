//! A worker process in, proof that it lives out: a locked file, which the system unlocks when the process dies.

use std::fs;
use std::fs::File;
use std::path::PathBuf;

use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::now;

/// The name under which a process holds jobs, alive as long as this value.
#[derive(Debug)]
pub struct Owner {
    name: String,
    path: PathBuf,
    _lock: File,
}

impl Owner {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // What stays behind is unlocked, and so counts as dead.
        drop(fs::remove_file(&self.path));
    }
}

impl Store {
    /// Registers this process as a worker.
    pub fn owner(&self) -> Result<Owner, StoreError> {
        let since = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .as_nanos();
        let name = format!("{}-{since}", std::process::id());
        let lock = self.files.lock(&format!("owners/{name}"))?;
        let path = self.owner_path(&name);
        Ok(Owner {
            name,
            path,
            _lock: lock,
        })
    }

    /// Ends the leases of workers that died on this machine, so that nobody waits for them, and returns how many jobs
    /// that freed. A worker elsewhere is found by its lease alone.
    pub async fn free_dead(&self, own: &Owner) -> Result<u64, StoreError> {
        let owners: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT owner FROM jobs WHERE state = 'running' AND owner <> $1 ORDER BY owner",
        )
        .bind(own.name())
        .fetch_all(&self.readers)
        .await?;
        let mut freed = 0;
        for owner in owners.into_iter().filter(|owner| self.is_dead(owner)) {
            let mut tx = self.begin().await?;
            freed += tx.end_leases(&owner).await?;
            tx.commit().await?;
            drop(fs::remove_file(self.owner_path(&owner)));
        }
        Ok(freed)
    }

    fn owner_path(&self, name: &str) -> PathBuf {
        self.folder().join("tmp/owners").join(name)
    }

    fn is_dead(&self, owner: &str) -> bool {
        match File::open(self.owner_path(owner)) {
            Ok(file) => file.try_lock().is_ok(),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    }
}

impl Tx {
    /// Makes all leases of a worker end now.
    async fn end_leases(&mut self, owner: &str) -> Result<u64, StoreError> {
        let sql = concat!(
            "UPDATE jobs SET lease_until = min(lease_until, ",
            now!(),
            ") WHERE state = 'running' AND owner = $1"
        );
        Ok(sqlx::query(sql)
            .bind(owner)
            .execute(self.connection())
            .await?
            .rows_affected())
    }
}
