//! Sittings, states and sums as rows of their tables, and back.

use chrono::{DateTime, Utc};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};
use uuid::Uuid;

use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::stamp::Stamp;
use crate::domain::watching::{Play, Section, Sections, WatchState, WatchedItem, WatchedTitle};

/// The length of a section: two positions, two times, and whether it began with a jump.
const SECTION: usize = 8 + 8 + 8 + 8 + 1;

pub(super) const SELECT_PLAYS: &str = "SELECT profile, id, kind, item, title, started_at, last_at, position, duration, sections, completion, completed, counts, revision, created_at, updated_at FROM plays";

pub(super) fn find_play(
    connection: &Connection,
    profile: ProfileId,
    id: PlayId,
) -> Result<Option<Play>> {
    connection
        .prepare_cached(&format!("{SELECT_PLAYS} WHERE profile = ?1 AND id = ?2"))?
        .query_row(params![profile.to_i64(), id.0.as_bytes()], read_play)
        .optional()
}

pub(super) fn put_play(connection: &Connection, play: &Play) -> Result<()> {
    let (kind, item) = play.item.key();
    connection
        .prepare_cached(
            "REPLACE INTO plays VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            play.profile.to_i64(),
            play.id.0.as_bytes(),
            kind,
            item,
            play.title.to_i64(),
            play.started_at.timestamp_millis(),
            play.last_at.timestamp_millis(),
            play.position,
            play.duration,
            pack(&play.sections),
            play.completion,
            play.completed,
            play.counts,
            play.stamp.revision.cast_signed(),
            play.stamp.created_at.timestamp_millis(),
            play.stamp.updated_at.timestamp_millis(),
        ])
        .map(drop)
}

pub(super) fn read_play(row: &Row<'_>) -> Result<Play> {
    Ok(Play {
        profile: ProfileId::from_i64(row.get(0)?),
        id: PlayId(Uuid::from_bytes(row.get(1)?)),
        item: item(row, 2)?,
        title: TitleId::from_i64(row.get(4)?),
        started_at: time(row, 5)?,
        last_at: time(row, 6)?,
        position: row.get(7)?,
        duration: row.get(8)?,
        sections: unpack(row.get_ref(9)?.as_blob()?).ok_or_else(|| {
            Error::FromSqlConversionFailure(9, Type::Blob, Box::new(FromSqlError::InvalidType))
        })?,
        completion: row.get(10)?,
        completed: row.get(11)?,
        counts: row.get(12)?,
        stamp: stamp(row, 13)?,
    })
}

/// All sittings at a title, in no order.
pub(super) fn plays_of_title(
    connection: &Connection,
    profile: ProfileId,
    title: TitleId,
) -> Result<Vec<Play>> {
    let mut plays = Vec::new();
    // Each index has a part of them.
    for (index, condition) in [
        ("plays_history_of_title", "kind <> 'series'"),
        ("plays_at_whole_series", "kind = 'series'"),
    ] {
        let sql = format!(
            "{SELECT_PLAYS} INDEXED BY {index} WHERE profile = ?1 AND title = ?2 AND {condition}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        for play in statement.query_map([profile.to_i64(), title.to_i64()], read_play)? {
            plays.push(play?);
        }
    }
    Ok(plays)
}

pub(super) const SELECT_STATES: &str = "SELECT profile, kind, item, title, position, percent, watched, plays, completions, seconds, last_played_at, revision, created_at, updated_at FROM watch_states";

pub(super) fn find_state(
    connection: &Connection,
    profile: ProfileId,
    item: WatchedItem,
) -> Result<Option<WatchState>> {
    let (kind, id) = item.key();
    connection
        .prepare_cached(&format!(
            "{SELECT_STATES} WHERE profile = ?1 AND kind = ?2 AND item = ?3"
        ))?
        .query_row(params![profile.to_i64(), kind, id], read_state)
        .optional()
}

pub(super) fn put_state(connection: &Connection, state: &WatchState) -> Result<()> {
    let (kind, item) = state.item.key();
    connection
        .prepare_cached(
            "REPLACE INTO watch_states VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            state.profile.to_i64(),
            kind,
            item,
            state.title.to_i64(),
            state.position,
            state.percent,
            state.watched,
            state.plays,
            state.completions,
            state.seconds,
            state.last_played_at.timestamp_millis(),
            state.stamp.revision.cast_signed(),
            state.stamp.created_at.timestamp_millis(),
            state.stamp.updated_at.timestamp_millis(),
        ])
        .map(drop)
}

