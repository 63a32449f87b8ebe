//! The ports to the record of watching.

use std::ops::RangeInclusive;
use std::sync::Arc;

use async_trait::async_trait;

use super::error::WatchError;
use super::exclusions::{Exclusions, Mute, MutedSource};
use super::ledger::{Change, Ledger};
use super::lengths::MeasuredLength;
use super::listed::{ListedTitle, TitleList};
use super::next_up::NextDay;
use super::touched::Touched;
use super::types::{Play, WatchState, WatchedItem, WatchedTitle};
use crate::domain::catalog::Thumbs;
use crate::domain::error::StoreError;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::measured::measured;
use crate::domain::page::{Slice, Window};

/// A list of a profile's own, each of whose rows is about a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileList {
    /// Its plays of films and episodes: those of one title, or all.
    History(Option<TitleId>),
    /// What it can resume.
    InProgress,
    /// The films and episodes that it has watched, and the series that were loaded as watched as a whole.
    Watched,
    /// Titles that it put there by hand.
    Titles(TitleList),
}

/// How far the log of a profile is folded before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldStep {
    pub profile: ProfileId,
    /// The sequence up to which it is folded; 0 if nothing is.
    pub from: u64,
    /// The sequence up to which it is folded afterwards.
    pub to: u64,
    /// About how many plays are deleted with it, of whole titles that are touched.
    pub deletes: usize,
}

