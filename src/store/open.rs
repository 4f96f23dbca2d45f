//! A folder in, a store with up-to-date tables out.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlSafeStr;
use sqlx::SqlitePool;
use sqlx::migrate::MigrateError;
use sqlx::migrate::Migration;
use sqlx::migrate::MigrationType;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::sqlite::SqliteSynchronous;

use crate::store::Store;
use crate::store::StoreError;
use crate::store::files::Files;

/// Connections that read. Reading never waits for writing.
const READERS: u32 = 4;
/// How long a writer waits for another process.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens under a lock, so that two processes that start together do not both make the tables.
pub(super) async fn open(folder: &Path) -> Result<Store, StoreError> {
    let folder = folder.to_owned();
    let opening = tokio::task::spawn_blocking(move || {
        let files = Files::open(&folder)?;
        let lock = files.lock("open.lock")?;
        Ok::<_, StoreError>((files, lock))
    });
    let (files, lock) = opening.await.expect("opening files does not panic")?;
    let database = files.root().join("huisheng.db");
    let options = SqliteConnectOptions::new()
        .filename(&database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE);
    let pool = || SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(600));
    let writer = pool().max_connections(1).connect_with(options.clone()).await?;
    refuse_old_sqlite(&writer).await?;
    migrator().run(&writer).await.map_err(migration_error)?;
    let readers = pool()
        .max_connections(READERS)
        .connect_with(options.create_if_missing(false).pragma("query_only", "1"))
        .await?;
    drop(lock);
    Ok(Store {
        readers,
        writer,
        files: Arc::new(files),
    })
}

fn migrator() -> Migrator {
    let start = include_str!("0001_start.sql").into_sql_str();
    Migrator::with_migrations(vec![Migration::new(
        1,
        "start".into(),
        MigrationType::Simple,
        start,
        false,
    )])
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => StoreError::Newer,
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Database(sqlx::Error::Migrate(Box::new(other))),
    }
}

/// Versions before 3.51.3 can damage the file when two processes check-point at the same instant.
async fn refuse_old_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    let parts: Vec<u32> = version.split('.').filter_map(|part| u32::from_str(part).ok()).collect();
    if parts < vec![3, 51, 3] {
        return Err(StoreError::OldSqlite(version));
    }
    Ok(())
}
