//! What could not be taken in or worked on, with its reason, in; a list that people can act on out.

use crate::call::CallId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::audio::read_id;
use crate::store::now;
use crate::store::queue::Kind;

/// A file or a line that could not be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Absolute path of the file.
    pub source: String,
    /// Line, from 1; 0 for the whole file.
    pub line: usize,
    /// Why, and the way out.
    pub reason: String,
    /// Name of the copy under `parked/`.
    pub copy: String,
}

/// A job that is not tried any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedJob {
    /// What was to be done.
    pub kind: Kind,
    /// For which call.
    pub call: CallId,
    /// Why it was not.
    pub reason: String,
}

impl Store {
    /// Keeps a copy of what could not be read under `parked/` and returns its name there.
    pub fn copy_parked(&self, content: &[u8], ending: &str) -> Result<String, StoreError> {
        self.files.copy_parked(content, ending)
    }

    /// Returns files and lines that could not be taken in, by file and line.
    pub async fn parked(&self) -> Result<Vec<Parked>, StoreError> {
        let rows: Vec<(String, i64, String, String)> =
            sqlx::query_as("SELECT source, line, reason, copy FROM parked ORDER BY source, line")
                .fetch_all(&self.readers)
                .await?;
        let parked = |(source, line, reason, copy)| Parked {
            source,
            line: usize::try_from(line).unwrap_or_default(),
            reason,
            copy,
        };
        Ok(rows.into_iter().map(parked).collect())
    }

    /// Returns the jobs that are not tried any more, by kind and call.
    pub async fn parked_jobs(&self) -> Result<Vec<ParkedJob>, StoreError> {
        let mut all = Vec::new();
        for kind in Kind::ALL {
            let rows: Vec<(String, String)> = sqlx::query_as(
                "SELECT call_id, coalesce(reason, '') FROM jobs WHERE state = 'parked' AND kind = $1 ORDER BY call_id",
            )
            .bind(kind.as_str())
            .fetch_all(&self.readers)
            .await?;
            for (call, reason) in rows {
                let call = read_id(&call)?;
                all.push(ParkedJob { kind, call, reason });
            }
        }
        Ok(all)
    }
}

impl Tx {
    /// Puts these in the place of what was parked of that file before.
    pub async fn replace_parked(&mut self, source: &str, parked: &[Parked]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM parked WHERE source = $1")
            .bind(source)
            .execute(self.connection())
            .await?;
        for item in parked {
            let sql = concat!(
                "INSERT INTO parked (source, line, reason, copy, parked_at) VALUES ($1, $2, $3, $4, ",
                now!(),
                ") ON CONFLICT (source, line) DO UPDATE SET reason = excluded.reason, copy = excluded.copy"
            );
            sqlx::query(sql)
                .bind(&item.source)
                .bind(i64::try_from(item.line).unwrap_or(i64::MAX))
                .bind(&item.reason)
                .bind(&item.copy)
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }
}
