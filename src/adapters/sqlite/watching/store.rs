//! The ports of watching on SQLite. The thread that writes does one update after the other, so no two ever conflict.

use std::collections::BTreeSet;
use std::error::Error;

use async_trait::async_trait;
use rusqlite::{Connection, Params, params_from_iter};

use super::lists::{PLAYS, STATES, WATCHES};
use super::rows::{
    PLAYS_OF_TITLE, PlayRow, STATES_OF_TITLE, StateRow, TitleRow, find_measured, find_play,
    find_state, find_watched_title, plays_of_title, put_measured, put_play, put_state,
    put_watched_title, remove_state, set_back_next_day, states_of_title,
};
use super::{entries, erase, exclusions, lists, title_lists};
use crate::adapters::sqlite::columns::{TableRecord, limit as rows, list as json_list, only, read};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::adapters::sqlite::page::List;
use crate::adapters::sqlite::statements::{all, fill, readable};
use crate::adapters::sqlite::usage::keep_folded;
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::watching::{
    Change, Exclusions, FoldStep, HistoryStore, Ledger, ListedTitle, MeasuredLength, NextDay, Play,
    ProfileList, Rows, TitleList, Touched, WatchError, WatchState, WatchStore, WatchedItem,
    WatchedTitle,
};

/// How many rows are written in one transaction: other writes wait for that long and no longer.
const AT_ONCE: usize = 1000;

/// Who has a title in the history or on a list.
const PROFILES_WITH: &str = "SELECT profile FROM watched_titles INDEXED BY watched_titles_of_title
    WHERE title = ?1 AND profile > ?2
    UNION SELECT profile FROM watchlist INDEXED BY watchlist_of_title WHERE title = ?1 AND profile > ?2
    UNION SELECT profile FROM hidden_titles INDEXED BY hidden_titles_of_title WHERE title = ?1 AND profile > ?2
    ORDER BY profile LIMIT ?3";

/// The watching of all profiles.
#[derive(Clone)]
pub struct SqliteWatching {
    pub(super) db: SqliteDb,
}

impl SqliteWatching {
    /// The watching in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    async fn change(
        &self,
        touched: &[Touched],
        step: Option<FoldStep>,
        change: Change,
    ) -> Result<Ledger, WatchError> {
        let touched = touched.to_vec();
        self.db
            .write(move |connection| {
                let profiles: BTreeSet<_> = touched.iter().map(Touched::profile).collect();
                for profile in profiles {
                    if erase::is_erased(connection, profile).map_err(store_error)? {
                        return Err(WatchError::ProfileErased);
                    }
                }
                if let Some(step) = &step {
                    entries::step(connection, step)?;
                }
                let mut ledger = read_ledger(connection, &touched).map_err(store_error)?;
                change(&mut ledger)?;
                write_ledger(connection, &ledger).map_err(store_error)?;
                if step.is_some() {
                    keep_folded(connection, &ledger.viewings)?;
                }
                Ok(ledger)
            })
            .await
    }

    async fn page<T: Send + 'static>(
        &self,
        list: List<T>,
        window: &Window,
    ) -> Result<Slice<T>, StoreError> {
        let window = window.clone();
        self.db
            .read(move |connection| list.page(connection, &window))
            .await
    }

    /// Up to `limit` watched titles that a condition with these parameters finds, in the order that it says.
    pub(super) async fn watched_titles(
        &self,
        condition: &str,
        parameters: Vec<i64>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let last = parameters.len() + 1;
        let sql = format!(
            "{} {condition} LIMIT ?{last} OFFSET ?{}",
            TitleRow::SELECT,
            last + 1
        );
        self.db
            .read(move |connection| {
                fill(limit, |wanted, seen| {
                    let page = [rows(wanted), rows(seen)];
                    let parameters = params_from_iter(parameters.iter().chain(&page));
                    readable(connection, WATCHES, &sql, parameters, read::<TitleRow, _>)
                })
            })
            .await
    }

    /// The rows with these keys that can be read.
    async fn by_key<R, T, K>(
        &self,
        kind: &'static str,
        condition: &str,
        keys: Vec<K>,
    ) -> Result<Vec<T>, StoreError>
    where
        R: TableRecord,
        K: Params + Send + 'static,
        T: Send + 'static + TryFrom<R, Error: Into<Box<dyn Error + Send + Sync>>>,
    {
        let sql = format!("{} {condition}", R::SELECT);
        self.db
            .read(move |connection| {
                let mut found = Vec::with_capacity(keys.len());
                for key in keys {
                    found.extend(readable(connection, kind, &sql, key, read::<R, T>)?.0);
                }
                Ok(found)
            })
            .await
    }
}

