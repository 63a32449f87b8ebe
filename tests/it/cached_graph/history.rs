//! The history of profiles, read through something that counts what suggestions ask of it.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{PlayId, ProfileId, TitleId};
use reelgraph::domain::page::{Slice, Window};
use reelgraph::domain::watching::{
    Exclusions, HistoryStore, ListedTitle, MeasuredLength, NextDay, Play, ProfileList, TitleList,
    WatchState, WatchedItem, WatchedTitle,
};

use super::gate::Gate;

/// A history that is read through it.
pub(super) struct CountingHistory {
    history: Arc<dyn HistoryStore>,
    calls: AtomicUsize,
    tastes: AtomicUsize,
    /// Exclusions pass it, with a taste and without.
    gate: Gate,
}

impl CountingHistory {
    pub(super) fn new(history: Arc<dyn HistoryStore>) -> Self {
        Self {
            history,
            calls: AtomicUsize::new(0),
            tastes: AtomicUsize::new(0),
            gate: Gate::default(),
        }
    }

    /// How often anything was read.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many of these calls were for a taste.
    pub(super) fn tastes(&self) -> usize {
        self.tastes.load(Ordering::SeqCst)
    }

    fn counted(&self) -> &dyn HistoryStore {
        self.calls.fetch_add(1, Ordering::SeqCst);
        &*self.history
    }
}

impl Deref for CountingHistory {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.gate
    }
}

macro_rules! counted {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl HistoryStore for CountingHistory {
            $(async fn $name(&self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                self.counted().$name($($argument),*).await
            })+

            async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, StoreError> {
                let read = self.counted().exclusions(profile).await;
                self.gate.answer(read).await
            }

            async fn exclusions_with_taste(
                &self,
                profile: ProfileId,
            ) -> Result<Exclusions, StoreError> {
                self.tastes.fetch_add(1, Ordering::SeqCst);
                let read = self.counted().exclusions_with_taste(profile).await;
                self.gate.answer(read).await
            }
        }
    };
}

counted! {
    states(profile: ProfileId, items: &[WatchedItem]) -> Vec<WatchState>;
    states_of_titles(profile: ProfileId, titles: &[TitleId]) -> Vec<WatchState>;
    watched_titles(profile: ProfileId, titles: &[TitleId]) -> Vec<WatchedTitle>;
    plays(profile: ProfileId, ids: &[PlayId]) -> Vec<Play>;
    plays_of_titles(profile: ProfileId, titles: &[TitleId]) -> Vec<Play>;
    history(profile: ProfileId, title: Option<TitleId>, window: &Window) -> Slice<Play>;
    in_progress(profile: ProfileId, window: &Window) -> Slice<WatchState>;
    series_to_go_on_with(profile: ProfileId, day: NextDay, window: &Window) -> Slice<WatchedTitle>;
    watched_titles_after(after: Option<(ProfileId, TitleId)>, limit: usize) -> Vec<WatchedTitle>;
    profiles_with(title: TitleId, after: Option<ProfileId>, limit: usize) -> Vec<ProfileId>;
    listed_titles(profile: ProfileId, list: TitleList, window: &Window) -> Slice<ListedTitle>;
    listed_among(profile: ProfileId, list: TitleList, titles: &[TitleId]) -> Vec<TitleId>;
    measured_lengths(items: &[WatchedItem]) -> Vec<MeasuredLength>;
    count_by_title(profile: ProfileId, list: ProfileList) -> Vec<(TitleId, u64)>;
    passed_over(profile: ProfileId, titles: &[TitleId]) -> Vec<TitleId>;
}
