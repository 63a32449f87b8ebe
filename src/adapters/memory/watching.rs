//! A watch store that tells the tastes in memory what is written, so that a writer sees its own write at once.

use std::sync::Arc;

use async_trait::async_trait;

use super::tastes::Tastes;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{
    Change, FeedbackStore, HiddenTitle, Ledger, Mute, MutedSource, Touched, WatchError, WatchStore,
    WatchedTitle,
};

/// A watch store, observed.
#[derive(Clone)]
pub struct ObservedWatching {
    store: Arc<dyn WatchStore>,
    feedback: Arc<dyn FeedbackStore>,
    tastes: Tastes,
}

impl ObservedWatching {
    /// Tells `tastes` what is written to a store.
    pub fn new<S>(store: Arc<S>, tastes: Tastes) -> Self
    where
        S: WatchStore + FeedbackStore + 'static,
    {
        Self {
            store: store.clone(),
            feedback: store,
            tastes,
        }
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
                let rows: Vec<&WatchedTitle> = ledger.watched_titles.changed().collect();
                self.tastes.written(&begun, &rows);
            }
            // It was to be told apart, and will be made again.
            Err(WatchError::NewPlay) => {}
            Err(_) => self.tastes.maybe_written(&begun),
        }
        result
    }

    async fn set_back_next_day(&self, series: &[TitleId]) -> Result<(), StoreError> {
        // No taste knows of it.
        self.store.set_back_next_day(series).await
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        let result = self.store.erase_profile(profile).await;
        // Also after a failure, which may have come after some of it.
        self.tastes.forget(profile);
        result
    }
}

#[async_trait]
impl FeedbackStore for ObservedWatching {
    async fn hide_title(&self, hidden: &HiddenTitle, most: u64) -> Result<(), WatchError> {
        let result = self.feedback.hide_title(hidden, most).await;
        self.tastes.hidden_written(hidden.profile);
        result
    }

    async fn unhide_title(&self, profile: ProfileId, title: TitleId) -> Result<(), StoreError> {
        let result = self.feedback.unhide_title(profile, title).await;
        self.tastes.hidden_written(profile);
        result
    }

    async fn put_mute(&self, mute: &Mute, most: u64) -> Result<(), WatchError> {
        let result = self.feedback.put_mute(mute, most).await;
        self.tastes.mutes_written(mute.profile);
        result
    }

    async fn remove_mute(&self, profile: ProfileId, source: MutedSource) -> Result<(), StoreError> {
        let result = self.feedback.remove_mute(profile, source).await;
        self.tastes.mutes_written(profile);
        result
    }

    async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, StoreError> {
        self.tastes.mutes(profile).await
    }
}
