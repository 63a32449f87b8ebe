//! Mail that waits as rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::columns::{Named, read_email, read_time, row_limit, write_error};
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::Mail;
use crate::domain::error::StoreError;
use crate::domain::ids::{MailId, UserId};

const SELECT: &str = "SELECT id, recipient, kind, user_id, attempts, due_at, created_at, \
    updated_at FROM mails";
const INSERT: &str = "INSERT INTO mails \
    (id, recipient, kind, user_id, attempts, due_at, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

pub(super) fn add(connection: &Connection, mail: &Mail) -> Result<(), StoreError> {
    connection
        .prepare_cached(INSERT)
        .and_then(|mut insert| {
            insert.execute(params![
                mail.id.to_i64(),
                mail.to.as_str(),
                Named(mail.kind),
                mail.user.map(UserId::to_i64),
                mail.attempts,
                mail.due_at.timestamp_millis(),
                mail.created_at.timestamp_millis(),
                mail.updated_at.timestamp_millis(),
            ])
        })
        .map(drop)
        .map_err(write_error)
}

/// Read first and changed then, since `RETURNING` promises no order. Nobody comes in between: whoever writes has the
/// file for themselves.
pub(super) fn claim(
    connection: &Connection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: usize,
) -> rusqlite::Result<Vec<Mail>> {
    let mut mails: Vec<Mail> = connection
        .prepare_cached(&format!(
            "{SELECT} WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2"
        ))?
        .query_map([now.timestamp_millis(), row_limit(limit)], read)?
        .collect::<rusqlite::Result<_>>()?;
    let mut update = connection.prepare_cached(
        "UPDATE mails SET attempts = ?2, due_at = ?3, updated_at = ?4 WHERE id = ?1",
    )?;
    for mail in &mut mails {
        mail.attempts += 1;
        mail.due_at = until;
        mail.updated_at = now;
        update.execute(params![
            mail.id.to_i64(),
            mail.attempts,
            until.timestamp_millis(),
            now.timestamp_millis(),
        ])?;
    }
    Ok(mails)
}

pub(super) fn postpone(
    connection: &Connection,
    id: MailId,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE mails SET due_at = ?2, updated_at = ?3 WHERE id = ?1")
        .and_then(|mut update| {
            update.execute([
                id.to_i64(),
                due_at.timestamp_millis(),
                now.timestamp_millis(),
            ])
        })
        .map(drop)
        .map_err(store_error)
}

pub(super) fn remove(connection: &Connection, id: MailId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM mails WHERE id = ?1")
        .and_then(|mut delete| delete.execute([id.to_i64()]))
        .map(drop)
        .map_err(store_error)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Mail> {
    let Named(kind) = row.get(2)?;
    Ok(Mail {
        id: MailId::from_i64(row.get(0)?),
        to: read_email(row, 1)?,
        kind,
        user: row.get::<_, Option<i64>>(3)?.map(UserId::from_i64),
        attempts: row.get(4)?,
        due_at: read_time(row, 5)?,
        created_at: read_time(row, 6)?,
        updated_at: read_time(row, 7)?,
    })
}
