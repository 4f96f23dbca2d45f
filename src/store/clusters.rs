//! Clusters, alerts and people's decisions in; the same out, as they count now.

use crate::alerts::Alert;
use crate::call::CallId;
use crate::call::ClusterId;
use crate::call::DecisionId;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Decision;
use crate::clusters::Status;
use crate::links::Profile;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::all_from_json;
use crate::store::from_json;
use crate::store::to_json;

impl Store {
    /// Returns the clusters of a kind and a status, the one with the latest call first.
    pub async fn clusters(
        &self,
        kind: Option<ClusterKind>,
        status: Option<Status>,
    ) -> Result<Vec<Cluster>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM clusters WHERE ($1 IS NULL OR kind = $1) AND ($2 IS NULL OR status = $2)
             ORDER BY last_at DESC, id",
        )
        .bind(kind.map(|kind| word(&kind)))
        .bind(status.map(|status| word(&status)))
        .fetch_all(&self.readers)
        .await?;
        all_from_json("cluster", &bodies)
    }

    /// Returns the clusters that a call is in, by id; at most one of a kind.
    pub async fn clusters_of(&self, id: &CallId) -> Result<Vec<Cluster>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM clusters JOIN members ON cluster_id = id WHERE call_id = $1 ORDER BY id",
        )
        .bind(id.as_str())
        .fetch_all(&self.readers)
        .await?;
        all_from_json("cluster", &bodies)
    }

    /// Returns a cluster.
    pub async fn cluster(&self, id: &ClusterId) -> Result<Option<Cluster>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM clusters WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        body.map(|body| from_json("cluster", &body)).transpose()
    }

    /// Returns the alerts whose cause still holds, latest first.
    pub async fn alerts(&self) -> Result<Vec<Alert>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM alerts WHERE live = 1 ORDER BY at DESC, id")
            .fetch_all(&self.readers)
            .await?;
        all_from_json("alert", &bodies)
    }

    /// Returns all decisions, in the order in which they were made.
    pub async fn decisions(&self) -> Result<Vec<Decision>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM decisions ORDER BY id")
            .fetch_all(&self.readers)
            .await?;
        all_from_json("decision", &bodies)
    }
}

