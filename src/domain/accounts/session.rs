//! Sessions: log-ins on devices.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

use super::token::{Salt, TokenHash};
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::ids::{ProfileId, SessionId, UserId};

/// One log-in on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id: safe to show, of no use as a token.
    pub id: SessionId,
    pub user: UserId,
    /// The epoch of the account that it was begun in; in another one it proves nothing.
    pub epoch: u32,
    /// The profile that watches.
    pub profile: ProfileId,
    /// What it was begun with: `password`, or the name of another site.
    pub via: String,
    /// The hash of the secret that proves it: of a browser's token, or of the family of an app's refresh tokens.
    pub secret: TokenHash,
    /// The hash of the refresh token that is to be used next; `None` for a browser.
    pub refresh: Option<TokenHash>,
    /// What the client calls itself (the `User-Agent` header), cut to 200 characters.
    pub device: Option<String>,
    /// The network address that it was begun from.
    pub address: Option<IpAddr>,
    /// How long it lasts without being used.
    pub idle: TimeDelta,
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute or so.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends unless it is used before.
    pub expires_at: DateTime<Utc>,
    /// When it ends in any case.
    pub ends_at: DateTime<Utc>,
}

impl Session {
    /// When it ends if it is used now and then no more.
    pub fn expiry(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        (now + self.idle).min(self.ends_at)
    }
}

/// One refresh token in the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Succession {
    /// The hash of the token that a client came with.
    pub from: TokenHash,
    /// The hash of the one that it gets.
    pub to: TokenHash,
    /// What makes the one of the other.
    pub salt: Salt,
    /// When the client came with it.
    pub at: DateTime<Utc>,
}

impl Succession {
    /// How long a token stays good that was replaced, if the next one was not used: a client whose answer was lost comes
    /// with it again, or twice at the same time.
    pub const GRACE: TimeDelta = TimeDelta::seconds(60);
}

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It was the right one, and is replaced.
    Rotated,
    /// It was replaced just now, by the one that this salt makes of it.
    Repeated(Salt),
    /// It was used before.
    Reused,
    /// There is no such session.
    Gone,
}

/// How a client holds its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    #[default]
    Cookie,
    /// An access token and a refresh token.
    Bearer,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// A browser's session without use, if it is not to be remembered.
    pub idle: TimeDelta,
    /// Any other session without use.
    pub remembered: TimeDelta,
    /// Any session in any case.
    pub absolute: TimeDelta,
    /// How long an access token is good, until the next must be fetched with the refresh token.
    pub access_token: TimeDelta,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            idle: TimeDelta::hours(24),
            remembered: TimeDelta::days(30),
            absolute: TimeDelta::days(180),
            access_token: TimeDelta::minutes(10),
        }
    }
}

/// What can go wrong with sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The account has no such session.
    #[error("there is no such session")]
    NotFound,
    /// The refresh token is unknown, has ended or was used before.
    #[error("the refresh token is not valid; log in again")]
    InvalidRefreshToken,
    /// The log-in is too old, and the account has no password to ask for instead.
    #[error("log in once more, then try again within ten minutes")]
    TooOld,
}

impl Coded for SessionError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::InvalidRefreshToken => ErrorCode::Unauthenticated,
            Self::TooOld => ErrorCode::Forbidden,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound => Some("session"),
            Self::InvalidRefreshToken => Some("refreshToken"),
            Self::TooOld => None,
        }
    }
}
