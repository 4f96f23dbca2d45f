//! Records in; calls added, revised or joined to their audio out.

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::call::Call;
use crate::call::CallId;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::audio::file_name;
use crate::store::audio::orphan_id;
use crate::store::calls::Change;
use crate::store::calls::Effect;
use crate::store::calls::Origin;
use crate::store::calls::Stored;
use crate::store::to_json;

impl Tx {
    /// Takes in a record with an id. The same content changes nothing; other content is a new revision. A record that
    /// holds nothing but feedback adds that to the call that is there.
    pub async fn put_call(&mut self, call: &Call, origin: &Origin) -> Result<Effect, StoreError> {
        if self.is_taken(origin).await? {
            return Ok(Effect::unchanged(call.id.clone()));
        }
        let source = origin.file.to_string_lossy();
        let line = i64::try_from(origin.line).unwrap_or(i64::MAX);
        self.write_call(call, &source, line, None).await
    }

    /// Takes in a record that names only its audio: under the id of the recording, or later when that comes.
    pub async fn put_unnamed(&mut self, mut call: Call, origin: &Origin) -> Result<Effect, StoreError> {
        if self.is_taken(origin).await? {
            return Ok(Effect::unchanged(call.id));
        }
        let source = origin.file.to_string_lossy();
        let line = i64::try_from(origin.line).unwrap_or(i64::MAX);
        let (path, name) = place(&call, &source).unwrap_or_default();
        let Some(sha256) = self.audio_named(&path, &name).await? else {
            return self.wait_for_audio(call, origin, &path, &name).await;
        };
        call.id = orphan_id(&sha256);
        match self.calls_with_audio(&sha256).await?.first() {
            Some(holder) if *holder != call.id => {
                self.forget(origin).await?;
                Err(StoreError::Refused(format!(
                    "`audio`: this recording belongs to call {holder}; give the record that id"
                )))
            }
            _ => self.write_call(&call, &source, line, Some(&sha256)).await,
        }
    }

    async fn wait_for_audio(&mut self, call: Call, at: &Origin, path: &str, name: &str) -> Result<Effect, StoreError> {
        sqlx::query(
            "INSERT INTO pending (file, line, source, body, audio_path, audio_name) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING",
        )
        .bind(&at.digest)
        .bind(i64::try_from(at.line).unwrap_or(i64::MAX))
        .bind(at.file.to_string_lossy())
        .bind(to_json(&call))
        .bind(path)
        .bind(name)
        .execute(self.connection())
        .await?;
        let mut effect = Effect::unchanged(call.id);
        effect.change = Change::Waiting;
        Ok(effect)
    }

