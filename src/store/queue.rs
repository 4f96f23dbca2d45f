//! Calls to work on in, claims with a fence out; a claim that was taken over cannot save anything.
//!
//! There is one row per kind and call, so the queue is bounded by the calls on disk and nobody has to wait to enqueue.

use serde::Serialize;

use crate::call::CallId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::audio::read_id;
use crate::store::now;
use crate::store::owners::Owner;

/// What there is to do for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Hear its recording.
    Transcribe,
    /// Read its texts.
    Analyse,
    /// Make it searchable.
    Index,
    /// Link it to other calls.
    Link,
}

impl Kind {
    /// All kinds, in the order in which a call meets them.
    pub const ALL: [Kind; 4] = [Kind::Transcribe, Kind::Analyse, Kind::Index, Kind::Link];

    /// Returns the name under which the kind is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Transcribe => "transcribe",
            Kind::Analyse => "analyse",
            Kind::Index => "index",
            Kind::Link => "link",
        }
    }
}

/// A job that this worker holds, as long as nobody takes it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Row of the job.
    pub job: i64,
    /// What to do.
    pub kind: Kind,
    /// For which call.
    pub call: CallId,
    /// Number of the claim; a later claim of the same job has a higher one.
    pub fence: i64,
}

/// Why a job was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may work later: tried again after 5 s, 20 s, 80 s, 5 min and 15 min.
    Retry(String),
    /// It will never work: parked at once.
    Permanent(String),
    /// A child process died on it: tried again, parked the third time.
    Crash(String),
}

/// What became of a job that was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is tried again after so many milliseconds.
    Later(i64),
    /// It is parked until a person asks for it.
    Parked,
}

/// What is left to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Jobs that can be claimed now.
    pub ready: i64,
    /// Jobs that somebody holds.
    pub running: i64,
    /// Jobs due within the horizon.
    pub soon: i64,
    /// Jobs due later.
    pub later: i64,
    /// Milliseconds until the next job is due or the next lease ends, where there is one.
    pub next_ms: Option<i64>,
}

/// How long a claim holds without a heartbeat, in milliseconds.
pub const LEASE_MS: i64 = 60_000;
/// Waiting times after the first, second … failure, in milliseconds.
const BACKOFF_MS: [i64; 5] = [5_000, 20_000, 80_000, 300_000, 900_000];
/// Children that may die on a job before it is parked.
const CRASHES: i64 = 3;
/// Workers that may die on a job before it is parked; more than children, for they die of many things.
const LOSSES: i64 = 20;

