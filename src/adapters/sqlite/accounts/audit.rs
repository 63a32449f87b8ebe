//! The audit log, stored as rows. They are never changed, and deleted only with their account or with their time.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use crate::adapters::sqlite::columns::{
    Json, TableRecord, Text, Time, limit as rows, read, record,
};
use crate::adapters::sqlite::page::List;
use crate::adapters::sqlite::statements::{execute, insert};
use crate::domain::accounts::{Action, Actor, AuditEntry, AuditOf};
use crate::domain::error::StoreError;
use crate::domain::ids::{AuditId, UserId};
use crate::domain::page::{Slice, Window};

record! {
    struct AuditRow in audit by (id: i64) {
        user_id: Option<i64>,
        at: Time,
        action: Text<Action>,
        actor: Json<Actor>,
        address: Option<Text<IpAddr>>,
        detail: Option<String>,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    insert(connection, &AuditRow::from(entry))
}

pub(super) fn delete(
    connection: &Connection,
    of: AuditOf,
    before: DateTime<Utc>,
    limit: usize,
) -> Result<usize, StoreError> {
    let sql = match of {
        AuditOf::Accounts => {
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit INDEXED BY audit_by_age \
             WHERE user_id IS NOT NULL AND at < ?1 ORDER BY at LIMIT ?2)"
        }
        AuditOf::Nobody => {
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit INDEXED BY audit_of_nobody \
             WHERE user_id IS NULL AND at < ?1 ORDER BY at LIMIT ?2)"
        }
    };
    execute(connection, sql, (Time(before), rows(limit)))
}

pub(super) fn of_user(
    connection: &Connection,
    user: UserId,
    window: &Window,
) -> rusqlite::Result<Slice<AuditEntry>> {
    let list = List {
        kind: None,
        select: AuditRow::SELECT,
        table: "audit",
        index: None,
        condition: "user_id = ?1",
        scope: vec![user.to_i64()],
        time: "at",
        is_latest_first: true,
        id: "id",
        read: read::<AuditRow, _>,
    };
    list.page(connection, window)
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.to_i64(),
            user_id: entry.user.map(UserId::to_i64),
            at: Time(entry.at),
            action: Text(entry.action),
            actor: Json(entry.actor),
            address: entry.address.map(Text),
            detail: entry.detail.clone(),
            created_at: Time(entry.at),
            updated_at: Time(entry.at),
        }
    }
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: AuditId::from_i64(row.id),
            user: row.user_id.map(UserId::from_i64),
            at: row.at.0,
            action: row.action.0,
            actor: row.actor.0,
            address: row.address.map(|address| address.0),
            detail: row.detail,
        }
    }
}
