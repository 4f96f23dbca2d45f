//! Names of places in, the gazetteer's list out.

use sha2::Digest;
use sha2::Sha256;

use crate::sound::Name;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::all_from_json;
use crate::store::files::hex;
use crate::store::to_json;

impl Store {
    /// Returns the names, in the order of their characters.
    pub async fn names(&self) -> Result<Vec<Name>, StoreError> {
        let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM names ORDER BY name")
            .fetch_all(&self.readers)
            .await?;
        all_from_json("name", &bodies)
    }

    /// Adds names; one that is there is replaced. Returns how many were new or other than before.
    pub async fn put_names(&self, names: &[Name]) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let mut changed = 0;
        for name in names {
            changed += tx.put_name(name).await?;
        }
        tx.commit().await?;
        Ok(changed)
    }
}

impl Tx {
    async fn put_name(&mut self, name: &Name) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "INSERT INTO names (name, body) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET body = excluded.body WHERE body <> excluded.body",
        )
        .bind(&name.name)
        .bind(to_json(name))
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected())
    }
}

/// Returns a version for a list of names: equal lists have equal versions.
#[must_use]
pub fn version(names: &[Name]) -> String {
    let mut hash = Sha256::new();
    for name in names {
        hash.update(to_json(name));
        hash.update([0]);
    }
    hex(&hash.finalize()).chars().take(16).collect()
}
