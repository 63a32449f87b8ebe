//! What projection reads of the watches on SQLite, and the marks that it takes off.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params_from_iter};

use super::erase;
use super::lists::WATCHES;
use super::rows::TitleRow;
use super::store::SqliteWatching;
use crate::adapters::sqlite::columns::{TableRecord, Time, limit as rows, only, read, record};
use crate::adapters::sqlite::db::store_error;
use crate::adapters::sqlite::statements::{all, exists, fill, readable, write};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::{UnprojectedWatch, WatchSource, last_in_queue};
use crate::domain::watching::WatchedTitle;

/// The tables in which something is recorded of profiles.
const OF_PROFILES: [&str; 6] = [
    "watched_titles",
    "plays",
    "watch_states",
    "hidden_titles",
    "watchlist",
    "mutes",
];

#[async_trait]
impl WatchSource for SqliteWatching {
    async fn unprojected_watches(
        &self,
        since: Option<DateTime<Utc>>,
        limit: usize,
    ) -> Result<Vec<UnprojectedWatch>, StoreError> {
        let (condition, parameters) = match since {
            None => ("waiting_since IS NOT NULL", Vec::new()),
            Some(since) => (
                "waiting_since >= ?1 AND waiting_since < ?2",
                vec![since.timestamp_millis(), last_in_queue().timestamp_millis()],
            ),
        };
        let read_row = |row: &Row<'_>| {
            Ok(UnprojectedWatch {
                watched_title: read::<TitleRow, _>(row)?,
                since: row.get::<_, Time>("waiting_since")?.0,
            })
        };
        let select = TitleRow::SELECT.replacen(" FROM ", ", waiting_since FROM ", 1);
        let last = parameters.len() + 1;
        let sql = format!(
            "{select} WHERE {condition} ORDER BY waiting_since, profile, title LIMIT ?{last} OFFSET ?{}",
            last + 1
        );
        self.db
            .read(move |connection| {
                fill(limit, |wanted, seen| {
                    let page = [rows(wanted), rows(seen)];
                    let parameters = params_from_iter(parameters.iter().chain(&page));
                    readable(connection, WATCHES, &sql, parameters, read_row)
                })
            })
            .await
    }

    async fn mark_watches_projected(
        &self,
        watched_titles: &[(ProfileId, TitleId, u64)],
    ) -> Result<usize, StoreError> {
        let watched_titles = watched_titles.to_vec();
        self.db
            .write(move |connection| {
                mark_projected(connection, &watched_titles).map_err(store_error)
            })
            .await
    }

    async fn watched_titles_since(
        &self,
        since: DateTime<Utc>,
        after: Option<(DateTime<Utc>, ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let (at, profile, title) = match after {
            Some((at, profile, title)) if at >= since => (at, profile.to_i64(), title.to_i64()),
            Some(_) | None => (since, i64::MIN, i64::MIN),
        };
        self.watched_titles(
            "INDEXED BY watched_titles_written WHERE (updated_at, profile, title) > (?1, ?2, ?3)
             ORDER BY updated_at, profile, title",
            vec![at.timestamp_millis(), profile, title],
            limit,
        )
        .await
    }

    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.db
            .read(move |connection| erase::tombstones_after(connection, after, rows(limit)))
            .await
    }

    async fn tombstones_since(
        &self,
        after: (DateTime<Utc>, String),
        limit: usize,
    ) -> Result<Vec<(DateTime<Utc>, String)>, StoreError> {
        self.db
            .read(move |connection| erase::tombstones_since(connection, &after, rows(limit)))
            .await
    }

    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError> {
        let tombstones = tombstones.to_vec();
        self.db
            .write(move |connection| {
                erase::put_tombstones(connection, &tombstones).map_err(store_error)
            })
            .await
    }

    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        let after = after.map_or(i64::MIN, ProfileId::to_i64);
        self.db
            .read(move |connection| {
                let parts = OF_PROFILES.map(|table| {
                    format!(
                        "SELECT profile FROM (SELECT DISTINCT profile FROM {table} WHERE profile > ?1
                         ORDER BY profile LIMIT ?2)"
                    )
                });
                let sql = format!("{} ORDER BY profile LIMIT ?2", parts.join(" UNION "));
                let profiles: Vec<i64> = all(connection, &sql, [after, rows(limit)], only)?;
                Ok(profiles.into_iter().map(ProfileId::from_i64).collect())
            })
            .await
    }

    async fn erased(&self, profiles: &[ProfileId]) -> Result<Vec<ProfileId>, StoreError> {
        let profiles = profiles.to_vec();
        self.db
            .read(move |connection| {
                let mut erased = Vec::new();
                for profile in profiles {
                    if erase::is_erased(connection, profile)? {
                        erased.push(profile);
                    }
                }
                Ok(erased)
            })
            .await
    }

    async fn departed_watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
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

    async fn known_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        let sql = "SELECT 1 FROM watched_titles WHERE profile = ?1 AND title = ?2";
        self.those_of(sql, keys).await
    }

    async fn waiting_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        let sql = "SELECT 1 FROM watched_titles WHERE profile = ?1 AND title = ?2 AND waiting_since IS NOT NULL";
        self.those_of(sql, keys).await
    }

    async fn mark_watches_waiting(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys.to_vec();
        self.db
            .write(move |connection| mark_waiting(connection, &keys).map_err(store_error))
            .await
    }

    async fn mark_watches_waiting_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        let limit = rows(limit);
        self.db
            .write(move |connection| {
                let keys = keys_after(connection, after, limit).map_err(store_error)?;
                mark_waiting(connection, &keys).map_err(store_error)
            })
            .await
    }

    async fn mark_departures_waiting(&self) -> Result<(), StoreError> {
        self.db
            .write(|connection| erase::mark_waiting(connection).map_err(store_error))
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

impl SqliteWatching {
    /// The keys for which a query finds anything, by key.
    async fn those_of(
        &self,
        sql: &'static str,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
        let keys: BTreeSet<_> = keys.iter().copied().collect();
        self.db
            .read(move |connection| {
                let mut found = Vec::with_capacity(keys.len());
                for (profile, title) in keys {
                    if exists(connection, sql, [profile.to_i64(), title.to_i64()])? {
                        found.push((profile, title));
                    }
                }
                Ok(found)
            })
            .await
    }
}

fn mark_projected(
    connection: &Connection,
    watched_titles: &[(ProfileId, TitleId, u64)],
) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(
        "UPDATE watched_titles SET waiting_since = NULL WHERE profile = ?1 AND title = ?2 AND revision = ?3",
    )?;
    let mut marked = 0;
    for (profile, title, revision) in watched_titles {
        marked += statement.execute([profile.to_i64(), title.to_i64(), revision.cast_signed()])?;
    }
    Ok(marked)
}

