//! Access tokens: what an app shows with each request, for some minutes.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::error::StoreError;
use crate::domain::ids::{SessionId, UserId};

/// What an access token says. Whether the session still runs is asked with each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    pub user: UserId,
    pub session: SessionId,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it ends, in UTC.
    pub expires_at: DateTime<Utc>,
}

/// What a token is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    Good(Claims),
    /// It was good, and has ended.
    Expired(Claims),
    /// It says that it has ended, and if it is ours, it was signed by a key that is forgotten.
    Forgotten,
    /// It is not ours, or was changed.
    Wrong,
}

/// Signs and checks access tokens, with keys that change by themselves and that every server of a site shares.
#[async_trait]
pub trait AccessTokens: Send + Sync {
    /// A token that says so.
    async fn issue(&self, claims: &Claims) -> Result<String, StoreError>;

    /// What a token says, if it is ours.
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Verified, StoreError>;

    /// The public keys as a JSON Web Key Set (RFC 7517), for whoever wants to check tokens by themselves.
    async fn public_keys(&self) -> Result<serde_json::Value, StoreError>;
}

/// A key that tokens are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its place in the line of keys, and its `kid`: the next one is one more.
    pub number: u32,
    /// The private key, as the adapter that made it keeps it.
    pub private: Vec<u8>,
    pub public: Vec<u8>,
    /// When it was made. It is published at once and signs a little later, when everybody has had time to fetch it.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Until when it is kept: the last token that it signed has ended by then.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.number)
    }
}

/// How long keys are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRotation {
    /// How long a key signs.
    pub signs: TimeDelta,
    /// How long it is published before it signs.
    pub announced: TimeDelta,
    /// How long it is kept after it signed.
    pub kept: TimeDelta,
}

impl Default for KeyRotation {
    fn default() -> Self {
        Self {
            signs: TimeDelta::days(30),
            announced: TimeDelta::hours(24),
            kept: TimeDelta::hours(24),
        }
    }
}
