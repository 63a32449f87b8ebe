//! Accounts as rows of their table, and back.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{
    Named, find_email, find_time, is_second, json_array, read_stamp, write_error,
};
use super::page::List;
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::{AccountError, EmailAddress, EmailError, PasswordHash, User};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::page::{Slice, Window};

const SELECT: &str = "SELECT id, email, email_verified, password, role, epoch, disabled_at, \
    revision, created_at, updated_at FROM users";
const INSERT: &str = "INSERT INTO users (email, email_verified, password, role, epoch, \
    disabled_at, revision, created_at, updated_at, id) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const REPLACE: &str = "UPDATE users SET email = ?1, email_verified = ?2, password = ?3, \
    role = ?4, epoch = ?5, disabled_at = ?6, revision = ?7, created_at = ?8, updated_at = ?9 \
    WHERE id = ?10 AND revision = ?7 - 1";
/// What goes with an account, and it.
const DELETE: [&str; 5] = [
    "DELETE FROM identities WHERE user_id = ?1",
    "DELETE FROM api_keys WHERE user_id = ?1",
    "DELETE FROM audit WHERE user_id = ?1",
    "DELETE FROM mails WHERE user_id = ?1",
    "DELETE FROM users WHERE id = ?1",
];

pub(super) fn add(connection: &Connection, user: &User) -> Result<(), AccountError> {
    execute(connection, INSERT, user).map(drop)
}

pub(super) fn put(connection: &Connection, user: &User) -> Result<(), AccountError> {
    match execute(connection, REPLACE, user)? {
        0 => Err(StoreError::Conflict.into()),
        _ => Ok(()),
    }
}

fn execute(connection: &Connection, sql: &str, user: &User) -> Result<usize, AccountError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                user.email.as_ref().map(EmailAddress::as_str),
                user.email_verified,
                user.password.as_ref().map(|hash| &hash.0),
                Named(user.role),
                user.epoch,
                user.disabled_at.map(|time| time.timestamp_millis()),
                user.stamp.revision.cast_signed(),
                user.stamp.created_at.timestamp_millis(),
                user.stamp.updated_at.timestamp_millis(),
                user.id.to_i64(),
            ])
        })
        .map_err(|error| {
            if is_second(&error) {
                AccountError::Email(EmailError::Taken)
            } else {
                write_error(error).into()
            }
        })
}

pub(super) fn delete(connection: &Connection, id: UserId) -> Result<(), StoreError> {
    for sql in DELETE {
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([id.to_i64()]))
            .map_err(store_error)?;
    }
    Ok(())
}

pub(super) fn find_by_email(
    connection: &Connection,
    email: &EmailAddress,
) -> rusqlite::Result<Option<User>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE email = ?1"))?
        .query_row([email.as_str()], read)
        .optional()
}

pub(super) fn by_ids(connection: &Connection, ids: &[UserId]) -> rusqlite::Result<Vec<User>> {
    let ids = json_array(ids.iter().map(|id| id.to_i64()));
    connection
        .prepare_cached(&format!(
            "{SELECT} WHERE id IN (SELECT value FROM json_each(?1))"
        ))?
        .query_map([ids], read)?
        .collect()
}

pub(super) fn list(connection: &Connection, window: &Window) -> rusqlite::Result<Slice<User>> {
    let list = List {
        select: SELECT,
        condition: "true",
        scope: Vec::new(),
        time: "created_at",
        is_latest_first: false,
        read,
    };
    list.page(connection, window)
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    let Named(role) = row.get(4)?;
    Ok(User {
        id: UserId::from_i64(row.get(0)?),
        email: find_email(row, 1)?,
        email_verified: row.get(2)?,
        password: row.get::<_, Option<String>>(3)?.map(PasswordHash),
        role,
        epoch: row.get(5)?,
        disabled_at: find_time(row, 6)?,
        stamp: read_stamp(row, 7)?,
    })
}
