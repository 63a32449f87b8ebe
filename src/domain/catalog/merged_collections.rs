//! Collections that were merged into others, or deleted: whoever asks for one that was merged gets the other.

use std::collections::{HashMap, HashSet};

use super::collections::Collection;
use super::error::CatalogError;
use super::merge::MOST_FOLLOWED;
use super::service::CatalogService;
use crate::domain::ids::CollectionId;

impl Collection {
    /// Whether it is one by itself: neither merged into another nor deleted.
    pub fn is_there(&self) -> bool {
        self.merged_into.is_none() && !self.deleted
    }
}

impl CatalogService {
    /// The collections that were merged into others or deleted, in no order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn gone_collections(&self) -> Result<Vec<CollectionId>, CatalogError> {
        Ok(self.ports.titles.gone_collections().await?)
    }

    /// In the place of each collection that was merged into another, that one; `None`: it was deleted. All are followed
    /// together: each step is one question to the store.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn collections_standing(
        &self,
        collections: Vec<Collection>,
    ) -> Result<Vec<Option<Collection>>, CatalogError> {
        let mut ends: Vec<Option<Collection>> = collections.into_iter().map(Some).collect();
        for _ in 0..MOST_FOLLOWED {
            let others = ends.iter().flatten().filter_map(|it| it.merged_into);
            let others: HashSet<CollectionId> = others.collect();
            if others.is_empty() {
                break;
            }
            let others: Vec<CollectionId> = others.into_iter().collect();
            let others = self.ports.store.collections(&others).await?.into_iter();
            let others: HashMap<CollectionId, Collection> = others.map(|it| (it.id, it)).collect();
            for end in &mut ends {
                if let Some(other) = end.as_ref().and_then(|it| it.merged_into) {
                    *end = others.get(&other).cloned();
                }
            }
        }
        let ends = ends.into_iter();
        Ok(ends.map(|end| end.filter(Collection::is_there)).collect())
    }

    /// These collections, each once, in the place of each that was merged into another that one, without those that were
    /// deleted.
    pub(super) async fn followed_collections(
        &self,
        collections: Vec<Collection>,
    ) -> Result<Vec<Collection>, CatalogError> {
        if collections.iter().all(Collection::is_there) {
            return Ok(collections);
        }
        let ends = self.collections_standing(collections).await?;
        let mut seen = HashSet::new();
        let ends = ends.into_iter().flatten();
        Ok(ends.filter(|end| seen.insert(end.id)).collect())
    }
}
