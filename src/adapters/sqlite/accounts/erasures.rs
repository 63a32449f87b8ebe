//! Requests to forget people as rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{Json, find_time, read_time, row_limit, write_error};
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::Erasure;
use crate::domain::error::StoreError;
use crate::domain::ids::ErasureId;

const SELECT: &str = "SELECT id, code, profiles, finished_at, created_at, updated_at FROM erasures";
const INSERT: &str = "INSERT INTO erasures \
    (id, code, profiles, finished_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

pub(super) fn add(connection: &Connection, erasure: &Erasure) -> Result<(), StoreError> {
    connection
        .prepare_cached(INSERT)
        .and_then(|mut insert| {
            insert.execute(params![
                erasure.id.to_i64(),
                erasure.code,
                Json(&erasure.profiles),
                erasure.finished_at.map(|time| time.timestamp_millis()),
                erasure.created_at.timestamp_millis(),
                erasure.updated_at.timestamp_millis(),
            ])
        })
        .map(drop)
        .map_err(write_error)
}

/// One that is finished stays as it is: two servers may come to the end of the same work.
pub(super) fn finish(
    connection: &Connection,
    id: ErasureId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE erasures SET profiles = '[]', finished_at = ?2, updated_at = ?2 \
             WHERE id = ?1 AND finished_at IS NULL",
        )
        .and_then(|mut update| update.execute([id.to_i64(), now.timestamp_millis()]))
        .map(drop)
        .map_err(store_error)
}

pub(super) fn pending(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Erasure>> {
    connection
        .prepare_cached(&format!(
            "{SELECT} WHERE finished_at IS NULL ORDER BY created_at, id LIMIT ?1"
        ))?
        .query_map([row_limit(limit)], read)?
        .collect()
}

pub(super) fn find(connection: &Connection, code: &str) -> rusqlite::Result<Option<Erasure>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE code = ?1"))?
        .query_row([code], read)
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Erasure> {
    let Json(profiles) = row.get(2)?;
    Ok(Erasure {
        id: ErasureId::from_i64(row.get(0)?),
        code: row.get(1)?,
        profiles,
        finished_at: find_time(row, 3)?,
        created_at: read_time(row, 4)?,
        updated_at: read_time(row, 5)?,
    })
}
