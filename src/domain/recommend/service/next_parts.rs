//! Of a collection only the next part is suggested.

use std::collections::HashMap;
use std::sync::Arc;

use super::RecommendService;
use super::excluded::Excluded;
use crate::domain::catalog::{Title, Visibility};
use crate::domain::ids::CollectionId;
use crate::domain::recommend::error::RecommendError;

impl RecommendService {
    /// Leaves the parts of collections out that are not the next ones.
    pub(super) async fn leave_out_later_parts(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        titles: &mut Vec<Arc<Title>>,
    ) -> Result<(), RecommendError> {
        let next_parts = self
            .next_parts(visibility, excluded, titles.iter().map(|title| &**title))
            .await?;
        titles.retain(|title| {
            let part = title.collection.as_ref();
            let next = part.and_then(|part| next_parts.get(&part.collection));
            next.is_none_or(|next| next.id == title.id)
        });
        Ok(())
    }

    /// Of each collection that one of these titles is part of, the first part that may be seen and that the profile has
    /// not passed over.
    pub(super) async fn next_parts(
        &self,
        visibility: &Visibility,
        excluded: &Excluded,
        titles: impl Iterator<Item = &Title>,
    ) -> Result<HashMap<CollectionId, Arc<Title>>, RecommendError> {
        let mut collections: Vec<CollectionId> = titles
            .filter_map(|title| Some(title.collection.as_ref()?.collection))
            .collect();
        collections.sort_unstable();
        collections.dedup();
        if collections.is_empty() {
            return Ok(HashMap::new());
        }
        let parts = self
            .catalog
            .films_of_collections(visibility, &collections)
            .await?;
        let ids = parts.iter().map(|title| title.id);
        let passed_over = self.passed_over(excluded, ids).await?;
        let mut next = HashMap::new();
        for part in parts {
            if let Some(part_of) = &part.collection
                && !passed_over.contains(&part.id)
            {
                next.entry(part_of.collection).or_insert(part);
            }
        }
        Ok(next)
    }
}
