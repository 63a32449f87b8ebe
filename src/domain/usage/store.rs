//! The port to where usage is kept.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::curve::Curve;
use super::day::{Metric, UsageDay};
use super::scope::Scope;
use super::sitting::Sitting;
use crate::domain::error::StoreError;
use crate::domain::ids::TitleId;
use crate::domain::measured::measured;
use crate::domain::watching::{SittingId, Viewing};

/// Viewings that were kept together and wait to be counted.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingBatch {
    pub id: Uuid,
    /// When they were kept, in UTC.
    pub at: DateTime<Utc>,
    pub viewings: Vec<Viewing>,
}

/// What was counted, to be written.
#[derive(Debug, Default)]
pub struct Counted {
    /// The batches that it was counted from.
    pub batches: Vec<Uuid>,
    pub sittings: Vec<Sitting>,
    pub days: Vec<UsageDay>,
    pub curves: Vec<Curve>,
}

/// What was watched of a title on some days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DaySum {
    pub title: TitleId,
    pub plays: u64,
    pub views: u64,
    /// The seconds that were played.
    pub seconds: f64,
}

measured! {
/// Where usage is kept.
///
/// What is folded of the watch log leaves its viewings in the transaction that folds
/// ([`WatchStore::fold`](crate::domain::watching::WatchStore::fold)); they wait beside those that are kept here. Reads
/// leave out what does not exist and promise no order, unless said otherwise.
#[async_trait]
pub trait UsageStore: Send + Sync {
    /// Keeps viewings to be counted. They are durable once this returns.
    async fn keep_waiting(&self, batch: &WaitingBatch) -> Result<(), StoreError>;

    /// The batches that have waited the longest, the oldest first: as many as have `limit` viewings together, so the last
    /// one may have some more. One that cannot be read is passed over and named in the log.
    async fn waiting(&self, limit: usize) -> Result<Vec<WaitingBatch>, StoreError>;

    /// How often something was counted: what was read after this is as it was then if [`Self::commit`] still finds the
    /// same number.
    async fn turn(&self) -> Result<u64, StoreError>;

    /// What is remembered of the sittings with these names. One that cannot be read is an error, here and in
    /// [`Self::days`] and [`Self::curves`]: whoever counts would put another in its place.
    async fn sittings(&self, ids: &[SittingId]) -> Result<Vec<Sitting>, StoreError>;

    /// The days of these scopes that are there.
    async fn days(&self, keys: &[(Scope, NaiveDate)]) -> Result<Vec<UsageDay>, StoreError>;

    /// The curves of these films and episodes.
    async fn curves(&self, items: &[Scope]) -> Result<Vec<Curve>, StoreError>;

    /// Writes what was counted, removes the batches that it was counted from, and makes the number of the turn one
    /// higher, in one transaction. False, and nothing is written: the number is another one.
    async fn commit(&self, turn: u64, counted: &Counted) -> Result<bool, StoreError>;

    /// The days of a scope from one to another, both included, by day, without those that cannot be read.
    async fn days_between(
        &self,
        scope: Scope,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<UsageDay>, StoreError>;

    /// The titles with the highest sums over these days, both included, the highest first, ties by id, ascending.
    /// [`Metric::Viewers`] and [`Metric::Peak`] cannot be summed, and are refused before this.
    async fn top_titles(
        &self,
        metric: Metric,
        first: NaiveDate,
        last: NaiveDate,
        limit: usize,
    ) -> Result<Vec<DaySum>, StoreError>;

    /// Up to `limit` days of titles and episodes, from one day to another, both included, those after a place: by day,
    /// then kind and id of the scope as in [`Scope::key`]; without those that cannot be read.
    async fn days_after(
        &self,
        after: Option<(NaiveDate, Scope)>,
        first: NaiveDate,
        last: NaiveDate,
        limit: usize,
    ) -> Result<Vec<UsageDay>, StoreError>;

    /// Forgets some of the sittings that were last written before a moment. Says how many; none: there are no more.
    async fn forget_sittings(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;

    /// Removes the sittings of a viewer.
    async fn erase_viewer(&self, viewer: [u8; 16]) -> Result<(), StoreError>;
}
}
