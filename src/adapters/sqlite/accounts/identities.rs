//! Other sites' log-ins as rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{is_taken, read_time};
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::{AccountError, Identity, LinkError};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;

const SELECT: &str = "SELECT provider, subject, user_id, created_at, updated_at FROM identities";
const INSERT: &str = "INSERT INTO identities (provider, subject, user_id, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?4, ?5)";

pub(super) fn add(connection: &Connection, identity: &Identity) -> Result<(), AccountError> {
    connection
        .prepare_cached(INSERT)
        .and_then(|mut insert| {
            insert.execute(params![
                identity.provider,
                identity.subject,
                identity.user.to_i64(),
                identity.created_at.timestamp_millis(),
                identity.updated_at.timestamp_millis(),
            ])
        })
        .map(drop)
        .map_err(|error| {
            if is_taken(&error) {
                AccountError::Link(LinkError::Taken)
            } else {
                store_error(error).into()
            }
        })
}

pub(super) fn delete(
    connection: &Connection,
    user: UserId,
    provider: &str,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM identities WHERE user_id = ?1 AND provider = ?2")
        .and_then(|mut delete| delete.execute(params![user.to_i64(), provider]))
        .map(drop)
        .map_err(store_error)
}

pub(super) fn find(
    connection: &Connection,
    provider: &str,
    subject: &str,
) -> rusqlite::Result<Option<Identity>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE provider = ?1 AND subject = ?2"))?
        .query_row([provider, subject], read)
        .optional()
}

pub(super) fn of_user(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<Identity>> {
    connection
        .prepare_cached(&format!("{SELECT} WHERE user_id = ?1 ORDER BY provider"))?
        .query_map([user.to_i64()], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Identity> {
    Ok(Identity {
        provider: row.get(0)?,
        subject: row.get(1)?,
        user: UserId::from_i64(row.get(2)?),
        created_at: read_time(row, 3)?,
        updated_at: read_time(row, 4)?,
    })
}
