//! API keys: what programs use the API with, on behalf of an account.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::token::TokenHash;
use crate::domain::error::{Bounds, Coded, ErrorCode};
use crate::domain::ids::{ApiKeyId, UserId};
use crate::domain::viewer::Role;

/// What a key is good for. Every key may read what its account may read; none ever manages the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Reading what the account may read; every key may.
    Read,
    /// Reporting what is watched.
    Watch,
    /// What curators may do, as long as the account is one.
    Curate,
    /// What moderators may do, as long as the account is one.
    Moderate,
    /// What admins may do, as long as the account is one, but for what they do to accounts.
    Administer,
}

impl Scope {
    /// The role that it lends.
    pub fn role(self) -> Role {
        match self {
            Self::Read | Self::Watch => Role::Viewer,
            Self::Curate => Role::Curator,
            Self::Moderate => Role::Moderator,
            Self::Administer => Role::Admin,
        }
    }
}

/// An API key; the secret itself is stored as a hash only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id: safe to show.
    pub id: ApiKeyId,
    /// The account that it belongs to.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What it is good for, in order, each once.
    pub scopes: Vec<Scope>,
    /// The hash of the secret that proves it.
    pub secret: TokenHash,
    /// When it was last used, to the minute or so; `None`: never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, use not counted.
    pub updated_at: DateTime<Utc>,
}

/// How many days a key may last, at the most.
const MOST_DAYS: u16 = 730;

impl ApiKey {
    /// How long a key lasts of which nothing else was said.
    pub const LASTS: TimeDelta = TimeDelta::days(365);

    /// How long a key lasts for which so many days were asked.
    pub(super) fn lasts(days: Option<i32>) -> Result<TimeDelta, ApiKeyError> {
        match days.map(i64::from) {
            None => Ok(Self::LASTS),
            Some(days) if (1..=i64::from(MOST_DAYS)).contains(&days) => Ok(TimeDelta::days(days)),
            Some(_) => Err(ApiKeyError::InvalidExpiry),
        }
    }

    /// What it may do for an account of this role.
    pub fn role(&self, of_account: Role) -> Role {
        let lent = self.scopes.iter().map(|scope| scope.role()).max();
        lent.unwrap_or(Role::Viewer).min(of_account)
    }
}

/// What can go wrong with the keys of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// The account has no such key.
    #[error("there is no such key")]
    NotFound,
    /// More keys than an account may have.
    #[error("an account may have at most {most} keys")]
    TooMany {
        /// How many it may have.
        most: usize,
    },
    /// A key must be good for something, and for nothing that the account is not.
    #[error("a key needs scopes, and none that the account's own role does not reach")]
    InvalidScopes,
    #[error("a key lasts 1 to {MOST_DAYS} days")]
    InvalidExpiry,
}

impl Coded for ApiKeyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::TooMany { .. } => ErrorCode::Conflict,
            Self::InvalidScopes => ErrorCode::Invalid,
            Self::InvalidExpiry => ErrorCode::OutOfRange,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound => Some("apiKey"),
            Self::TooMany { .. } => Some("name"),
            Self::InvalidScopes => Some("scopes"),
            Self::InvalidExpiry => Some("expiresInDays"),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TooMany { most } => Bounds::most(*most),
            Self::InvalidExpiry => Bounds::between(1, MOST_DAYS.into()),
            Self::NotFound | Self::InvalidScopes => Bounds::default(),
        }
    }
}