#[async_trait]
impl WatchStore for SqliteWatching {
    async fn update(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError> {
        self.change(touched, None, change).await
    }

    async fn fold(
        &self,
        step: FoldStep,
        touched: &[Touched],
        change: Change,
    ) -> Result<Ledger, WatchError> {
        self.change(touched, Some(step), change).await
    }

    async fn rows(&self, touched: &[Touched]) -> Result<Ledger, StoreError> {
        let touched = touched.to_vec();
        self.db
            .read(move |connection| read_ledger(connection, &touched))
            .await
    }

    async fn set_back_next_day(&self, series: &[TitleId]) -> Result<(), StoreError> {
        for series in series.iter().copied() {
            while self
                .db
                .write(move |connection| {
                    set_back_next_day(connection, series, rows(AT_ONCE)).map_err(store_error)
                })
                .await?
                == AT_ONCE
            {}
        }
        Ok(())
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        erase::erase(&self.db, profile).await
    }
}

#[async_trait]
impl HistoryStore for SqliteWatching {
    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError> {
        let items: BTreeSet<_> = items.iter().copied().collect();
        let keys = items.into_iter().map(|item| {
            let (kind, id) = item.key();
            (profile.to_i64(), kind, id)
        });
        let condition = "WHERE profile = ?1 AND kind = ?2 AND item = ?3";
        self.by_key::<StateRow, _, _>(STATES, condition, keys.collect())
            .await
    }

    async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, StoreError> {
        self.by_key::<StateRow, _, _>(STATES, STATES_OF_TITLE, keys(profile, titles))
            .await
    }

    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let condition = "WHERE profile = ?1 AND title = ?2";
        self.by_key::<TitleRow, _, _>(WATCHES, condition, keys(profile, titles))
            .await
    }

    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError> {
        let ids: BTreeSet<_> = ids.iter().copied().collect();
        let keys = ids
            .into_iter()
            .map(|id| (profile.to_i64(), id.0.into_bytes()));
        let condition = "WHERE profile = ?1 AND id = ?2";
        self.by_key::<PlayRow, _, _>(PLAYS, condition, keys.collect())
            .await
    }

    async fn plays_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<Play>, StoreError> {
        let keys = keys(profile, titles);
        let mut plays = Vec::new();
        for part in PLAYS_OF_TITLE {
            let part = self.by_key::<PlayRow, _, _>(PLAYS, part, keys.clone());
            plays.extend(part.await?);
        }
        Ok(plays)
    }

    async fn history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, StoreError> {
        self.page(lists::history(profile, title), window).await
    }

    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError> {
        self.page(lists::in_progress(profile), window).await
    }

    async fn series_to_go_on_with(
        &self,
        profile: ProfileId,
        day: NextDay,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError> {
        self.page(lists::series_to_go_on_with(profile, day), window)
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
        self.watched_titles(
            "WHERE (profile, title) > (?1, ?2) ORDER BY profile, title",
            vec![profile, title],
            limit,
        )
        .await
    }

    async fn profiles_with(
        &self,
        title: TitleId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        let after = after.map_or(i64::MIN, ProfileId::to_i64);
        let key = (title.to_i64(), after, rows(limit));
        self.db
            .read(move |connection| {
                all(connection, PROFILES_WITH, key, |row| {
                    only(row).map(ProfileId::from_i64)
                })
            })
            .await
    }

    async fn listed_titles(
        &self,
        profile: ProfileId,
        list: TitleList,
        window: &Window,
    ) -> Result<Slice<ListedTitle>, StoreError> {
        self.page(title_lists::listed_titles(profile, list), window)
            .await
    }

    async fn listed_among(
        &self,
        profile: ProfileId,
        list: TitleList,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        let titles = json_list(titles.iter().map(|title| title.to_i64()));
        self.db
            .read(move |connection| title_lists::listed_among(connection, profile, list, &titles))
            .await
    }

    async fn measured_lengths(
        &self,
        items: &[WatchedItem],
    ) -> Result<Vec<MeasuredLength>, StoreError> {
        let items: BTreeSet<_> = items.iter().copied().collect();
        self.db
            .read(move |connection| {
                items
                    .into_iter()
                    .filter_map(|item| find_measured(connection, item).transpose())
                    .collect()
            })
            .await
    }

    async fn count_by_title(
        &self,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.db
            .read(move |connection| lists::count_by_title(connection, profile, list))
            .await
    }

    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        let titles = json_list(titles.iter().map(|title| title.to_i64()));
        self.db
            .read(move |connection| exclusions::passed_over(connection, profile, &titles))
            .await
    }

