//! What was done to accounts as rows. They are never changed; they only go with their account.

use std::net::IpAddr;

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use super::columns::{Json, Named, read_time, write_error};
use super::page::List;
use crate::domain::accounts::AuditEntry;
use crate::domain::error::StoreError;
use crate::domain::ids::{AuditId, UserId};
use crate::domain::page::{Slice, Window};

const SELECT: &str = "SELECT id, user_id, at, action, actor, address, detail FROM audit";
const INSERT: &str = "INSERT INTO audit \
    (id, user_id, at, action, actor, address, detail, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?3, ?3)";

pub(super) fn add(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    connection
        .prepare_cached(INSERT)
        .and_then(|mut insert| {
            insert.execute(params![
                entry.id.to_i64(),
                entry.user.map(UserId::to_i64),
                entry.at.timestamp_millis(),
                Named(entry.action),
                Json(entry.actor),
                entry.address.map(|address| address.to_string()),
                entry.detail,
            ])
        })
        .map(drop)
        .map_err(write_error)
}

pub(super) fn of_user(
    connection: &Connection,
    user: UserId,
    window: &Window,
) -> rusqlite::Result<Slice<AuditEntry>> {
    let list = List {
        select: SELECT,
        condition: "user_id = ?1",
        scope: vec![user.to_i64()],
        time: "at",
        is_latest_first: true,
        read,
    };
    list.page(connection, window)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let (Named(action), Json(actor)) = (row.get(3)?, row.get(4)?);
    let address: Option<String> = row.get(5)?;
    let address = address.map(|text| text.parse::<IpAddr>()).transpose();
    Ok(AuditEntry {
        id: AuditId::from_i64(row.get(0)?),
        user: row.get::<_, Option<i64>>(1)?.map(UserId::from_i64),
        at: read_time(row, 2)?,
        action,
        actor,
        address: address.map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(5, Type::Text, Box::new(error))
        })?,
        detail: row.get(6)?,
    })
}
