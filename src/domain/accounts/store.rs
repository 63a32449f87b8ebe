//! The ports to where accounts and sessions are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::error::AccountError;
use super::token::TokenHash;
use super::types::{EmailAddress, Profile, Session, User};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, SessionId, UserId};

/// Where accounts and profiles are kept. Reads leave out what does not exist and promise no order, unless said
/// otherwise.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Adds an account with its first profile, both or none. [`AccountError::EmailTaken`] if the address is in use.
    async fn create_user(&self, user: &User, profile: &Profile) -> Result<(), AccountError>;

    /// The account with this address.
    async fn find_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError>;

    /// The accounts with these ids.
    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;

    /// The profiles with these ids.
    async fn profiles(&self, ids: &[ProfileId]) -> Result<Vec<Profile>, StoreError>;

    /// The profiles of an account, the oldest first, ties by id.
    async fn profiles_of_user(&self, user: UserId) -> Result<Vec<Profile>, StoreError>;

    /// Adds those of the profiles whose id is not there yet; the others stay as they are.
    async fn add_profiles(&self, profiles: &[Profile]) -> Result<(), StoreError>;
}

/// Where sessions are kept. What has expired is as good as not there.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Adds a session. Once this returns it survives a crash.
    async fn create_session(&self, session: &Session) -> Result<(), StoreError>;

    /// The session that a token proves.
    async fn find_session(
        &self,
        token: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError>;

    /// Notes that a session was used.
    async fn touch_session(&self, session: &Session, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// The sessions of an account, the latest begun first.
    async fn sessions_of_user(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError>;

    /// Ends a session of an account. Says whether there was one.
    async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool, StoreError>;

    /// Whether the store answers.
    async fn ping_sessions(&self) -> Result<(), StoreError>;
}
