//! The keys that access tokens are signed with, as rows of the embedded store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::SqliteDb;
use super::accounts::read_time;
use super::db::store_error;
use crate::domain::accounts::{SigningKey, SigningKeyStore};
use crate::domain::error::StoreError;

const SELECT: &str = "SELECT number, private, public, created_at, updated_at, expires_at \
    FROM signing_keys WHERE expires_at > ?1 ORDER BY number";
const INSERT: &str = "INSERT INTO signing_keys \
    (number, private, public, created_at, updated_at, expires_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

/// Signing keys in a database file.
#[derive(Clone)]
pub struct SqliteSigningKeys {
    db: SqliteDb,
}

impl SqliteSigningKeys {
    /// A store in an open database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl SigningKeyStore for SqliteSigningKeys {
    async fn signing_keys(&self, now: DateTime<Utc>) -> Result<Vec<SigningKey>, StoreError> {
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(SELECT)?
                    .query_map([now.timestamp_millis()], read_key)?
                    .collect()
            })
            .await
    }

    async fn add_signing_key(
        &self,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let key = key.clone();
        self.db
            .write(move |connection| insert(connection, &key, now).map_err(store_error))
            .await
    }
}

fn insert(connection: &Connection, key: &SigningKey, now: DateTime<Utc>) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("DELETE FROM signing_keys WHERE expires_at <= ?1")?
        .execute([now.timestamp_millis()])?;
    let inserted = connection.prepare_cached(INSERT)?.execute(params![
        key.number,
        key.private,
        key.public,
        key.created_at.timestamp_millis(),
        key.updated_at.timestamp_millis(),
        key.expires_at.timestamp_millis(),
    ])?;
    Ok(inserted == 1)
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<SigningKey> {
    Ok(SigningKey {
        number: row.get(0)?,
        private: row.get(1)?,
        public: row.get(2)?,
        created_at: read_time(row, 3)?,
        updated_at: read_time(row, 4)?,
        expires_at: read_time(row, 5)?,
    })
}
