//! Profiles as rows of their table, and back.

use rusqlite::{Connection, Row, Statement, params};

use super::columns::{json_array, read_stamp, write_error};
use crate::adapters::sqlite::db::store_error;
use crate::domain::accounts::{PasswordHash, Profile};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UserId};

const SELECT: &str = "SELECT id, user_id, key, name, max_age, language, pin, \
    revision, created_at, updated_at FROM profiles";
const INSERT: &str = "INSERT INTO profiles (user_id, key, name, max_age, language, pin, \
    revision, created_at, updated_at, id) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const REPLACE: &str = "UPDATE profiles SET user_id = ?1, key = ?2, name = ?3, max_age = ?4, \
    language = ?5, pin = ?6, revision = ?7, created_at = ?8, updated_at = ?9 \
    WHERE id = ?10 AND revision = ?7 - 1";

pub(super) fn add(connection: &Connection, profile: &Profile) -> Result<(), StoreError> {
    connection
        .prepare_cached(INSERT)
        .and_then(|mut insert| execute(&mut insert, profile))
        .map(drop)
        .map_err(write_error)
}

/// Those that are there stay as they are.
pub(super) fn add_new(connection: &Connection, profiles: &[Profile]) -> Result<(), StoreError> {
    let mut insert = connection
        .prepare_cached(&format!("{INSERT} ON CONFLICT (id) DO NOTHING"))
        .map_err(store_error)?;
    for profile in profiles {
        execute(&mut insert, profile).map_err(write_error)?;
    }
    Ok(())
}

pub(super) fn put(connection: &Connection, profile: &Profile) -> Result<(), StoreError> {
    let replaced = connection
        .prepare_cached(REPLACE)
        .and_then(|mut replace| execute(&mut replace, profile))
        .map_err(write_error)?;
    match replaced {
        0 => Err(StoreError::Conflict),
        _ => Ok(()),
    }
}

fn execute(statement: &mut Statement<'_>, profile: &Profile) -> rusqlite::Result<usize> {
    statement.execute(params![
        profile.user.map(UserId::to_i64),
        profile.key,
        profile.name,
        profile.max_age,
        profile.language,
        profile.pin.as_ref().map(|hash| &hash.0),
        profile.stamp.revision.cast_signed(),
        profile.stamp.created_at.timestamp_millis(),
        profile.stamp.updated_at.timestamp_millis(),
        profile.id.to_i64(),
    ])
}

pub(super) fn delete(connection: &Connection, id: ProfileId) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM profiles WHERE id = ?1")
        .and_then(|mut delete| delete.execute([id.to_i64()]))
        .map(drop)
        .map_err(store_error)
}

pub(super) fn by_ids(connection: &Connection, ids: &[ProfileId]) -> rusqlite::Result<Vec<Profile>> {
    let ids = json_array(ids.iter().map(|id| id.to_i64()));
    connection
        .prepare_cached(&format!(
            "{SELECT} WHERE id IN (SELECT value FROM json_each(?1))"
        ))?
        .query_map([ids], read)?
        .collect()
}

pub(super) fn of_user(connection: &Connection, user: UserId) -> rusqlite::Result<Vec<Profile>> {
    connection
        .prepare_cached(&format!(
            "{SELECT} WHERE user_id = ?1 ORDER BY created_at, id"
        ))?
        .query_map([user.to_i64()], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Profile> {
    Ok(Profile {
        id: ProfileId::from_i64(row.get(0)?),
        user: row.get::<_, Option<i64>>(1)?.map(UserId::from_i64),
        key: row.get(2)?,
        name: row.get(3)?,
        max_age: row.get(4)?,
        language: row.get(5)?,
        pin: row.get::<_, Option<String>>(6)?.map(PasswordHash),
        stamp: read_stamp(row, 7)?,
    })
}