    async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
        self.db
            .read(move |connection| exclusions::exclusions(connection, profile))
            .await
    }

    async fn exclusions_with_taste(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
        self.db
            .read(move |connection| exclusions::exclusions_with_taste(connection, profile))
            .await
    }
}

/// The keys of titles of a profile.
fn keys(profile: ProfileId, titles: &[TitleId]) -> Vec<[i64; 2]> {
    let titles: BTreeSet<_> = titles.iter().copied().collect();
    let key = |title: TitleId| [profile.to_i64(), title.to_i64()];
    titles.into_iter().map(key).collect()
}

fn read_ledger(connection: &Connection, touched: &[Touched]) -> rusqlite::Result<Ledger> {
    let plays: BTreeSet<_> = touched.iter().filter_map(Touched::play_key).collect();
    let whole: BTreeSet<_> = touched
        .iter()
        .filter_map(Touched::whole_title_key)
        .collect();
    let states: BTreeSet<_> = touched.iter().filter_map(Touched::state_key).collect();
    let titles: BTreeSet<_> = touched.iter().map(Touched::title_key).collect();
    let lengths: BTreeSet<_> = touched.iter().filter_map(Touched::length_key).collect();
    let mut found = Vec::with_capacity(plays.len());
    for (profile, id) in plays {
        found.extend(find_play(connection, profile, id)?);
    }
    let mut of_items = Vec::with_capacity(states.len());
    for (profile, item) in states {
        of_items.extend(find_state(connection, profile, item)?);
    }
    for (profile, title) in whole {
        found.extend(plays_of_title(connection, profile, title)?);
        of_items.extend(states_of_title(connection, profile, title)?);
    }
    Ok(Ledger::stored(
        Rows::stored(
            found
                .into_iter()
                .map(|play| ((play.profile, play.id), play)),
        ),
        Rows::stored(
            of_items
                .into_iter()
                .map(|state| ((state.profile, state.item), state)),
        ),
        stored(titles, |(profile, title)| {
            find_watched_title(connection, profile, title)
        })?,
        stored(lengths, |item| find_measured(connection, item))?,
    ))
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
    for (profile, item) in ledger.states.removed() {
        remove_state(connection, profile, item)?;
    }
    for state in ledger.states.changed() {
        put_state(connection, state)?;
    }
    for watched_title in ledger.watched_titles.changed() {
        put_watched_title(connection, watched_title)?;
    }
    for measured in ledger.measured.changed() {
        put_measured(connection, measured)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tables of this feature were before a thumb had a time.
    const FORMER: &str = include_str!("../schema/watching.sql");

    #[test]
    fn thumbs_of_a_former_version_are_as_old_as_the_latest_watch() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(FORMER).unwrap();
        connection
            .execute_batch(
                "INSERT INTO watched_titles
                     (profile, title, is_series, weight, plays, completions, seconds, first_at, last_at,
                      liked, revision, created_at, updated_at, waiting_since) VALUES
                     (1, 2, 0, 0.5, 1, 1, 60.0, 1000, 5000, 1, 1, 9000, 9000, NULL),
                     (1, 3, 0, 0.5, 1, 1, 60.0, 1000, 5000, NULL, 1, 9000, 9000, 9000);",
            )
            .unwrap();

        for later in [
            include_str!("../schema/feedback.sql"),
            include_str!("../schema/lengths.sql"),
            include_str!("../schema/next_up.sql"),
            include_str!("../schema/told.sql"),
            include_str!("../schema/set_aside.sql"),
            include_str!("../schema/watchlist.sql"),
            include_str!("../schema/moved.sql"),
        ] {
            connection.execute_batch(later).unwrap();
        }

        let said = |title| {
            let watched_title = find_watched_title(&connection, ProfileId(1), TitleId(title));
            let watched_title = watched_title.unwrap().unwrap();
            (
                watched_title.liked,
                watched_title.liked_at.map(|at| at.timestamp_millis()),
            )
        };
        assert_eq!(said(2), (Some(true), Some(5000)));
        assert_eq!(said(3), (None, None));
    }
}
