//! Scored links in; candidates, links of a call and connected calls out.

use crate::call::CallId;
use crate::links::Link;
use crate::links::Profile;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::all_from_json;
use crate::store::audio::read_ids;
use crate::store::from_json;
use crate::store::to_json;

impl Store {
    /// Returns the links of a call, likeliest first.
    pub async fn links_of(&self, id: &CallId) -> Result<Vec<Link>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM links WHERE a = $1 OR b = $1")
            .bind(id.as_str())
            .fetch_all(&self.readers)
            .await?;
        let mut links: Vec<Link> = all_from_json("link", &bodies)?;
        links.sort_by(|one, other| {
            let place = |link: &Link| (link.a.clone(), link.b.clone(), link.kind);
            other
                .probability
                .total_cmp(&one.probability)
                .then_with(|| place(one).cmp(&place(other)))
        });
        Ok(links)
    }

    /// Returns all links, by their calls and kind.
    pub async fn links(&self) -> Result<Vec<Link>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM links ORDER BY a, b, kind")
            .fetch_all(&self.readers)
            .await?;
        all_from_json("link", &bodies)
    }
}

impl Tx {
    /// Returns what of a call takes part in linking, once it was analysed.
    pub async fn profile(&mut self, id: &CallId) -> Result<Option<Profile>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM profiles WHERE call_id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        body.map(|body| from_json("profile", &body)).transpose()
    }

    /// Returns the profiles of the given calls, by id; calls without one are left out.
    pub async fn profiles(&mut self, ids: &[CallId]) -> Result<Vec<Profile>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM profiles WHERE call_id IN (SELECT value FROM json_each($1)) ORDER BY call_id",
        )
        .bind(to_json(&ids))
        .fetch_all(self.connection())
        .await?;
        all_from_json("profile", &bodies)
    }

    /// Returns the profiles of the calls that share a key with this one, by id.
    pub async fn candidates(&mut self, id: &CallId) -> Result<Vec<Profile>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM profiles WHERE call_id IN (
                SELECT other.call_id FROM keys own JOIN keys other ON other.key = own.key
                WHERE own.call_id = $1 AND other.call_id <> $1) ORDER BY call_id",
        )
        .bind(id.as_str())
        .fetch_all(self.connection())
        .await?;
        all_from_json("profile", &bodies)
    }

    /// Puts these links in the place of all links of a call, and returns the calls at the other ends, before and after.
    pub async fn replace_links(&mut self, id: &CallId, links: &[Link]) -> Result<Vec<CallId>, StoreError> {
        let gone: Vec<(String, String)> = sqlx::query_as("DELETE FROM links WHERE a = $1 OR b = $1 RETURNING a, b")
            .bind(id.as_str())
            .fetch_all(self.connection())
            .await?;
        let mut ends: Vec<String> = gone.into_iter().flat_map(|(a, b)| [a, b]).collect();
        for link in links {
            debug_assert!(link.a < link.b && (link.a == *id || link.b == *id));
            let kind = to_json(&link.kind);
            sqlx::query("INSERT INTO links (a, b, kind, body) VALUES ($1, $2, $3, $4)")
                .bind(link.a.as_str())
                .bind(link.b.as_str())
                .bind(kind.trim_matches('"'))
                .bind(to_json(link))
                .execute(self.connection())
                .await?;
            ends.extend([link.a.to_string(), link.b.to_string()]);
        }
        ends.sort();
        ends.dedup();
        read_ids(&ends)
    }

    /// Returns every call that can be reached from the given ones over links and decisions, these included, by id.
    pub async fn connected(&mut self, seeds: &[CallId]) -> Result<Vec<CallId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE reach (id) AS (
                SELECT value FROM json_each($1)
                UNION SELECT b FROM reach JOIN links ON a = reach.id
                UNION SELECT a FROM reach JOIN links ON b = reach.id
                UNION SELECT other.call_id FROM reach
                    JOIN decision_calls own ON own.call_id = reach.id
                    JOIN decision_calls other ON other.decision_id = own.decision_id)
             SELECT id FROM reach ORDER BY id",
        )
        .bind(to_json(&seeds))
        .fetch_all(self.connection())
        .await?;
        read_ids(&ids)
    }

    /// Returns the links among the given calls, which are closed under linking, by their calls and kind.
    pub async fn links_among(&mut self, ids: &[CallId]) -> Result<Vec<Link>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM links WHERE a IN (SELECT value FROM json_each($1)) ORDER BY a, b, kind",
        )
        .bind(to_json(&ids))
        .fetch_all(self.connection())
        .await?;
        all_from_json("link", &bodies)
    }

    /// Removes all links, before they are made anew.
    pub async fn clear_links(&mut self) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM links",
            "DELETE FROM clusters",
            "DELETE FROM members",
            "UPDATE alerts SET live = 0",
        ] {
            sqlx::query(sql).execute(self.connection()).await?;
        }
        Ok(())
    }
}
