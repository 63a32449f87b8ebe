//! Whether an account is still as a server remembers it.
//!
//! Each account has an epoch, the same to every server, and another one after each write. A server that has read an
//! account under an epoch need not read it again while it is still that one; while somebody writes there is none, so
//! what is read then is not remembered.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::session::Session;
use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::measured::measured;

/// For how long an epoch lasts by itself. It is the longest that a change can go unseen: by whoever writes around this (an
/// older version, an operator), or if a server dies between a write and the word of it while another one writes as well.
pub const EPOCH_LASTS: Duration = Duration::from_secs(60);
/// For how long a write can be under way: longer than any store may take.
pub const WRITE_LASTS: Duration = Duration::from_secs(150);

measured! {
/// The epochs of accounts.
#[async_trait]
pub trait AccountEpochs: Send + Sync {
    /// The epoch of an account, which begins if there is none; none: somebody writes to it now.
    async fn epoch(&self, user: UserId) -> Result<Option<Uuid>, StoreError>;

    /// A session, and the epoch of an account that it was of before, both as they are now, of one round trip. The epoch
    /// is as of [`Self::epoch`].
    async fn session_and_epoch(
        &self,
        session: SessionId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<(Option<Session>, Option<Uuid>), StoreError>;

    /// Says that accounts are going to be written: there is no epoch from now on. The writer is named by an id of its own.
    async fn begin_write(&self, users: &[UserId], writer: Uuid) -> Result<(), StoreError>;

    /// Says that a writer has written, or may have: another epoch begins, unless somebody else still writes.
    async fn end_write(&self, users: &[UserId], writer: Uuid) -> Result<(), StoreError>;
}
}
