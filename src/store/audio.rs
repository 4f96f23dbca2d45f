//! Recordings in, kept once by their content and joined to the calls they belong to.

use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::call::Call;
use crate::call::CallId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::calls::Effect;
use crate::store::files::Copied;
use crate::store::from_json;

/// A recording that lies in the data directory, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Hash of its content.
    pub sha256: String,
    /// Length of the file.
    pub bytes: u64,
    /// Absolute path of the original.
    pub path: PathBuf,
    /// When it was recorded, as far as the file tells.
    pub recorded_at: Timestamp,
}

impl Recording {
    /// Returns the id that the call has as long as no record names it.
    #[must_use]
    pub fn orphan_id(&self) -> CallId {
        orphan_id(&self.sha256)
    }
}

pub(super) fn orphan_id(sha256: &str) -> CallId {
    let start: String = sha256.chars().take(16).collect();
    CallId::parse(&format!("A{start}")).expect("hexadecimal digits make an id")
}

impl Store {
    /// Copies a file into the data directory; afterwards it survives a power cut. Blocks for as long as that takes.
    pub fn copy_audio(&self, path: &Path) -> Result<Copied, StoreError> {
        self.files.copy_audio(path)
    }

    /// Returns where the recording with this hash lies.
    #[must_use]
    pub fn audio_file(&self, sha256: &str) -> PathBuf {
        self.files.audio(sha256)
    }

    /// Returns the file names under which a recording was taken in.
    pub async fn audio_file_names(&self, sha256: &str) -> Result<Vec<String>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT DISTINCT name FROM audio_names WHERE sha256 = $1 ORDER BY name")
                .bind(sha256)
                .fetch_all(&self.readers)
                .await?,
        )
    }

    /// Returns the hashes of all recordings.
    pub async fn audio_hashes(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT sha256 FROM audio ORDER BY sha256")
            .fetch_all(&self.readers)
            .await?)
    }
}

impl Tx {
    /// Takes in a recording: it is joined to the calls whose record names it by path, or by a file name that no other
    /// recording has; otherwise it becomes a call of its own until its record comes.
    pub async fn put_audio(&mut self, recording: &Recording) -> Result<Effect, StoreError> {
        let known = self.insert_audio(recording).await?;
        let mut effect = Effect::unchanged(recording.orphan_id());
        for id in self.calls_that_name(recording).await? {
            self.join(&id, &recording.sha256, &mut effect).await?;
        }
        self.take_pending(recording, &mut effect).await?;
        let holders = self.calls_with_audio(&recording.sha256).await?;
        if let Some(holder) = holders.first() {
            effect.id = holder.clone();
        } else {
            let mut call = Call::new(recording.orphan_id(), recording.recorded_at);
            call.received_assumed = true;
            call.audio = Some(file_name(&recording.path));
            self.insert_orphan(&call, &recording.sha256).await?;
            effect.hear.push(call.id);
        }
        if !known {
            effect.added();
        }
        Ok(effect)
    }

