//! What is read of a profile, once for everything that is made for it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::excluded::Excluded;
use super::scoring::Scoring;
use super::{RecommendService, without_graph};
use crate::domain::catalog::Visibility;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::cached_lists::Generation;
use crate::domain::recommend::error::RecommendError;
use crate::domain::recommend::graph::{SimilarLists, SimilarVersion, Taste};
use crate::domain::recommend::tastes::TasteRead;
use crate::domain::watching::WatchError;

/// A taste, and the edges that start from what was watched.
pub(super) type Grounded = (Arc<Taste>, SimilarLists);

/// What of a profile is in memory, or came on the way to it.
pub(super) struct Known {
    /// The generation of its lists from before anything was read.
    begun: Generation,
    /// The moment at which that generation was.
    at: DateTime<Utc>,
    /// `None`: there is no taste, or the graph does not answer.
    pub(super) taste: Option<Grounded>,
    /// `None`: it was not read. What the record failed with is said to whoever needs it.
    excluded: Option<Result<Excluded, WatchError>>,
}

/// Everything that is read of a profile.
pub(super) struct Reading {
    pub(super) begun: Generation,
    pub(super) at: DateTime<Utc>,
    pub(super) excluded: Excluded,
    /// What candidates are scored by, and the version of the edges in it; `None` without a taste.
    pub(super) scoring: Option<(Scoring, SimilarVersion)>,
}

impl RecommendService {
    /// A profile's taste, and what came with it: of a profile that nothing is known of all that its suggestions take,
    /// in one read of the record. If that fails so does this.
    pub(super) async fn known(&self, profile: ProfileId) -> Result<Known, RecommendError> {
        let (begun, at) = (self.lists.generation(profile), self.statistics.now());
        let read = self.tastes.taste_on_the_way(profile).await;
        let TasteRead { taste, exclusions } = read.map_err(WatchError::from)?;
        let taste = match taste {
            Ok(taste) => taste,
            Err(error) => without_graph(error)?,
        };
        let excluded = exclusions.map(|read| match read {
            Ok(read) => Ok(Excluded::of(profile, &read)),
            Err(error) => Err(WatchError::from(error)),
        });
        Ok(Known {
            begun,
            at,
            taste: self.grounded(taste).await?,
            excluded,
        })
    }

    /// The rest of what is read of a profile.
    pub(super) async fn reading(
        &self,
        visibility: &Visibility,
        profile: ProfileId,
        known: Known,
    ) -> Result<Reading, RecommendError> {
        let excluded = match known.excluded {
            Some(excluded) => excluded?,
            None => self.excluded(profile).await?,
        };
        let scoring = match known.taste {
            Some((taste, similar)) => {
                let version = similar.version;
                let scoring = self.scoring(visibility, &excluded, taste, similar);
                Some((scoring.await?, version))
            }
            None => None,
        };
        Ok(Reading {
            begun: known.begun,
            at: known.at,
            excluded,
            scoring,
        })
    }

    /// A taste with the edges that start from what was watched; `None` if it is empty, or the graph does not answer.
    async fn grounded(&self, taste: Arc<Taste>) -> Result<Option<Grounded>, RecommendError> {
        if taste.edges.is_empty() {
            return Ok(None);
        }
        let titles: Vec<TitleId> = taste.edges.iter().map(|edge| edge.title).collect();
        let lists = match self.graph.similar(&titles).await {
            Ok(lists) => Some(lists),
            Err(error) => without_graph(error)?,
        };
        Ok(lists.map(|lists| (taste, lists)))
    }
}
