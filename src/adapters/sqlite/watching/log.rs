//! The watch log on SQLite. The thread that writes commits all that waits at once.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::store::SqliteWatching;
use super::{entries, erase};
use crate::adapters::sqlite::columns::{Record, Time, limit as rows, record};
use crate::adapters::sqlite::db::store_error;
use crate::adapters::sqlite::statements::{all, exists, write};
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::{Appended, Batch, Entry, Stream, Tail, WatchLog};

/// How many entries go at once.
const TRIMMED: usize = 1000;

record! {
    struct StreamRow {
        id: [u8; 16],
        folded: i64,
        updated_at: Time,
    }
}

record! {
    struct PlaceRow {
        number: i64,
        profile: Option<i64>,
    }
}

#[async_trait]
impl WatchLog for SqliteWatching {
    async fn append(&self, batch: &Batch) -> Result<Vec<Appended>, StoreError> {
        let batch = batch.clone();
        self.db
            .write(move |connection| {
                let entries = batch.entries.iter();
                entries
                    .map(|entry| entries::append(connection, &batch, entry))
                    .collect()
            })
            .await
    }

    async fn tails(&self, profiles: &[ProfileId]) -> Result<Vec<Tail>, StoreError> {
        let profiles = profiles.to_vec();
        let read = self.db.read(move |connection| {
            let tail = |profile: &ProfileId| {
                let is_erased = erase::is_erased(connection, *profile)?;
                entries::tail(connection, *profile, is_erased)
            };
            profiles
                .iter()
                .map(tail)
                .collect::<rusqlite::Result<Vec<_>>>()
        });
        let tails = read.await?.into_iter().map(|(mut tail, waiting)| {
            if !tail.is_erased {
                let waiting = waiting.into_iter().map(entries::whole);
                tail.waiting = waiting.collect::<Result<_, StoreError>>()?;
            }
            Ok(tail)
        });
        tails.collect()
    }

    async fn newest(&self, profile: ProfileId) -> Result<u64, StoreError> {
        let log = profile.tombstone();
        let newest = self
            .db
            .read(move |connection| entries::newest(connection, &log));
        Ok(newest.await?.cast_unsigned())
    }

    async fn followed(&self, ends: &[(ProfileId, u64)]) -> Result<Vec<ProfileId>, StoreError> {
        let ends = ends.to_vec();
        let read = self.db.read(move |connection| {
            let mut followed = Vec::new();
            for (profile, sequence) in ends {
                if entries::is_taken_at(connection, &profile.tombstone(), sequence + 1)? {
                    followed.push(profile);
                }
            }
            Ok(followed)
        });
        read.await
    }

    async fn streams(&self) -> Result<Vec<Stream>, StoreError> {
        let sql = "SELECT id, folded, updated_at FROM watch_log_streams";
        let streams = self
            .db
            .read(move |connection| all(connection, sql, (), StreamRow::read));
        let stream = |row: StreamRow| Stream {
            id: Uuid::from_bytes(row.id),
            folded: row.folded.cast_unsigned(),
            noted_at: row.updated_at.0,
        };
        Ok(streams.await?.into_iter().map(stream).collect())
    }

    async fn entries_after(
        &self,
        stream: Uuid,
        number: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Option<ProfileId>)>, StoreError> {
        let sql = "SELECT number, profile FROM watch_log WHERE stream = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
        let parameters = (stream.into_bytes(), number.cast_signed(), rows(limit));
        let places = self
            .db
            .read(move |connection| all(connection, sql, parameters, PlaceRow::read));
        let place = |row: PlaceRow| {
            let profile = row.profile.map(ProfileId::from_i64);
            (row.number.cast_unsigned(), profile)
        };
        Ok(places.await?.into_iter().map(place).collect())
    }

    async fn entries_of(
        &self,
        profile: ProfileId,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let log = profile.tombstone();
        let read = self.db.read(move |connection| {
            entries::after(connection, &log, sequence.cast_signed(), rows(limit))
        });
        read.await?.into_iter().map(entries::whole).collect()
    }

    async fn profiles_in_log(
        &self,
        after: Option<ProfileId>,
    ) -> Result<Vec<ProfileId>, StoreError> {
        let sql = "SELECT DISTINCT log, profile FROM watch_log
             WHERE log > ?1 AND profile IS NOT NULL ORDER BY log LIMIT ?2";
        let after = after.map(ProfileId::tombstone).unwrap_or_default();
        let profile = |row: &rusqlite::Row<'_>| row.get("profile").map(ProfileId::from_i64);
        self.db
            .read(move |connection| all(connection, sql, (after, rows(TRIMMED)), profile))
            .await
    }