impl Tx {
    /// Returns a cluster as this transaction sees it.
    pub async fn cluster(&mut self, id: &ClusterId) -> Result<Option<Cluster>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM clusters WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        body.map(|body| from_json("cluster", &body)).transpose()
    }

    /// Returns the cluster of a kind that a call is in.
    pub async fn cluster_of(&mut self, id: &CallId, kind: ClusterKind) -> Result<Option<Cluster>, StoreError> {
        let body: Option<String> = sqlx::query_scalar(
            "SELECT body FROM clusters JOIN members ON cluster_id = id WHERE call_id = $1 AND kind = $2",
        )
        .bind(id.as_str())
        .bind(word(&kind))
        .fetch_optional(self.connection())
        .await?;
        body.map(|body| from_json("cluster", &body)).transpose()
    }

    /// Puts these events and matters, and their alerts, in the place of all those that hold one of the calls. An alert
    /// that is no longer raised is kept, but no longer live.
    pub async fn replace_linked(
        &mut self,
        calls: &[CallId],
        clusters: &[Cluster],
        alerts: &[Alert],
    ) -> Result<(), StoreError> {
        let old: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT cluster_id FROM members JOIN clusters ON id = cluster_id
             WHERE call_id IN (SELECT value FROM json_each($1)) AND kind <> 'hotspot'",
        )
        .bind(to_json(&calls))
        .fetch_all(self.connection())
        .await?;
        self.replace(&old, clusters, alerts).await
    }

    /// Puts these hotspots and their alerts in the place of all hotspots.
    pub async fn replace_hotspots(&mut self, hotspots: &[Cluster], alerts: &[Alert]) -> Result<(), StoreError> {
        let old: Vec<String> = sqlx::query_scalar("SELECT id FROM clusters WHERE kind = 'hotspot'")
            .fetch_all(self.connection())
            .await?;
        self.replace(&old, hotspots, alerts).await
    }

    async fn replace(&mut self, old: &[String], clusters: &[Cluster], alerts: &[Alert]) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM clusters WHERE id IN (SELECT value FROM json_each($1))",
            "DELETE FROM members WHERE cluster_id IN (SELECT value FROM json_each($1))",
            "UPDATE alerts SET live = 0 WHERE cluster_id IN (SELECT value FROM json_each($1))",
        ] {
            sqlx::query(sql).bind(to_json(&old)).execute(self.connection()).await?;
        }
        for cluster in clusters {
            self.insert_cluster(cluster).await?;
        }
        for alert in alerts {
            self.insert_alert(alert).await?;
        }
        Ok(())
    }

    /// Returns all profiles, all events, and all decisions: what hotspots are made of.
    pub async fn hotspot_parts(&mut self) -> Result<(Vec<Profile>, Vec<Cluster>, Vec<Decision>), StoreError> {
        let profiles: Vec<String> = sqlx::query_scalar("SELECT body FROM profiles ORDER BY call_id")
            .fetch_all(self.connection())
            .await?;
        let events: Vec<String> = sqlx::query_scalar("SELECT body FROM clusters WHERE kind = 'event' ORDER BY id")
            .fetch_all(self.connection())
            .await?;
        let decisions: Vec<String> = sqlx::query_scalar("SELECT body FROM decisions ORDER BY id")
            .fetch_all(self.connection())
            .await?;
        Ok((
            all_from_json("profile", &profiles)?,
            all_from_json("cluster", &events)?,
            all_from_json("decision", &decisions)?,
        ))
    }

    async fn insert_cluster(&mut self, cluster: &Cluster) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO clusters (id, kind, status, last_at, body) VALUES ($1, $2, $3, $4, $5)")
            .bind(cluster.id.as_str())
            .bind(word(&cluster.kind))
            .bind(word(&cluster.status))
            .bind(cluster.last_at.as_millisecond())
            .bind(to_json(cluster))
            .execute(self.connection())
            .await?;
        for call in &cluster.calls {
            sqlx::query("INSERT INTO members (call_id, cluster_id) VALUES ($1, $2)")
                .bind(call.as_str())
                .bind(cluster.id.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    async fn insert_alert(&mut self, alert: &Alert) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO alerts (id, at, cluster_id, live, body) VALUES ($1, $2, $3, 1, $4)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at, live = 1, body = excluded.body",
        )
        .bind(&alert.id)
        .bind(alert.at.as_millisecond())
        .bind(alert.cluster.as_str())
        .bind(to_json(alert))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Returns the id for the next decision; ids rise.
    pub async fn next_decision_id(&mut self) -> Result<DecisionId, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM decisions")
            .fetch_one(self.connection())
            .await?;
        Ok(DecisionId::parse(&format!("D{:08}", count + 1)).expect("letters and digits make an id"))
    }

    /// Returns a decision.
    pub async fn decision(&mut self, id: &DecisionId) -> Result<Option<Decision>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM decisions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        body.map(|body| from_json("decision", &body)).transpose()
    }

    /// Returns the calls that a decision is about.
    pub async fn decision_calls(&mut self, id: &DecisionId) -> Result<Vec<CallId>, StoreError> {
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT call_id FROM decision_calls WHERE decision_id = $1 ORDER BY call_id")
                .bind(id.as_str())
                .fetch_all(self.connection())
                .await?;
        crate::store::audio::read_ids(&ids)
    }

    /// Adds a decision with the calls it is about. Decisions are never changed.
    pub async fn add_decision(&mut self, decision: &Decision, calls: &[CallId]) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO decisions (id, body) VALUES ($1, $2)")
            .bind(decision.id.as_str())
            .bind(to_json(decision))
            .execute(self.connection())
            .await?;
        for call in calls {
            sqlx::query("INSERT INTO decision_calls (call_id, decision_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(call.as_str())
                .bind(decision.id.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Returns the decisions about any of the calls, in order; ids that audio had before its record came are put right.
    pub async fn decisions_about(&mut self, calls: &[CallId]) -> Result<Vec<Decision>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM decisions WHERE id IN (SELECT decision_id FROM decision_calls
                WHERE call_id IN (SELECT value FROM json_each($1))) ORDER BY id",
        )
        .bind(to_json(&calls))
        .fetch_all(self.connection())
        .await?;
        let renamed: Vec<(String, String)> =
            sqlx::query_as("SELECT old, new FROM aliases WHERE new IN (SELECT value FROM json_each($1)) ORDER BY old")
                .bind(to_json(&calls))
                .fetch_all(self.connection())
                .await?;
        let put_right = |body: &String| {
            renamed.iter().fold(body.clone(), |body, (old, new)| {
                let body = body.replace(&format!("\"{old}\""), &to_json(new));
                ["E", "M", "H"].iter().fold(body, |body, kind| {
                    body.replace(&format!("\"{kind}-{old}\""), &to_json(&format!("{kind}-{new}")))
                })
            })
        };
        let bodies: Vec<String> = bodies.iter().map(put_right).collect();
        all_from_json("decision", &bodies)
    }
}

/// Returns the word that stands for a case of an enum.
fn word<T: serde::Serialize>(case: &T) -> String {
    to_json(case).trim_matches('"').to_owned()
}
