//! The port to the watch log.
//!
//! An entry has two numbers. Its *sequence* is its place among those of its profile: of two servers that append at the
//! same time, one finds the place taken, and reads what the other appended. Its *number* is its place in a *stream*, in
//! which one process writes, batch after batch: whoever has read a stream up to a number has missed nothing of it, by
//! no clock.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::entry::Entry;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::measured::measured;

/// How many entries are read at once of what waits, however much that is.
pub const TAILS: usize = 1000;

/// Entries that become durable together, at most one of a profile.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The stream that they are written in.
    pub stream: Uuid,
    /// Their number in it.
    pub number: u64,
    pub entries: Vec<Entry>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    Durable,
    /// Another entry of the profile has its sequence.
    Taken,
}

/// What the log of a profile holds that is not folded, or the beginning of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    pub profile: ProfileId,
    /// The sequence up to which it is folded.
    pub folded: u64,
    /// What follows, in order, as far as it was read; nothing only where nothing follows.
    pub waiting: Vec<Entry>,
    /// Whether nothing may be recorded of the profile any more.
    pub is_erased: bool,
}

impl Tail {
    /// The sequence of the last entry that was read.
    pub fn sequence(&self) -> u64 {
        self.waiting
            .last()
            .map_or(self.folded, |entry| entry.sequence)
    }

    /// How many entries are read of each of so many profiles: one at the least.
    pub fn share(profiles: usize) -> usize {
        (TAILS / profiles.max(1)).max(1)
    }
}

/// How far a stream is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    pub id: Uuid,
    /// The number up to which all of its entries are folded.
    pub folded: u64,
    /// When that was noted last: whoever writes in it notes it every few seconds while anything waits.
    pub noted_at: DateTime<Utc>,
}

measured! {
/// Where everything stands that changes what profiles have watched.
///
/// How far a profile is folded is noted by [`WatchStore::fold`](crate::domain::watching::WatchStore::fold), in the
/// transaction that folds.
#[async_trait]
pub trait WatchLog: Send + Sync {
    /// Appends entries. They are durable once this returns. Says what became of each, in their order. Fails where that
    /// is not known: any of them may have been appended then, or be appended later.
    async fn append(&self, batch: &Batch) -> Result<Vec<Appended>, StoreError>;

    /// What is not folded of each of these profiles, in the order asked: the first [`Tail::share`] entries of each. Of
    /// whom anything waits, something is read.
    async fn tails(&self, profiles: &[ProfileId]) -> Result<Vec<Tail>, StoreError>;

    /// The sequence of the newest entry of a profile's log; 0 if there is none, or no longer.
    async fn newest(&self, profile: ProfileId) -> Result<u64, StoreError>;

    /// Those of these profiles, each once, in whose logs there is an entry at the place after the given one. In no order.
    async fn followed(&self, ends: &[(ProfileId, u64)]) -> Result<Vec<ProfileId>, StoreError>;

    /// The streams that something was written in, in no order.
    async fn streams(&self) -> Result<Vec<Stream>, StoreError>;

    /// The numbers of up to `limit` entries of a stream, those after a number, by number, and whose they are; of an
    /// erased profile, nobody's.
    async fn entries_after(
        &self,
        stream: Uuid,
        number: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Option<ProfileId>)>, StoreError>;

    /// Up to `limit` entries of a profile, those after a sequence, in order.
    async fn entries_of(
        &self,
        profile: ProfileId,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// Some of the profiles that have entries, those after one, in the order of their logs; none: there are no more.
    async fn profiles_in_log(
        &self,
        after: Option<ProfileId>,
    ) -> Result<Vec<ProfileId>, StoreError>;

    /// Notes that all entries of a stream up to a number are folded. To be called before the first is appended, too, so
    /// that the stream is known. One that was noted as further stays so.
    async fn note_folded(&self, stream: Uuid, number: u64) -> Result<(), StoreError>;

    /// Removes some of the entries that are folded and were received before a moment, and streams of which nothing is
    /// left and nothing was noted since. Says how many entries it removed; none: there are no more.
    async fn trim(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}
}
