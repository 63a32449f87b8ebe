//! What profiles do not want to be suggested.

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, ToSql, params};

use super::erase::is_erased;
use super::rows::stamp;
use crate::adapters::sqlite::db::store_error;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{HiddenTitle, Mute, MutedSource, WatchError};

pub(super) const SELECT_HIDDEN: &str =
    "SELECT profile, title, revision, created_at, updated_at FROM hidden_titles";

pub(super) fn read_hidden(row: &Row<'_>) -> Result<HiddenTitle> {
    Ok(HiddenTitle {
        profile: ProfileId::from_i64(row.get(0)?),
        title: TitleId::from_i64(row.get(1)?),
        stamp: stamp(row, 2)?,
    })
}

/// Hides a title, unless it is hidden or `most` others are.
pub(super) fn hide(
    connection: &Connection,
    hidden: &HiddenTitle,
    most: u64,
) -> std::result::Result<(), WatchError> {
    let profile = hidden.profile.to_i64();
    refuse_erased(connection, hidden.profile)?;
    let key = params![profile, hidden.title.to_i64()];
    let is_hidden = "SELECT 1 FROM hidden_titles WHERE profile = ?1 AND title = ?2";
    if exists(connection, is_hidden, key).map_err(store_error)? {
        return Ok(());
    }
    let count = "SELECT count(*) FROM hidden_titles WHERE profile = ?1";
    if number(connection, count, profile).map_err(store_error)? >= most {
        return Err(WatchError::TooManyHidden { most });
    }
    connection
        .prepare_cached("INSERT INTO hidden_titles VALUES (?1, ?2, ?3, ?4, ?5)")
        .and_then(|mut insert| {
            insert.execute(params![
                profile,
                hidden.title.to_i64(),
                hidden.stamp.revision.cast_signed(),
                hidden.stamp.created_at.timestamp_millis(),
                hidden.stamp.updated_at.timestamp_millis(),
            ])
        })
        .map_err(store_error)?;
    Ok(())
}

pub(super) fn unhide(connection: &Connection, profile: ProfileId, title: TitleId) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM hidden_titles WHERE profile = ?1 AND title = ?2")?
        .execute([profile.to_i64(), title.to_i64()])
        .map(drop)
}

/// Which titles of a JSON array of ids a profile has played, rates or hides.
pub(super) fn passed_over(
    connection: &Connection,
    profile: ProfileId,
    titles: &str,
) -> Result<Vec<TitleId>> {
    connection
        .prepare_cached(
            "SELECT title FROM watched_titles
             WHERE profile = ?1 AND title IN (SELECT value FROM json_each(?2))
                AND (plays > 0 OR liked IS NOT NULL)
             UNION
             SELECT title FROM hidden_titles
             WHERE profile = ?1 AND title IN (SELECT value FROM json_each(?2))",
        )?
        .query_map(params![profile.to_i64(), titles], |row| {
            Ok(TitleId::from_i64(row.get(0)?))
        })?
        .collect()
}

/// Mutes a genre or a person, unless it is muted or `most` others are.
pub(super) fn put_mute(
    connection: &Connection,
    mute: &Mute,
    most: u64,
) -> std::result::Result<(), WatchError> {
    let profile = mute.profile.to_i64();
    let (kind, source) = mute.source.key();
    refuse_erased(connection, mute.profile)?;
    let key = params![profile, kind, source];
    let is_muted = "SELECT 1 FROM mutes WHERE profile = ?1 AND kind = ?2 AND source = ?3";
    if exists(connection, is_muted, key).map_err(store_error)? {
        return Ok(());
    }
    let count = "SELECT count(*) FROM mutes WHERE profile = ?1";
    if number(connection, count, profile).map_err(store_error)? >= most {
        return Err(WatchError::TooManyMutes { most });
    }
    connection
        .prepare_cached("INSERT INTO mutes VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .and_then(|mut insert| {
            insert.execute(params![
                profile,
                kind,
                source,
                mute.stamp.revision.cast_signed(),
                mute.stamp.created_at.timestamp_millis(),
                mute.stamp.updated_at.timestamp_millis(),
            ])
        })
        .map_err(store_error)?;
    Ok(())
}

pub(super) fn remove_mute(
    connection: &Connection,
    profile: ProfileId,
    source: MutedSource,
) -> Result<()> {
    let (kind, source) = source.key();
    connection
        .prepare_cached("DELETE FROM mutes WHERE profile = ?1 AND kind = ?2 AND source = ?3")?
        .execute(params![profile.to_i64(), kind, source])
        .map(drop)
}

/// What a profile mutes, by source.
pub(super) fn mutes(connection: &Connection, profile: ProfileId) -> Result<Vec<Mute>> {
    connection
        .prepare_cached(
            "SELECT profile, kind, source, revision, created_at, updated_at FROM mutes
             WHERE profile = ?1 ORDER BY kind, source",
        )?
        .query_map([profile.to_i64()], |row| {
            let kind = row.get_ref(1)?.as_str()?;
            let source = MutedSource::from_key(kind, row.get(2)?).ok_or_else(|| {
                Error::FromSqlConversionFailure(1, Type::Text, Box::new(FromSqlError::InvalidType))
            })?;
            Ok(Mute {
                profile: ProfileId::from_i64(row.get(0)?),
                source,
                stamp: stamp(row, 3)?,
            })
        })?
        .collect()
}

fn refuse_erased(
    connection: &Connection,
    profile: ProfileId,
) -> std::result::Result<(), WatchError> {
    if is_erased(connection, profile).map_err(store_error)? {
        return Err(WatchError::ProfileErased);
    }
    Ok(())
}

fn exists(connection: &Connection, sql: &str, key: &[&dyn ToSql]) -> Result<bool> {
    let found = connection
        .prepare_cached(sql)?
        .query_row(key, |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

fn number(connection: &Connection, sql: &str, profile: i64) -> Result<u64> {
    let number: i64 = connection
        .prepare_cached(sql)?
        .query_row([profile], |row| row.get(0))?;
    Ok(number.cast_unsigned())
}
