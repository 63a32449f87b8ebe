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

    /// The titles that were merged into others, each by what it leads to in the end.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_by_end(&self) -> Result<HashMap<TitleId, Vec<TitleId>>, CatalogError> {
        let merged = self.merged_titles().await?;
        let merged = merged.iter();
        let merged = merged.filter_map(|title| Some((title.id, title.leads_to()?)));
        let leads_to: HashMap<TitleId, TitleId> = merged.collect();
        let mut by_end: HashMap<TitleId, Vec<TitleId>> = HashMap::new();
        for (from, into) in &leads_to {
            let mut end = *into;
            // No chain is as long, and a ring would have no end.
            for _ in 0..MOST_FOLLOWED {
                let Some(next) = leads_to.get(&end) else {
                    break;
                };
                end = *next;
            }
            by_end.entry(end).or_default().push(*from);
        }
        Ok(by_end)
    }

    /// What those of these titles are now that were merged into others.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn merged_into(
        &self,
        ids: &[TitleId],
    ) -> Result<HashMap<TitleId, Arc<Title>>, CatalogError> {
        let mut asked = self.ports.store.titles(ids).await?;
        asked.retain(|title| title.leads_to().is_some());
        let ids: Vec<TitleId> = asked.iter().map(|title| title.id).collect();
        let ends = ids.into_iter().zip(self.ends(asked).await?);
        let found = ends.filter_map(|(id, end)| Some((id, end?)));
        Ok(found.collect())
    }

    /// These titles, each once, and in the place of each that was merged into another, that one.
    pub(super) async fn followed(
        &self,
        titles: Vec<Arc<Title>>,
    ) -> Result<Vec<Arc<Title>>, CatalogError> {
        let mut titles: Vec<Arc<Title>> = self.ends(titles).await?.into_iter().flatten().collect();
        let mut seen = HashSet::new();
        titles.retain(|title| seen.insert(title.id));
        Ok(titles)
    }

    /// In the place of each title that was merged into another, that one, if it is there. All are followed together: each
    /// step is one question to the store.
    async fn ends(&self, titles: Vec<Arc<Title>>) -> Result<Vec<Option<Arc<Title>>>, CatalogError> {
        let mut ends: Vec<Option<Arc<Title>>> = titles.into_iter().map(Some).collect();
        for _ in 0..MOST_FOLLOWED {
            let others = ends.iter().flatten().filter_map(|title| title.leads_to());
            let others: HashSet<TitleId> = others.collect();
            if others.is_empty() {
                return Ok(ends);
            }
            let others: Vec<TitleId> = others.into_iter().collect();
            let others = self.ports.store.titles(&others).await?;
            let others = others.into_iter().map(|title| (title.id, title));
            let others: HashMap<TitleId, Arc<Title>> = others.collect();
            for end in &mut ends {
                if let Some(other) = end.as_ref().and_then(|title| title.leads_to()) {
                    *end = others.get(&other).cloned();
                }
            }
        }
        let end = |title: Option<Arc<Title>>| title.filter(|it| it.leads_to().is_none());
        Ok(ends.into_iter().map(end).collect())
    }
}
