//! Viewings that wait to be counted.

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, Result, Row};
use uuid::Uuid;

use crate::adapters::sqlite::columns::{Record, Time, record};
use crate::adapters::sqlite::db::{NOW, store_error};
use crate::adapters::sqlite::statements::{readable_until, write};
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::usage::{WaitingBatch, pack_viewings, unpack_viewings};
use crate::domain::watching::Viewing;

/// The most viewings of a batch, as senders of events may have: what is counted at once is counted in batches.
const BATCH: usize = 1000;
/// What batches are called that cannot be read.
const WAITING: &str = "usage_waiting";

record! {
    struct WaitingRow {
        id: [u8; 16],
        at: Time,
        viewings: Vec<u8>,
    }
}

/// Keeps what was folded of the watch log, inside the transaction that folds it: it waits if and only if it is folded.
pub(in crate::adapters::sqlite) fn keep_folded(
    connection: &Connection,
    viewings: &[Viewing],
) -> std::result::Result<(), StoreError> {
    let sql = format!("INSERT INTO usage_waiting (id, at, viewings) VALUES (?1, {NOW}, ?2)");
    for batch in viewings.chunks(BATCH) {
        let id = unique_name().into_bytes();
        write(connection, &sql, (id, pack_viewings(batch)?)).map_err(store_error)?;
    }
    Ok(())
}

/// Keeps a batch whose viewings are packed already.
pub(super) fn keep(connection: &Connection, id: Uuid, at: Time, packed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO usage_waiting (id, at, viewings) VALUES (?1, ?2, ?3)";
    write(connection, sql, (id.into_bytes(), at, packed)).map(drop)
}

/// The oldest batches, as many as have so many viewings.
pub(super) fn oldest(connection: &Connection, limit: usize) -> Result<Vec<WaitingBatch>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let sql = "SELECT id, at, viewings FROM usage_waiting ORDER BY at, number";
    let mut count = 0;
    let are_enough = |batch: &WaitingBatch| {
        count += batch.viewings.len();
        count >= limit
    };
    readable_until(connection, WAITING, sql, (), batch, are_enough).map(|(batches, _)| batches)
}

/// Removes batches that are counted.
pub(super) fn remove(connection: &Connection, ids: &[Uuid]) -> Result<()> {
    let sql = "DELETE FROM usage_waiting WHERE id = ?1";
    for id in ids {
        write(connection, sql, [id.into_bytes()])?;
    }
    Ok(())
}

fn batch(row: &Row<'_>) -> Result<WaitingBatch> {
    let row = WaitingRow::read(row)?;
    let viewings = unpack_viewings(&row.viewings).map_err(FromSqlError::other)?;
    Ok(WaitingBatch {
        id: Uuid::from_bytes(row.id),
        at: row.at.0,
        viewings,
    })
}
