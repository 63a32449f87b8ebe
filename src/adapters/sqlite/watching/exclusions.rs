//! Exclusions: mutes, and what is not to be suggested.

use rusqlite::{Connection, Result};

use super::entries;
use super::erase::is_erased;
use crate::adapters::sqlite::columns::{TableRecord, Time, only, read, record, stamp, unsigned};
use crate::adapters::sqlite::db::store_error;
use crate::adapters::sqlite::statements::{all, exists, insert, one, readable, write};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{Exclusions, MOST_READ, Mute, MutedSource, Tasted, WatchError};

record! {
    struct MuteRow in mutes by (profile: i64, kind: String, source: i64) {
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    struct TastedRow {
        title: i64,
        weight: f64,
        plays: u32,
        completions: u32,
        last_at: Time,
        liked: Option<bool>,
        revision: i64,
    }
}

/// Which titles of a JSON array of ids a profile has played, rates or hides.
pub(super) fn passed_over(
    connection: &Connection,
    profile: ProfileId,
    titles: &str,
) -> Result<Vec<TitleId>> {
    let sql = "SELECT title FROM watched_titles
        WHERE profile = ?1 AND title IN (SELECT value FROM json_each(?2))
            AND (plays > 0 OR told > 0 OR liked IS NOT NULL)
        UNION
        SELECT title FROM hidden_titles
        WHERE profile = ?1 AND title IN (SELECT value FROM json_each(?2))";
    all(connection, sql, (profile.to_i64(), titles), |row| {
        only(row).map(TitleId::from_i64)
    })
}

/// All that is not to be suggested to a profile.
pub(super) fn exclusions(connection: &Connection, profile: ProfileId) -> Result<Exclusions> {
    read_together(connection, profile, |_, _| Ok(Vec::new()))
}

/// The same, with what is tasted.
pub(super) fn exclusions_with_taste(
    connection: &Connection,
    profile: ProfileId,
) -> Result<Exclusions> {
    read_together(connection, profile, tasted)
}

/// What is not to be suggested, with what `taste` reads of what was watched. One comes after the other, in this order.
fn read_together(
    connection: &Connection,
    profile: ProfileId,
    taste: fn(&Connection, ProfileId) -> Result<Vec<Tasted>>,
) -> Result<Exclusions> {
    let log = profile.tombstone();
    let folded = entries::folded(connection, &log)?.cast_unsigned();
    let sql = "SELECT title FROM watched_titles
        WHERE profile = ?1 AND (plays > 0 OR told > 0 OR liked IS NOT NULL)
        UNION
        SELECT title FROM hidden_titles WHERE profile = ?1
        LIMIT ?2";
    let titles = all(connection, sql, (profile.to_i64(), one_more()), |row| {
        only(row).map(TitleId::from_i64)
    })?;
    let tasted = taste(connection, profile)?;
    let muted = mutes(connection, profile)?;
    Ok(Exclusions {
        is_whole: titles.len() <= MOST_READ,
        titles,
        tasted,
        muted: muted.into_iter().map(|mute| mute.source).collect(),
        folded,
        newest: entries::newest(connection, &log)?.cast_unsigned(),
    })
}

/// What the titles that a profile has watched say of its taste.
fn tasted(connection: &Connection, profile: ProfileId) -> Result<Vec<Tasted>> {
    let sql = "SELECT title, weight, plays, completions, last_at, liked, revision
        FROM watched_titles
        WHERE profile = ?1 AND (plays > 0 OR told > 0 OR liked IS NOT NULL)
        LIMIT ?2";
    let of_profile = (profile.to_i64(), one_more());
    let read = read::<TastedRow, Tasted>;
    let (found, _) = readable(connection, "watched_titles", sql, of_profile, read)?;
    Ok(found)
}

/// One more than may be read, so that it is seen that there are more.
fn one_more() -> i64 {
    i64::try_from(MOST_READ + 1).unwrap_or(i64::MAX)
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
    let key = (profile, kind, source);
    let is_muted = "SELECT 1 FROM mutes WHERE profile = ?1 AND kind = ?2 AND source = ?3";
    if exists(connection, is_muted, key).map_err(store_error)? {
        return Ok(());
    }
    let count = "SELECT count(*) FROM mutes WHERE profile = ?1";
    if one(connection, count, [profile], unsigned).map_err(store_error)? >= most {
        return Err(WatchError::TooManyMutes { most });
    }
    Ok(insert(connection, &MuteRow::from(mute))?)
}

pub(super) fn remove_mute(
    connection: &Connection,
    profile: ProfileId,
    source: MutedSource,
) -> Result<()> {
    let (kind, source) = source.key();
    let sql = "DELETE FROM mutes WHERE profile = ?1 AND kind = ?2 AND source = ?3";
    write(connection, sql, (profile.to_i64(), kind, source)).map(drop)
}

/// What a profile mutes, by source.
pub(super) fn mutes(connection: &Connection, profile: ProfileId) -> Result<Vec<Mute>> {
    let sql = format!(
        "{} WHERE profile = ?1 ORDER BY kind, source",
        MuteRow::SELECT
    );
    all(connection, &sql, [profile.to_i64()], read::<MuteRow, _>)
}

/// [`WatchError::ProfileErased`] if nothing of a profile may be recorded.
pub(super) fn refuse_erased(
    connection: &Connection,
    profile: ProfileId,
) -> std::result::Result<(), WatchError> {
    if is_erased(connection, profile).map_err(store_error)? {
        return Err(WatchError::ProfileErased);
    }
    Ok(())
}

impl From<TastedRow> for Tasted {
    fn from(row: TastedRow) -> Self {
        Self {
            title: TitleId::from_i64(row.title),
            weight: row.weight,
            plays: row.plays,
            completions: row.completions,
            last_at: row.last_at.0,
            liked: row.liked,
            revision: row.revision.cast_unsigned(),
        }
    }
}

impl From<&Mute> for MuteRow {
    fn from(mute: &Mute) -> Self {
        let (kind, source) = mute.source.key();
        Self {
            profile: mute.profile.to_i64(),
            kind: kind.to_owned(),
            source,
            revision: mute.stamp.revision.cast_signed(),
            created_at: Time(mute.stamp.created_at),
            updated_at: Time(mute.stamp.updated_at),
        }
    }
}

impl TryFrom<MuteRow> for Mute {
    type Error = String;

    fn try_from(row: MuteRow) -> std::result::Result<Self, String> {
        let source = MutedSource::from_key(&row.kind, row.source);
        Ok(Self {
            profile: ProfileId::from_i64(row.profile),
            source: source.ok_or_else(|| format!("{} is no kind of source", row.kind))?,
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        })
    }
}
