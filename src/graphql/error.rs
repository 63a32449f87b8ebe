//! What a failure becomes at the edge, over GraphQL and over plain HTTP: a stable code, a status, a text that is safe to
//! show, the argument that is to blame, and a line in the log.

use std::borrow::Cow;
use std::time::Duration;

use async_graphql::ErrorExtensions;
use tracing::Level;

use crate::domain::error::{Bounds, Coded, ErrorCode};

/// The extension that says after how many seconds to try again.
pub(crate) const RETRY_AFTER: &str = "retryAfter";

/// The extension that has the stable code.
pub(super) const CODE: &str = "code";

/// The extension that names the argument that is to blame.
pub(super) const FIELD: &str = "field";

/// The extensions that say between what a value must be.
pub(super) const MIN: &str = "min";
pub(super) const MAX: &str = "max";

/// What resolvers return: a failure in it is safe to show.
pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

/// What all failures with a code have in common at the edge.
pub(crate) struct Edge {
    /// Of an answer over HTTP that is nothing but this failure. GraphQL answers 200 with errors beside the data.
    pub(crate) status: u16,
    /// At which it is logged, if it has a cause that the client is not told.
    pub(crate) level: Level,
    /// What the client is told in place of the error's own text, which might give away what is behind the site.
    pub(crate) words: Option<&'static str>,
}

impl Edge {
    /// The one table from codes to what becomes of them.
    pub(crate) const fn of(code: ErrorCode) -> Self {
        let (status, level, words) = match code {
            ErrorCode::Blank
            | ErrorCode::Invalid
            | ErrorCode::TooLong
            | ErrorCode::TooShort
            | ErrorCode::OutOfRange
            | ErrorCode::BadCursor
            | ErrorCode::WrongCredentials
            | ErrorCode::Cancelled
            | ErrorCode::Expired => (400, Level::INFO, None),
            ErrorCode::Unauthenticated => (401, Level::INFO, None),
            ErrorCode::Forbidden | ErrorCode::MembershipRequired => (403, Level::INFO, None),
            ErrorCode::NotFound => (404, Level::INFO, None),
            ErrorCode::Taken | ErrorCode::Conflict | ErrorCode::StaleRevision => {
                (409, Level::INFO, None)
            }
            ErrorCode::RateLimited => (429, Level::INFO, None),
            // Whoever found it has logged it, once: every request would say the same.
            ErrorCode::StorageFull => (
                507,
                Level::DEBUG,
                Some("the site has no room left to write; try again later"),
            ),
            ErrorCode::Internal => (500, Level::ERROR, Some("internal error")),
            ErrorCode::UpstreamUnavailable => (
                503,
                Level::WARN,
                Some("a part of the site does not answer; try again in a moment"),
            ),
        };
        Self {
            status,
            level,
            words,
        }
    }
}

/// A failure that is safe to show.
///
/// Not `Display` on purpose, so that it can never be confused with a raw error.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    bounds: Bounds,
    retry_after: Option<Duration>,
}

impl ApiError {
    fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            bounds: Bounds::default(),
            retry_after: None,
        }
    }

    /// An argument that a client must put right.
    pub(crate) fn argument(
        code: ErrorCode,
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(code, message)
        }
    }

    /// The same about a value that must be between these.
    #[must_use]
    pub(crate) fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// There is nothing with the id that an argument names, or the viewer may not know of it.
    pub(crate) fn not_found(field: impl Into<Cow<'static, str>>) -> Self {
        Self::argument(ErrorCode::NotFound, field, "there is nothing with this id")
    }

    /// The viewer must log in first.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "log in first")
    }

    /// What the viewer proved who they are with has ended while they stayed.
    pub(crate) fn logged_out() -> Self {
        Self::new(
            ErrorCode::Unauthenticated,
            "the session has ended: log in again",
        )
    }

    /// The viewer goes on as somebody else than who began this.
    pub(crate) fn changed() -> Self {
        Self::new(
            ErrorCode::Expired,
            "the session goes on with another profile, age, language or role: subscribe again",
        )
    }

    /// The viewer is known and may not try.
    pub(crate) fn forbidden(message: &'static str) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// A document refers to something that is not there.
    pub(crate) fn dangling(what: &'static str) -> Self {
        tracing::error!(what, "A reference leads nowhere");
        Self::internal()
    }

    /// A fault of ours, which whoever found it has logged.
    pub(crate) fn internal() -> Self {
        let words = Edge::of(ErrorCode::Internal).words;
        Self::new(ErrorCode::Internal, words.unwrap_or_default())
    }

    /// What sort of failure it is.
    pub(crate) fn kind(&self) -> ErrorCode {
        self.code
    }

    /// The stable code that clients see.
    pub(crate) fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// The status of an answer over HTTP that is nothing but this.
    pub(crate) fn status(&self) -> u16 {
        Edge::of(self.code).status
    }

    /// What the client is told, written to go on after a colon.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// After how many seconds to try again, where that is known.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after.map(seconds)
    }
}

/// Logs what clients must not see, here and nowhere else, so that each failure is logged once.
impl<E: Coded> From<E> for ApiError {
    fn from(error: E) -> Self {
        let code = error.code();
        let edge = Edge::of(code);
        if edge.words.is_some() || error.source().is_some() {
            log(edge.level, &error);
        }
        let message = match edge.words {
            Some(words) => error.words().unwrap_or(words).into(),
            None => error.to_string().into(),
        };
        Self {
            code,
            message,
            field: error.field().map(Cow::Borrowed),
            bounds: error.bounds(),
            retry_after: error.retry_after(),
        }
    }
}

