//! Machines' keys as rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{Json, find_time, read_time, write_error};
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::{ApiKey, TokenHash};
use crate::domain::error::StoreError;
use crate::domain::ids::{ApiKeyId, UserId};

const SELECT: &str = "SELECT id, user_id, name, scopes, secret, last_used_at, created_at, \
    updated_at FROM api_keys";
const INSERT: &str = "INSERT INTO api_keys \
    (id, user_id, name, scopes, secret, last_used_at, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

pub(super) fn add(connection: &Connection, key: &ApiKey) -> Result<(), StoreError> {
    connection
        .prepare_cached(INSERT)
        .and_then(|mut insert| {
            insert.execute(params![
                key.id.to_i64(),
                key.user.to_i64(),
                key.name,
                Json(&key.scopes),
                key.secret.0,
                key.last_used_at.map(|time| time.timestamp_millis()),
                key.created_at.timestamp_millis(),
                key.updated_at.timestamp_millis(),
            ])
        })
        .map(drop)
        .map_err(write_error)
}

pub(super) fn delete(
    connection: &Connection,
    user: UserId,
    id: ApiKeyId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM api_keys WHERE id = ?1 AND user_id = ?2")
        .and_then(|mut delete| delete.execute([id.to_i64(), user.to_i64()]))
        .map(drop)
        .map_err(store_error)
}

pub(super) fn touch(
    connection: &Connection,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute([id.to_i64(), now.timestamp_millis()]))
        .map(drop)
        .map_err(store_error)
}

pub(super) fn find(connection: &Connection, id: ApiKeyId) -> rusqlite::Result<Option<ApiKey>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
        .query_row([id.to_i64()], read)
        .optional()
}

pub(super) fn of_user(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<ApiKey>> {
    connection
        .prepare_cached(&format!(
            "{SELECT} WHERE user_id = ?1 ORDER BY created_at, id"
        ))?
        .query_map([user.to_i64()], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let Json(scopes) = row.get(3)?;
    Ok(ApiKey {
        id: ApiKeyId::from_i64(row.get(0)?),
        user: UserId::from_i64(row.get(1)?),
        name: row.get(2)?,
        scopes,
        secret: TokenHash(row.get(4)?),
        last_used_at: find_time(row, 5)?,
        created_at: read_time(row, 6)?,
        updated_at: read_time(row, 7)?,
    })
}
