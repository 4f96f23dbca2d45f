//! An id in, the call as it counts now out.

use std::path::Path;
use std::path::PathBuf;

use sha2::Digest;
use sha2::Sha256;

use crate::call::Call;
use crate::call::CallId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::all_from_json;
use crate::store::audio::read_ids;
use crate::store::files::hex;
use crate::store::from_json;

/// What taking something in did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was there before, just so.
    Unchanged,
    /// It is new.
    Added,
    /// It was there with other content.
    Revised,
    /// It names only its audio, and waits for that.
    Waiting,
}

/// What taking something in did, and which calls later stages have to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The call it belongs to.
    pub id: CallId,
    /// What happened.
    pub change: Change,
    /// Calls to be heard (again).
    pub hear: Vec<CallId>,
    /// Calls whose texts are to be looked at (again).
    pub read: Vec<CallId>,
    /// Calls that are no more, because their record came under another id.
    pub gone: Vec<CallId>,
}

impl Effect {
    pub(super) fn unchanged(id: CallId) -> Effect {
        Effect {
            id,
            change: Change::Unchanged,
            hear: Vec::new(),
            read: Vec::new(),
            gone: Vec::new(),
        }
    }

    pub(super) fn added(&mut self) {
        self.change = Change::Added;
    }

    pub(super) fn absorb(&mut self, other: Effect) {
        self.hear.extend(other.hear);
        self.read.extend(other.read);
        self.gone.extend(other.gone);
    }
}

/// Where a record stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Absolute path of the file; what the record calls its audio is relative to its folder.
    pub file: PathBuf,
    /// Hash of path and content: the same line of the same file is taken in once.
    pub digest: String,
    /// Line, from 1.
    pub line: usize,
}

impl Origin {
    /// Returns the digest for a file.
    #[must_use]
    pub fn digest(file: &Path, content: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(file.to_string_lossy().as_bytes());
        hash.update([0]);
        hash.update(content);
        hex(&hash.finalize())
    }
}

/// A call as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The newest revision with all feedback.
    pub call: Call,
    /// Number of the revision, from 1; 0 where there is only audio.
    pub revision: i64,
    /// Hash of its recording.
    pub audio: Option<String>,
}

type Row = (String, i64, Option<String>);

fn stored((body, revision, audio): Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        call: from_json("call", &body)?,
        revision,
        audio,
    })
}

impl Store {
    /// Returns a call; an id that audio had before its record came leads to the record.
    pub async fn call(&self, id: &CallId) -> Result<Option<Stored>, StoreError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT body, revision, audio_sha256 FROM calls
             WHERE id = coalesce((SELECT new FROM aliases WHERE old = $1), $1)",
        )
        .bind(id.as_str())
        .fetch_optional(&self.readers)
        .await?;
        row.map(stored).transpose()
    }

    /// Returns up to `limit` calls with an id above `after`, by id. For going through all of them.
    pub async fn calls_after(&self, after: Option<&CallId>, limit: u32) -> Result<Vec<Stored>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT body, revision, audio_sha256 FROM calls WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(after.map_or("", CallId::as_str))
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
        rows.into_iter().map(stored).collect()
    }

    /// Returns the ids of all calls, newest call first.
    pub async fn call_ids(&self) -> Result<Vec<CallId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM calls ORDER BY received_at DESC, id")
            .fetch_all(&self.readers)
            .await?;
        read_ids(&ids)
    }

    /// Returns every revision of a record, oldest first.
    pub async fn revisions(&self, id: &CallId) -> Result<Vec<Call>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM revisions WHERE call_id = $1 ORDER BY revision")
            .bind(id.as_str())
            .fetch_all(&self.readers)
            .await?;
        all_from_json("revision", &bodies)
    }
}

impl Tx {
    /// Returns a call as this transaction sees it.
    pub async fn call(&mut self, id: &CallId) -> Result<Option<Stored>, StoreError> {
        let row: Option<Row> = sqlx::query_as("SELECT body, revision, audio_sha256 FROM calls WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(stored).transpose()
    }
}
