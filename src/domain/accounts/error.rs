//! What can go wrong with accounts. Errors of a single value are defined beside that value.

use std::time::Duration;

use super::api_key::ApiKeyError;
use super::email::EmailError;
use super::identity::{IdentityError, LinkError};
use super::name::NameError;
use super::password::{HashingError, PasswordError};
use super::profile::ProfileError;
use super::session::SessionError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};

/// What can go wrong with accounts.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No account with this address and password; which of the two is wrong is not said.
    #[error("e-mail address or password is wrong")]
    WrongCredentials,
    #[error("log in first")]
    Unauthenticated,
    /// The viewer may not do this.
    #[error("you may not do this")]
    Forbidden,
    /// The account may not be used.
    #[error("this account is disabled")]
    Disabled,
    /// Nobody takes their own rights away by mistake.
    #[error("ask another admin to do this to your own account")]
    OwnAccount,
    /// There is no such account, or the viewer may not know.
    #[error("there is no such account")]
    UserNotFound,
    /// The link or code is unknown, has ended or was used before.
    #[error("this link is not valid any more; ask for a new one")]
    InvalidToken,
    /// Too often in too short a time.
    #[error("too many attempts; try again in {} s", seconds(*.0))]
    TooOften(Duration),
    /// About an e-mail address.
    #[error(transparent)]
    Email(#[from] EmailError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// About the name of a profile or a key.
    #[error(transparent)]
    Name(#[from] NameError),
    #[error(transparent)]
    Session(#[from] SessionError),
    /// About an API key.
    #[error(transparent)]
    ApiKey(#[from] ApiKeyError),
    /// About a link with another site.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The other site did not say who it is.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whole seconds, rounded up: whoever waits so long is not too early.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// What an error is about.
enum About<'a> {
    /// The account as a whole, and the input field that names it.
    Account(ErrorCode, Option<&'static str>),
    /// A value, whose error knows the rest.
    Value(&'a dyn Coded),
}

impl AccountError {
    fn about(&self) -> About<'_> {
        match self {
            Self::WrongCredentials => About::Account(ErrorCode::WrongCredentials, None),
            Self::Unauthenticated => About::Account(ErrorCode::Unauthenticated, None),
            Self::Forbidden | Self::Disabled => About::Account(ErrorCode::Forbidden, None),
            Self::OwnAccount => About::Account(ErrorCode::Conflict, Some("user")),
            Self::UserNotFound => About::Account(ErrorCode::NotFound, Some("user")),
            Self::InvalidToken => About::Account(ErrorCode::Invalid, Some("token")),
            Self::TooOften(_) => About::Account(ErrorCode::RateLimited, None),
            Self::Email(error) => About::Value(error),
            Self::Password(error) => About::Value(error),
            Self::Hashing(error) => About::Value(error),
            Self::Profile(error) => About::Value(error),
            Self::Name(error) => About::Value(error),
            Self::Session(error) => About::Value(error),
            Self::ApiKey(error) => About::Value(error),
            Self::Link(error) => About::Value(error),
            Self::Identity(error) => About::Value(error),
            Self::Store(error) => About::Value(error),
        }
    }
}

impl Coded for AccountError {
    fn code(&self) -> ErrorCode {
        match self.about() {
            About::Account(code, _) => code,
            About::Value(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self.about() {
            About::Account(_, field) => field,
            About::Value(error) => error.field(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match (self, self.about()) {
            (Self::TooOften(wait), _) => Some(Duration::from_secs(seconds(*wait).max(1))),
            (_, About::Account(..)) => None,
            (_, About::Value(error)) => error.retry_after(),
        }
    }

    fn bounds(&self) -> Bounds {
        match self.about() {
            About::Account(..) => Bounds::default(),
            About::Value(error) => error.bounds(),
        }
    }

    fn words(&self) -> Option<&'static str> {
        match self.about() {
            About::Account(..) => None,
            About::Value(error) => error.words(),
        }
    }
}
