//! Whose history or lists have a title.

use std::collections::BTreeSet;

use bson::{Document, doc};
use futures::TryStreamExt;

use super::collections::Collections;
use crate::adapters::mongo::db::{Collection, patiently, store_error};
use crate::adapters::mongo::fields::limit as rows;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::TitleList;

pub(super) async fn profiles_with(
    collections: &Collections,
    title: TitleId,
    after: Option<ProfileId>,
    limit: usize,
) -> Result<Vec<ProfileId>, StoreError> {
    let mut filter = doc! { "_id.title": title.to_i64() };
    if let Some(after) = after {
        filter.insert("_id.profile", doc! { "$gt": after.to_i64() });
    }
    let mut profiles = profiles(&collections.watched_titles, &filter, limit).await?;
    for list in [TitleList::Watchlist, TitleList::Hidden] {
        profiles.extend(self::profiles(collections.of_list(list), &filter, limit).await?);
    }
    let profiles = profiles.into_iter().take(limit);
    Ok(profiles.map(ProfileId::from_i64).collect())
}

/// The first of those whose documents of one sort these are.
async fn profiles<D: Send + Sync>(
    collection: &Collection<D>,
    filter: &Document,
    limit: usize,
) -> Result<BTreeSet<i64>, StoreError> {
    let keys = collection.clone_with_type::<Document>();
    patiently(collection.timeout, async {
        let found = keys
            .find(filter.clone())
            .projection(doc! { "_id.profile": 1 })
            .sort(doc! { "_id.profile": 1 })
            .limit(rows(limit))
            .await
            .map_err(store_error)?;
        let found: Vec<Document> = found.try_collect().await.map_err(store_error)?;
        let profile = |found: &Document| found.get_document("_id")?.get_i64("profile");
        let profiles = found
            .iter()
            .map(|found| profile(found).map_err(StoreError::failed));
        profiles.collect()
    })
    .await
}
