//! What can go wrong with accounts.

use super::password::{MAX_PASSWORD, MIN_PASSWORD};
use crate::domain::error::{Coded, ErrorCode, StoreError};

/// What can go wrong with accounts.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not an e-mail address.
    #[error("this is not an e-mail address")]
    InvalidEmail,
    /// Somebody is registered with it.
    #[error("an account with this e-mail address exists already")]
    EmailTaken,
    /// The password is too short.
    #[error("a password needs at least {MIN_PASSWORD} characters")]
    PasswordTooShort,
    /// The password is too long.
    #[error("a password may have at most {MAX_PASSWORD} characters")]
    PasswordTooLong,
    /// The password repeats the address, or is one of the first that anybody would try.
    #[error("this password is too easy to guess")]
    PasswordTooCommon,
    /// The two passwords differ.
    #[error("the two passwords are not the same")]
    PasswordsDiffer,
    /// No account with this address and password; which of the two is wrong is not said.
    #[error("e-mail address or password is wrong")]
    WrongCredentials,
    /// Too many log-ins at once.
    #[error("too many log-ins at the same time; try again in a few seconds")]
    Busy,
    /// Not logged in.
    #[error("log in first")]
    Unauthenticated,
    /// The account has no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// The password could not be hashed.
    #[error("hashing a password failed")]
    Hashing(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for AccountError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidEmail | Self::PasswordsDiffer | Self::PasswordTooCommon => {
                ErrorCode::Invalid
            }
            Self::EmailTaken => ErrorCode::Taken,
            Self::PasswordTooShort => ErrorCode::TooShort,
            Self::PasswordTooLong => ErrorCode::TooLong,
            Self::WrongCredentials => ErrorCode::WrongCredentials,
            Self::Busy => ErrorCode::RateLimited,
            Self::Unauthenticated => ErrorCode::Unauthenticated,
            Self::SessionNotFound => ErrorCode::NotFound,
            Self::Hashing(_) => ErrorCode::Internal,
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::InvalidEmail | Self::EmailTaken => Some("email"),
            Self::PasswordTooShort | Self::PasswordTooLong | Self::PasswordTooCommon => {
                Some("password")
            }
            Self::PasswordsDiffer => Some("passwordConfirm"),
            Self::SessionNotFound => Some("session"),
            _ => None,
        }
    }
}
