//! The port of those who record what is watched, and of those who read it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::entry::Draft;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::error::WatchError;
use crate::domain::watching::ledger::{Change, Ledger};
use crate::domain::watching::touched::Touched;

/// Records what changes what profiles have watched.
#[async_trait]
pub trait Recorder: Send + Sync {
    /// Appends to the log of a profile. It survives any crash once this returns. Returns the rows as they are with it.
    /// What changes nothing is not appended. [`WatchError::ProfileErased`] if nothing may be recorded of the profile.
    async fn record(&self, draft: Draft) -> Result<Ledger, WatchError>;

    /// Changes rows without an entry: what does not follow from the log, or what was computed from it otherwise.
    /// Everything that was acknowledged is in them before.
    async fn maintain(&self, touched: &[Touched], change: Change) -> Result<Ledger, WatchError>;

    /// Removes everything of a profile, as
    /// [`WatchStore::erase_profile`](crate::domain::watching::WatchStore::erase_profile) does.
    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError>;
}

/// What all entries of a profile make.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub rows: Ledger,
    /// When the first was received, in UTC.
    pub since: DateTime<Utc>,
}

/// Folds what was acknowledged.
#[async_trait]
pub trait Settling: Send + Sync {
    /// Folds everything that was acknowledged of a profile, wherever it was, before this was called.
    async fn settle(&self, profile: ProfileId) -> Result<(), StoreError>;

    /// The same for all profiles. Says how many entries there were.
    async fn settle_all(&self) -> Result<usize, StoreError>;

    /// Folds what is due of what was recorded here, and what others left when they ended. Says whether there was
    /// anything.
    async fn fold_due(&self) -> Result<bool, StoreError>;

    /// Folds everything that was recorded here, because nobody else may come for a while.
    async fn fold_own(&self) -> Result<(), StoreError>;

    /// The rows that the entries of a profile make, if none of them has been removed from its log; with the time of the
    /// first.
    async fn replay(&self, profile: ProfileId) -> Result<Option<Replayed>, StoreError>;

    /// Some of the profiles that have entries in the log, those after one; none: there are no more.
    async fn profiles_in_log(&self, after: Option<ProfileId>)
    -> Result<Vec<ProfileId>, StoreError>;

    /// Removes what has stood in the log for longer than the settings say. Says how many entries.
    async fn trim(&self) -> Result<u64, StoreError>;
}
