//! The history of profiles with everything that was acknowledged, on whichever server.

use std::sync::Arc;

use async_trait::async_trait;

use super::recorder::Settling;
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::watching::exclusions::Exclusions;
use crate::domain::watching::lengths::MeasuredLength;
use crate::domain::watching::listed::{ListedTitle, TitleList};
use crate::domain::watching::next_up::NextDay;
use crate::domain::watching::store::{HistoryStore, ProfileList};
use crate::domain::watching::types::{Play, WatchState, WatchedItem, WatchedTitle};

/// A history that folds what waits of a profile before it reads of that profile.
pub struct SettledHistory {
    history: Arc<dyn HistoryStore>,
    log: Arc<dyn Settling>,
}

impl SettledHistory {
    /// In front of a history that holds what is folded.
    pub fn new(history: Arc<dyn HistoryStore>, log: Arc<dyn Settling>) -> Self {
        Self { history, log }
    }

    async fn of(&self, profile: ProfileId) -> Result<&dyn HistoryStore, StoreError> {
        self.log.settle(profile).await?;
        Ok(&*self.history)
    }
}

#[async_trait]
impl HistoryStore for SettledHistory {
    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError> {
        self.of(profile).await?.states(profile, items).await
    }

    async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, StoreError> {
        let history = self.of(profile).await?;
        history.states_of_titles(profile, titles).await
    }

    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        let history = self.of(profile).await?;
        history.watched_titles(profile, titles).await
    }

    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError> {
        self.of(profile).await?.plays(profile, ids).await
    }

    async fn plays_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<Play>, StoreError> {
        let history = self.of(profile).await?;
        history.plays_of_titles(profile, titles).await
    }

    async fn history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, StoreError> {
        let history = self.of(profile).await?;
        history.history(profile, title, window).await
    }

    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError> {
        self.of(profile).await?.in_progress(profile, window).await
    }

    async fn series_to_go_on_with(
        &self,
        profile: ProfileId,
        day: NextDay,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError> {
        let history = self.of(profile).await?;
        history.series_to_go_on_with(profile, day, window).await
    }

    async fn watched_titles_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        self.history.watched_titles_after(after, limit).await
    }

    async fn profiles_with(
        &self,
        title: TitleId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError> {
        self.history.profiles_with(title, after, limit).await
    }

    async fn listed_titles(
        &self,
        profile: ProfileId,
        list: TitleList,
        window: &Window,
    ) -> Result<Slice<ListedTitle>, StoreError> {
        self.history.listed_titles(profile, list, window).await
    }

    async fn listed_among(
        &self,
        profile: ProfileId,
        list: TitleList,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        self.history.listed_among(profile, list, titles).await
    }

    async fn measured_lengths(
        &self,
        items: &[WatchedItem],
    ) -> Result<Vec<MeasuredLength>, StoreError> {
        self.history.measured_lengths(items).await
    }

    async fn count_by_title(
        &self,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.of(profile).await?.count_by_title(profile, list).await
    }

    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        self.of(profile).await?.passed_over(profile, titles).await
    }

    async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
        let read = self.history.exclusions(profile).await?;
        if read.newest <= read.folded {
            return Ok(read);
        }
        // Something waits: what is read now has it.
        self.of(profile).await?.exclusions(profile).await
    }

    async fn exclusions_with_taste(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
        let read = self.history.exclusions_with_taste(profile).await?;
        if read.newest <= read.folded {
            return Ok(read);
        }
        let history = self.of(profile).await?;
        history.exclusions_with_taste(profile).await
    }
}