pub(super) fn read_state(row: &Row<'_>) -> Result<WatchState> {
    Ok(WatchState {
        profile: ProfileId::from_i64(row.get(0)?),
        item: item(row, 1)?,
        title: TitleId::from_i64(row.get(3)?),
        position: row.get(4)?,
        percent: row.get(5)?,
        watched: row.get(6)?,
        plays: row.get(7)?,
        completions: row.get(8)?,
        seconds: row.get(9)?,
        last_played_at: time(row, 10)?,
        stamp: stamp(row, 11)?,
    })
}

pub(super) const SELECT_TITLES: &str = "SELECT profile, title, is_series, weight, plays, completions, seconds, first_at, last_at, liked, revision, created_at, updated_at, liked_at FROM watched_titles";

pub(super) fn find_title(
    connection: &Connection,
    profile: ProfileId,
    title: TitleId,
) -> Result<Option<WatchedTitle>> {
    connection
        .prepare_cached(&format!(
            "{SELECT_TITLES} WHERE profile = ?1 AND title = ?2"
        ))?
        .query_row(params![profile.to_i64(), title.to_i64()], read_title)
        .optional()
}

/// Writes a sum and marks it as waiting for projection, if it does not wait already.
pub(super) fn put_title(connection: &Connection, sum: &WatchedTitle) -> Result<()> {
    connection
        .prepare_cached(
            "REPLACE INTO watched_titles VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, coalesce((SELECT waiting_since FROM watched_titles WHERE profile = ?1 AND title = ?2), ?13), ?14)",
        )?
        .execute(params![
            sum.profile.to_i64(),
            sum.title.to_i64(),
            sum.is_series,
            sum.weight,
            sum.plays,
            sum.completions,
            sum.seconds,
            sum.first_at.timestamp_millis(),
            sum.last_at.timestamp_millis(),
            sum.liked,
            sum.stamp.revision.cast_signed(),
            sum.stamp.created_at.timestamp_millis(),
            sum.stamp.updated_at.timestamp_millis(),
            sum.liked_at.map(|at| at.timestamp_millis()),
        ])
        .map(drop)
}

pub(super) fn read_title(row: &Row<'_>) -> Result<WatchedTitle> {
    Ok(WatchedTitle {
        profile: ProfileId::from_i64(row.get(0)?),
        title: TitleId::from_i64(row.get(1)?),
        is_series: row.get(2)?,
        weight: row.get(3)?,
        plays: row.get(4)?,
        completions: row.get(5)?,
        seconds: row.get(6)?,
        first_at: time(row, 7)?,
        last_at: time(row, 8)?,
        liked: row.get(9)?,
        liked_at: row
            .get::<_, Option<i64>>(13)?
            .map(|_| time(row, 13))
            .transpose()?,
        stamp: stamp(row, 10)?,
    })
}

/// The item whose kind and id begin at a column.
fn item(row: &Row<'_>, column: usize) -> Result<WatchedItem> {
    let kind = row.get_ref(column)?.as_str()?;
    WatchedItem::from_key(kind, row.get(column + 1)?).ok_or_else(|| {
        Error::FromSqlConversionFailure(column, Type::Text, Box::new(FromSqlError::InvalidType))
    })
}

/// The stamp whose three columns begin at this one.
pub(super) fn stamp(row: &Row<'_>, column: usize) -> Result<Stamp> {
    Ok(Stamp {
        revision: row.get::<_, i64>(column)?.cast_unsigned(),
        created_at: time(row, column + 1)?,
        updated_at: time(row, column + 2)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> Result<DateTime<Utc>> {
    let milliseconds = row.get(column)?;
    DateTime::from_timestamp_millis(milliseconds)
        .ok_or(Error::IntegralValueOutOfRange(column, milliseconds))
}

fn pack(sections: &Sections) -> Vec<u8> {
    let mut bytes = Vec::new();
    for section in sections.iter() {
        bytes.extend(section.from.to_le_bytes());
        bytes.extend(section.to.to_le_bytes());
        bytes.extend(section.from_at.timestamp_millis().to_le_bytes());
        bytes.extend(section.to_at.timestamp_millis().to_le_bytes());
        bytes.push(u8::from(section.cut));
    }
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Sections> {
    let (sections, rest) = bytes.as_chunks::<SECTION>();
    if !rest.is_empty() {
        return None;
    }
    sections
        .iter()
        .map(|section| {
            let (numbers, _) = section.as_chunks::<8>();
            let time = |bytes| DateTime::from_timestamp_millis(i64::from_le_bytes(bytes));
            Some(Section {
                from: f64::from_le_bytes(numbers[0]),
                to: f64::from_le_bytes(numbers[1]),
                from_at: time(numbers[2])?,
                to_at: time(numbers[3])?,
                cut: section[SECTION - 1] != 0,
            })
        })
        .collect()
}