impl Store {
    /// Claims up to `limit` jobs of a kind: those that are due, and those whose holder was not heard of for a minute.
    /// Higher rank first.
    pub async fn claim(&self, kind: Kind, limit: u32, owner: &Owner) -> Result<Vec<Claim>, StoreError> {
        if !self.has_work(kind).await? {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        tx.park_deadly(kind).await?;
        let claims = tx.claim(kind, limit, owner).await?;
        tx.commit().await?;
        Ok(claims)
    }

    /// Whether a claim would find anything; asked without the write lock.
    async fn has_work(&self, kind: Kind) -> Result<bool, StoreError> {
        let sql = concat!(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE kind = $1 AND state = 'ready' AND due_at <= ",
            now!(),
            ") OR EXISTS (SELECT 1 FROM jobs WHERE kind = $1 AND state = 'running' AND lease_until <= ",
            now!(),
            ")"
        );
        Ok(sqlx::query_scalar(sql)
            .bind(kind.as_str())
            .fetch_one(&self.readers)
            .await?)
    }

    /// Extends the leases of claims that are still held.
    pub async fn heartbeat(&self, claims: &[Claim]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for claim in claims {
            let sql = concat!(
                "UPDATE jobs SET lease_until = ",
                now!(),
                " + $3 WHERE id = $1 AND fence = $2 AND state = 'running'"
            );
            let query = sqlx::query(sql).bind(claim.job).bind(claim.fence).bind(LEASE_MS);
            query.execute(tx.connection()).await?;
        }
        tx.commit().await
    }

    /// Gives claims back undone, as on shutdown; that counts as no failure.
    pub async fn give_back(&self, claims: &[Claim]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for claim in claims {
            sqlx::query(
                "UPDATE jobs SET state = 'ready', again = 0, owner = NULL, lease_until = NULL
                 WHERE id = $1 AND fence = $2 AND state = 'running'",
            )
            .bind(claim.job)
            .bind(claim.fence)
            .execute(tx.connection())
            .await?;
        }
        tx.commit().await
    }

    /// Begins the transaction that completes a job: what it saves counts only together with the completion.
    pub async fn finish(&self, claim: &Claim) -> Result<Tx, StoreError> {
        let mut tx = self.begin().await?;
        tx.complete(claim).await?;
        Ok(tx)
    }

    /// Returns a number that rises whenever a job of the kind is claimed.
    pub async fn claims_so_far(&self, kind: Kind) -> Result<i64, StoreError> {
        let sum = sqlx::query_scalar("SELECT coalesce(sum(fence), 0) FROM jobs WHERE kind = $1").bind(kind.as_str());
        Ok(sum.fetch_one(&self.readers).await?)
    }

    /// Notes that a job was not done and returns what becomes of it.
    pub async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Fate, StoreError> {
        let mut tx = self.begin().await?;
        let fate = tx.fail(claim, failure).await?;
        tx.commit().await?;
        Ok(fate)
    }

    /// Returns what is left to do of the given kinds.
    pub async fn outlook(&self, kinds: &[Kind], horizon_ms: i64) -> Result<Outlook, StoreError> {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        let sql = concat!(
            "SELECT coalesce(sum(state = 'ready' AND wait <= 0), 0), coalesce(sum(state = 'running'), 0),
                coalesce(sum(state = 'ready' AND wait > 0 AND wait <= $2), 0),
                coalesce(sum(state = 'ready' AND wait > $2), 0), min(wait)
             FROM (SELECT state, CASE state WHEN 'ready' THEN due_at ELSE lease_until END - ",
            now!(),
            " AS wait FROM jobs WHERE state IN ('ready', 'running') AND instr($1, ',' || kind || ',') > 0)"
        );
        let row: (i64, i64, i64, i64, Option<i64>) = sqlx::query_as(sql)
            .bind(format!(",{},", names.join(",")))
            .bind(horizon_ms)
            .fetch_one(&self.readers)
            .await?;
        let (ready, running, soon, later, next_ms) = row;
        Ok(Outlook {
            ready,
            running,
            soon,
            later,
            next_ms,
        })
    }
}

impl Tx {
    /// Asks for a job. One that waits is due at once; one that is running runs again afterwards; one that is done or
    /// parked begins anew.
    pub async fn enqueue(&mut self, kind: Kind, call: &CallId, rank: i64) -> Result<(), StoreError> {
        let sql = concat!(
            "INSERT INTO jobs (kind, call_id, state, rank, due_at) VALUES ($1, $2, 'ready', $3, ",
            now!(),
            ") ON CONFLICT (kind, call_id) DO UPDATE SET
                state = CASE state WHEN 'running' THEN 'running' ELSE 'ready' END,
                again = state = 'running', rank = excluded.rank, reason = NULL, attempts = 0,
                due_at = CASE state WHEN 'running' THEN due_at ELSE excluded.due_at END,
                crashes = CASE state WHEN 'parked' THEN 0 ELSE crashes END,
                losses = CASE state WHEN 'parked' THEN 0 ELSE losses END"
        );
        let query = sqlx::query(sql).bind(kind.as_str()).bind(call.as_str()).bind(rank);
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Asks for a job of every call, in the rank of its last one or by time.
    pub async fn enqueue_all(&mut self, kind: Kind) -> Result<(), StoreError> {
        let ids: Vec<(String, i64)> = sqlx::query_as("SELECT id, received_at / 1000 FROM calls ORDER BY id")
            .fetch_all(self.connection())
            .await?;
        for (id, rank) in ids {
            self.enqueue(kind, &read_id(&id)?, rank).await?;
        }
        Ok(())
    }

    /// Asks for every recording to be heard, in case that would come out differently now.
    pub async fn enqueue_heard(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT id, received_at / 1000 FROM calls WHERE audio_sha256 IS NOT NULL ORDER BY id";
        let ids: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(self.connection()).await?;
        for (id, rank) in ids {
            self.enqueue(Kind::Transcribe, &read_id(&id)?, rank).await?;
        }
        Ok(())
    }

    /// Asks again for all parked jobs and returns how many there were.
    pub async fn retry_parked(&mut self) -> Result<u64, StoreError> {
        let sql = concat!(
            "UPDATE jobs SET state = 'ready', attempts = 0, crashes = 0, losses = 0, reason = NULL, due_at = ",
            now!(),
            " WHERE state = 'parked'"
        );
        Ok(sqlx::query(sql).execute(self.connection()).await?.rows_affected())
    }

    /// Completes a job whose claim still holds; [`StoreError::Stale`] where it does not.
    pub async fn complete(&mut self, claim: &Claim) -> Result<(), StoreError> {
        let sql = concat!(
            "UPDATE jobs SET state = CASE again WHEN 1 THEN 'ready' ELSE 'done' END, again = 0, attempts = 0,
                crashes = 0, losses = 0, owner = NULL, lease_until = NULL, reason = NULL, due_at = ",
            now!(),
            " WHERE id = $1 AND fence = $2 AND state = 'running'"
        );
        let done = sqlx::query(sql)
            .bind(claim.job)
            .bind(claim.fence)
            .execute(self.connection())
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Stale);
        }
        Ok(())
    }

    async fn claim(&mut self, kind: Kind, limit: u32, owner: &Owner) -> Result<Vec<Claim>, StoreError> {
        let sql = concat!(
            "UPDATE jobs SET losses = losses + (state = 'running'), state = 'running', fence = fence + 1, again = 0,
                owner = $2, lease_until = ",
            now!(),
            " + $3 WHERE id IN (SELECT id FROM jobs WHERE kind = $1 AND (state = 'ready' AND due_at <= ",
            now!(),
            " OR state = 'running' AND lease_until <= ",
            now!(),
            ") ORDER BY rank DESC, id LIMIT $4) RETURNING id, call_id, fence, rank"
        );
        let mut rows: Vec<(i64, String, i64, i64)> = sqlx::query_as(sql)
            .bind(kind.as_str())
            .bind(owner.name())
            .bind(LEASE_MS)
            .bind(limit)
            .fetch_all(self.connection())
            .await?;
        rows.sort_by_key(|(job, _, _, rank)| (std::cmp::Reverse(*rank), *job));
        let claim = |(job, call, fence, _): (i64, String, i64, i64)| {
            let call = read_id(&call)?;
            Ok(Claim { job, kind, call, fence })
        };
        rows.into_iter().map(claim).collect()
    }

    /// Parks jobs on which worker after worker died.
    async fn park_deadly(&mut self, kind: Kind) -> Result<(), StoreError> {
        let sql = concat!(
            "SELECT id, call_id, fence FROM jobs WHERE kind = $1 AND state = 'running' AND losses >= $2
             AND lease_until <= ",
            now!()
        );
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(sql)
            .bind(kind.as_str())
            .bind(LOSSES - 1)
            .fetch_all(self.connection())
            .await?;
        for (job, call, fence) in rows {
            let call = read_id(&call)?;
            let claim = Claim { job, kind, call, fence };
            let reason = format!("{LOSSES} worker processes died on it");
            self.fail(&claim, &Failure::Permanent(reason)).await?;
        }
        Ok(())
    }

    async fn fail(&mut self, claim: &Claim, failure: &Failure) -> Result<Fate, StoreError> {
        let row: Option<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT attempts, crashes, again, rank FROM jobs WHERE id = $1 AND fence = $2 AND state = 'running'",
        )
        .bind(claim.job)
        .bind(claim.fence)
        .fetch_optional(self.connection())
        .await?;
        let (attempts, crashes, again, rank) = row.ok_or(StoreError::Stale)?;
        let crashed = i64::from(matches!(failure, Failure::Crash(_)));
        let (fate, reason) = fate(claim.job, attempts, crashes + crashed, failure);
        let (state, wait) = match fate {
            // Its input changed while it ran.
            _ if again == 1 => ("ready", 0),
            Fate::Later(wait) => ("ready", wait),
            Fate::Parked => ("parked", 0),
        };
        let sql = concat!(
            "UPDATE jobs SET state = $2, attempts = attempts + 1, crashes = crashes + $3, again = 0, owner = NULL,
                lease_until = NULL, reason = $4, due_at = ",
            now!(),
            " + $5 WHERE id = $1"
        );
        let query = sqlx::query(sql)
            .bind(claim.job)
            .bind(state)
            .bind(crashed)
            .bind(reason)
            .bind(wait);
        query.execute(self.connection()).await?;
        if state == "parked" && claim.kind == Kind::Transcribe {
            // What its record says is worth reading all the same.
            self.enqueue(Kind::Analyse, &claim.call, rank).await?;
        }
        Ok(if state == "parked" {
            Fate::Parked
        } else {
            Fate::Later(wait)
        })
    }
}

