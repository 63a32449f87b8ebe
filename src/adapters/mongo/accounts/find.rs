//! Reading documents: one, all, or a page of them.

use bson::{DateTime, Document, doc};
use futures::TryStreamExt;
use serde::de::DeserializeOwned;

use crate::adapters::mongo::db::{Collection, patiently, store_error};
use crate::domain::error::StoreError;
use crate::domain::page::{Direction, KeyValue, Slice, Window};

/// What a document says; the error of one that was never written like this.
type Unreadable = Box<dyn std::error::Error + Send + Sync>;

pub(super) async fn one<D, T>(
    collection: &Collection<D>,
    filter: Document,
) -> Result<Option<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
    T: TryFrom<D, Error: Into<Unreadable>>,
{
    let found = patiently(collection.timeout, async {
        collection.find_one(filter).await.map_err(store_error)
    })
    .await?;
    found
        .map(T::try_from)
        .transpose()
        .map_err(StoreError::failed)
}

/// An empty order is none; so is no limit.
pub(super) async fn all<D, T>(
    collection: &Collection<D>,
    filter: Document,
    order: Document,
    limit: Option<usize>,
) -> Result<Vec<T>, StoreError>
where
    D: DeserializeOwned + Send + Sync,
    T: TryFrom<D, Error: Into<Unreadable>>,
{
    // The server takes 0 for no limit.
    if limit == Some(0) {
        return Ok(Vec::new());
    }
    let mut find = collection.find(filter).sort(order);
    if let Some(limit) = limit {
        find = find.limit(i64::try_from(limit).unwrap_or(i64::MAX));
    }
    let documents: Vec<D> = patiently(collection.timeout, async {
        let cursor = find.await.map_err(store_error)?;
        cursor.try_collect().await.map_err(store_error)
    })
    .await?;
    documents
        .into_iter()
        .map(|document| T::try_from(document).map_err(StoreError::failed))
        .collect()
}

/// A list by a time, then by id, ascending.
pub(super) struct List {
    pub(super) filter: Document,
    pub(super) time: &'static str,
    pub(super) is_latest_first: bool,
}

impl List {
    pub(super) async fn page<D, T>(
        self,
        collection: &Collection<D>,
        window: &Window,
    ) -> Result<Slice<T>, StoreError>
    where
        D: DeserializeOwned + Send + Sync,
        T: TryFrom<D, Error: Into<Unreadable>>,
    {
        let Self {
            mut filter, time, ..
        } = self;
        let is_forward = window.direction == Direction::Forward;
        let is_up = is_forward != self.is_latest_first;
        if let Some(start) = &window.start {
            let (KeyValue::Number(at), KeyValue::Number(id)) = (&start.value, &start.id) else {
                return Err(StoreError::failed(
                    "a place in a list by time is a time and an id",
                ));
            };
            let at = DateTime::from_millis(*at);
            // The outer condition follows from the inner one; it tells the index where to begin.
            filter.insert(time, doc! { format!("{}e", beyond(is_up)): at });
            filter.insert(
                "$or",
                [
                    doc! { time: { beyond(is_up): at } },
                    doc! { "_id": { beyond(is_forward): id } },
                ],
            );
        }
        let order = doc! { time: towards(is_up), "_id": towards(is_forward) };
        let limit = window.limit.saturating_add(1);
        let rows = all(collection, filter, order, Some(limit)).await?;
        Ok(Slice::from_overfetched(rows, window))
    }
}

fn beyond(is_up: bool) -> &'static str {
    if is_up { "$gt" } else { "$lt" }
}

fn towards(is_up: bool) -> i32 {
    if is_up { 1 } else { -1 }
}
