//! The port of usage on SQLite; what each method promises is documented at the port.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, Params, named_params};

use super::commit::Commit;
use super::rows::{CurveRow, DayRow, SittingRow, SumRow};
use super::waiting;
use crate::adapters::sqlite::columns::{TableRecord, Time, limit as rows, read, unsigned};
use crate::adapters::sqlite::db::{SqliteDb, store_error};
use crate::adapters::sqlite::statements::{all, fill, one, readable, write, write_error};
use crate::domain::error::StoreError;
use crate::domain::usage::{
    Counted, Curve, DaySum, Metric, Scope, Sitting, UsageDay, UsageStore, WaitingBatch, day_number,
    pack_viewings,
};
use crate::domain::watching::SittingId;

/// How many sittings are removed in one transaction: other writes wait for that long and no longer.
const AT_ONCE: usize = 1000;
/// What days are called that cannot be read.
const DAYS: &str = "usage_days";

/// The usage in a database.
#[derive(Clone)]
pub struct SqliteUsage {
    db: SqliteDb,
}

impl SqliteUsage {
    /// The usage in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }

    /// The rows with these keys.
    async fn by_key<R, T, K>(&self, condition: &str, keys: Vec<K>) -> Result<Vec<T>, StoreError>
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
                    found.extend(all(connection, &sql, key, read::<R, T>)?);
                }
                Ok(found)
            })
            .await
    }
}

#[async_trait]
impl UsageStore for SqliteUsage {
    async fn keep_waiting(&self, batch: &WaitingBatch) -> Result<(), StoreError> {
        let packed = pack_viewings(&batch.viewings)?;
        let (id, at) = (batch.id, Time(batch.at));
        self.db
            .write(move |connection| {
                waiting::keep(connection, id, at, &packed).map_err(write_error)
            })
            .await
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<WaitingBatch>, StoreError> {
        self.db
            .read(move |connection| waiting::oldest(connection, limit))
            .await
    }

    async fn turn(&self) -> Result<u64, StoreError> {
        self.db
            .read(|connection| one(connection, "SELECT number FROM usage_turn", (), unsigned))
            .await
    }

    async fn sittings(&self, ids: &[SittingId]) -> Result<Vec<Sitting>, StoreError> {
        let keys = ids.iter().map(|id| (id.viewer, id.play));
        let condition = "WHERE viewer = ?1 AND play = ?2";
        self.by_key::<SittingRow, _, _>(condition, keys.collect())
            .await
    }

    async fn days(&self, keys: &[(Scope, NaiveDate)]) -> Result<Vec<UsageDay>, StoreError> {
        let keys = keys.iter().map(|(scope, day)| {
            let (kind, id) = scope.key();
            (kind, id, day_number(*day))
        });
        let condition = "WHERE kind = ?1 AND id = ?2 AND day = ?3";
        self.by_key::<DayRow, _, _>(condition, keys.collect()).await
    }

    async fn curves(&self, items: &[Scope]) -> Result<Vec<Curve>, StoreError> {
        let keys = items.iter().map(|item| item.key());
        let condition = "WHERE kind = ?1 AND id = ?2";
        self.by_key::<CurveRow, _, _>(condition, keys.collect())
            .await
    }

    async fn commit(&self, turn: u64, counted: &Counted) -> Result<bool, StoreError> {
        let commit = Commit::of(turn, counted)?;
        self.db
            .write(move |connection| commit.write(connection).map_err(write_error))
            .await
    }

    async fn days_between(
        &self,
        scope: Scope,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<UsageDay>, StoreError> {
        let sql = format!(
            "{} WHERE kind = ?1 AND id = ?2 AND day BETWEEN ?3 AND ?4 ORDER BY day",
            DayRow::SELECT
        );
        let (kind, id) = scope.key();
        let key = (kind, id, day_number(first), day_number(last));
        self.db
            .read(move |connection| {
                let days = readable(connection, DAYS, &sql, key, read::<DayRow, _>)?;
                Ok(days.0)
            })
            .await
    }

    async fn top_titles(
        &self,
        metric: Metric,
        first: NaiveDate,
        last: NaiveDate,
        limit: usize,
    ) -> Result<Vec<DaySum>, StoreError> {
        let column = match metric {
            Metric::Plays => "plays",
            Metric::Views => "views",
            Metric::WatchSeconds => "seconds",
            Metric::Viewers | Metric::Peak => {
                return Err(StoreError::failed("it cannot be summed by day"));
            }
        };
        let sql = format!(
            "SELECT id, sum(plays) AS plays, sum(views) AS views, sum(seconds) AS seconds
             FROM usage_days INDEXED BY usage_days_in_order
             WHERE day BETWEEN ?1 AND ?2 AND kind = 'title'
             GROUP BY id ORDER BY sum({column}) DESC, id LIMIT ?3"
        );
        let key = (day_number(first), day_number(last), rows(limit));
        self.db
            .read(move |connection| all(connection, &sql, key, read::<SumRow, _>))
            .await
    }

    async fn days_after(
        &self,
        after: Option<(NaiveDate, Scope)>,
        first: NaiveDate,
        last: NaiveDate,
        limit: usize,
    ) -> Result<Vec<UsageDay>, StoreError> {
        self.db
            .read(move |connection| {
                fill(limit, |wanted, seen| {
                    days_after(connection, after, (first, last), (wanted, seen))
                })
            })
            .await
    }

    async fn forget_sittings(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "DELETE FROM usage_sittings WHERE (viewer, play) IN
             (SELECT viewer, play FROM usage_sittings WHERE updated_at < ?1 LIMIT ?2)";
        self.remove(sql, Time(before)).await
    }

    async fn erase_viewer(&self, viewer: [u8; 16]) -> Result<(), StoreError> {
        let sql = "DELETE FROM usage_sittings WHERE (viewer, play) IN
             (SELECT viewer, play FROM usage_sittings WHERE viewer = ?1 LIMIT ?2)";
        while self.remove(sql, viewer).await? > 0 {}
        Ok(())
    }
}

impl SqliteUsage {
    /// Removes some of the sittings that a statement finds by a key. Says how many.
    async fn remove(
        &self,
        sql: &'static str,
        key: impl rusqlite::ToSql + Send + 'static,
    ) -> Result<u64, StoreError> {
        self.db
            .write(move |connection| {
                let removed = write(connection, sql, (key, rows(AT_ONCE)));
                removed.map(|rows| rows as u64).map_err(store_error)
            })
            .await
    }
}

/// So many days of titles and episodes beyond a place and so many more, and how many rows they were.
fn days_after(
    connection: &Connection,
    after: Option<(NaiveDate, Scope)>,
    (first, last): (NaiveDate, NaiveDate),
    (wanted, seen): (usize, usize),
) -> rusqlite::Result<(Vec<UsageDay>, usize)> {
    let (day, (kind, id)) = match after {
        Some((day, scope)) => (day, scope.key()),
        None => (first, ("", i64::MIN)),
    };
    let sql = format!(
        "{} INDEXED BY usage_days_in_order
         WHERE (day, kind, id) > (:day, :kind, :id) AND day BETWEEN :first AND :last AND kind <> 'site'
         ORDER BY day, kind, id LIMIT :limit OFFSET :beyond",
        DayRow::SELECT
    );
    let parameters = named_params! {
        ":day": day_number(day),
        ":kind": kind,
        ":id": id,
        ":first": day_number(first),
        ":last": day_number(last),
        ":limit": rows(wanted),
        ":beyond": rows(seen),
    };
    readable(connection, DAYS, &sql, parameters, read::<DayRow, _>)
}
