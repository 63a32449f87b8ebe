//! What is likely one, for whoever puts the catalogue in order.

use super::error::CatalogError;
use super::likeness::{LikelyPeople, LikelyTitles};
use super::service::CatalogService;
use super::visibility::Visibility;
use crate::domain::page::{Slice, Window};

impl CatalogService {
    /// A page of the pairs of titles that are likely one; see [`super::LikelyStore::likely_titles`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn likely_titles(
        &self,
        visibility: &Visibility,
        window: &Window,
    ) -> Result<Slice<LikelyTitles>, CatalogError> {
        Ok(self.ports.likely.likely_titles(visibility, window).await?)
    }

    /// How many pairs of titles are likely one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_likely_titles(&self, visibility: &Visibility) -> Result<u64, CatalogError> {
        Ok(self.ports.likely.count_likely_titles(visibility).await?)
    }

    /// A page of the pairs of people who are likely one; see [`super::LikelyStore::likely_people`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn likely_people(
        &self,
        visibility: &Visibility,
        window: &Window,
    ) -> Result<Slice<LikelyPeople>, CatalogError> {
        Ok(self.ports.likely.likely_people(visibility, window).await?)
    }

    /// How many pairs of people are likely one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_likely_people(&self, visibility: &Visibility) -> Result<u64, CatalogError> {
        Ok(self.ports.likely.count_likely_people(visibility).await?)
    }
}