/// Decides on a failed job; `attempts` failed before, and children died on it `crashes` times, this time included.
fn fate(job: i64, attempts: i64, crashes: i64, failure: &Failure) -> (Fate, String) {
    let index = usize::try_from(attempts).unwrap_or(usize::MAX);
    let wait = BACKOFF_MS.get(index).map(|wait| jittered(*wait, job, attempts));
    match failure {
        Failure::Permanent(reason) => (Fate::Parked, reason.clone()),
        Failure::Crash(reason) if crashes >= CRASHES => (
            Fate::Parked,
            format!("a child process died on it {crashes} times: {reason}"),
        ),
        Failure::Retry(reason) | Failure::Crash(reason) => match wait {
            Some(wait) => (Fate::Later(wait), reason.clone()),
            None => (Fate::Parked, format!("failed {} times: {reason}", attempts + 1)),
        },
    }
}

/// Spreads a waiting time by up to a fifth either way, so that jobs that failed together do not return together.
fn jittered(wait: i64, job: i64, attempts: i64) -> i64 {
    let mixed = (job.wrapping_mul(31) + attempts).wrapping_mul(0x5851_f42d_4c95_7f2d);
    wait * (800 + (mixed >> 33).rem_euclid(401)) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_grow_and_stay_within_a_fifth() {
        let mut seen = std::collections::BTreeSet::new();
        for job in 1..200 {
            for (attempts, base) in (0_i64..).zip(BACKOFF_MS) {
                let (Fate::Later(wait), _) = fate(job, attempts, 0, &Failure::Retry("x".into())) else {
                    panic!("attempt {attempts} is not the last");
                };
                assert!(wait >= base * 8 / 10 && wait <= base * 12 / 10, "{wait} for {base}");
                seen.insert((attempts, wait));
            }
            let (last, reason) = fate(job, 5, 0, &Failure::Retry("x".into()));
            assert_eq!((last, reason.as_str()), (Fate::Parked, "failed 6 times: x"));
        }
        assert!(
            seen.len() > 500,
            "jobs that fail together come back together: {}",
            seen.len()
        );
    }

    #[test]
    fn the_third_crash_parks() {
        let crash = Failure::Crash("signal 9".into());
        assert!(matches!(fate(1, 1, 2, &crash).0, Fate::Later(_)));
        assert_eq!(fate(1, 2, 3, &crash).0, Fate::Parked);
    }
}
