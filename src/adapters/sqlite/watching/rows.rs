//! Plays, states and watched titles as rows of their tables, and back.

use chrono::{DateTime, NaiveDate};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Result};
use uuid::Uuid;

use crate::adapters::sqlite::columns::{Json, TableRecord, Text, Time, read, record, stamp};
use crate::adapters::sqlite::statements::{all, find, write};
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::watching::{
    MeasuredLength, Moved, NextDay, Play, Section, Sections, Told, WatchState, WatchedItem,
    WatchedTitle,
};

/// The length of a section: two positions, two times, and whether it began with a jump.
const SECTION: usize = 8 + 8 + 8 + 8 + 1;

record! {
    pub(super) struct PlayRow in plays by (profile: i64, id: [u8; 16]) {
        kind: String,
        item: i64,
        title: i64,
        started_at: Time,
        last_at: Time,
        position: f64,
        duration: Option<f64>,
        measured: bool,
        sections: Packed,
        completion: f64,
        completed: bool,
        counts: bool,
        day: Option<Text<NaiveDate>>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    pub(super) struct StateRow in watch_states by (profile: i64, kind: String, item: i64) {
        title: i64,
        position: f64,
        percent: f64,
        watched: bool,
        plays: u32,
        completions: u32,
        seconds: f64,
        last_played_at: Time,
        told: Option<Json<Told>>,
        is_aside: bool,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    pub(super) struct TitleRow in watched_titles by (profile: i64, title: i64) {
        is_series: bool,
        weight: f64,
        plays: u32,
        completions: u32,
        seconds: f64,
        told: u32,
        first_at: Time,
        last_at: Time,
        liked: Option<bool>,
        liked_at: Option<Time>,
        next_day: Option<u32>,
        is_aside: bool,
        moved: Option<Json<Box<Moved>>>,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

record! {
    struct LengthRow in measured_lengths by (kind: String, item: i64) {
        seconds: f64,
        votes: u32,
        revision: i64,
        created_at: Time,
        updated_at: Time,
    }
}

/// The plays of a title: each index has a part of them.
pub(super) const PLAYS_OF_TITLE: [&str; 2] = [
    "INDEXED BY plays_history_of_title WHERE profile = ?1 AND title = ?2 AND kind <> 'series'",
    "INDEXED BY plays_at_whole_series WHERE profile = ?1 AND title = ?2 AND kind = 'series'",
];

/// The states of a title, but for that of a whole series.
pub(super) const STATES_OF_TITLE: &str =
    "INDEXED BY watch_states_of_title WHERE profile = ?1 AND title = ?2 AND kind <> 'series'";

pub(super) fn find_play(
    connection: &Connection,
    profile: ProfileId,
    id: PlayId,
) -> Result<Option<Play>> {
    let sql = format!("{} WHERE profile = ?1 AND id = ?2", PlayRow::SELECT);
    let key = (profile.to_i64(), id.0.into_bytes());
    find(connection, &sql, key, read::<PlayRow, _>)
}

pub(super) fn put_play(connection: &Connection, play: &Play) -> Result<()> {
    let row = PlayRow::from(play);
    write(connection, PlayRow::REPLACE, &*row.parameters()).map(drop)
}

/// All plays of a title, in no order.
pub(super) fn plays_of_title(
    connection: &Connection,
    profile: ProfileId,
    title: TitleId,
) -> Result<Vec<Play>> {
    let mut plays = Vec::new();
    for part in PLAYS_OF_TITLE {
        let sql = format!("{} {part}", PlayRow::SELECT);
        let key = [profile.to_i64(), title.to_i64()];
        plays.extend(all(connection, &sql, key, read::<PlayRow, Play>)?);
    }
    Ok(plays)
}

pub(super) fn find_state(
    connection: &Connection,
    profile: ProfileId,
    item: WatchedItem,
) -> Result<Option<WatchState>> {
    let (kind, id) = item.key();
    let sql = format!(
        "{} WHERE profile = ?1 AND kind = ?2 AND item = ?3",
        StateRow::SELECT
    );
    let key = (profile.to_i64(), kind, id);
    find(connection, &sql, key, read::<StateRow, _>)
}

/// How a profile stands with everything of a title.
pub(super) fn states_of_title(
    connection: &Connection,
    profile: ProfileId,
    title: TitleId,
) -> Result<Vec<WatchState>> {
    let sql = format!("{} {STATES_OF_TITLE}", StateRow::SELECT);
    let key = [profile.to_i64(), title.to_i64()];
    all(connection, &sql, key, read::<StateRow, _>)
}

pub(super) fn put_state(connection: &Connection, state: &WatchState) -> Result<()> {
    let row = StateRow::from(state);
    write(connection, StateRow::REPLACE, &*row.parameters()).map(drop)
}

pub(super) fn remove_state(
    connection: &Connection,
    profile: ProfileId,
    item: WatchedItem,
) -> Result<()> {
    let (kind, id) = item.key();
    let sql = "DELETE FROM watch_states WHERE profile = ?1 AND kind = ?2 AND item = ?3";
    write(connection, sql, (profile.to_i64(), kind, id)).map(drop)
}

pub(super) fn find_watched_title(
    connection: &Connection,
    profile: ProfileId,
    title: TitleId,
) -> Result<Option<WatchedTitle>> {
    let sql = format!("{} WHERE profile = ?1 AND title = ?2", TitleRow::SELECT);
    let key = [profile.to_i64(), title.to_i64()];
    find(connection, &sql, key, read::<TitleRow, _>)
}

/// Writes a watched title and marks it as waiting for projection, if it does not wait already.
pub(super) fn put_watched_title(
    connection: &Connection,
    watched_title: &WatchedTitle,
) -> Result<()> {
    let row = TitleRow::from(watched_title);
    write(connection, TitleRow::REPLACE, &*row.parameters())?;
    let sql = "UPDATE watched_titles SET waiting_since = min(coalesce(waiting_since, updated_at), updated_at)
        WHERE profile = ?1 AND title = ?2";
    write(connection, sql, [row.profile, row.title]).map(drop)
}

pub(super) fn find_measured(
    connection: &Connection,
    item: WatchedItem,
) -> Result<Option<MeasuredLength>> {
    let sql = format!("{} WHERE kind = ?1 AND item = ?2", LengthRow::SELECT);
    find(connection, &sql, item.key(), read::<LengthRow, _>)
}

pub(super) fn put_measured(connection: &Connection, measured: &MeasuredLength) -> Result<()> {
    let row = LengthRow::from(measured);
    write(connection, LengthRow::REPLACE, &*row.parameters()).map(drop)
}

/// Notes that there may be an episode to watch next in some of the watched titles of a series that say otherwise, and
/// says in how many.
pub(super) fn set_back_next_day(
    connection: &Connection,
    series: TitleId,
    limit: i64,
) -> Result<usize> {
    let sql = "UPDATE watched_titles SET next_day = 0 WHERE (profile, title) IN (
            SELECT profile, title FROM watched_titles INDEXED BY watched_titles_waiting_for_episodes
            WHERE title = ?1 AND is_series = 1 AND next_day IS NOT 0 LIMIT ?2)";
    write(connection, sql, [series.to_i64(), limit])
}

/// Sections in their bytes: text would not keep every number exactly.
pub(super) struct Packed(Sections);

impl ToSql for Packed {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(pack(&self.0).into())
    }
}

impl FromSql for Packed {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        unpack(value.as_blob()?)
            .map(Self)
            .ok_or(FromSqlError::InvalidType)
    }
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

impl From<&Play> for PlayRow {
    fn from(play: &Play) -> Self {
        let (kind, item) = play.item.key();
        Self {
            profile: play.profile.to_i64(),
            id: play.id.0.into_bytes(),
            kind: kind.to_owned(),
            item,
            title: play.title.to_i64(),
            started_at: Time(play.started_at),
            last_at: Time(play.last_at),
            position: play.position,
            duration: play.duration,
            measured: play.measured,
            sections: Packed(play.sections.clone()),
            completion: play.completion,
            completed: play.completed,
            counts: play.counts,
            day: play.day.map(Text),
            revision: play.stamp.revision.cast_signed(),
            created_at: Time(play.stamp.created_at),
            updated_at: Time(play.stamp.updated_at),
        }
    }
}

impl TryFrom<PlayRow> for Play {
    type Error = String;

