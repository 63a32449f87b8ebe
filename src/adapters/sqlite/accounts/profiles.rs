//! Profiles as rows of their table, and back.

use rusqlite::Connection;

use crate::adapters::sqlite::columns::{TableRecord, Time, list, read, record, stamp};
use crate::adapters::sqlite::db::store_error;
use crate::adapters::sqlite::statements::{all, execute, insert, update, write_error};
use crate::domain::accounts::{PasswordHash, Profile};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::viewer::HistoryPause;

record! {
    struct ProfileRow in profiles by (id: i64) {
        user_id: Option<i64>,
        key: Option<String>,
        name: String,
        max_age: Option<u8>,
        language: Option<String>,
        pin: Option<String>,
        paused_since: Option<Time>,
        paused_until: Option<Time>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

pub(super) fn add(connection: &Connection, profile: &Profile) -> Result<(), StoreError> {
    insert(connection, &ProfileRow::from(profile))
}

/// Those that are there stay as they are.
pub(super) fn add_new(connection: &Connection, profiles: &[Profile]) -> Result<(), StoreError> {
    let sql = format!("{} ON CONFLICT (id) DO NOTHING", ProfileRow::INSERT);
    let mut insert = connection.prepare_cached(&sql).map_err(store_error)?;
    for profile in profiles {
        let row = ProfileRow::from(profile);
        row.write(&mut insert).map_err(write_error)?;
    }
    Ok(())
}

pub(super) fn put(connection: &Connection, profile: &Profile) -> Result<(), StoreError> {
    update(connection, &ProfileRow::from(profile))
}

pub(super) fn delete(connection: &Connection, id: ProfileId) -> Result<(), StoreError> {
    let sql = "DELETE FROM profiles WHERE id = ?1";
    execute(connection, sql, [id.to_i64()]).map(drop)
}

pub(super) fn by_ids(connection: &Connection, ids: &[ProfileId]) -> rusqlite::Result<Vec<Profile>> {
    let sql = format!(
        "{} WHERE id IN (SELECT value FROM json_each(?1))",
        ProfileRow::SELECT
    );
    let ids = list(ids.iter().map(|id| id.to_i64()));
    all(connection, &sql, [ids], read::<ProfileRow, _>)
}

pub(super) fn of_user(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<Profile>> {
    let sql = format!(
        "{} WHERE user_id = ?1 ORDER BY created_at, id",
        ProfileRow::SELECT
    );
    all(connection, &sql, [user.to_i64()], read::<ProfileRow, _>)
}

pub(super) fn of_users(
    connection: &Connection,
    users: &[UserId],
) -> rusqlite::Result<Vec<Profile>> {
    let sql = format!(
        "{} WHERE user_id IN (SELECT value FROM json_each(?1))",
        ProfileRow::SELECT
    );
    let users = list(users.iter().map(|id| id.to_i64()));
    all(connection, &sql, [users], read::<ProfileRow, _>)
}

impl From<&Profile> for ProfileRow {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_i64(),
            user_id: profile.user.map(UserId::to_i64),
            key: profile.key.clone(),
            name: profile.name.clone(),
            max_age: profile.max_age,
            language: profile.language.clone(),
            pin: profile.pin.as_ref().map(|hash| hash.0.clone()),
            paused_since: profile.pause.map(|pause| Time(pause.since)),
            paused_until: profile.pause.and_then(|pause| pause.until).map(Time),
            revision: profile.stamp.revision.cast_signed(),
            created_at: Time(profile.stamp.created_at),
            updated_at: Time(profile.stamp.updated_at),
        }
    }
}

impl From<ProfileRow> for Profile {
    fn from(row: ProfileRow) -> Self {
        Self {
            id: ProfileId::from_i64(row.id),
            user: row.user_id.map(UserId::from_i64),
            key: row.key,
            name: row.name,
            max_age: row.max_age,
            language: row.language,
            pin: row.pin.map(PasswordHash),
            pause: row.paused_since.map(|since| HistoryPause {
                since: since.0,
                until: row.paused_until.map(|until| until.0),
            }),
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        }
    }
}
