//! Lists of one profile, page by page along their indexes.

use rusqlite::Row;
use rusqlite::types::Value;
use uuid::Uuid;

use super::rows::{SELECT_PLAYS, SELECT_STATES, SELECT_TITLES, read_play, read_state, read_title};
use super::wishes::{SELECT_HIDDEN, read_hidden};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Direction, KeyValue, Window};
use crate::domain::watching::{HiddenTitle, Play, WatchState, WatchedTitle};

/// A list of one profile by a time, the latest first, then by an id, ascending.
pub(super) struct List<T> {
    select: &'static str,
    table: &'static str,
    /// The index that runs in the list's order.
    index: &'static str,
    /// The index that it is counted along; left alone, `SQLite` counts along the table itself.
    by_title: &'static str,
    /// What is listed; its parameters begin at `?1`.
    condition: &'static str,
    pub(super) scope: Vec<Value>,
    time: &'static str,
    id: &'static str,
    pub(super) read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

impl List<Play> {
    pub(super) fn history(profile: ProfileId, title: Option<TitleId>) -> Self {
        let mut scope = vec![Value::Integer(profile.to_i64())];
        scope.extend(title.map(|title| Value::Integer(title.to_i64())));
        let (index, condition) = match title {
            Some(_) => (
                "plays_history_of_title",
                "profile = ?1 AND title = ?2 AND kind <> 'series'",
            ),
            None => ("plays_history", "profile = ?1 AND kind <> 'series'"),
        };
        Self {
            select: SELECT_PLAYS,
            table: "plays",
            index,
            by_title: "plays_history_of_title",
            condition,
            scope,
            time: "started_at",
            id: "id",
            read: read_play,
        }
    }
}

impl List<WatchState> {
    pub(super) fn in_progress(profile: ProfileId) -> Self {
        Self {
            select: SELECT_STATES,
            table: "watch_states",
            index: "watch_states_in_progress",
            by_title: "watch_states_in_progress",
            condition: "profile = ?1 AND position > 0 AND kind <> 'series'",
            scope: vec![Value::Integer(profile.to_i64())],
            time: "last_played_at",
            id: "item",
            read: read_state,
        }
    }
}

impl List<WatchedTitle> {
    pub(super) fn watched_series(profile: ProfileId) -> Self {
        Self {
            select: SELECT_TITLES,
            table: "watched_titles",
            index: "watched_titles_series",
            by_title: "watched_titles_series",
            condition: "profile = ?1 AND is_series = 1 AND plays > 0",
            scope: vec![Value::Integer(profile.to_i64())],
            time: "last_at",
            id: "title",
            read: read_title,
        }
    }
}

impl List<HiddenTitle> {
    pub(super) fn hidden_titles(profile: ProfileId) -> Self {
        Self {
            select: SELECT_HIDDEN,
            table: "hidden_titles",
            index: "hidden_titles_latest",
            by_title: "hidden_titles_latest",
            condition: "profile = ?1",
            scope: vec![Value::Integer(profile.to_i64())],
            time: "created_at",
            id: "title",
            read: read_hidden,
        }
    }
}

impl<T> List<T> {
    /// A statement for one row more than the window wants, and its parameters.
    pub(super) fn statement(&self, window: &Window) -> Result<(String, Vec<Value>), StoreError> {
        let Self {
            select,
            index,
            condition,
            time,
            id,
            ..
        } = self;
        let (on, by_time, after, by_id) = match window.direction {
            Direction::Forward => ("<", "DESC", ">", "ASC"),
            Direction::Backward => (">", "ASC", "<", "DESC"),
        };
        let mut parameters = self.scope.clone();
        let mut start = String::new();
        if let Some(keyset) = &window.start {
            let (n, m) = (parameters.len() + 1, parameters.len() + 2);
            start = format!(" AND {time} {on}= ?{n} AND ({time} {on} ?{n} OR {id} {after} ?{m})");
            parameters.push(key_value(&keyset.value)?);
            parameters.push(key_value(&keyset.id)?);
        }
        parameters.push(Value::Integer(rows(window.limit + 1)));
        let limit = parameters.len();
        let sql = format!(
            "{select} INDEXED BY {index} WHERE {condition}{start} ORDER BY {time} {by_time}, {id} {by_id} LIMIT ?{limit}"
        );
        Ok((sql, parameters))
    }

    /// A statement for the number of rows of each title.
    pub(super) fn count_statement(&self) -> String {
        format!(
            "SELECT title, count(*) AS rows FROM {} INDEXED BY {} WHERE {} GROUP BY title ORDER BY title",
            self.table, self.by_title, self.condition
        )
    }
}

/// A part of a place in a list as the tables have it: the only texts are the names of sittings.
fn key_value(value: &KeyValue) -> Result<Value, StoreError> {
    match value {
        KeyValue::Number(number) => Ok(Value::Integer(*number)),
        KeyValue::Text(name) => {
            let name = Uuid::parse_str(name).map_err(StoreError::failed)?;
            Ok(Value::Blob(name.into_bytes().to_vec()))
        }
    }
}

/// A limit as SQL has it.
pub(super) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
