//! Reading documents by their keys, and counting them.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;

use super::documents::Keyed;
use crate::adapters::mongo::db::{Collection, patiently, store_error};
use crate::adapters::mongo::fields::key_of;
use crate::adapters::mongo::find;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;

pub(super) async fn by_key<D: Keyed, T: From<D>>(
    collection: &Collection<D>,
    kind: &'static str,
    keys: impl Iterator<Item = D::Key>,
) -> Result<Vec<T>, StoreError> {
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    let these = doc! { "_id": { "$in": keys } };
    find::readable(collection, kind, these, doc! {}, None).await
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
