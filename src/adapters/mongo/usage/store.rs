//! The port of usage on MongoDB; what each method promises is documented at the port.

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;

use super::collections::Collections;
use super::commit::{self, TURN};
use super::documents::{DayKey, ScopeKey, SumDocument};
use super::{indexes, sittings, waiting};
use crate::adapters::mongo::db::{MongoDb, patiently, store_error};
use crate::adapters::mongo::fields::{date, key_of, limit as rows};
use crate::adapters::mongo::find::{all, readable};
use crate::adapters::mongo::indexes::Build;
use crate::domain::error::StoreError;
use crate::domain::usage::{
    Counted, Curve, DaySum, Metric, Scope, Sitting, UsageDay, UsageStore, WaitingBatch, day_number,
};
use crate::domain::watching::SittingId;

/// How many days or curves are read by one query.
const CHUNK: usize = 1000;
/// What days are called that cannot be read.
const DAYS: &str = "usage_days";

/// The usage in a database.
#[derive(Clone)]
pub struct MongoUsage {
    collections: Collections,
}

impl MongoUsage {
    /// The usage in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            collections: Collections::of(db),
        }
    }

    /// Makes the indexes; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        indexes::ensure(&self.collections, Build::All)
            .await
            .map(drop)
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        indexes::ensure(&self.collections, Build::OfEmpty).await
    }
}

#[async_trait]
impl UsageStore for MongoUsage {
    async fn keep_waiting(&self, batch: &WaitingBatch) -> Result<(), StoreError> {
        waiting::keep(&self.collections, batch).await
    }

    async fn waiting(&self, limit: usize) -> Result<Vec<WaitingBatch>, StoreError> {
        waiting::oldest(&self.collections, limit).await
    }

    async fn turn(&self) -> Result<u64, StoreError> {
        let turn = &self.collections.turn;
        let found = patiently(turn.timeout, async {
            turn.find_one(doc! { "_id": TURN })
                .await
                .map_err(store_error)
        });
        match found.await? {
            Some(found) => {
                let number = found.get_i64("number").map_err(StoreError::failed)?;
                Ok(number.cast_unsigned())
            }
            None => Ok(0),
        }
    }

    async fn sittings(&self, ids: &[SittingId]) -> Result<Vec<Sitting>, StoreError> {
        sittings::read(&self.collections, ids).await
    }

    async fn days(&self, keys: &[(Scope, NaiveDate)]) -> Result<Vec<UsageDay>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(CHUNK) {
            let keys = keys.iter().map(|(scope, day)| DayKey::new(*scope, *day));
            let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
            let these = doc! { "_id": { "$in": keys } };
            found.extend(all(&self.collections.days, these, doc! {}, None).await?);
        }
        Ok(found)
    }

    async fn curves(&self, items: &[Scope]) -> Result<Vec<Curve>, StoreError> {
        let mut found = Vec::with_capacity(items.len());
        for items in items.chunks(CHUNK) {
            let keys = items.iter().map(|item| key_of(&ScopeKey::from(*item)));
            let keys: Vec<Bson> = keys.collect::<Result<_, _>>()?;
            let these = doc! { "_id": { "$in": keys } };
            found.extend(all(&self.collections.curves, these, doc! {}, None).await?);
        }
        Ok(found)
    }

    async fn commit(&self, turn: u64, counted: &Counted) -> Result<bool, StoreError> {
        commit::commit(&self.collections, turn, counted).await
    }

    async fn days_between(
        &self,
        scope: Scope,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<UsageDay>, StoreError> {
        let [first, last] = [first, last].map(|day| key_of(&DayKey::new(scope, day)));
        let these = doc! { "_id": { "$gte": first?, "$lte": last? } };
        let order = doc! { "_id": 1 };
        readable(&self.collections.shown_days, DAYS, these, order, None).await
    }

    async fn top_titles(
        &self,
        metric: Metric,
        first: NaiveDate,
        last: NaiveDate,
        limit: usize,
    ) -> Result<Vec<DaySum>, StoreError> {
        let field = match metric {
            Metric::Plays => "plays",
            Metric::Views => "views",
            Metric::WatchSeconds => "seconds",
            Metric::Viewers | Metric::Peak => {
                return Err(StoreError::failed("it cannot be summed by day"));
            }
        };
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut these = between(first, last);
        these.insert("_id.kind", "title");
        let sums = doc! {
            "_id": "$_id.id",
            "plays": { "$sum": "$plays" },
            "views": { "$sum": "$views" },
            "seconds": { "$sum": "$seconds" },
        };
        let pipeline = [
            doc! { "$match": these },
            doc! { "$group": sums },
            doc! { "$sort": { field: -1, "_id": 1 } },
            doc! { "$limit": rows(limit) },
        ];
        let days = &self.collections.shown_days;
        let sums: Vec<SumDocument> = patiently(days.timeout, async {
            let sums = days.aggregate(pipeline).with_type::<SumDocument>();
            let sums = sums.await.map_err(store_error)?;
            sums.try_collect().await.map_err(store_error)
        })
        .await?;
        Ok(sums.into_iter().map(DaySum::from).collect())
    }

    async fn days_after(
        &self,
        after: Option<(NaiveDate, Scope)>,
        first: NaiveDate,
        last: NaiveDate,
        limit: usize,
    ) -> Result<Vec<UsageDay>, StoreError> {
        let first = after.map_or(first, |(day, _)| first.max(day));
        let mut these = between(first, last);
        these.insert("_id.kind", doc! { "$in": ["episode", "title"] });
        if let Some((day, scope)) = after {
            let (day, (kind, id)) = (day_number(day), scope.key());
            // The day above follows from this; it tells the index where to begin.
            these.insert(
                "$or",
                [
                    doc! { "_id.day": { "$gt": day } },
                    doc! { "_id.day": day, "_id.kind": { "$gt": kind } },
                    doc! { "_id.day": day, "_id.kind": kind, "_id.id": { "$gt": id } },
                ],
            );
        }
        let order = doc! { "_id.day": 1, "_id.kind": 1, "_id.id": 1 };
        readable(
            &self.collections.shown_days,
            DAYS,
            these,
            order,
            Some(limit),
        )
        .await
    }

    async fn forget_sittings(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        sittings::forget(&self.collections, date(before)).await
    }

    async fn erase_viewer(&self, viewer: [u8; 16]) -> Result<(), StoreError> {
        sittings::erase(&self.collections, viewer).await
    }
}

/// The days from one to another, both included.
fn between(first: NaiveDate, last: NaiveDate) -> Document {
    doc! { "_id.day": { "$gte": day_number(first), "$lte": day_number(last) } }
}
