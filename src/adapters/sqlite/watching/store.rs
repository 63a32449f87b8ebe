//! The port. The thread that writes does one update after the other, so none meets another.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use uuid::Uuid;

use super::erase;
use super::rows::{
    SELECT_PLAYS, SELECT_STATES, SELECT_TITLES, find_play, find_state, find_title, put_play,
    put_state, put_title, read_play, read_state, read_title,
};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::{Direction, KeyValue, Slice, Window};
use crate::domain::watching::{
    Change, Ledger, Play, Rows, Sitting, WatchError, WatchState, WatchStore, WatchedItem,
    WatchedTitle,
};

/// The watching of all profiles.
#[derive(Clone)]
pub struct SqliteWatching {
    db: SqliteDb,
}

impl SqliteWatching {
    /// The watching in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    /// Reads a page of a list by a time, the latest first, then by an id.
    async fn page<T: Send + 'static>(
        &self,
        list: List<T>,
        window: &Window,
    ) -> Result<Slice<T>, StoreError> {
        let (sql, parameters) = list.statement(window)?;
        let rows = self
            .db
            .read(move |connection| {
                connection
                    .prepare_cached(&sql)?
                    .query_map(params_from_iter(parameters), list.read)?
                    .collect()
            })
            .await?;
        Ok(Slice::from_overfetched(rows, window))
    }

    async fn count<T: Send + 'static>(&self, list: List<T>) -> Result<u64, StoreError> {
        let count: i64 = self
            .db
            .read(move |connection| {
                connection
                    .prepare_cached(&list.count_statement())?
                    .query_row(params_from_iter(list.scope), |row| row.get(0))
            })
            .await?;
        Ok(count.cast_unsigned())
    }
}

#[async_trait]
impl WatchStore for SqliteWatching {
    async fn update(&self, sittings: &[Sitting], change: Change) -> Result<Ledger, WatchError> {
        let sittings = sittings.to_vec();
        self.db
            .write(move |connection| {
                let profiles: BTreeSet<_> =
                    sittings.iter().map(|sitting| sitting.profile).collect();
                for profile in profiles {
                    if erase::is_erased(connection, profile).map_err(store_error)? {
                        return Err(WatchError::ProfileErased);
                    }
                }
                let mut ledger = read_ledger(connection, &sittings).map_err(store_error)?;
                change(&mut ledger)?;
                write_ledger(connection, &ledger).map_err(store_error)?;
                Ok(ledger)
            })
            .await
    }

    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError> {
        let items: BTreeSet<_> = items.iter().copied().collect();
        self.db
            .read(move |connection| {
                items
                    .into_iter()
                    .filter_map(|item| find_state(connection, profile, item).transpose())
                    .collect()
            })
            .await
    }

    async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, StoreError> {
        let titles: BTreeSet<_> = titles.iter().copied().collect();
        self.db
            .read(move |connection| {
                let mut statement = connection.prepare_cached(&format!(
                    "{SELECT_STATES} INDEXED BY watch_states_of_title WHERE profile = ?1 AND title = ?2 AND kind <> 'series'"
                ))?;
                let mut states = Vec::new();
                for title in titles {
                    let key = [profile.to_i64(), title.to_i64()];
                    for state in statement.query_map(key, read_state)? {
                        states.push(state?);
                    }
                }
                Ok(states)
            })
            .await
    }

    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let titles: BTreeSet<_> = titles.iter().copied().collect();
        self.db
            .read(move |connection| {
                titles
                    .into_iter()
                    .filter_map(|title| find_title(connection, profile, title).transpose())
                    .collect()
            })
            .await
    }

    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError> {
        let ids: BTreeSet<_> = ids.iter().copied().collect();
        self.db
            .read(move |connection| {
                ids.into_iter()
                    .filter_map(|id| find_play(connection, profile, id).transpose())
                    .collect()
            })
            .await
    }

    async fn history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, StoreError> {
        self.page(List::history(profile, title), window).await
    }

    async fn count_history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
    ) -> Result<u64, StoreError> {
        self.count(List::history(profile, title)).await
    }

    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError> {
        self.page(List::in_progress(profile), window).await
    }

    async fn count_in_progress(&self, profile: ProfileId) -> Result<u64, StoreError> {
        self.count(List::in_progress(profile)).await
    }

    async fn watched_series(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError> {
        self.page(List::watched_series(profile), window).await
    }

    async fn unprojected_watches(&self, limit: usize) -> Result<Vec<WatchedTitle>, StoreError> {
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&format!(
                        "{SELECT_TITLES} WHERE waiting_since IS NOT NULL ORDER BY waiting_since, profile, title LIMIT ?1"
                    ))?
                    .query_map([rows(limit)], read_title)?
                    .collect()
            })
            .await
    }

    async fn mark_watches_projected(
        &self,
        sums: &[(ProfileId, TitleId, u64)],
    ) -> Result<(), StoreError> {
        let sums = sums.to_vec();
        self.db
            .write(move |connection| mark_projected(connection, &sums).map_err(store_error))
            .await
    }

    async fn watched_titles_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let (profile, title) = match after {
            Some((profile, title)) => (profile.to_i64(), title.to_i64()),
            None => (i64::MIN, i64::MIN),
        };
        self.db
            .read(move |connection| {
                connection
                    .prepare_cached(&format!(
                        "{SELECT_TITLES} WHERE (profile, title) > (?1, ?2) ORDER BY profile, title LIMIT ?3"
                    ))?
                    .query_map(params![profile, title, rows(limit)], read_title)?
                    .collect()
            })
            .await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        erase::erase(&self.db, profile).await
    }

    async fn departed_viewers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        let titles = titles.to_vec();
        self.db
            .read(move |connection| erase::departed(connection, &titles))
            .await
    }

    async fn unprojected_departures(
        &self,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.db
            .read(move |connection| erase::unprojected(connection, rows(limit)))
            .await
    }

    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        let titles = titles.to_vec();
        self.db
            .write(move |connection| {
                erase::mark_projected(connection, &titles).map_err(store_error)
            })
            .await
    }
}