/// How long to wait before trying again, in whole seconds, at least one: whoever waits so long is not too early.
pub(super) fn seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

/// The macros take no level but a constant one.
fn log(level: Level, error: &(dyn Coded + 'static)) {
    let (code, error) = (error.code().as_str(), error as &dyn std::error::Error);
    match level {
        Level::ERROR => tracing::error!(code, error, "A request failed"),
        Level::DEBUG => tracing::debug!(code, error, "A request failed"),
        Level::WARN => tracing::warn!(code, error, "A request failed"),
        _ => tracing::info!(code, error, "A request was refused"),
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        Self::new(error.message).extend_with(|_, extensions| {
            extensions.set(CODE, error.code.as_str());
            if let Some(field) = &error.field {
                extensions.set(FIELD, field.as_ref());
            }
            for (name, bound) in [(MIN, error.bounds.min), (MAX, error.bounds.max)] {
                if let Some(bound) = bound {
                    extensions.set(name, bound);
                }
            }
            if let Some(wait) = error.retry_after {
                extensions.set(RETRY_AFTER, seconds(wait));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::accounts::{AccountError, IdentityError};
    use crate::domain::error::StoreError;
    use crate::domain::watching::WatchError;
    use crate::graphql::user_error;

    #[test]
    fn each_code_has_a_status_and_a_level() {
        let expected: HashMap<&str, (u16, Level)> = [
            ("BLANK", (400, Level::INFO)),
            ("INVALID", (400, Level::INFO)),
            ("TOO_LONG", (400, Level::INFO)),
            ("TOO_SHORT", (400, Level::INFO)),
            ("OUT_OF_RANGE", (400, Level::INFO)),
            ("BAD_CURSOR", (400, Level::INFO)),
            ("WRONG_CREDENTIALS", (400, Level::INFO)),
            ("CANCELLED", (400, Level::INFO)),
            ("EXPIRED", (400, Level::INFO)),
            ("UNAUTHENTICATED", (401, Level::INFO)),
            ("FORBIDDEN", (403, Level::INFO)),
            ("MEMBERSHIP_REQUIRED", (403, Level::INFO)),
            ("NOT_FOUND", (404, Level::INFO)),
            ("TAKEN", (409, Level::INFO)),
            ("CONFLICT", (409, Level::INFO)),
            ("STALE_REVISION", (409, Level::INFO)),
            ("RATE_LIMITED", (429, Level::INFO)),
            ("STORAGE_FULL", (507, Level::DEBUG)),
            ("INTERNAL", (500, Level::ERROR)),
            ("UPSTREAM_UNAVAILABLE", (503, Level::WARN)),
        ]
        .into();

        let found = user_error::ErrorCode::OF_RESOLVERS.iter().map(|code| {
            let edge = Edge::of(*code);
            (code.as_str(), (edge.status, edge.level))
        });

        assert_eq!(found.collect::<HashMap<_, _>>(), expected);
    }

    #[test]
    fn what_a_driver_says_is_not_shown() {
        for error in [
            StoreError::failed("secret"),
            StoreError::unavailable("mongodb://host:27017"),
        ] {
            let code = error.code();

            let shown = async_graphql::Error::from(ApiError::from(error));

            let text = format!("{shown:?}");
            assert!(
                !text.contains("secret") && !text.contains("mongodb"),
                "{text}"
            );
            let extensions = shown.extensions.unwrap();
            assert_eq!(extensions.get("code"), Some(&code.as_str().into()));
        }
    }

    #[test]
    fn a_site_that_does_not_answer_is_told_from_a_part_of_ours() {
        let other = AccountError::Identity(IdentityError::Unavailable("secret".into()));
        let ours = AccountError::Store(StoreError::unavailable("secret"));

        let [other, ours] = [other, ours].map(ApiError::from);

        assert_eq!((other.status(), ours.status()), (503, 503));
        assert_eq!(
            other.message(),
            "the other site does not answer; try again later"
        );
        assert_eq!(
            ours.message(),
            "a part of the site does not answer; try again in a moment"
        );
    }

    #[test]
    fn what_a_value_must_be_between_is_said_in_numbers() {
        let too_many = ApiError::argument(ErrorCode::OutOfRange, "first", "too many");

        let shown = async_graphql::Error::from(too_many.within(Bounds::between(1, 100)));

        let extensions = shown.extensions.unwrap();
        assert_eq!(extensions.get("min"), Some(&1.0.into()));
        assert_eq!(extensions.get("max"), Some(&100.0.into()));
    }

    #[test]
    fn whoever_waits_as_long_as_is_said_is_not_too_early() {
        let wait = |milliseconds| seconds(Duration::from_millis(milliseconds));

        assert_eq!([0, 1, 1_000, 1_001, 90_000].map(wait), [1, 1, 1, 2, 90]);
        let early = WatchError::TooManyPlays {
            most: 10,
            wait: Duration::from_millis(1_500),
        };
        let early = ApiError::from(early);
        assert_eq!(early.retry_after(), Some(2));
        let extensions = async_graphql::Error::from(early).extensions.unwrap();
        assert_eq!(extensions.get(RETRY_AFTER), Some(&2_u64.into()));
    }

    #[test]
    fn an_argument_is_named() {
        let shown = async_graphql::Error::from(ApiError::not_found("item"));

        let extensions = shown.extensions.unwrap();
        assert_eq!(extensions.get("code"), Some(&"NOT_FOUND".into()));
        assert_eq!(extensions.get("field"), Some(&"item".into()));
    }
}
