//! Everything that must survive a restart, and the job queue. The only place naming sqlx.
//!
//! One SQLite file in WAL mode with `synchronous = FULL`: what was committed survives a power cut. All writing goes
//! through one connection and begins with `BEGIN IMMEDIATE`, so that a writer waits instead of failing half-way.
//! Methods of [`Store`] read, or run a transaction of their own; methods of [`Tx`] take part in the caller's.

pub mod audio;
pub mod calls;
pub mod clusters;
pub mod derived;
pub mod files;
mod intake;
pub mod links;
pub mod names;
mod open;
pub mod owners;
pub mod parked;
pub mod queue;
mod revisions;
pub mod totals;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Sqlite;
use sqlx::SqliteConnection;
use sqlx::SqlitePool;
use sqlx::Transaction;

use crate::store::files::Files;

/// The milliseconds since 1970 by the clock of the database, as an SQL expression.
macro_rules! now {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}
pub(crate) use now;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another worker has taken the job over; throw the work away.
    #[error("the job was taken over by another worker")]
    Stale,
    /// Another process is writing for longer than we wait; try again.
    #[error("the store is busy; another process is writing")]
    Busy,
    /// What was asked for is not there or does not allow it; the text says what to do.
    #[error("{0}")]
    Refused(String),
    /// The data directory belongs to a newer version of the program.
    #[error("the data directory was written by a newer huisheng; use that version")]
    Newer,
    /// The SQLite in this build has a known bug that damages files.
    #[error("SQLite {0} is older than 3.51.3, which can damage the data; build with the bundled one")]
    OldSqlite(String),
    /// A row cannot be understood: the file was damaged or changed by hand.
    #[error("the stored {what} cannot be understood")]
    Damaged {
        /// Which kind of row.
        what: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file could not be read or written; stop, and look at the disk.
    #[error("{path} could not be read or written")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database failed; stop, and look at the disk.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        // SQLITE_BUSY and its extended forms.
        let busy = |code: &str| code.parse::<u32>().is_ok_and(|code| code & 0xff == 5);
        let code = error.as_database_error().and_then(|error| error.code());
        if code.is_some_and(|code| busy(&code)) {
            return StoreError::Busy;
        }
        StoreError::Database(error)
    }
}

/// The data directory. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    writer: SqlitePool,
    files: Arc<Files>,
}

/// A transaction that writes. Nothing is kept unless it is committed.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Sqlite>,
}

impl Store {
    /// Opens the data directory, or makes an empty one, and brings its tables up to date.
    pub async fn open(folder: &Path) -> Result<Store, StoreError> {
        open::open(folder).await
    }

    /// Returns the folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.files.root()
    }

    /// Begins to write; waits for the transaction before.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let inner = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx { inner })
    }

    /// Closes all connections and folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Returns what is wrong with the database file, line by line; empty where nothing is. Reads all of it.
    pub async fn damage(&self) -> Result<Vec<String>, StoreError> {
        let lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_all(&self.readers)
            .await?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// Returns a value noted under `key`.
    pub async fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let value = sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(key);
        Ok(value.fetch_optional(&self.readers).await?)
    }
}

impl Tx {
    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.inner.commit().await?)
    }

    /// Notes `value` under `key`; `None` forgets it.
    pub async fn set_note(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let query = match value {
            Some(value) => sqlx::query(
                "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .bind(key)
            .bind(value),
            None => sqlx::query("DELETE FROM meta WHERE key = $1").bind(key),
        };
        query.execute(self.connection()).await?;
        Ok(())
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("stored types have text keys only")
}

fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Damaged { what, source })
}

fn all_from_json<T: DeserializeOwned>(what: &'static str, texts: &[String]) -> Result<Vec<T>, StoreError> {
    texts.iter().map(|text| from_json(what, text)).collect()
}
