//! Lists of one profile, page by page along their indexes. Without a hint, `SQLite` counts in the tables.

use rusqlite::{Connection, Result};

use super::rows::{PlayRow, StateRow, TitleRow};
use super::title_lists;
use crate::adapters::sqlite::columns::{TableRecord, read};
use crate::adapters::sqlite::page::{List, counted_by_title};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{NextDay, Play, ProfileList, WatchState, WatchedTitle};

/// What rows are called that cannot be read.
pub(super) const PLAYS: &str = "plays";
pub(super) const STATES: &str = "states";
pub(super) const WATCHES: &str = "watches";

pub(super) fn history(profile: ProfileId, title: Option<TitleId>) -> List<Play> {
    let mut scope = vec![profile.to_i64()];
    scope.extend(title.map(TitleId::to_i64));
    let (index, condition) = match title {
        Some(_) => (
            "plays_history_of_title",
            "profile = ?1 AND title = ?2 AND kind <> 'series'",
        ),
        None => ("plays_history", "profile = ?1 AND kind <> 'series'"),
    };
    List {
        kind: Some(PLAYS),
        select: PlayRow::SELECT,
        table: "plays",
        index: Some(index),
        condition,
        scope,
        time: "started_at",
        is_latest_first: true,
        id: "id",
        read: read::<PlayRow, _>,
    }
}

pub(super) fn in_progress(profile: ProfileId) -> List<WatchState> {
    List {
        kind: Some(STATES),
        select: StateRow::SELECT,
        table: "watch_states",
        index: Some("watch_states_in_progress"),
        condition: "profile = ?1 AND position > 0 AND kind <> 'series' AND is_aside = 0",
        scope: vec![profile.to_i64()],
        time: "last_played_at",
        is_latest_first: true,
        id: "item",
        read: read::<StateRow, _>,
    }
}

pub(super) fn series_to_go_on_with(profile: ProfileId, day: NextDay) -> List<WatchedTitle> {
    List {
        kind: Some(WATCHES),
        select: TitleRow::SELECT,
        table: "watched_titles",
        index: Some("watched_titles_to_go_on_with"),
        condition: "profile = ?1 AND is_series = 1 AND plays + told > 0 AND next_day <= ?2 AND is_aside = 0",
        scope: vec![profile.to_i64(), day.0.into()],
        time: "last_at",
        is_latest_first: true,
        id: "title",
        read: read::<TitleRow, _>,
    }
}

/// How many rows of a list are about each title, by title.
pub(super) fn count_by_title(
    connection: &Connection,
    profile: ProfileId,
    list: ProfileList,
) -> Result<Vec<(TitleId, u64)>> {
    match list {
        ProfileList::History(title) => {
            history(profile, title).count_by_title(connection, "plays_history_of_title")
        }
        ProfileList::InProgress => {
            in_progress(profile).count_by_title(connection, "watch_states_in_progress")
        }
        ProfileList::Watched => {
            // Along the key, which begins with the profile.
            let sql = "SELECT title, count(*) AS rows FROM watch_states
                WHERE profile = ?1 AND watched = 1 GROUP BY title ORDER BY title";
            counted_by_title(connection, sql, profile)
        }
        ProfileList::Titles(list) => title_lists::count_by_title(connection, profile, list),
    }
}
