//! What a record says in; its revisions, and the call as it counts now, out.

use jiff::Timestamp;
use sha2::Digest;
use sha2::Sha256;

use crate::call::Call;
use crate::call::CallId;
use crate::call::Feedback;
use crate::records;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::all_from_json;
use crate::store::calls::Stored;
use crate::store::files::hex;
use crate::store::from_json;
use crate::store::intake::place;
use crate::store::now;
use crate::store::to_json;

impl Tx {
    /// Adds a revision unless the newest says the same.
    pub(super) async fn put_revision(&mut self, call: &Call, source: &str, line: i64) -> Result<bool, StoreError> {
        let newest: Option<(i64, String)> =
            sqlx::query_as("SELECT revision, digest FROM revisions WHERE call_id = $1 ORDER BY revision DESC LIMIT 1")
                .bind(call.id.as_str())
                .fetch_optional(self.connection())
                .await?;
        let digest = digest(call);
        if newest.as_ref().is_some_and(|(_, known)| *known == digest) {
            return Ok(false);
        }
        let sql = concat!(
            "INSERT INTO revisions (call_id, revision, digest, body, file, line, imported_at)
             VALUES ($1, $2, $3, $4, $5, $6, ",
            now!(),
            ")"
        );
        sqlx::query(sql)
            .bind(call.id.as_str())
            .bind(newest.map_or(1, |(revision, _)| revision + 1))
            .bind(digest)
            .bind(to_json(call))
            .bind(source)
            .bind(line)
            .execute(self.connection())
            .await?;
        Ok(true)
    }

    /// Adds what is new in the feedback of a record and returns whether anything was.
    pub(super) async fn put_feedback(&mut self, call: &Call) -> Result<bool, StoreError> {
        let mut changed = false;
        for feedback in &call.feedback {
            let body = to_json(feedback);
            let newest: Option<(i64, String)> = sqlx::query_as(
                "SELECT revision, body FROM feedback WHERE call_id = $1 AND id = $2 ORDER BY revision DESC LIMIT 1",
            )
            .bind(call.id.as_str())
            .bind(&feedback.id)
            .fetch_optional(self.connection())
            .await?;
            if newest.as_ref().is_some_and(|(_, known)| *known == body) {
                continue;
            }
            sqlx::query("INSERT INTO feedback (call_id, id, revision, body) VALUES ($1, $2, $3, $4)")
                .bind(call.id.as_str())
                .bind(&feedback.id)
                .bind(newest.map_or(1, |(revision, _)| revision + 1))
                .bind(body)
                .execute(self.connection())
                .await?;
            changed = true;
        }
        Ok(changed)
    }

    /// Writes the call as it counts now: newest revision, newest feedback by time and id.
    pub(super) async fn write_current(
        &mut self,
        id: &CallId,
        before: Option<&Stored>,
        source: &str,
    ) -> Result<(), StoreError> {
        let newest: (i64, String) =
            sqlx::query_as("SELECT revision, body FROM revisions WHERE call_id = $1 ORDER BY revision DESC LIMIT 1")
                .bind(id.as_str())
                .fetch_one(self.connection())
                .await?;
        let (revision, body) = newest;
        let mut call: Call = from_json("revision", &body)?;
        call.feedback = self.feedback(id).await?;
        if call.received_assumed
            && let Some(before) = before
        {
            call.received_at = before.call.received_at;
            call.received_assumed = before.call.received_assumed;
        }
        let (path, name) = place(&call, source).unzip();
        sqlx::query(
            "INSERT INTO calls (id, revision, body, received_at, orphan, audio_path, audio_name)
             VALUES ($1, $2, $3, $4, 0, $5, $6)
             ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, body = excluded.body, orphan = 0,
                received_at = excluded.received_at, audio_path = coalesce(excluded.audio_path, audio_path),
                audio_name = coalesce(excluded.audio_name, audio_name)",
        )
        .bind(id.as_str())
        .bind(revision)
        .bind(to_json(&call))
        .bind(call.received_at.as_millisecond())
        .bind(path)
        .bind(name)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    async fn feedback(&mut self, id: &CallId) -> Result<Vec<Feedback>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM feedback f WHERE call_id = $1 AND revision =
                (SELECT max(revision) FROM feedback n WHERE n.call_id = f.call_id AND n.id = f.id)",
        )
        .bind(id.as_str())
        .fetch_all(self.connection())
        .await?;
        let mut all: Vec<Feedback> = all_from_json("feedback", &bodies)?;
        all.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        Ok(all)
    }
}

/// Hash of what a record says, its feedback apart; a time that was only assumed says nothing.
fn digest(call: &Call) -> String {
    let mut said = call.clone();
    said.feedback.clear();
    if said.received_assumed {
        said.received_at = Timestamp::UNIX_EPOCH;
    }
    hex(&Sha256::digest(records::to_jsonl(&said)))
}