    fn try_from(row: PlayRow) -> std::result::Result<Self, String> {
        Ok(Self {
            profile: ProfileId::from_i64(row.profile),
            id: PlayId(Uuid::from_bytes(row.id)),
            item: item(&row.kind, row.item)?,
            title: TitleId::from_i64(row.title),
            started_at: row.started_at.0,
            last_at: row.last_at.0,
            position: row.position,
            duration: row.duration,
            measured: row.measured,
            sections: row.sections.0,
            completion: row.completion,
            completed: row.completed,
            counts: row.counts,
            day: row.day.map(|day| day.0),
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        })
    }
}

impl From<&WatchState> for StateRow {
    fn from(state: &WatchState) -> Self {
        let (kind, item) = state.item.key();
        Self {
            profile: state.profile.to_i64(),
            kind: kind.to_owned(),
            item,
            title: state.title.to_i64(),
            position: state.position,
            percent: state.percent,
            watched: state.watched,
            plays: state.plays,
            completions: state.completions,
            seconds: state.seconds,
            last_played_at: Time(state.last_played_at),
            told: state.told.map(Json),
            is_aside: state.is_aside,
            revision: state.stamp.revision.cast_signed(),
            created_at: Time(state.stamp.created_at),
            updated_at: Time(state.stamp.updated_at),
        }
    }
}

impl TryFrom<StateRow> for WatchState {
    type Error = String;