    async fn note_folded(&self, stream: Uuid, number: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO watch_log_streams (id, folded) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET folded = max(folded, excluded.folded), updated_at = excluded.updated_at";
        let parameters = (stream.into_bytes(), number.cast_signed());
        self.db
            .write(move |connection| {
                write(connection, sql, parameters)
                    .map(drop)
                    .map_err(store_error)
            })
            .await
    }

    async fn trim(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let before = before.timestamp_millis();
        self.db
            .write(move |connection| trim(connection, before).map_err(store_error))
            .await
    }
}

fn trim(connection: &rusqlite::Connection, before: i64) -> rusqlite::Result<u64> {
    let sql = "SELECT id, folded, updated_at FROM watch_log_streams";
    for stream in all(connection, sql, (), StreamRow::read)? {
        // The oldest of the stream alone are looked at, and what waits is not removed whatever was noted.
        let sql = "DELETE FROM watch_log WHERE (log, sequence) IN
             (SELECT oldest.log, oldest.sequence
              FROM (SELECT log, sequence, profile, at FROM watch_log
                    WHERE stream = ?1 AND number <= ?2 ORDER BY number LIMIT ?4) AS oldest
              LEFT JOIN watch_log_folds AS fold ON fold.log = oldest.log
              WHERE oldest.at < ?3 AND (oldest.profile IS NULL OR oldest.sequence <= fold.folded))";
        let parameters = (stream.id, stream.folded, before, rows(TRIMMED));
        let removed = write(connection, sql, parameters)?;
        if removed > 0 {
            return Ok(removed as u64);
        }
        let any = "SELECT 1 FROM watch_log WHERE stream = ?1";
        if stream.updated_at.0.timestamp_millis() < before && !exists(connection, any, [stream.id])?
        {
            write(
                connection,
                "DELETE FROM watch_log_streams WHERE id = ?1",
                [stream.id],
            )?;
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use rusqlite::Connection;

    use super::*;
    use crate::adapters::memory::TokioTasks;
    use crate::adapters::sqlite::db::SqliteDb;
    use crate::domain::clock::SystemClock;
    use crate::domain::ids::{EpisodeId, TitleId};
    use crate::domain::watching::{
        Cause, Draft, HistoryStore, LogPorts, LogRecorder, Recorder, Said, Settling, Teller,
        WatchError, WatchRules, WatchedItem,
    };

    /// So many that an entry, and what is folded of it, takes pages of its own.
    const ITEMS: u64 = 300;

    fn items() -> Vec<WatchedItem> {
        let ids = (1..=ITEMS).map(EpisodeId);
        ids.map(WatchedItem::Episode).collect()
    }

    fn watched(profile: ProfileId) -> Draft {
        Draft {
            profile,
            cause: Cause::Tell {
                title: TitleId(1),
                items: items(),
                said: Said::Watched { at: None },
                by: Teller::Viewer,
                going_on: Vec::new(),
            },
            may_begin: true,
        }
    }

    fn server(store: &Arc<SqliteWatching>) -> LogRecorder {
        LogRecorder::new(LogPorts {
            log: store.clone(),
            store: store.clone(),
            rules: WatchRules::default(),
            clock: Arc::new(SystemClock),
            tasks: Arc::new(TokioTasks),
            keep: TimeDelta::days(30),
        })
    }

    /// Lets the file grow to so many pages, or no more if it has these.
    async fn limit(store: &SqliteWatching, pages: u32) {
        let limited = store.db.write(move |connection: &Connection| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            connection
                .query_row(&sql, (), |_| Ok(()))
                .map_err(store_error)
        });
        limited.await.unwrap();
    }

    #[tokio::test]
    async fn without_room_nothing_is_acknowledged_and_what_was_is_folded_once_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("small.db")).unwrap();
        let store = Arc::new(SqliteWatching::new(db));
        let here = server(&store);
        let mut last = ProfileId(1);
        here.record(watched(last)).await.unwrap();
        limit(&store, 1).await;

        let full = loop {
            last = ProfileId(last.0 + 1);
            assert!(last.0 < 1000, "the file grows all the same");
            if let Err(error) = here.record(watched(last)).await {
                break error;
            }
        };
        let of_refused = store.newest(last).await.unwrap();
        let unfolded = here.settle_all().await;
        limit(&store, 1_000_000).await;
        // As its player does.
        here.record(watched(last)).await.unwrap();
        here.settle_all().await.unwrap();

        assert!(
            matches!(full, WatchError::Store(StoreError::Full(_))),
            "{full:?}"
        );
        assert_eq!(of_refused, 0, "what was refused is not in the log");
        assert!(matches!(unfolded, Err(StoreError::Full(_))), "{unfolded:?}");
        for profile in (1..=last.0).map(ProfileId) {
            let entries = store.entries_of(profile, 0, 10).await.unwrap();
            let states = store.states(profile, &items()).await.unwrap();
            assert_eq!((entries.len(), states.len()), (1, items().len()));
        }
    }
}
