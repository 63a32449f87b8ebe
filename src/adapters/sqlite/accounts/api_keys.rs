//! API keys, stored as rows.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::adapters::sqlite::columns::{Json, TableRecord, Time, read, record};
use crate::adapters::sqlite::statements::{all, execute, find as find_row, insert};
use crate::domain::accounts::{ApiKey, Scope, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, UserId};

record! {
    struct ApiKeyRow in api_keys by (id: i64) {
        user_id: i64,
        name: String,
        scopes: Json<Vec<Scope>>,
        secret: [u8; 32],
        last_used_at: Option<Time>,
        expires_at: Time,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, key: &ApiKey) -> Result<(), StoreError> {
    insert(connection, &ApiKeyRow::from(key))
}

pub(super) fn delete(
    connection: &Connection,
    user: UserId,
    id: ApiKeyId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM api_keys WHERE id = ?1 AND user_id = ?2";
    execute(connection, sql, [id.to_i64(), user.to_i64()]).map(drop)
}

pub(super) fn touch(
    connection: &Connection,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1";
    execute(connection, sql, (id.to_i64(), Time(now))).map(drop)
}

pub(super) fn find(connection: &Connection, id: ApiKeyId) -> rusqlite::Result<Option<ApiKey>> {
    let sql = format!("{} WHERE id = ?1", ApiKeyRow::SELECT);
    find_row(connection, &sql, [id.to_i64()], read::<ApiKeyRow, _>)
}

pub(super) fn of_user(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<ApiKey>> {
    let sql = format!(
        "{} WHERE user_id = ?1 ORDER BY created_at, id",
        ApiKeyRow::SELECT
    );
    all(connection, &sql, [user.to_i64()], read::<ApiKeyRow, _>)
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_i64(),
            user_id: key.user.to_i64(),
            name: key.name.clone(),
            scopes: Json(key.scopes.clone()),
            secret: key.secret.0,
            last_used_at: key.last_used_at.map(Time),
            expires_at: Time(key.expires_at),
            created_at: Time(key.created_at),
            updated_at: Time(key.updated_at),
        }
    }
}

impl From<ApiKeyRow> for ApiKey {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: ApiKeyId::from_i64(row.id),
            user: UserId::from_i64(row.user_id),
            name: row.name,
            scopes: row.scopes.0,
            secret: TokenHash(row.secret),
            last_used_at: row.last_used_at.map(|time| time.0),
            expires_at: row.expires_at.0,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}
