//! The ports by which the graph follows the documents: what waits for projection, and what the graph gives back.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::graph::GraphProjection;
use super::notes::NoteStore;
use crate::domain::catalog::Title;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::lease::Leases;
use crate::domain::measured::measured;
use crate::domain::watching::WatchedTitle;

/// The time that a watched title waits for projection since if it was marked although nothing was written: after every
/// other, so that what is watched does not wait behind all that is there.
pub fn last_in_queue() -> DateTime<Utc> {
    const END_OF_9999: i64 = 253_402_300_799_000;
    DateTime::from_timestamp_millis(END_OF_9999).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A watched title that waits for projection.
#[derive(Debug, Clone, PartialEq)]
pub struct UnprojectedWatch {
    pub watched_title: WatchedTitle,
    /// The time of the first write that the graph does not know of, or [`last_in_queue`].
    pub since: DateTime<Utc>,
}

impl UnprojectedWatch {
    /// Whether the graph may have no edge of it yet, so that the title has one more watcher. Of what was projected
    /// before, and is counted since, the mark was taken off and set again by a write that came after the first one.
    pub fn may_be_new(&self) -> bool {
        self.since <= self.watched_title.stamp.created_at || self.since >= last_in_queue()
    }
}

/// The graph, and the documents that it is made from.
#[derive(Clone)]
pub struct ProjectionPorts {
    pub graph: Arc<dyn GraphProjection>,
    pub titles: Arc<dyn TitleSource>,
    pub watches: Arc<dyn WatchSource>,
    /// Where the catalogue learns how popular its titles are.
    pub watchers: Arc<dyn WatchersStore>,
    /// What the record notes of the projection.
    pub notes: Arc<dyn NoteStore>,
    /// Say who does what only one server need do.
    pub leases: Arc<dyn Leases>,
}

measured! {
/// Titles as the projection reads them. One method is one transaction.
#[async_trait]
pub trait TitleSource: Send + Sync {
    /// Up to `limit` titles that wait for projection, the longest waiting first.
    async fn unprojected_titles(&self, limit: usize) -> Result<Vec<Title>, StoreError>;

    /// Takes the mark from titles whose revision is still the given one; the others keep it.
    async fn mark_titles_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError>;

    /// Up to `limit` titles with an id above the given one, by id: for walking through all of them.
    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<Title>, StoreError>;

    /// Which of these titles there are, by id, also those that this version cannot read.
    async fn known_titles(&self, titles: &[TitleId]) -> Result<Vec<TitleId>, StoreError>;

    /// Marks titles as waiting for projection although nothing was written: behind everything that was. Those that wait
    /// already keep their place; one that is written later takes the place that it would have without. Says which of
    /// the titles there are.
    async fn mark_titles_waiting(&self, titles: &[TitleId]) -> Result<Vec<TitleId>, StoreError>;

    /// The same for up to `limit` titles with an id above the given one, by id. Says which those were.
    async fn mark_titles_waiting_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleId>, StoreError>;
}
}

measured! {
/// Where the catalogue learns how popular its titles are.
#[async_trait]
pub trait WatchersStore: Send + Sync {
    /// The number of a count that is begun now: greater than that of each count that was begun before.
    async fn begin_count(&self) -> Result<u64, StoreError>;

    /// Sets how many profiles have watched each title, as the count with this number found, unless a later one is
    /// known. Changes no revision, and nothing in the change feed: it has a feed of its own. Ids that are not there are
    /// passed over. Says which titles had another number of watchers before.
    async fn put_watchers(
        &self,
        count: u64,
        watchers: &[(TitleId, u64)],
    ) -> Result<Vec<TitleId>, StoreError>;
}
}

measured! {
/// What was watched as the projection reads it. One method is one transaction.
#[async_trait]
pub trait WatchSource: Send + Sync {
    /// Up to `limit` watched titles that wait for projection, the longest waiting first; or of those only what was
    /// written at a moment or later and is not [`last_in_queue`], for which nothing earlier is looked at.
    async fn unprojected_watches(
        &self,
        since: Option<DateTime<Utc>>,
        limit: usize,
    ) -> Result<Vec<UnprojectedWatch>, StoreError>;

    /// Takes the mark from watched titles whose revision is still the given one; the others keep it. Says how many
    /// are of that revision.
    async fn mark_watches_projected(
        &self,
        watched_titles: &[(ProfileId, TitleId, u64)],
    ) -> Result<usize, StoreError>;

    /// Which of these watched titles there are, by key, also those that this version cannot read.
    async fn known_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError>;

    /// Which of these watched titles wait for projection, by key.
    async fn waiting_watches(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError>;

    /// Marks watched titles as waiting for projection although nothing was written: behind everything that was. Those
    /// that wait already keep their place; one that is written later takes the place that it would have without. Says
    /// which of them there are.
    async fn mark_watches_waiting(
        &self,
        keys: &[(ProfileId, TitleId)],
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError>;

    /// The same for up to `limit` watched titles with a key above the given one, by profile and title. Says which those
    /// were.
    async fn mark_watches_waiting_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<(ProfileId, TitleId)>, StoreError>;

    /// Up to `limit` watched titles that were last written at a moment or later, those after a key, by the moment of
    /// the last write, the profile and the title: for following what changes. The moment is that of whoever wrote,
    /// taken before the write: who follows begins a little earlier than where they stopped.
    async fn watched_titles_since(
        &self,
        since: DateTime<Utc>,
        after: Option<(DateTime<Utc>, ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedTitle>, StoreError>;

    /// Up to `limit` tombstones of erased profiles that come after one, in their order.
    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;

    /// Up to `limit` tombstones with the moments at which they were put, by the clock of the store: those that come after
    /// a moment and a tombstone, in that order. One that is put again may have come again.
    async fn tombstones_since(
        &self,
        after: (DateTime<Utc>, String),
        limit: usize,
    ) -> Result<Vec<(DateTime<Utc>, String)>, StoreError>;

    /// Refuses from now on to record anything of the profiles with these tombstones. What is recorded of them stays
    /// until they are erased.
    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError>;

    /// Up to `limit` profiles of which anything is recorded, be it watched, rated, hidden or muted: those with an id
    /// above the given one, by id.
    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError>;

    /// Which of these profiles are erased, in the order asked.
    async fn erased(&self, profiles: &[ProfileId]) -> Result<Vec<ProfileId>, StoreError>;

    /// How many departed watchers each of the titles has: erased profiles that had watched it. In the order asked.
    async fn departed_watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError>;

    /// Up to `limit` titles whose number of departed watchers waits for projection, by id, with the number.
    async fn unprojected_departures(&self, limit: usize)
    -> Result<Vec<(TitleId, u64)>, StoreError>;

    /// Marks all titles with departed watchers as waiting for projection.
    async fn mark_departures_waiting(&self) -> Result<(), StoreError>;

    /// Takes the mark from titles whose number of departed watchers is still the given one; the others keep it.
    async fn mark_departures_projected(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError>;
}
}
