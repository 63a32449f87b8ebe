//! The keys that access tokens are signed with, as rows of the embedded store.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::SqliteDb;
use super::columns::{TableRecord, Time, read, record};
use super::db::store_error;
use super::statements::{all, write};
use crate::domain::accounts::{SigningKey, SigningKeyStore};
use crate::domain::error::StoreError;

record! {
    struct SigningKeyRow in signing_keys by (number: u32) {
        private: Vec<u8>,
        public: Vec<u8>,
        created_at: Time,
        updated_at: Time,
        expires_at: Time,
    }
}

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
                let sql = format!(
                    "{} WHERE expires_at > ?1 ORDER BY number",
                    SigningKeyRow::SELECT
                );
                all(connection, &sql, [Time(now)], read::<SigningKeyRow, _>)
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
    let expired = "DELETE FROM signing_keys WHERE expires_at <= ?1";
    write(connection, expired, [Time(now)])?;
    let sql = format!("{} ON CONFLICT DO NOTHING", SigningKeyRow::INSERT);
    let row = SigningKeyRow::from(key);
    Ok(write(connection, &sql, &*row.parameters())? == 1)
}

impl From<&SigningKey> for SigningKeyRow {
    fn from(key: &SigningKey) -> Self {
        Self {
            number: key.number,
            private: key.private.clone(),
            public: key.public.clone(),
            created_at: Time(key.created_at),
            updated_at: Time(key.updated_at),
            expires_at: Time(key.expires_at),
        }
    }
}

impl From<SigningKeyRow> for SigningKey {
    fn from(row: SigningKeyRow) -> Self {
        Self {
            number: row.number,
            private: row.private,
            public: row.public,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            expires_at: row.expires_at.0,
        }
    }
}
