//! Reads and lists, and the indexes that lists run along.

use bson::{Bson, DateTime, Document, Uuid, doc};
use futures::TryStreamExt;
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use super::documents::Keyed;
use crate::adapters::mongo::db::{Collection, patiently, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::page::{Direction, KeyValue, Keyset, Slice, Window};

/// A list by a time, the latest first, then by an id, ascending.
pub(super) struct List {
    pub(super) filter: Document,
    pub(super) time: &'static str,
    pub(super) id: &'static str,
}

impl List {
    pub(super) async fn page<D, T>(
        mut self,
        collection: &Collection<D>,
        window: &Window,
    ) -> Result<Slice<T>, StoreError>
    where
        D: Keyed,
        T: From<D>,
    {
        let Self { time, id, .. } = self;
        if let Some(start) = &window.start {
            self.filter
                .extend(beyond(start, window.direction, time, id)?);
        }
        let sort = match window.direction {
            Direction::Forward => doc! { time: -1, id: 1 },
            Direction::Backward => doc! { time: 1, id: -1 },
        };
        let rows = all(collection, self.filter, sort, Some(window.limit + 1)).await?;
        Ok(Slice::from_overfetched(rows, window))
    }
}

/// What comes after a place, on the way of the window.
fn beyond(
    start: &Keyset,
    direction: Direction,
    time: &str,
    id: &str,
) -> Result<Document, StoreError> {
    let KeyValue::Number(at) = start.value else {
        return Err(StoreError::failed("a place in a list by time has no time"));
    };
    let at = DateTime::from_millis(at);
    let next = match &start.id {
        KeyValue::Number(id) => Bson::Int64(*id),
        KeyValue::Text(name) => Uuid::parse_str(name).map_err(StoreError::failed)?.into(),
    };
    // The outer condition is implied by the inner one; it tells the index where to begin.
    Ok(match direction {
        Direction::Forward => doc! {
            time: { "$lte": at },
            "$or": [{ time: { "$lt": at } }, { id: { "$gt": next } }],
        },
        Direction::Backward => doc! {
            time: { "$gte": at },
            "$or": [{ time: { "$gt": at } }, { id: { "$lt": next } }],
        },
    })
}

pub(super) async fn by_key<D: Keyed, T: From<D>>(
    collection: &Collection<D>,
    keys: impl Iterator<Item = D::Key>,
) -> Result<Vec<T>, StoreError> {
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    all(collection, doc! { "_id": { "$in": keys } }, doc! {}, None).await
}

pub(super) async fn all<D: Keyed, T: From<D>>(
    collection: &Collection<D>,
    filter: Document,
    sort: Document,
    limit: Option<usize>,
) -> Result<Vec<T>, StoreError> {
    patiently(collection.timeout, async {
        let mut find = collection.find(filter);
        if !sort.is_empty() {
            find = find.sort(sort);
        }
        if let Some(limit) = limit {
            find = find.limit(i64::try_from(limit).unwrap_or(i64::MAX));
        }
        let rows: Vec<D> = find
            .await
            .map_err(store_error)?
            .try_collect()
            .await
            .map_err(store_error)?;
        Ok(rows.into_iter().map(T::from).collect())
    })
    .await
}

/// How many documents that a filter finds there are of each title.
pub(super) async fn count<D: Keyed>(
    collection: &Collection<D>,
    filter: Document,
    title: &str,
) -> Result<Vec<(TitleId, u64)>, StoreError> {
    let stages = [
        doc! { "$match": filter },
        doc! { "$group": { "_id": format!("${title}"), "rows": { "$sum": 1_i64 } } },
        doc! { "$sort": { "_id": 1 } },
    ];
    let groups: Vec<Document> = patiently(collection.timeout, async {
        let cursor = collection.aggregate(stages).await.map_err(store_error)?;
        cursor.try_collect().await.map_err(store_error)
    })
    .await?;
    let count = |group: &Document| {
        let title = group.get_i64("_id").map_err(StoreError::failed)?;
        let rows = group.get_i64("rows").map_err(StoreError::failed)?;
        Ok((TitleId::from_i64(title), rows.cast_unsigned()))
    };
    groups.iter().map(count).collect()
}

pub(super) fn key_of(key: &impl serde::Serialize) -> Result<Bson, StoreError> {
    bson::serialize_to_bson(key).map_err(StoreError::failed)
}

pub(super) fn index(name: &str, keys: Document, partial: Option<Document>) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .partial_filter_expression(partial)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

pub(super) async fn make<D: Send + Sync>(
    collection: &Collection<D>,
    indexes: impl IntoIterator<Item = IndexModel>,
) -> Result<(), StoreError> {
    collection
        .create_indexes(indexes)
        .await
        .map(drop)
        .map_err(store_error)
}
