//! Errors as clients see them: a stable code, a text that is safe to show, and the argument that is to blame.

use std::borrow::Cow;
use std::time::Duration;

use async_graphql::ErrorExtensions;

use crate::domain::error::{Coded, ErrorCode};

/// The extension that says after how many seconds to try again.
pub(crate) const RETRY_AFTER: &str = "retryAfter";

/// What resolvers return: a failure in it is safe to show.
pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

/// A failure that is safe to show.
///
/// Not `Display` on purpose, so that it can never be confused with a raw error.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    code: ErrorCode,
    message: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
}

impl ApiError {
    /// An argument that a client must put right.
    pub(crate) fn argument(
        code: ErrorCode,
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            field: Some(field.into()),
            retry_after: None,
        }
    }

    /// There is nothing with the id that an argument names, or the viewer may not know of it.
    pub(crate) fn not_found(field: impl Into<Cow<'static, str>>) -> Self {
        Self::argument(ErrorCode::NotFound, field, "there is nothing with this id")
    }

    /// The viewer must log in first.
    pub(crate) fn unauthenticated() -> Self {
        Self {
            code: ErrorCode::Unauthenticated,
            message: "log in first".into(),
            field: None,
            retry_after: None,
        }
    }

    /// The viewer is known and may not try.
    pub(crate) fn forbidden(message: &'static str) -> Self {
        Self {
            code: ErrorCode::Forbidden,
            message: message.into(),
            field: None,
            retry_after: None,
        }
    }

    /// A document refers to something that is not there.
    pub(crate) fn dangling(what: &'static str) -> Self {
        tracing::error!(what, "A reference leads nowhere");
        Self::internal()
    }

    fn internal() -> Self {
        Self {
            code: ErrorCode::Internal,
            message: "internal error".into(),
            field: None,
            retry_after: None,
        }
    }
}

/// Logs what clients must not see, here and nowhere else, so that each failure is logged once.
impl<E: Coded> From<E> for ApiError {
    fn from(error: E) -> Self {
        let code = error.code();
        match code {
            ErrorCode::Internal => {
                tracing::error!(error = &error as &dyn std::error::Error, "A request failed");
                Self::internal()
            }
            ErrorCode::UpstreamUnavailable => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "A store does not answer"
                );
                Self {
                    code,
                    message: "a part of the site does not answer; try again in a moment".into(),
                    field: None,
                    retry_after: None,
                }
            }
            _ => Self {
                code,
                message: error.to_string().into(),
                field: error.field().map(Cow::Borrowed),
                retry_after: error.retry_after(),
            },
        }
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        Self::new(error.message).extend_with(|_, extensions| {
            extensions.set("code", error.code.as_str());
            if let Some(field) = &error.field {
                extensions.set("field", field.as_ref());
            }
            if let Some(wait) = error.retry_after {
                extensions.set(RETRY_AFTER, wait.as_secs());
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::StoreError;

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
    fn an_argument_is_named() {
        let shown = async_graphql::Error::from(ApiError::not_found("item"));

        let extensions = shown.extensions.unwrap();
        assert_eq!(extensions.get("code"), Some(&"NOT_FOUND".into()));
        assert_eq!(extensions.get("field"), Some(&"item".into()));
    }
}
