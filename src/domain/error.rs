//! What can go wrong, said in a way that is stable for clients: every error has a code. What a code becomes for a client
//! (status, words) and in the log stands in `graphql/error.rs`.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

/// The stable code of a failure, as clients see it in `extensions.code` and in `userErrors.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// A required text is empty or has only invisible characters.
    Blank,
    /// A value is not of the form that its field wants.
    Invalid,
    /// A text is longer than its field allows.
    TooLong,
    /// A text is shorter than its field allows.
    TooShort,
    /// A number is below or above what its field allows.
    OutOfRange,
    /// Somebody else has it already.
    Taken,
    /// It does not exist, or the viewer may not know that it does.
    NotFound,
    /// It contradicts what is stored.
    Conflict,
    /// It goes by a revision that is not the present one any more.
    StaleRevision,
    /// The viewer is known and may not do this.
    Forbidden,
    /// It is for members, and the viewer has no plan that opens it.
    MembershipRequired,
    /// The viewer must log in first.
    Unauthenticated,
    /// E-mail address or password is wrong.
    WrongCredentials,
    /// Somebody changed their mind on the way.
    Cancelled,
    /// It was good once: it was used, or its time is over.
    Expired,
    /// Too many at once or in too short a time; see [`Coded::retry_after`].
    RateLimited,
    /// A cursor, or another argument of paging, is not one that the list gave out.
    BadCursor,
    /// A store did not answer in time.
    UpstreamUnavailable,
    /// A store has no room left: nothing is written until there is.
    StorageFull,
    /// A fault of ours; the details are in the log.
    Internal,
}

impl ErrorCode {
    /// The code as clients read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blank => "BLANK",
            Self::Invalid => "INVALID",
            Self::TooLong => "TOO_LONG",
            Self::TooShort => "TOO_SHORT",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::Taken => "TAKEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::StaleRevision => "STALE_REVISION",
            Self::Forbidden => "FORBIDDEN",
            Self::MembershipRequired => "MEMBERSHIP_REQUIRED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::WrongCredentials => "WRONG_CREDENTIALS",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
            Self::RateLimited => "RATE_LIMITED",
            Self::BadCursor => "BAD_CURSOR",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
            Self::StorageFull => "STORAGE_FULL",
            Self::Internal => "INTERNAL",
        }
    }
}

/// The least and the most that a value may be, or have of characters or entries; `None` where there is no such limit.
///
/// For clients that say in words of their own what is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bounds {
    pub min: Option<f64>,
    pub max: Option<f64>,
}

impl Bounds {
    /// At least so many.
    pub fn least(min: usize) -> Self {
        Self {
            min: Some(number(min)),
            max: None,
        }
    }

    /// At most so many.
    pub fn most(max: usize) -> Self {
        Self {
            min: None,
            max: Some(number(max)),
        }
    }

    /// From so many to so many.
    pub fn between(min: usize, max: usize) -> Self {
        Self {
            max: Some(number(max)),
            ..Self::least(min)
        }
    }
}

/// No limit is beyond what 32 bits can count.
fn number(count: usize) -> f64 {
    u32::try_from(count).unwrap_or(u32::MAX).into()
}

/// An error that knows its code and the input field that it is about.
pub trait Coded: std::error::Error + Send + Sync + 'static {
    /// The stable code that clients see.
    fn code(&self) -> ErrorCode;

    /// The input field that is to blame, in the client's spelling. Without a default, and to be written without `_`, so
    /// that nothing new points at no field by accident.
    fn field(&self) -> Option<&'static str>;

    /// How long to wait before trying again, where that is known.
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// Between what the value must be, where that is what is wrong with it.
    fn bounds(&self) -> Bounds {
        Bounds::default()
    }

    /// The fields, by their names in files, that were changed since the revision that the change goes by, as far as is known.
    fn changed_fields(&self) -> &[String] {
        &[]
    }

    /// What to say where the error's own text must not be shown, if that can be more than its code says.
    fn words(&self) -> Option<&'static str> {
        None
    }
}

/// What a store can answer instead of a result. "Not there" is never an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store did not answer in time, or cannot be reached.
    #[error("a store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Somebody else wrote first. Nothing was changed; read again and try again.
    #[error("somebody else changed it at the same time")]
    Conflict,
    /// The store has no room left. Nothing was changed.
    #[error("a store has no room left")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store answered something that should not happen.
    #[error("a store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A fault of the store or of our use of it.
    pub fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }

    /// A failure that several waited for together.
    pub fn shared(error: Arc<Self>) -> Self {
        match &*error {
            Self::Unavailable(_) => Self::unavailable(error),
            Self::Conflict => Self::Conflict,
            Self::Full(_) => Self::full(error),
            Self::Failed(_) => Self::failed(error),
        }
    }

    /// The store has no room left.
    pub fn full(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Full(error.into())
    }

    /// The store did not answer, or not in time: trying again may help.
    pub fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Coded for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::UpstreamUnavailable,
            Self::Conflict => ErrorCode::Conflict,
            Self::Full(_) => ErrorCode::StorageFull,
            Self::Failed(_) => ErrorCode::Internal,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(_) | Self::Conflict | Self::Full(_) | Self::Failed(_) => None,
        }
    }
}
