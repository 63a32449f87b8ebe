//! Erasure requests, stored as rows.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::adapters::sqlite::columns::{Json, TableRecord, Time, limit as rows, read, record};
use crate::adapters::sqlite::statements::{all, execute, find as find_row, insert};
use crate::domain::accounts::Erasure;
use crate::domain::error::StoreError;
use crate::domain::ids::{ErasureId, ProfileId};

record! {
    struct ErasureRow in erasures by (id: i64) {
        code: String,
        profiles: Json<Vec<ProfileId>>,
        finished_at: Option<Time>,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, erasure: &Erasure) -> Result<(), StoreError> {
    insert(connection, &ErasureRow::from(erasure))
}

/// One that is finished stays as it is: two servers may finish the same work.
pub(super) fn finish(
    connection: &Connection,
    id: ErasureId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE erasures SET profiles = '[]', finished_at = ?2, updated_at = ?2 \
        WHERE id = ?1 AND finished_at IS NULL";
    execute(connection, sql, (id.to_i64(), Time(now))).map(drop)
}

pub(super) fn delete(
    connection: &Connection,
    before: DateTime<Utc>,
    limit: usize,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM erasures WHERE id IN (SELECT id FROM erasures \
        WHERE finished_at IS NOT NULL AND finished_at < ?1 ORDER BY finished_at LIMIT ?2)";
    execute(connection, sql, (Time(before), rows(limit)))
}

pub(super) fn pending(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Erasure>> {
    let sql = format!(
        "{} WHERE finished_at IS NULL ORDER BY created_at, id LIMIT ?1",
        ErasureRow::SELECT
    );
    all(connection, &sql, [rows(limit)], read::<ErasureRow, _>)
}

pub(super) fn find(connection: &Connection, code: &str) -> rusqlite::Result<Option<Erasure>> {
    let sql = format!("{} WHERE code = ?1", ErasureRow::SELECT);
    find_row(connection, &sql, [code], read::<ErasureRow, _>)
}

impl From<&Erasure> for ErasureRow {
    fn from(erasure: &Erasure) -> Self {
        Self {
            id: erasure.id.to_i64(),
            code: erasure.code.clone(),
            profiles: Json(erasure.profiles.clone()),
            finished_at: erasure.finished_at.map(Time),
            created_at: Time(erasure.created_at),
            updated_at: Time(erasure.updated_at),
        }
    }
}

impl From<ErasureRow> for Erasure {
    fn from(row: ErasureRow) -> Self {
        Self {
            id: ErasureId::from_i64(row.id),
            code: row.code,
            profiles: row.profiles.0,
            finished_at: row.finished_at.map(|time| time.0),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}
