//! Federated log-ins, stored as rows.

use rusqlite::Connection;

use crate::adapters::sqlite::columns::{TableRecord, Time, read, record};
use crate::adapters::sqlite::statements::{all, execute, find as find_row, insert};
use crate::domain::accounts::{AccountError, Identity, LinkError};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;

record! {
    struct IdentityRow in identities by (provider: String, subject: String) {
        user_id: i64,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, identity: &Identity) -> Result<(), AccountError> {
    match insert(connection, &IdentityRow::from(identity)) {
        Err(StoreError::Conflict) => Err(AccountError::Link(LinkError::Taken)),
        added => Ok(added?),
    }
}

pub(super) fn delete(
    connection: &Connection,
    user: UserId,
    provider: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM identities WHERE user_id = ?1 AND provider = ?2";
    execute(connection, sql, (user.to_i64(), provider)).map(drop)
}

pub(super) fn find(
    connection: &Connection,
    provider: &str,
    subject: &str,
) -> rusqlite::Result<Option<Identity>> {
    let sql = format!(
        "{} WHERE provider = ?1 AND subject = ?2",
        IdentityRow::SELECT
    );
    find_row(
        connection,
        &sql,
        [provider, subject],
        read::<IdentityRow, _>,
    )
}

pub(super) fn of_user(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<Identity>> {
    let sql = format!(
        "{} WHERE user_id = ?1 ORDER BY provider",
        IdentityRow::SELECT
    );
    all(connection, &sql, [user.to_i64()], read::<IdentityRow, _>)
}

impl From<&Identity> for IdentityRow {
    fn from(identity: &Identity) -> Self {
        Self {
            provider: identity.provider.clone(),
            subject: identity.subject.clone(),
            user_id: identity.user.to_i64(),
            created_at: Time(identity.created_at),
            updated_at: Time(identity.updated_at),
        }
    }
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        Self {
            provider: row.provider,
            subject: row.subject,
            user: UserId::from_i64(row.user_id),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}