    fn try_from(row: StateRow) -> std::result::Result<Self, String> {
        Ok(Self {
            profile: ProfileId::from_i64(row.profile),
            item: item(&row.kind, row.item)?,
            title: TitleId::from_i64(row.title),
            position: row.position,
            percent: row.percent,
            watched: row.watched,
            plays: row.plays,
            completions: row.completions,
            seconds: row.seconds,
            last_played_at: row.last_played_at.0,
            told: row.told.map(|told| told.0),
            is_aside: row.is_aside,
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        })
    }
}

impl From<&WatchedTitle> for TitleRow {
    fn from(watched_title: &WatchedTitle) -> Self {
        Self {
            profile: watched_title.profile.to_i64(),
            title: watched_title.title.to_i64(),
            is_series: watched_title.is_series,
            weight: watched_title.weight,
            plays: watched_title.plays,
            completions: watched_title.completions,
            seconds: watched_title.seconds,
            told: watched_title.told,
            first_at: Time(watched_title.first_at),
            last_at: Time(watched_title.last_at),
            liked: watched_title.liked,
            liked_at: watched_title.liked_at.map(Time),
            next_day: watched_title.next_day.map(|day| day.0),
            is_aside: watched_title.is_aside,
            moved: watched_title.moved.clone().map(Json),
            revision: watched_title.stamp.revision.cast_signed(),
            created_at: Time(watched_title.stamp.created_at),
            updated_at: Time(watched_title.stamp.updated_at),
        }
    }
}

impl From<TitleRow> for WatchedTitle {
    fn from(row: TitleRow) -> Self {
        Self {
            profile: ProfileId::from_i64(row.profile),
            title: TitleId::from_i64(row.title),
            is_series: row.is_series,
            weight: row.weight,
            plays: row.plays,
            completions: row.completions,
            seconds: row.seconds,
            told: row.told,
            first_at: row.first_at.0,
            last_at: row.last_at.0,
            liked: row.liked,
            liked_at: row.liked_at.map(|time| time.0),
            next_day: row.next_day.map(NextDay),
            is_aside: row.is_aside,
            moved: row.moved.map(|moved| moved.0),
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        }
    }
}

impl From<&MeasuredLength> for LengthRow {
    fn from(measured: &MeasuredLength) -> Self {
        let (kind, item) = measured.item.key();
        Self {
            kind: kind.to_owned(),
            item,
            seconds: measured.seconds,
            votes: measured.votes,
            revision: measured.stamp.revision.cast_signed(),
            created_at: Time(measured.stamp.created_at),
            updated_at: Time(measured.stamp.updated_at),
        }
    }
}

impl TryFrom<LengthRow> for MeasuredLength {
    type Error = String;

    fn try_from(row: LengthRow) -> std::result::Result<Self, String> {
        Ok(Self {
            item: item(&row.kind, row.item)?,
            seconds: row.seconds,
            votes: row.votes,
            stamp: stamp(row.revision, row.created_at, row.updated_at),
        })
    }
}

fn item(kind: &str, id: i64) -> std::result::Result<WatchedItem, String> {
    WatchedItem::from_key(kind, id).ok_or_else(|| format!("{kind} is no kind of item"))
}