/// Marks watched titles as waiting, behind all that were written. Says which of them there are.
fn mark_waiting(
    connection: &Connection,
    keys: &[(ProfileId, TitleId)],
) -> rusqlite::Result<Vec<(ProfileId, TitleId)>> {
    let sql = "UPDATE watched_titles SET waiting_since = coalesce(waiting_since, ?3)
        WHERE profile = ?1 AND title = ?2";
    let mut known = Vec::with_capacity(keys.len());
    for (profile, title) in keys {
        let row = (profile.to_i64(), title.to_i64(), Time(last_in_queue()));
        if write(connection, sql, row)? > 0 {
            known.push((*profile, *title));
        }
    }
    Ok(known)
}

record! {
    struct Key {
        profile: i64,
        title: i64,
    }
}

/// The keys that follow.
fn keys_after(
    connection: &Connection,
    after: Option<(ProfileId, TitleId)>,
    limit: i64,
) -> rusqlite::Result<Vec<(ProfileId, TitleId)>> {
    let (profile, title) = after.map_or((i64::MIN, i64::MIN), |(profile, title)| {
        (profile.to_i64(), title.to_i64())
    });
    let sql = "SELECT profile, title FROM watched_titles WHERE (profile, title) > (?1, ?2)
        ORDER BY profile, title LIMIT ?3";
    all(connection, sql, [profile, title, limit], read::<Key, _>)
}

impl From<Key> for (ProfileId, TitleId) {
    fn from(key: Key) -> Self {
        (
            ProfileId::from_i64(key.profile),
            TitleId::from_i64(key.title),
        )
    }
}
