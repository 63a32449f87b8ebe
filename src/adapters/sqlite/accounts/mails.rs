//! Queued mail, stored as rows.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, named_params};

use super::email::Email;
use crate::adapters::sqlite::columns::{
    Json, TableRecord, Text, Time, limit as rows, read, record,
};
use crate::adapters::sqlite::statements::{all, execute, insert};
use crate::domain::accounts::{Asked, Mail, MailKind};
use crate::domain::error::StoreError;
use crate::domain::ids::{MailId, UserId};

const CLAIM: &str = "UPDATE mails SET attempts = :attempts, due_at = :due_at, updated_at = :now \
    WHERE id = :id";

record! {
    struct MailRow in mails by (id: i64) {
        recipient: Email,
        kind: Text<MailKind>,
        user_id: Option<i64>,
        asked: Option<Json<Asked>>,
        attempts: u32,
        due_at: Time,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, mail: &Mail) -> Result<(), StoreError> {
    insert(connection, &MailRow::from(mail))
}

/// Read first and changed then, since `RETURNING` promises no order. Nobody comes in between: whoever writes has the
/// file for themselves.
pub(super) fn claim(
    connection: &Connection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: usize,
) -> rusqlite::Result<Vec<Mail>> {
    let due = format!(
        "{} WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2",
        MailRow::SELECT
    );
    let due_now = (Time(now), rows(limit));
    let mut mails: Vec<Mail> = all(connection, &due, due_now, read::<MailRow, _>)?;
    let mut update = connection.prepare_cached(CLAIM)?;
    for mail in &mut mails {
        mail.attempts += 1;
        mail.due_at = until;
        mail.updated_at = now;
        update.execute(named_params! {
            ":id": mail.id.to_i64(),
            ":attempts": mail.attempts,
            ":due_at": Time(until),
            ":now": Time(now),
        })?;
    }
    Ok(mails)
}

pub(super) fn postpone(
    connection: &Connection,
    id: MailId,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE mails SET due_at = ?2, updated_at = ?3 WHERE id = ?1";
    execute(connection, sql, (id.to_i64(), Time(due_at), Time(now))).map(drop)
}

pub(super) fn remove(connection: &Connection, id: MailId) -> Result<(), StoreError> {
    execute(connection, "DELETE FROM mails WHERE id = ?1", [id.to_i64()]).map(drop)
}

impl From<&Mail> for MailRow {
    fn from(mail: &Mail) -> Self {
        Self {
            id: mail.id.to_i64(),
            recipient: Email(mail.to.clone()),
            kind: Text(mail.kind),
            user_id: mail.user.map(UserId::to_i64),
            asked: mail.asked.clone().map(Json),
            attempts: mail.attempts,
            due_at: Time(mail.due_at),
            created_at: Time(mail.created_at),
            updated_at: Time(mail.updated_at),
        }
    }
}

impl From<MailRow> for Mail {
    fn from(row: MailRow) -> Self {
        Self {
            id: MailId::from_i64(row.id),
            to: row.recipient.0,
            kind: row.kind.0,
            user: row.user_id.map(UserId::from_i64),
            asked: row.asked.map(|asked| asked.0),
            attempts: row.attempts,
            due_at: row.due_at.0,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}
