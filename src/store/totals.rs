//! The store in, how much there is and how far a call has come out.

use std::collections::BTreeMap;

use crate::call::CallId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::queue::Kind;

/// How much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Recordings.
    pub audio: i64,
    /// Calls, with a record or without.
    pub calls: i64,
    /// Calls that were heard.
    pub transcripts: i64,
    /// Calls that were read.
    pub analyses: i64,
    /// Calls that can be searched.
    pub indexed: i64,
    /// Links.
    pub links: i64,
    /// Clusters.
    pub clusters: i64,
    /// Alerts whose cause holds.
    pub alerts: i64,
    /// Names in the gazetteer.
    pub names: i64,
    /// Files and lines that could not be taken in.
    pub parked: i64,
    /// Records that wait for their audio.
    pub pending: i64,
    /// Jobs by kind and state (`ready`, `running`, `parked`).
    pub jobs: BTreeMap<(Kind, String), i64>,
}

/// How far a call has come with one kind of job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What there is to do.
    pub kind: Kind,
    /// `ready`, `running`, `done` or `parked`.
    pub state: String,
    /// Why it waits or is parked.
    pub reason: Option<String>,
}

impl Store {
    /// Counts everything.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        let mut totals = Totals {
            audio: self.count("SELECT count(*) FROM audio").await?,
            calls: self.count("SELECT count(*) FROM calls").await?,
            transcripts: self.count("SELECT count(*) FROM transcripts").await?,
            analyses: self.count("SELECT count(*) FROM analyses").await?,
            indexed: self.count("SELECT count(*) FROM indexed").await?,
            links: self.count("SELECT count(*) FROM links").await?,
            clusters: self.count("SELECT count(*) FROM clusters").await?,
            alerts: self.count("SELECT count(*) FROM alerts WHERE live = 1").await?,
            names: self.count("SELECT count(*) FROM names").await?,
            parked: self.count("SELECT count(*) FROM parked").await?,
            pending: self.count("SELECT count(*) FROM pending").await?,
            jobs: BTreeMap::new(),
        };
        for kind in Kind::ALL {
            let rows: Vec<(String, i64)> = sqlx::query_as(
                "SELECT state, count(*) FROM jobs WHERE kind = $1 AND state <> 'done' GROUP BY state ORDER BY state",
            )
            .bind(kind.as_str())
            .fetch_all(&self.readers)
            .await?;
            totals
                .jobs
                .extend(rows.into_iter().map(|(state, count)| ((kind, state), count)));
        }
        Ok(totals)
    }

    async fn count(&self, sql: &'static str) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar(sql).fetch_one(&self.readers).await?)
    }

    /// Returns how far a call has come, in the order of the stages; kinds it never needed are left out.
    pub async fn progress(&self, id: &CallId) -> Result<Vec<Progress>, StoreError> {
        let mut all = Vec::new();
        for kind in Kind::ALL {
            let row: Option<(String, Option<String>)> =
                sqlx::query_as("SELECT state, reason FROM jobs WHERE call_id = $1 AND kind = $2")
                    .bind(id.as_str())
                    .bind(kind.as_str())
                    .fetch_optional(&self.readers)
                    .await?;
            if let Some((state, reason)) = row {
                all.push(Progress { kind, state, reason });
            }
        }
        Ok(all)
    }
}