measured! {
/// Where watching is recorded.
#[async_trait]
pub trait WatchStore: Send + Sync {
    /// Reads the rows that are touched, runs the change on them and writes what it changed and removed, in one transaction that
    /// survives a crash once this returns. Two updates that touch the same row run one after the other. A changed
    /// watched title is marked as waiting for projection. If the change fails, nothing is written. Returns the ledger
    /// as it was written. [`WatchError::ProfileErased`] if [`Self::erase_profile`] has returned for one of the
    /// profiles.
    async fn update(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError>;

    /// Updates rows as folding a part of a profile's log does, and in the same transaction notes how far it is folded and
    /// keeps the [`viewings`](Ledger::viewings) for who counts usage. [`Self::update`] keeps none.
    /// [`WatchError::AlreadyFolded`] if it is not folded exactly as far as the step begins.
    async fn fold(
        &self,
        step: FoldStep,
        touched: &[Touched],
        change: Change,
    ) -> Result<Ledger, WatchError>;

    /// The rows that are touched, as they are stored.
    async fn rows(&self, touched: &[Touched]) -> Result<Ledger, StoreError>;

    /// Notes in the watched titles of these series, whosever they are, that there may be an episode to watch next. They
    /// keep their revision and do not wait for projection. Works in transactions of bounded size.
    async fn set_back_next_day(&self, series: &[TitleId]) -> Result<(), StoreError>;

    /// Removes everything that is recorded of a profile, and refuses from now on to record anything of it. Each title
    /// that it had watched has one more departed watcher, counted in the same transaction that removes the watched
    /// title, and marked as waiting for projection. Works in transactions of bounded size and is idempotent: broken off
    /// and begun again, or done by two at the same time, it counts nobody twice. All that stays of the profile is a
    /// tombstone, its [`ProfileId::tombstone`].
    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError>;
}
}

measured! {
/// What was watched, and what profiles say of it, to be read.
///
/// Reads leave out what does not exist and promise no order, unless said otherwise.
#[async_trait]
pub trait HistoryStore: Send + Sync {
    /// How a profile stands with these items.
    async fn states(
        &self,
        profile: ProfileId,
        items: &[WatchedItem],
    ) -> Result<Vec<WatchState>, StoreError>;

    /// How a profile stands with everything of these titles: the films themselves, the episodes of the series.
    async fn states_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchState>, StoreError>;

    /// The watched titles of a profile among these.
    async fn watched_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<WatchedTitle>, StoreError>;

    /// The plays of a profile with these names.
    async fn plays(&self, profile: ProfileId, ids: &[PlayId]) -> Result<Vec<Play>, StoreError>;

    /// All plays of a profile at these titles, also those of whole series.
    async fn plays_of_titles(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<Play>, StoreError>;

    /// A page of a profile's plays of films and episodes, at one title or at all, the latest started first, ties
    /// by the play's name as hyphenated lower-case text, ascending. Keyset: (`started_at` in milliseconds, name).
    async fn history(
        &self,
        profile: ProfileId,
        title: Option<TitleId>,
        window: &Window,
    ) -> Result<Slice<Play>, StoreError>;

    /// A page of what a profile can resume (position above 0, not set aside; films and episodes), the last played first, ties by the
    /// item's id, ascending. Keyset: (`last_played_at` in milliseconds, id).
    async fn in_progress(
        &self,
        profile: ProfileId,
        window: &Window,
    ) -> Result<Slice<WatchState>, StoreError>;

    /// A page of the series that a profile has played something of, or said to have watched, and of which there may be an episode to watch next
    /// on a day ([`WatchedTitle::next_day`]), without those set aside: the last played first, ties by the title's id, ascending. Keyset:
    /// (`last_at` in milliseconds, id).
    async fn series_to_go_on_with(
        &self,
        profile: ProfileId,
        day: NextDay,
        window: &Window,
    ) -> Result<Slice<WatchedTitle>, StoreError>;

    /// Up to `limit` watched titles with a key above the given one, by profile and title: for walking through all of
    /// them.
    async fn watched_titles_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError>;

    /// Up to `limit` of the profiles that have a watched title of this title, or have it on a list, by id as stores keep it,
    /// those after the given one; each once.
    async fn profiles_with(
        &self,
        title: TitleId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError>;

    /// A page of the titles that a profile has on a list, the last added first, ties by the title's id, ascending.
    /// Keyset: (`created_at` in milliseconds, id).
    async fn listed_titles(
        &self,
        profile: ProfileId,
        list: TitleList,
        window: &Window,
    ) -> Result<Slice<ListedTitle>, StoreError>;

    /// Which of these titles a profile has on a list, each once.
    async fn listed_among(
        &self,
        profile: ProfileId,
        list: TitleList,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError>;

    /// What players measured of these items.
    async fn measured_lengths(
        &self,
        items: &[WatchedItem],
    ) -> Result<Vec<MeasuredLength>, StoreError>;

    /// How many rows of a list are about each title, by title.
    async fn count_by_title(
        &self,
        profile: ProfileId,
        list: ProfileList,
    ) -> Result<Vec<(TitleId, u64)>, StoreError>;

    /// Which of these titles a profile has played, said to have watched, rates or hides, each once. What was taken back is
    /// none.
    async fn passed_over(
        &self,
        profile: ProfileId,
        titles: &[TitleId],
    ) -> Result<Vec<TitleId>, StoreError>;

    /// All that is not to be suggested to a profile, in one read. Its `folded` is read first and its `newest` last: if
    /// both are the same, nothing that was acknowledged before is missing.
    async fn exclusions(&self, profile: ProfileId) -> Result<Exclusions, StoreError>;

    /// The same, with what is tasted, in the same one read: for whoever knows nothing of the profile yet.
    async fn exclusions_with_taste(&self, profile: ProfileId) -> Result<Exclusions, StoreError>;
}
}

measured! {
/// What all profiles together say of titles.
#[async_trait]
pub trait ThumbStore: Send + Sync {
    /// How many profiles like each of the titles with these ids, and how many do not, by title; those of which none says
    /// anything are left out. It is counted from their watched titles: whatever changes these changes it. What it costs
    /// goes by how many thumbs there are, not by how many titles.
    async fn thumbs(
        &self,
        titles: RangeInclusive<TitleId>,
    ) -> Result<Vec<(TitleId, Thumbs)>, StoreError>;
}
}

measured! {
/// What profiles mean to watch, and what they do not want to be suggested.
#[async_trait]
pub trait FeedbackStore: Send + Sync {
    /// Puts a title on a list of a profile; one that is there already stays as it is. [`TitleList::full`] if there are
    /// `most` others, [`WatchError::ProfileErased`] as for [`WatchStore::update`].
    async fn list_title(
        &self,
        list: TitleList,
        listed: &ListedTitle,
        most: u64,
    ) -> Result<(), WatchError>;

    /// Takes it off the list, if it was there.
    async fn unlist_title(
        &self,
        list: TitleList,
        profile: ProfileId,
        title: TitleId,
    ) -> Result<(), StoreError>;

    /// Mutes a genre or a person; one that is muted already stays as it is. [`WatchError::TooManyMutes`] if the profile
    /// mutes `most` others, [`WatchError::ProfileErased`] as for [`WatchStore::update`].
    async fn put_mute(&self, mute: &Mute, most: u64) -> Result<(), WatchError>;

    /// Mutes it no longer, if it was muted.
    async fn remove_mute(&self, profile: ProfileId, source: MutedSource) -> Result<(), StoreError>;

    /// The genres and people that a profile mutes, by source.
    async fn mutes(&self, profile: ProfileId) -> Result<Arc<[Mute]>, StoreError>;
}
}
