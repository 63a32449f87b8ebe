//! What can go wrong with accounts.

use std::time::Duration;

use super::identity::IdentityError;
use super::password::MAX_PASSWORD;
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
    /// The account has no address to send mail to.
    #[error("the account has no e-mail address")]
    NoEmail,
    /// The password is too short.
    #[error("a password needs at least {least} characters")]
    PasswordTooShort {
        /// The fewest characters.
        least: usize,
    },
    /// The password is too long.
    #[error("a password may have at most {MAX_PASSWORD} characters")]
    PasswordTooLong,
    /// The password is one of those that anybody would try first.
    #[error("this password is too easy to guess")]
    PasswordTooCommon,
    /// The two passwords differ.
    #[error("the two passwords are not the same")]
    PasswordsDiffer,
    /// No account with this address and password; which of the two is wrong is not said.
    #[error("e-mail address or password is wrong")]
    WrongCredentials,
    /// Not the password of the viewer's account.
    #[error("the password is wrong")]
    WrongPassword,
    /// Not the PIN of the profile, or none was given.
    #[error("the PIN is wrong")]
    WrongPin,
    /// Not a PIN.
    #[error("a PIN has 4 to 8 digits")]
    InvalidPin,
    /// The account may not be used.
    #[error("this account is disabled")]
    Disabled,
    /// Too often in too short a time.
    #[error("too many attempts; try again in {} s", seconds(*.0))]
    TooOften(Duration),
    /// Too many log-ins at once.
    #[error("too many log-ins at the same time; try again in a few seconds")]
    Busy,
    /// Not logged in.
    #[error("log in first")]
    Unauthenticated,
    /// The log-in is too old, and the account has no password to ask for instead.
    #[error("log in once more, then try again within ten minutes")]
    LogInAgain,
    /// The viewer may not do this.
    #[error("you may not do this")]
    Forbidden,
    /// The profile is for a child.
    #[error("switch to the profile of a grown-up first")]
    ChildProfile,
    /// The account has no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// The refresh token is unknown, has ended or was used before.
    #[error("the refresh token is not valid; log in again")]
    InvalidRefreshToken,
    /// The link or code is unknown, has ended or was used before.
    #[error("this link is not valid any more; ask for a new one")]
    InvalidToken,
    /// The account has no such profile.
    #[error("there is no such profile")]
    ProfileNotFound,
    /// What the profile watched is not for the viewer's profile.
    #[error("switch to this profile to see what it watched and what is suggested to it")]
    ProfileClosed,
    /// Every account has a profile.
    #[error("this is the only profile; an account needs one")]
    LastProfile,
    /// An account always has a profile that can manage it.
    #[error("an account needs a profile of a grown-up")]
    LastAdultProfile,
    /// More profiles than an account may have.
    #[error("an account may have at most {most} profiles")]
    TooManyProfiles {
        /// The most profiles.
        most: usize,
    },
    /// A name is empty.
    #[error("a name is needed")]
    BlankName,
    /// A name is too long.
    #[error("a name may have at most {most} characters")]
    NameTooLong {
        /// The most characters.
        most: usize,
    },
    /// Not an age.
    #[error("an age rating is from 0 to 21 years")]
    InvalidAge,
    /// Not a language.
    #[error("a language is a BCP 47 tag such as \"de\" or \"pt-BR\"")]
    InvalidLanguage,
    /// No such other site is set up.
    #[error("this site has no log-in by that name")]
    ProviderNotFound,
    /// The address is not on the list.
    #[error("this is not an address that the site allows to return to")]
    ReturnNotAllowed,
    /// An app must prove that it is the one that began.
    #[error("an app needs a code challenge of 43 characters (RFC 7636, S256)")]
    InvalidChallenge,
    /// The other site's account is linked with an account here, or this account with another one there.
    #[error("it is linked already")]
    IdentityTaken,
    /// The other site told an address that an account here has.
    #[error("an account with this e-mail address exists already; log in to it and link it there")]
    IdentityEmailTaken,
    /// The account has no such identity.
    #[error("the account is not linked with this")]
    IdentityNotFound,
    /// Without it nobody could log in.
    #[error("this is the last way to log in; set a password first")]
    LastWayIn,
    /// The person at the other site said no.
    #[error("the log-in was cancelled")]
    Cancelled,
    /// The other site did not say who it is.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The account has no such key.
    #[error("there is no such key")]
    ApiKeyNotFound,
    /// More keys than an account may have.
    #[error("an account may have at most {most} keys")]
    TooManyApiKeys {
        /// The most keys.
        most: usize,
    },
    /// A key must be good for something, and for nothing that the account is not.
    #[error("a key needs scopes, and none that the account's own role does not reach")]
    InvalidScopes,
    /// There is no such account, or the viewer may not know.
    #[error("there is no such account")]
    UserNotFound,
    /// Nobody takes their own rights away by mistake.
    #[error("ask another admin to do this to your own account")]
    OwnAccount,
    /// The password could not be hashed.
    #[error("hashing a password failed")]
    Hashing(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whole seconds, rounded up: whoever waits so long is not too early.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl Coded for AccountError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidEmail
            | Self::NoEmail
            | Self::PasswordsDiffer
            | Self::PasswordTooCommon
            | Self::InvalidPin
            | Self::InvalidToken
            | Self::InvalidLanguage
            | Self::ReturnNotAllowed
            | Self::InvalidChallenge
            | Self::InvalidScopes
            | Self::Cancelled => ErrorCode::Invalid,
            Self::EmailTaken => ErrorCode::Taken,
            Self::PasswordTooShort { .. } => ErrorCode::TooShort,
            Self::PasswordTooLong | Self::NameTooLong { .. } => ErrorCode::TooLong,
            Self::BlankName => ErrorCode::Blank,
            Self::InvalidAge => ErrorCode::OutOfRange,
            Self::WrongCredentials | Self::WrongPassword | Self::WrongPin => {
                ErrorCode::WrongCredentials
            }
            Self::TooOften(_) | Self::Busy => ErrorCode::RateLimited,
            Self::Unauthenticated | Self::InvalidRefreshToken => ErrorCode::Unauthenticated,
            Self::Disabled
            | Self::Forbidden
            | Self::ChildProfile
            | Self::LogInAgain
            | Self::ProfileClosed => ErrorCode::Forbidden,
            Self::SessionNotFound
            | Self::ProfileNotFound
            | Self::ProviderNotFound
            | Self::IdentityNotFound
            | Self::ApiKeyNotFound
            | Self::UserNotFound => ErrorCode::NotFound,
            Self::LastProfile
            | Self::LastAdultProfile
            | Self::TooManyProfiles { .. }
            | Self::TooManyApiKeys { .. }
            | Self::IdentityTaken
            | Self::IdentityEmailTaken
            | Self::LastWayIn
            | Self::OwnAccount => ErrorCode::Conflict,
            Self::Identity(IdentityError::Unavailable(_)) => ErrorCode::UpstreamUnavailable,
            Self::Identity(IdentityError::Refused(_)) => ErrorCode::WrongCredentials,
            Self::Hashing(_) => ErrorCode::Internal,
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::InvalidEmail | Self::EmailTaken | Self::NoEmail => Some("email"),
            Self::PasswordTooShort { .. }
            | Self::PasswordTooLong
            | Self::PasswordTooCommon
            | Self::WrongPassword => Some("password"),
            Self::PasswordsDiffer => Some("passwordConfirm"),
            Self::WrongPin | Self::InvalidPin => Some("pin"),
            Self::SessionNotFound => Some("session"),
            Self::InvalidRefreshToken => Some("refreshToken"),
            Self::InvalidToken => Some("token"),
            Self::ProfileNotFound | Self::LastProfile => Some("profile"),
            Self::LastAdultProfile | Self::InvalidAge => Some("maxAge"),
            Self::BlankName
            | Self::NameTooLong { .. }
            | Self::TooManyProfiles { .. }
            | Self::TooManyApiKeys { .. } => Some("name"),
            Self::InvalidLanguage => Some("language"),
            Self::ProviderNotFound
            | Self::IdentityTaken
            | Self::IdentityNotFound
            | Self::LastWayIn => Some("provider"),
            Self::ReturnNotAllowed => Some("returnTo"),
            Self::InvalidChallenge => Some("codeChallenge"),
            Self::ApiKeyNotFound => Some("apiKey"),
            Self::InvalidScopes => Some("scopes"),
            Self::UserNotFound | Self::OwnAccount => Some("user"),
            _ => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooOften(wait) => Some(Duration::from_secs(seconds(*wait).max(1))),
            Self::Busy => Some(Duration::from_secs(2)),
            _ => None,
        }
    }
}
