//! What is left out of a profile's suggestions: read once for a list, and asked of each title that may be in it.

use std::collections::HashSet;

use rustc_hash::FxHashSet;

use super::RecommendService;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::error::RecommendError;
use crate::domain::watching::{Exclusions, MutedSource};

/// What a profile has watched, rated, hidden and muted.
pub(super) struct Excluded {
    titles: Titles,
    pub(super) muted: Vec<MutedSource>,
}

/// What a profile has watched, rated and hidden.
enum Titles {
    Known(FxHashSet<TitleId>),
    /// Too many to be read at once, so that the record of this profile is asked of titles.
    OnRecord(ProfileId),
}

impl Excluded {
    /// Of nobody in particular nothing is left out.
    pub(super) fn nothing() -> Self {
        Self {
            titles: Titles::Known(FxHashSet::default()),
            muted: Vec::new(),
        }
    }

    /// What a read of the record says.
    pub(super) fn of(profile: ProfileId, read: &Exclusions) -> Self {
        let titles = if read.is_whole {
            Titles::Known(read.titles.iter().copied().collect())
        } else {
            Titles::OnRecord(profile)
        };
        Self {
            titles,
            muted: read.muted.clone(),
        }
    }
}

impl RecommendService {
    /// What is left out for a profile. The graph learns of a watch a moment after the record does, so the record has
    /// the last word.
    pub(super) async fn excluded(&self, profile: ProfileId) -> Result<Excluded, RecommendError> {
        let read = self.watching.exclusions(profile).await?;
        Ok(Excluded::of(profile, &read))
    }

    /// Which of these titles the profile has watched or does not want to see.
    pub(super) async fn passed_over(
        &self,
        excluded: &Excluded,
        titles: impl Iterator<Item = TitleId>,
    ) -> Result<HashSet<TitleId>, RecommendError> {
        let profile = match &excluded.titles {
            Titles::Known(known) => {
                return Ok(titles.filter(|title| known.contains(title)).collect());
            }
            Titles::OnRecord(profile) => *profile,
        };
        let titles: Vec<TitleId> = titles.collect();
        let passed_over = self.watching.passed_over(profile, &titles);
        Ok(passed_over.await?.into_iter().collect())
    }
}
