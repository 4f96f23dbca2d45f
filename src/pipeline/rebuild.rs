//! What was derived in, jobs that make it anew out.

use anyhow::Context as _;

use crate::index::Index;
use crate::index::IndexError;
use crate::pipeline::Stages;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::queue::Kind;

/// Note that the index is to be emptied: it survives a kill between emptying the index and forgetting what it held.
const EMPTYING: &str = "index.emptying";

/// What to make anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The search index.
    Index,
    /// Links, clusters and alerts; people's decisions stay.
    Links,
    /// Everything that was derived. Recordings that were heard by the same engine in the same way are not heard again.
    All,
}

/// Empties a part and asks for the jobs that make it anew. Fails where another process holds the index.
pub async fn rebuild(stages: &Stages, index: &Index, part: Part) -> anyhow::Result<()> {
    let mut tx = stages.store.begin().await?;
    if matches!(part, Part::Index | Part::All) {
        tx.set_note(EMPTYING, Some("yes")).await?;
    }
    if matches!(part, Part::Links | Part::All) {
        tx.clear_links().await?;
        tx.enqueue_all(Kind::Link).await?;
    }
    if part == Part::All {
        tx.enqueue_heard().await?;
        tx.enqueue_all(Kind::Analyse).await?;
    }
    tx.commit().await?;
    empty(&stages.store, index)
        .await
        .context("the index could not be emptied")
}

/// Finishes emptying the index where that was interrupted. Leaves it to the other process that holds the index, if
/// there is one.
pub(super) async fn resume(stages: &Stages, index: &Index) -> Result<(), StoreError> {
    match empty(&stages.store, index).await {
        Ok(()) => Ok(()),
        Err(Emptying::Index(error)) => {
            tracing::warn!(%error, "the index could not be emptied yet");
            Ok(())
        }
        Err(Emptying::Store(error)) => Err(error),
    }
}

/// Why the index was not emptied.
#[derive(Debug, thiserror::Error)]
enum Emptying {
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn empty(store: &Store, index: &Index) -> Result<(), Emptying> {
    if store.note(EMPTYING).await?.is_none() {
        return Ok(());
    }
    let index = index.clone();
    let emptying = tokio::task::spawn_blocking(move || {
        let mut writer = index.writer()?;
        writer.clear()?;
        writer.commit()
    });
    emptying.await.expect("emptying does not panic")?;
    let mut tx = store.begin().await?;
    tx.forget_indexed().await?;
    tx.enqueue_all(Kind::Index).await?;
    tx.set_note(EMPTYING, None).await?;
    tx.commit().await?;
    Ok(())
}
