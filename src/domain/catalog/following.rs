//! Titles that were merged into others: whoever asks for one gets the other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::error::CatalogError;
use super::merge::MOST_FOLLOWED;
use super::service::CatalogService;
use super::types::Title;
use crate::domain::ids::TitleId;

impl Title {
    /// The title that it was merged into: whoever asks for this one gets that.
    pub fn leads_to(&self) -> Option<TitleId> {
        self.merge.and_then(|merge| merge.leads_to())
    }
}

impl CatalogService {
    /// The titles that were merged into others, or are being taken apart from them, in no order; see
    /// [`TitleMerge`](super::TitleMerge).
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_titles(&self) -> Result<Vec<Arc<Title>>, CatalogError> {
        Ok(self.ports.titles.merged_titles().await?)
    }

    /// What those of these titles are now that were merged into others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_into(
        &self,
        ids: &[TitleId],
    ) -> Result<HashMap<TitleId, Arc<Title>>, CatalogError> {
        let asked = self.ports.store.titles(ids).await?;
        let mut found = HashMap::new();
        for title in asked.iter().filter(|title| title.leads_to().is_some()) {
            if let Some(other) = self.followed(vec![Arc::clone(title)]).await?.pop() {
                found.insert(title.id, other);
            }
        }
        Ok(found)
    }

    /// These titles, each once, and in the place of each that was merged into another, that one.
    pub(super) async fn followed(
        &self,
        mut titles: Vec<Arc<Title>>,
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        for _ in 0..MOST_FOLLOWED {
            let others = titles.iter().filter_map(|title| title.leads_to());
            let others: Vec<TitleId> = others.collect();
            if others.is_empty() {
                break;
            }
            let others = self.ports.store.titles(&others).await?;
            let others = others.into_iter().map(|title| (title.id, title));
            let others: HashMap<TitleId, Arc<Title>> = others.collect();
            let followed = titles
                .into_iter()
                .filter_map(|title| match title.leads_to() {
                    Some(other) => others.get(&other).cloned(),
                    None => Some(title),
                });
            titles = followed.collect();
        }
        let mut seen = HashSet::new();
        titles.retain(|title| title.leads_to().is_none() && seen.insert(title.id));
        Ok(titles)
    }
}