/// A list of one profile by a time, the latest first, then by an id, ascending.
struct List<T> {
    select: &'static str,
    table: &'static str,
    /// The index that runs in the list's order. Left alone, `SQLite` counts along the table itself.
    index: &'static str,
    /// What is listed; its parameters begin at `?1`.
    condition: &'static str,
    scope: Vec<Value>,
    time: &'static str,
    id: &'static str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

impl List<Play> {
    fn history(profile: ProfileId, title: Option<TitleId>) -> Self {
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
            condition,
            scope,
            time: "started_at",
            id: "id",
            read: read_play,
        }
    }
}

impl List<WatchState> {
    fn in_progress(profile: ProfileId) -> Self {
        Self {
            select: SELECT_STATES,
            table: "watch_states",
            index: "watch_states_in_progress",
            condition: "profile = ?1 AND position > 0 AND kind <> 'series'",
            scope: vec![Value::Integer(profile.to_i64())],
            time: "last_played_at",
            id: "item",
            read: read_state,
        }
    }
}

impl List<WatchedTitle> {
    fn watched_series(profile: ProfileId) -> Self {
        Self {
            select: SELECT_TITLES,
            table: "watched_titles",
            index: "watched_titles_series",
            condition: "profile = ?1 AND is_series = 1",
            scope: vec![Value::Integer(profile.to_i64())],
            time: "last_at",
            id: "title",
            read: read_title,
        }
    }
}

impl<T> List<T> {
    /// A statement for one row more than the window wants, and its parameters.
    fn statement(&self, window: &Window) -> Result<(String, Vec<Value>), StoreError> {
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

    fn count_statement(&self) -> String {
        format!(
            "SELECT count(*) FROM {} INDEXED BY {} WHERE {}",
            self.table, self.index, self.condition
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

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn read_ledger(connection: &Connection, sittings: &[Sitting]) -> rusqlite::Result<Ledger> {
    let plays: BTreeSet<_> = sittings.iter().map(Sitting::play_key).collect();
    let states: BTreeSet<_> = sittings.iter().map(Sitting::state_key).collect();
    let titles: BTreeSet<_> = sittings.iter().map(Sitting::title_key).collect();
    Ok(Ledger {
        plays: stored(plays, |(profile, id)| find_play(connection, profile, id))?,
        states: stored(states, |(profile, item)| {
            find_state(connection, profile, item)
        })?,
        titles: stored(titles, |(profile, title)| {
            find_title(connection, profile, title)
        })?,
    })
}

fn stored<K: Copy + Ord, V>(
    keys: BTreeSet<K>,
    find: impl Fn(K) -> rusqlite::Result<Option<V>>,
) -> rusqlite::Result<Rows<K, V>> {
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        found.extend(find(key)?.map(|row| (key, row)));
    }
    Ok(Rows::stored(found))
}

fn write_ledger(connection: &Connection, ledger: &Ledger) -> rusqlite::Result<()> {
    for play in ledger.plays.changed() {
        put_play(connection, play)?;
    }
    for state in ledger.states.changed() {
        put_state(connection, state)?;
    }
    for sum in ledger.titles.changed() {
        put_title(connection, sum)?;
    }
    Ok(())
}

fn mark_projected(
    connection: &Connection,
    sums: &[(ProfileId, TitleId, u64)],
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "UPDATE watched_titles SET waiting_since = NULL WHERE profile = ?1 AND title = ?2 AND revision = ?3",
    )?;
    for (profile, title, revision) in sums {
        statement.execute([profile.to_i64(), title.to_i64(), revision.cast_signed()])?;
    }
    Ok(())
}
