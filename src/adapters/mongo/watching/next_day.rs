//! Setting back the day on which there is an episode to watch next.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;

use super::collections::Collections;
use crate::adapters::mongo::db::{patiently, store_error};
use crate::adapters::mongo::fields;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;

/// How many documents are written at once.
const AT_ONCE: i64 = 1000;

/// Notes in the watched titles of these series that there may be an episode to watch next. An update that has read one
/// of them meanwhile meets this at the document, and starts anew on it.
pub(super) async fn set_back(
    collections: &Collections,
    series: &[TitleId],
) -> Result<(), StoreError> {
    let documents = collections.watched_titles.clone_with_type::<Document>();
    let later = doc! {
        "_id.title": { "$in": fields::list(series, |title| title.to_i64()) },
        "is_series": true,
        "next_day": { "$gt": 0_i64 },
    };
    loop {
        let found = patiently(collections.db.timeout, async {
            let found: Vec<Document> = documents
                .find(later.clone())
                .projection(doc! { "_id": 1 })
                .limit(AT_ONCE)
                .await
                .map_err(store_error)?
                .try_collect()
                .await
                .map_err(store_error)?;
            let keys: Vec<&Bson> = found.iter().filter_map(|one| one.get("_id")).collect();
            if !keys.is_empty() {
                let these = doc! { "_id": { "$in": keys } };
                let change = doc! { "$set": { "next_day": 0_i64 } };
                let set = documents.update_many(these, change).await;
                set.map_err(store_error)?;
            }
            Ok(found.len())
        });
        if found.await? == 0 {
            return Ok(());
        }
    }
}
