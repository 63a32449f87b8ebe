//! A request that is answered without asking the schema.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use axum::http::StatusCode;

use crate::domain::accounts::Stale;
use crate::domain::error::ErrorCode;
use crate::graphql::ApiError;
use crate::graphql::limits::LimitError;
use crate::http::error::{status, status_of};

/// Why a request was not executed: one error with a stable code, and the status that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `None` for a request that is sound as such, but not its document: that depends on the type of the answer.
    pub(in crate::http) status: Option<StatusCode>,
    pub(in crate::http) code: &'static str,
    pub(in crate::http) message: String,
    /// Where in the document, if it is about a place.
    pub(super) at: Option<Pos>,
    /// The methods that would do, which a 405 must name.
    pub(super) allow: Option<&'static str>,
    /// After how many seconds to try again, where that is known.
    pub(in crate::http) retry_after: Option<u64>,
    /// Why the credentials of the request prove nothing.
    pub(super) stale: Option<Stale>,
}

/// The extension that says why credentials prove nothing.
const REASON: &str = "reason";

/// The code of a document that does not fit the schema. Errors without a code get it too: those of resolvers have one,
/// so they come from the validation of async-graphql, about what the client sent.
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

impl Refusal {
    /// An answer of one error; the message is shown to the client.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            code,
            message: message.into(),
            at: None,
            allow: None,
            retry_after: None,
            stale: None,
        }
    }

    /// Credentials that prove nothing.
    pub(crate) fn stale(stale: Stale) -> Self {
        let code = ErrorCode::Unauthenticated;
        let message = match stale {
            Stale::Expired => "the bearer token has expired; get another one",
            Stale::Revoked => "the bearer token was revoked; log in again",
            Stale::Wrong => "the bearer token is not valid; log in again",
        };
        Self {
            stale: Some(stale),
            ..Self::new(status_of(code), code.as_str(), message)
        }
    }

    /// The challenge that goes with a 401 (RFC 6750, 3): nothing more for a request that showed nothing.
    pub(in crate::http) fn challenge(&self) -> String {
        match self.stale {
            None => "Bearer".to_owned(),
            Some(_) => format!(
                "Bearer error=\"invalid_token\", error_description=\"{}\"",
                self.message
            ),
        }
    }

    /// What a page of another site made a browser send.
    pub(in crate::http) fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "CROSS_SITE",
            "requests of pages of other sites are refused: list the origin of the page in REELGRAPH_TRUSTED_ORIGINS; if it \
             is a page of this host, the proxy in front must pass the header Host on as it came",
        )
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// Message, code and status are those that clients of Apollo's automatic persisted queries look for: with another
    /// status some of them take it for a fault of the network and do not go on.
    pub(super) fn unknown_hash() -> Self {
        Self::new(
            StatusCode::OK,
            "PERSISTED_QUERY_NOT_FOUND",
            "PersistedQueryNotFound",
        )
    }

    /// Whoever was built with this document has a manifest of it that the site was not given.
    pub(super) fn unknown_id() -> Self {
        Self::of_document(
            "DOCUMENT_NOT_FOUND",
            "no document of this site has this id",
            None,
        )
    }

    pub(super) fn untrusted() -> Self {
        Self::of_document(
            "DOCUMENT_NOT_TRUSTED",
            "this site executes its own documents only",
            None,
        )
    }

    pub(super) fn method_not_allowed(allow: &'static str, message: &str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "METHOD_NOT_ALLOWED",
                message,
            )
        }
    }

    /// A connection that has as many operations as it may.
    pub(super) fn too_many_operations(most: usize) -> Self {
        Self::rate_limited(format!(
            "a connection has at most {most} operations at a time: subscriptions, and what is not answered yet"
        ))
    }

    /// One whose operations are as long as they may be.
    pub(super) fn too_long_operations(most: usize) -> Self {
        Self::rate_limited(format!(
            "the operations that a connection has at a time have at most {most} bytes together, variables included: as \
             many as a request of its own may have"
        ))
    }

    /// One that begins and leaves operations faster than they end.
    pub(super) fn too_many_at_work() -> Self {
        Self::rate_limited("operations that were left have not ended yet: try again in a moment")
    }

    /// Something for which the server has no room now.
    pub(in crate::http) fn busy(words: impl Into<String>) -> Self {
        Self {
            retry_after: Some(1),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", words)
        }
    }

    /// Somebody who has or does too much at a time.
    pub(in crate::http) fn rate_limited(words: impl Into<String>) -> Self {
        let code = ErrorCode::RateLimited;
        Self::new(status_of(code), code.as_str(), words)
    }

    pub(super) fn not_acceptable() -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "answers are application/graphql-response+json or application/json, in UTF-8",
        )
    }

    pub(super) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "the body must be application/json in UTF-8, not compressed",
        )
    }

    pub(super) fn payload_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PAYLOAD_TOO_LARGE",
            format!("the body may have at most {limit} bytes"),
        )
    }

    pub(super) fn timeout(status: StatusCode, message: &str) -> Self {
        Self::new(status, "TIMEOUT", message)
    }

    /// An operation of a batch whose turn has not come in time.
    pub(super) fn not_begun() -> Self {
        Self::timeout(
            StatusCode::GATEWAY_TIMEOUT,
            "the operations before it took too long: this one was not executed",
        )
    }

    pub(super) fn invalid(message: impl Into<String>, at: Option<Pos>) -> Self {
        Self::of_document(VALIDATION_FAILED, message, at)
    }

    fn of_document(code: &'static str, message: impl Into<String>, at: Option<Pos>) -> Self {
        Self {
            status: None,
            at,
            ..Self::new(StatusCode::BAD_REQUEST, code, message)
        }
    }

    /// The one error of the answer.
    pub(super) fn error(&self) -> ServerError {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        if let Some(stale) = self.stale {
            let reason = match stale {
                Stale::Expired => "TOKEN_EXPIRED",
                Stale::Revoked => "TOKEN_REVOKED",
                Stale::Wrong => "TOKEN_INVALID",
            };
            extensions.set(REASON, reason);
        }
        ServerError {
            extensions: Some(extensions),
            ..ServerError::new(&self.message, self.at)
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self {
            retry_after: error.retry_after(),
            ..Self::new(status(&error), error.code(), error.message())
        }
    }
}

impl From<LimitError> for Refusal {
    fn from(error: LimitError) -> Self {
        Self::of_document(error.code(), error.to_string(), error.position())
    }
}
