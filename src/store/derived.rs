//! What the stages found in; the same out, with the version of what made it.

use crate::call::CallId;
use crate::elements::Elements;
use crate::links::Profile;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::all_from_json;
use crate::store::from_json;
use crate::store::to_json;
use crate::tags::Tags;
use crate::transcript::Transcript;

/// Something with the version of the model, dictionary and settings that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Made<T> {
    /// The thing.
    pub value: T,
    /// Equal versions mean equal things.
    pub version: String,
}

/// What was concluded from the texts of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The six elements.
    pub elements: Elements,
    /// Category, labels, urgency.
    pub tags: Tags,
}

impl Store {
    /// Returns what was heard in a call.
    pub async fn transcript(&self, id: &CallId) -> Result<Option<Made<Transcript>>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT body, version FROM transcripts WHERE call_id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let Some((body, version)) = row else {
            return Ok(None);
        };
        let value = from_json("transcript", &body)?;
        Ok(Some(Made { value, version }))
    }

    /// Returns what was concluded from a call.
    pub async fn analysis(&self, id: &CallId) -> Result<Option<Made<Analysis>>, StoreError> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT elements, tags, version FROM analyses WHERE call_id = $1")
                .bind(id.as_str())
                .fetch_optional(&self.readers)
                .await?;
        let Some((elements, tags, version)) = row else {
            return Ok(None);
        };
        let value = Analysis {
            elements: from_json("elements", &elements)?,
            tags: from_json("tags", &tags)?,
        };
        Ok(Some(Made { value, version }))
    }

    /// Returns the version of the document that the index holds for a call.
    pub async fn indexed(&self, id: &CallId) -> Result<Option<String>, StoreError> {
        let version = sqlx::query_scalar("SELECT version FROM indexed WHERE call_id = $1").bind(id.as_str());
        Ok(version.fetch_optional(&self.readers).await?)
    }

    /// Returns all profiles, by id.
    pub async fn profiles(&self) -> Result<Vec<Profile>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM profiles ORDER BY call_id")
            .fetch_all(&self.readers)
            .await?;
        all_from_json("profile", &bodies)
    }
}

impl Tx {
    /// Saves what was heard in a call.
    pub async fn save_transcript(&mut self, id: &CallId, made: &Made<Transcript>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO transcripts (call_id, body, version) VALUES ($1, $2, $3)
             ON CONFLICT (call_id) DO UPDATE SET body = excluded.body, version = excluded.version",
        )
        .bind(id.as_str())
        .bind(to_json(&made.value))
        .bind(&made.version)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Saves what was concluded from a call.
    pub async fn save_analysis(&mut self, id: &CallId, made: &Made<Analysis>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO analyses (call_id, elements, tags, version) VALUES ($1, $2, $3, $4)
             ON CONFLICT (call_id) DO UPDATE SET elements = excluded.elements, tags = excluded.tags,
                version = excluded.version",
        )
        .bind(id.as_str())
        .bind(to_json(&made.value.elements))
        .bind(to_json(&made.value.tags))
        .bind(&made.version)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Saves what of a call takes part in linking, and files it under its keys.
    pub async fn save_profile(&mut self, profile: &Profile, keys: &[String]) -> Result<(), StoreError> {
        let id = profile.id.as_str();
        sqlx::query(
            "INSERT INTO profiles (call_id, body) VALUES ($1, $2)
             ON CONFLICT (call_id) DO UPDATE SET body = excluded.body",
        )
        .bind(id)
        .bind(to_json(profile))
        .execute(self.connection())
        .await?;
        sqlx::query("DELETE FROM keys WHERE call_id = $1")
            .bind(id)
            .execute(self.connection())
            .await?;
        for key in keys {
            sqlx::query("INSERT INTO keys (key, call_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(key)
                .bind(id)
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Notes that the index durably holds a call in this version; `None`: that it no longer holds it.
    pub async fn save_indexed(&mut self, id: &CallId, version: Option<&str>) -> Result<(), StoreError> {
        let query = match version {
            Some(version) => sqlx::query(
                "INSERT INTO indexed (call_id, version) VALUES ($1, $2)
                 ON CONFLICT (call_id) DO UPDATE SET version = excluded.version",
            )
            .bind(id.as_str())
            .bind(version),
            None => sqlx::query("DELETE FROM indexed WHERE call_id = $1").bind(id.as_str()),
        };
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Forgets what the index holds, after it was emptied.
    pub async fn forget_indexed(&mut self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM indexed").execute(self.connection()).await?;
        Ok(())
    }
}
