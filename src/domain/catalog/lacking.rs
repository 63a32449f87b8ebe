//! How many titles there are of each sort that somebody has to look after, counted of the sets in memory.

use super::error::CatalogError;
use super::filter::TitleFilter;
use super::missing_facts::MissingFact;
use super::publication::TitleState;
use super::service::CatalogService;
use super::visibility::Visibility;

impl CatalogService {
    /// How many titles lack each fact, all of [`MissingFact::ALL`] in that order. A title may lack several.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_lacking(
        &self,
        visibility: &Visibility,
    ) -> Result<Vec<(MissingFact, u64)>, CatalogError> {
        let mut counts = Vec::with_capacity(MissingFact::ALL.len());
        for fact in MissingFact::ALL {
            let filter = TitleFilter {
                missing: Some(vec![fact]),
                ..TitleFilter::default()
            };
            counts.push((fact, self.count_titles(visibility, &filter).await?));
        }
        Ok(counts)
    }

    /// How many titles are in each state, all of [`TitleState::ALL`] in that order.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_states(
        &self,
        visibility: &Visibility,
    ) -> Result<Vec<(TitleState, u64)>, CatalogError> {
        let mut counts = Vec::with_capacity(TitleState::ALL.len());
        for state in TitleState::ALL {
            let filter = TitleFilter {
                states: Some(vec![state]),
                ..TitleFilter::default()
            };
            counts.push((state, self.count_titles(visibility, &filter).await?));
        }
        Ok(counts)
    }
}
