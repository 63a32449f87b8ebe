//! One-time secrets as rows of the embedded store. Each new one clears away what has expired.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::SqliteDb;
use super::columns::{Json, TableRecord, Time, only, record};
use super::db::{NOW, store_error};
use super::statements::{find, write};
use crate::domain::accounts::{OneTime, OneTimeStore, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;

const FIND: &str = "SELECT means FROM one_time_secrets WHERE hash = ?1 AND expires_at > ?2";
const TAKE: &str =
    "DELETE FROM one_time_secrets WHERE hash = ?1 AND expires_at > ?2 RETURNING means";

record! {
    struct OneTimeRow in one_time_secrets by (hash: [u8; 32]) {
        means: Json<OneTime>,
        user_id: Option<i64>,
        expires_at: Time,
    }
}

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
        let row = OneTimeRow {
            hash: secret.0,
            means: Json(means.clone()),
            user_id: means.user().map(UserId::to_i64),
            expires_at: Time(expires_at),
        };
        self.db
            .write(move |connection| put(connection, &row).map_err(store_error))
            .await
    }

    async fn delete_one_time_of_user(&self, user: UserId) -> Result<(), StoreError> {
        self.db
            .write(move |connection| {
                let sql = "DELETE FROM one_time_secrets WHERE user_id = ?1";
                write(connection, sql, [user.to_i64()])
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
        self.db
            .read(move |connection| select(connection, FIND, hash, now))
            .await
    }

    async fn take_one_time(
        &self,
        secret: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, StoreError> {
        let hash = *secret;
        self.db
            .write(move |connection| select(connection, TAKE, hash, now).map_err(store_error))
            .await
    }
}

fn put(connection: &Connection, row: &OneTimeRow) -> rusqlite::Result<()> {
    let expired = format!("DELETE FROM one_time_secrets WHERE expires_at <= {NOW}");
    write(connection, &expired, ())?;
    write(connection, OneTimeRow::REPLACE, &*row.parameters()).map(drop)
}

fn select(
    connection: &Connection,
    sql: &str,
    hash: TokenHash,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<OneTime>> {
    let found: Option<Json<OneTime>> = find(connection, sql, (hash.0, Time(now)), only)?;
    Ok(found.map(|means| means.0))
}