    /// Notes a line as taken in and returns whether it was before.
    async fn is_taken(&mut self, origin: &Origin) -> Result<bool, StoreError> {
        let new = sqlx::query("INSERT INTO taken (file, line) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&origin.digest)
            .bind(i64::try_from(origin.line).unwrap_or(i64::MAX))
            .execute(self.connection())
            .await?;
        Ok(new.rows_affected() == 0)
    }

    pub(super) async fn write_call(
        &mut self,
        call: &Call,
        source: &str,
        line: i64,
        audio: Option<&str>,
    ) -> Result<Effect, StoreError> {
        let before = self.call(&call.id).await?;
        let mut effect = Effect::unchanged(call.id.clone());
        let fed = self.put_feedback(call).await?;
        let has_record = before.as_ref().is_some_and(|before| before.revision > 0);
        let is_record = !has_record || !is_feedback_only(call);
        let revised = is_record && self.put_revision(call, source, line).await?;
        if !revised && !fed {
            return Ok(effect);
        }
        effect.change = if has_record { Change::Revised } else { Change::Added };
        self.write_current(&call.id, before.as_ref(), source).await?;
        let wanted = match (audio, place(call, source)) {
            (Some(sha256), _) => Some(sha256.to_owned()),
            (None, Some((path, name))) => self.audio_named(&path, &name).await?,
            (None, None) => None,
        };
        let held = before.as_ref().and_then(|before| before.audio.clone());
        let moved = before
            .as_ref()
            .is_some_and(|before| before.call.unit_code != call.unit_code);
        match wanted {
            Some(sha256) if held.as_ref() != Some(&sha256) => self.join(&call.id, &sha256, &mut effect).await?,
            _ if held.is_some() && moved && revised => effect.hear.push(call.id.clone()),
            _ => {}
        }
        effect.read.push(call.id.clone());
        Ok(effect)
    }

    /// Makes a call for a recording without a record.
    pub(super) async fn insert_orphan(&mut self, call: &Call, sha256: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO calls (id, revision, body, received_at, orphan, audio_sha256) VALUES ($1, 0, $2, $3, 1, $4)",
        )
        .bind(call.id.as_str())
        .bind(to_json(call))
        .bind(call.received_at.as_millisecond())
        .bind(sha256)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets a call that stood in for a recording give way to the call whose record names it. What was heard moves
    /// along; what was concluded is concluded anew. Returns whether there was such a call.
    pub(super) async fn retire_orphan(&mut self, old: &CallId, new: &CallId) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM calls WHERE id = $1 AND orphan = 1")
            .bind(old.as_str())
            .execute(self.connection())
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        for sql in [
            "INSERT INTO aliases (old, new) VALUES ($1, $2) ON CONFLICT (old) DO UPDATE SET new = excluded.new",
            "UPDATE OR REPLACE transcripts SET call_id = $2 WHERE call_id = $1",
            "UPDATE OR REPLACE decision_calls SET call_id = $2 WHERE call_id = $1",
        ] {
            sqlx::query(sql)
                .bind(old.as_str())
                .bind(new.as_str())
                .execute(self.connection())
                .await?;
        }
        for sql in [
            "DELETE FROM analyses WHERE call_id = $1",
            "DELETE FROM profiles WHERE call_id = $1",
            "DELETE FROM keys WHERE call_id = $1",
            // A worker that is at it right now will find its claim stale.
            "UPDATE jobs SET state = 'done', fence = fence + 1, again = 0, owner = NULL, lease_until = NULL, reason = NULL
             WHERE call_id = $1 AND kind IN ('transcribe', 'analyse')",
        ] {
            sqlx::query(sql).bind(old.as_str()).execute(self.connection()).await?;
        }
        Ok(true)
    }

    /// Dates a call without a time of its own by its recording.
    pub(super) async fn date_by_audio(&mut self, id: &CallId, sha256: &str) -> Result<(), StoreError> {
        let Some(Stored { mut call, .. }) = self.call(id).await? else {
            return Ok(());
        };
        if !call.received_assumed {
            return Ok(());
        }
        let recorded_at: i64 = sqlx::query_scalar("SELECT recorded_at FROM audio WHERE sha256 = $1")
            .bind(sha256)
            .fetch_one(self.connection())
            .await?;
        call.received_at = Timestamp::from_millisecond(recorded_at).unwrap_or(call.received_at);
        sqlx::query("UPDATE calls SET body = $2, received_at = $3 WHERE id = $1")
            .bind(id.as_str())
            .bind(to_json(&call))
            .bind(call.received_at.as_millisecond())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    async fn forget(&mut self, origin: &Origin) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM taken WHERE file = $1 AND line = $2")
            .bind(&origin.digest)
            .bind(i64::try_from(origin.line).unwrap_or(i64::MAX))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

/// Returns where a record says that its audio lies, and the file name of that.
pub(super) fn place(call: &Call, source: &str) -> Option<(String, String)> {
    let audio = call.audio.as_ref()?.replace('\\', "/");
    let folder = Path::new(source).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(&audio).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(path.pop()),
            part => path.push(part),
        }
    }
    Some((path.to_string_lossy().into_owned(), file_name(Path::new(&audio))))
}

/// Whether a record says nothing of the call but what came back about it.
fn is_feedback_only(call: &Call) -> bool {
    let mut bare = Call::new(call.id.clone(), call.received_at);
    bare.received_assumed = true;
    bare.feedback.clone_from(&call.feedback);
    bare.extra.clone_from(&call.extra);
    *call == bare && !call.feedback.is_empty() && call.extra.keys().all(|key| key.starts_with("feedback["))
}
