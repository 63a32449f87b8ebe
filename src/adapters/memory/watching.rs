//! A watch store that tells the tastes in memory what is written, so that a writer sees its own write at once.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::tastes::Tastes;
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::domain::watching::{
    Change, HiddenTitle, Ledger, Mute, MutedSource, Play, ProfileList, Touched, WatchError,
    WatchState, WatchStore, WatchedItem, WatchedTitle,
};

/// A watch store, observed.
#[derive(Clone)]
pub struct ObservedWatching {
    store: Arc<dyn WatchStore>,
    tastes: Tastes,
}

impl ObservedWatching {
    /// Tells `tastes` what is written to a store.
    pub fn new(store: Arc<dyn WatchStore>, tastes: Tastes) -> Self {
        Self { store, tastes }
    }
}

#[async_trait]
impl WatchStore for ObservedWatching {
    async fn update(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError> {
        let profiles = touched.iter().map(|touched| touched.title_key().0);
        let begun = self.tastes.begin(profiles);
        let result = self.store.update(touched, change).await;
        match &result {
            Ok(ledger) => {
                let rows: Vec<&WatchedTitle> = ledger.titles.changed().collect();
                self.tastes.written(&begun, &rows);
            }
            Err(_) => self.tastes.maybe_written(&begun),
        }
        result
    }

    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError> {
        self.store.states(profile, items).await
    }

    async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, StoreError> {
        self.store.states_of_titles(profile, titles).await
    }

    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        self.store.watched_titles(profile, titles).await
    }

    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError> {
        self.store.plays(profile, ids).await
    }

    async fn history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, StoreError> {
        self.store.history(profile, title, window).await
    }

    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError> {
        self.store.in_progress(profile, window).await
    }

    async fn watched_series(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError> {
        self.store.watched_series(profile, window).await
    }

    async fn unprojected_watches(&self, limit: usize) -> Result<Vec<WatchedTitle>, StoreError> {
        self.store.unprojected_watches(limit).await
    }

    async fn mark_watches_projected(
        &self,
        sums: &[(ProfileId, TitleId, u64)],
    ) -> Result<(), StoreError> {
        self.store.mark_watches_projected(sums).await
    }

    async fn watched_titles_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        self.store.watched_titles_after(after, limit).await
    }

    async fn watched_titles_since(
        &self,
        since: DateTime<Utc>,
        after: Option<(DateTime<Utc>, ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError> {
        self.store.watched_titles_since(since, after, limit).await
    }

    async fn hide_title(&self, hidden: &HiddenTitle, most: u64) -> Result<(), WatchError> {
        let result = self.store.hide_title(hidden, most).await;
        self.tastes.hidden_written(hidden.profile);
        result
    }

    async fn unhide_title(&self, profile: ProfileId, title: TitleId) -> Result<(), StoreError> {
        let result = self.store.unhide_title(profile, title).await;
        self.tastes.hidden_written(profile);
        result
    }

    async fn hidden_titles(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<HiddenTitle>, StoreError> {
        self.store.hidden_titles(profile, window).await
    }

    async fn count_by_title(
        &self,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.store.count_by_title(profile, list).await
    }

    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError> {
        self.store.passed_over(profile, titles).await
    }

    async fn put_mute(&self, mute: &Mute, most: u64) -> Result<(), WatchError> {
        let result = self.store.put_mute(mute, most).await;
        self.tastes.mutes_written(mute.profile);
        result
    }

    async fn remove_mute(&self, profile: ProfileId, source: MutedSource) -> Result<(), StoreError> {
        let result = self.store.remove_mute(profile, source).await;
        self.tastes.mutes_written(profile);
        result
    }

    async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, StoreError> {
        self.tastes.mutes(profile).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        let result = self.store.erase_profile(profile).await;
        // Also after a failure, which may have come after some of it.
        self.tastes.forget(profile);
        result
    }

    async fn departed_viewers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError> {
        self.store.departed_viewers(titles).await
    }

    async fn unprojected_departures(
        &self,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError> {
        self.store.unprojected_departures(limit).await
    }

    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError> {
        self.store.mark_departures_projected(titles).await
    }
}
