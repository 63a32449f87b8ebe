//! One-time secrets as rows of the embedded store. Each new one clears away what has expired.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteDb;
use super::db::{NOW, store_error};
use crate::domain::accounts::{OneTime, OneTimeStore, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;

const INSERT: &str = "INSERT OR REPLACE INTO one_time_secrets (hash, means, user_id, expires_at) \
    VALUES (?1, ?2, ?3, ?4)";
const FIND: &str = "SELECT means FROM one_time_secrets WHERE hash = ?1 AND expires_at > ?2";
const TAKE: &str =
    "DELETE FROM one_time_secrets WHERE hash = ?1 AND expires_at > ?2 RETURNING means";

/// One-time secrets in a database file.
#[derive(Clone)]
pub struct SqliteOneTime {
    db: SqliteDb,
}

impl SqliteOneTime {
    /// A store in an open database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl OneTimeStore for SqliteOneTime {
    async fn put_one_time(
        &self,
        secret: &TokenHash,
        means: &OneTime,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (hash, user) = (*secret, means.user());
        let means = serde_json::to_string(means).map_err(StoreError::failed)?;
        self.db
            .write(move |connection| {
                insert(connection, hash, (&means, user), expires_at).map_err(store_error)
            })
            .await
    }

    async fn delete_one_time_of_user(&self, user: UserId) -> Result<(), StoreError> {
        self.db
            .write(move |connection| {
                connection
                    .prepare_cached("DELETE FROM one_time_secrets WHERE user_id = ?1")
                    .and_then(|mut delete| delete.execute([user.to_i64()]))
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }

    async fn find_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        let hash = *secret;
        let means = self
            .db
            .read(move |connection| select(connection, FIND, hash, now))
            .await?;
        read(means)
    }

    async fn take_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        let hash = *secret;
        let means = self
            .db
            .write(move |connection| select(connection, TAKE, hash, now).map_err(store_error))
            .await?;
        read(means)
    }
}

fn insert(
    connection: &Connection,
    hash: TokenHash,
    (means, user): (&str, Option<UserId>),
    expires_at: DateTime<Utc>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!(
            "DELETE FROM one_time_secrets WHERE expires_at <= {NOW}"
        ))?
        .execute([])?;
    connection.prepare_cached(INSERT)?.execute(params![
        hash.0,
        means,
        user.map(UserId::to_i64),
        expires_at.timestamp_millis()
    ])?;
    Ok(())
}

fn select(
    connection: &Connection,
    statement: &str,
    hash: TokenHash,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(statement)?
        .query_row(params![hash.0, now.timestamp_millis()], |row| row.get(0))
        .optional()
}

fn read(means: Option<String>) -> Result<Option<OneTime>, StoreError> {
    means
        .map(|json| serde_json::from_str(&json))
        .transpose()
        .map_err(StoreError::failed)
}
