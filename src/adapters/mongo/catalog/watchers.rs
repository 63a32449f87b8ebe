//! How many watch a title, as it is counted by several processes, each at a time of its own: an earlier count does not
//! replace a later one.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::options::ReturnDocument;

use super::documents::{COUNTERS, COUNTS, TITLES};
use crate::adapters::mongo::bulk::{Update, update_each};
use crate::adapters::mongo::db::{MongoDb, is_duplicate, store_error};
use crate::adapters::mongo::find::BATCH;
use crate::domain::catalog::TitleWatchers;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;

/// Gives a number to a count.
pub(super) async fn begin_count(db: &MongoDb) -> Result<u64, StoreError> {
    loop {
        let counter = db
            .collection::<Document>(COUNTERS)
            .find_one_and_update(doc! { "_id": COUNTS }, doc! { "$inc": { "last": 1_i64 } })
            .upsert(true)
            .return_document(ReturnDocument::After)
            .await;
        match counter {
            // Somebody else has made it at the same moment.
            Err(error) if is_duplicate(&error) => {}
            counter => {
                let counter = counter.map_err(store_error)?;
                let last = counter.and_then(|counter| counter.get_i64("last").ok());
                let last = last.ok_or_else(|| StoreError::failed("no count was begun"))?;
                return Ok(last.cast_unsigned());
            }
        }
    }
}

/// Sets how many watchers titles have. Says which had another number before.
pub(super) async fn put(
    db: &MongoDb,
    count: u64,
    watchers: &[(TitleId, u64)],
) -> Result<Vec<TitleId>, StoreError> {
    let count = count.cast_signed();
    let wanted: BTreeMap<TitleId, u64> = watchers.iter().copied().collect();
    let mut news = BTreeSet::new();
    loop {
        let compared = compared(db, count, &wanted).await?;
        let updates = compared.iter().map(|one| one.update(count));
        let put = update_each(db, TITLES, updates.collect()).await?;
        let changed = compared.iter().filter(|one| one.is_news());
        news.extend(changed.map(|one| one.title.title));
        // What somebody has changed since it was read is looked at again.
        if put == compared.len() {
            return Ok(news.into_iter().collect());
        }
    }
}

/// The titles that were counted after a count.
pub(super) async fn after(db: &MongoDb, count: u64) -> Result<Vec<TitleWatchers>, StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let order = doc! { "counted": 1, "_id": 1 };
    stored(db, doc! { "counted": { "$gt": count } }, order).await
}

/// What is stored of a title, and how many watchers it has by a count.
struct Compared {
    title: TitleWatchers,
    watchers: u64,
}

impl Compared {
    fn is_news(&self) -> bool {
        self.title.watchers != self.watchers
    }

    /// What makes of the title what the count says, if it is still as it was compared. Also of one that is so already
    /// it is noted that this count has found it so.
    fn update(&self, count: i64) -> Update<Document, Document> {
        let before = self.title.watchers.cast_signed();
        let mut find = doc! { "_id": self.title.title.to_i64(), "popularity": before };
        if !self.is_news() {
            return Update::of(find, doc! { "$max": { "counted": count } });
        }
        find.insert("counted", doc! { "$not": { "$gt": count } });
        let watchers = self.watchers.cast_signed();
        let news = doc! { "popularity": watchers, "counted": count };
        Update::of(find, doc! { "$set": news })
    }
}

/// The titles of which a count says something, without those that a later one has changed.
async fn compared(
    db: &MongoDb,
    count: i64,
    wanted: &BTreeMap<TitleId, u64>,
) -> Result<Vec<Compared>, StoreError> {
    let ids: Vec<i64> = wanted.keys().map(|id| id.to_i64()).collect();
    let found = stored(db, doc! { "_id": { "$in": ids } }, doc! {}).await?;
    let compared = found.into_iter().filter_map(|title| {
        let watchers = *wanted.get(&title.title)?;
        Some(Compared { title, watchers })
    });
    let is_later = |one: &Compared| one.title.count.cast_signed() > count;
    Ok(compared
        .filter(|one| !(is_later(one) && one.is_news()))
        .collect())
}

async fn stored(
    db: &MongoDb,
    filter: Document,
    order: Document,
) -> Result<Vec<TitleWatchers>, StoreError> {
    let found: Vec<Document> = db
        .collection::<Document>(TITLES)
        .find(filter)
        .sort(order)
        .projection(doc! { "counted": 1, "popularity": 1 })
        .batch_size(BATCH)
        .await
        .map_err(store_error)?
        .try_collect()
        .await
        .map_err(store_error)?;
    let number = |title: &Document, field| title.get_i64(field).map_err(StoreError::failed);
    let watchers = |title: &Document| {
        Ok(TitleWatchers {
            title: TitleId::from_i64(number(title, "_id")?),
            watchers: number(title, "popularity")?.cast_unsigned(),
            // Not there if it was never counted.
            count: number(title, "counted").unwrap_or(0).cast_unsigned(),
        })
    };
    found.iter().map(watchers).collect()
}
