//! Accounts as rows of their table, and back.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::email::Email;
use crate::adapters::sqlite::columns::{
    TableRecord, Text, Time, limit as rows, list as values, read, record, stamp,
};
use crate::adapters::sqlite::page::List;
use crate::adapters::sqlite::statements::{
    all, changed, execute, find, is_second, write, write_error,
};
use crate::domain::accounts::{AccountError, EmailAddress, EmailError, PasswordHash, User};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::page::{Slice, Window};
use crate::domain::viewer::Role;

/// What goes with an account, and it. What it changed of the catalogue stays, and names nobody.
const DELETE: [&str; 7] = [
    "DELETE FROM identities WHERE user_id = ?1",
    "DELETE FROM api_keys WHERE user_id = ?1",
    "DELETE FROM audit WHERE user_id = ?1",
    "DELETE FROM mails WHERE user_id = ?1",
    "DELETE FROM memberships WHERE user_id = ?1",
    "UPDATE catalog_revisions SET author = '\"erased\"', user = NULL WHERE user = ?1",
    "DELETE FROM users WHERE id = ?1",
];

record! {
    struct UserRow in users by (id: i64) {
        email: Option<Email>,
        email_verified: bool,
        proven_at: Option<Time>,
        password: Option<String>,
        role: Text<Role>,
        epoch: u32,
        disabled_at: Option<Time>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, user: &User) -> Result<(), AccountError> {
    written(connection, UserRow::INSERT, user).map(drop)
}

pub(super) fn put(connection: &Connection, user: &User) -> Result<(), AccountError> {
    Ok(changed(written(connection, UserRow::UPDATE, user)?)?)
}

fn written(connection: &Connection, sql: &str, user: &User) -> Result<usize, AccountError> {
    let row = UserRow::from(user);
    write(connection, sql, &*row.parameters()).map_err(|error| {
        if is_second(&error) {
            AccountError::Email(EmailError::Taken)
        } else {
            write_error(error).into()
        }
    })
}

pub(super) fn delete(connection: &Connection, id: UserId) -> Result<(), StoreError> {
    for sql in DELETE {
        execute(connection, sql, [id.to_i64()])?;
    }
    Ok(())
}

pub(super) fn find_by_email(
    connection: &Connection,
    email: &EmailAddress,
) -> rusqlite::Result<Option<User>> {
    let sql = format!("{} WHERE email = ?1", UserRow::SELECT);
    find(connection, &sql, [email.as_str()], read::<UserRow, _>)
}

pub(super) fn by_ids(connection: &Connection, ids: &[UserId]) -> rusqlite::Result<Vec<User>> {
    let sql = format!(
        "{} WHERE id IN (SELECT value FROM json_each(?1))",
        UserRow::SELECT
    );
    let ids = values(ids.iter().map(|id| id.to_i64()));
    all(connection, &sql, [ids], read::<UserRow, _>)
}

pub(super) fn unconfirmed(
    connection: &Connection,
    after: Option<UserId>,
    before: DateTime<Utc>,
    limit: usize,
) -> rusqlite::Result<Vec<User>> {
    let sql = format!(
        "{} WHERE email_verified = 0 AND id > ?1 AND password IS NOT NULL AND updated_at < ?2 \
         ORDER BY id LIMIT ?3",
        UserRow::SELECT
    );
    let after = after.map_or(-1, UserId::to_i64);
    let which = (after, Time(before), rows(limit));
    all(connection, &sql, which, read::<UserRow, _>)
}

pub(super) fn list(connection: &Connection, window: &Window) -> rusqlite::Result<Slice<User>> {
    let list = List {
        kind: None,
        select: UserRow::SELECT,
        table: "users",
        index: None,
        condition: "true",
        scope: Vec::new(),
        time: "created_at",
        is_latest_first: false,
        id: "id",
        read: read::<UserRow, _>,
    };
    list.page(connection, window)
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_i64(),
            email: user.email.clone().map(Email),
            email_verified: user.email_verified,
            proven_at: user.ways_in_trusted_since.map(Time),
            password: user.password.as_ref().map(|hash| hash.0.clone()),
            role: Text(user.role),
            epoch: user.epoch,
            disabled_at: user.disabled_at.map(Time),
            revision: user.stamp.revision.cast_signed(),
            created_at: Time(user.stamp.created_at),
            updated_at: Time(user.stamp.updated_at),
        }
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId::from_i64(row.id),
            email: row.email.map(|email| email.0),
            email_verified: row.email_verified,
            ways_in_trusted_since: row.proven_at.map(|time| time.0),
            password: row.password.map(PasswordHash),
            role: row.role.0,
            epoch: row.epoch,
            disabled_at: row.disabled_at.map(|time| time.0),
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        }
    }
}
