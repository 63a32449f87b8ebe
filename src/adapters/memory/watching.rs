//! A recorder that tells the tastes in memory what is recorded, so that a writer sees its own write at once.

use std::sync::Arc;

use async_trait::async_trait;

use super::tastes::{Begun, Tastes};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{
    Change, Draft, FeedbackStore, Ledger, ListedTitle, Mute, MutedSource, Recorder, TitleList,
    Touched, WatchError, WatchedTitle,
};

/// A recorder and what profiles do not want to see, observed.
#[derive(Clone)]
pub struct ObservedWatching {
    recorder: Arc<dyn Recorder>,
    feedback: Arc<dyn FeedbackStore>,
    tastes: Tastes,
}

impl ObservedWatching {
    /// Tells `tastes` what is recorded and written.
    pub fn new(
        recorder: Arc<dyn Recorder>,
        feedback: Arc<dyn FeedbackStore>,
        tastes: Tastes,
    ) -> Self {
        Self {
            recorder,
            feedback,
            tastes,
        }
    }

    fn tell(&self, begun: &Begun, result: &Result<Ledger, WatchError>) {
        match result {
            Ok(ledger) => {
                let rows: Vec<&WatchedTitle> = ledger.watched_titles.changed().collect();
                self.tastes.written(begun, &rows);
            }
            // It was to be told apart, and will be made again.
            Err(WatchError::NewPlay) => {}
            Err(_) => self.tastes.maybe_written(begun),
        }
    }
}

#[async_trait]
impl Recorder for ObservedWatching {
    async fn record(&self, draft: Draft) -> Result<Ledger, WatchError> {
        let begun = self.tastes.begin([draft.profile]);
        let result = self.recorder.record(draft).await;
        self.tell(&begun, &result);
        result
    }

    async fn maintain(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError> {
        let begun = self.tastes.begin(touched.iter().map(Touched::profile));
        let result = self.recorder.maintain(touched, change).await;
        self.tell(&begun, &result);
        result
    }

    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError> {
        let result = self.recorder.erase_profile(profile).await;
        // Also after a failure, which may have come after some of it.
        self.tastes.forget(profile);
        result
    }
}

#[async_trait]
impl FeedbackStore for ObservedWatching {
    async fn list_title(
        &self,
        list: TitleList,
        listed: &ListedTitle,
        most: u64,
    ) -> Result<(), WatchError> {
        let result = self.feedback.list_title(list, listed, most).await;
        if list.shapes_suggestions() {
            self.tastes.exclusions_written(listed.profile);
        }
        result
    }

    async fn unlist_title(
        &self,
        list: TitleList,
        profile: ProfileId,
        title: TitleId,
    ) -> Result<(), StoreError> {
        let result = self.feedback.unlist_title(list, profile, title).await;
        if list.shapes_suggestions() {
            self.tastes.exclusions_written(profile);
        }
        result
    }

    async fn put_mute(&self, mute: &Mute, most: u64) -> Result<(), WatchError> {
        let result = self.feedback.put_mute(mute, most).await;
        self.tastes.exclusions_written(mute.profile);
        result
    }

    async fn remove_mute(&self, profile: ProfileId, source: MutedSource) -> Result<(), StoreError> {
        let result = self.feedback.remove_mute(profile, source).await;
        self.tastes.exclusions_written(profile);
        result
    }

    async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, StoreError> {
        self.feedback.mutes(profile).await
    }
}