    /// Returns whether both the content and the place were known.
    async fn insert_audio(&mut self, recording: &Recording) -> Result<bool, StoreError> {
        let bytes = i64::try_from(recording.bytes).unwrap_or(i64::MAX);
        let new =
            sqlx::query("INSERT INTO audio (sha256, bytes, recorded_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(&recording.sha256)
                .bind(bytes)
                .bind(recording.recorded_at.as_millisecond())
                .execute(self.connection())
                .await?;
        sqlx::query(
            "INSERT INTO audio_names (path, sha256, name, stem) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(recording.path.to_string_lossy())
        .bind(&recording.sha256)
        .bind(file_name(&recording.path))
        .bind(file_stem(&recording.path))
        .execute(self.connection())
        .await?;
        Ok(new.rows_affected() == 0)
    }

    /// Calls whose record names this recording and that do not have it yet.
    async fn calls_that_name(&mut self, recording: &Recording) -> Result<Vec<CallId>, StoreError> {
        let unique = self.name_is_unique(recording).await?;
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM calls WHERE audio_sha256 IS NOT $1 AND (audio_path = $2
                OR ($5 AND audio_sha256 IS NULL AND audio_name IN ($3, $4))) ORDER BY id",
        )
        .bind(&recording.sha256)
        .bind(recording.path.to_string_lossy())
        .bind(file_name(&recording.path))
        .bind(file_stem(&recording.path))
        .bind(unique)
        .fetch_all(self.connection())
        .await?;
        read_ids(&ids)
    }

    async fn name_is_unique(&mut self, recording: &Recording) -> Result<bool, StoreError> {
        let others: i64 =
            sqlx::query_scalar("SELECT count(*) FROM audio_names WHERE sha256 <> $1 AND (name = $2 OR stem = $3)")
                .bind(&recording.sha256)
                .bind(file_name(&recording.path))
                .bind(file_stem(&recording.path))
                .fetch_one(self.connection())
                .await?;
        Ok(others == 0)
    }

    /// Takes the records that waited for this recording and have no id of their own.
    async fn take_pending(&mut self, recording: &Recording, effect: &mut Effect) -> Result<(), StoreError> {
        let rows: Vec<(String, i64, String, String)> = sqlx::query_as(
            "DELETE FROM pending WHERE audio_path = $1 OR ($4 AND audio_name IN ($2, $3))
             RETURNING file, line, source, body",
        )
        .bind(recording.path.to_string_lossy())
        .bind(file_name(&recording.path))
        .bind(file_stem(&recording.path))
        .bind(self.name_is_unique(recording).await?)
        .fetch_all(self.connection())
        .await?;
        for (_, line, source, body) in rows {
            let mut call: Call = from_json("record", &body)?;
            call.id = recording.orphan_id();
            let found = self.write_call(&call, &source, line, Some(&recording.sha256)).await?;
            effect.absorb(found);
        }
        Ok(())
    }

    pub(super) async fn calls_with_audio(&mut self, sha256: &str) -> Result<Vec<CallId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM calls WHERE audio_sha256 = $1 ORDER BY orphan, id")
            .bind(sha256)
            .fetch_all(self.connection())
            .await?;
        read_ids(&ids)
    }

    /// Returns the recording that a record means: the one at that path, else the only one of that name.
    pub(super) async fn audio_named(&mut self, path: &str, name: &str) -> Result<Option<String>, StoreError> {
        let at_path: Option<String> =
            sqlx::query_scalar("SELECT sha256 FROM audio_names WHERE path = $1 ORDER BY rowid DESC LIMIT 1")
                .bind(path)
                .fetch_optional(self.connection())
                .await?;
        if at_path.is_some() {
            return Ok(at_path);
        }
        let mut named: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT sha256 FROM audio_names WHERE name = $1 OR stem = $1 LIMIT 2")
                .bind(name)
                .fetch_all(self.connection())
                .await?;
        Ok(named.pop().filter(|_| named.is_empty()))
    }

    /// Gives a call its recording; a call that stood in for the recording gives way.
    pub(super) async fn join(&mut self, id: &CallId, sha256: &str, effect: &mut Effect) -> Result<(), StoreError> {
        sqlx::query("UPDATE calls SET audio_sha256 = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(sha256)
            .execute(self.connection())
            .await?;
        self.date_by_audio(id, sha256).await?;
        let orphan = orphan_id(sha256);
        if orphan != *id && self.retire_orphan(&orphan, id).await? {
            effect.gone.push(orphan);
        }
        effect.hear.push(id.clone());
        Ok(())
    }
}

/// The last part of a path, however its separators are written.
pub(super) fn file_name(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

fn file_stem(path: &Path) -> String {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
}

pub(super) fn read_ids(ids: &[String]) -> Result<Vec<CallId>, StoreError> {
    ids.iter().map(|id| read_id(id)).collect()
}

pub(super) fn read_id(id: &str) -> Result<CallId, StoreError> {
    let damaged = |error| StoreError::Damaged {
        what: "identifier",
        source: serde::de::Error::custom(error),
    };
    CallId::parse(id).map_err(damaged)
}
