//! What is refused, and how the description of the routes says so.

use axum::http::StatusCode;
use utoipa::IntoResponses;

use crate::domain::error::{Coded, ErrorCode};
use crate::domain::usage::UsageError;
use crate::graphql::ApiError;
use crate::http::problem::{Details, Entry, Problem};

/// How every route may refuse.
#[expect(dead_code, reason = "it describes answers that others make")]
#[derive(IntoResponses)]
pub(super) enum Refused {
    /// A parameter is not of its form or out of its range (`INVALID`, `OUT_OF_RANGE`, `BAD_CURSOR`); `field` names it.
    #[response(status = 400, content_type = "application/problem+json")]
    Wrong(Details),
    /// Nobody is logged in, or the key is not valid any more (`UNAUTHENTICATED`).
    #[response(
        status = 401,
        content_type = "application/problem+json",
        headers(("WWW-Authenticate" = String, description = "How to log in, as RFC 6750 has it."))
    )]
    Nobody(Details),
    /// Whoever asks is no curator, or the key lacks the scope `CURATE` (`FORBIDDEN`); or a page of another site asks
    /// (`CROSS_SITE`).
    #[response(status = 403, content_type = "application/problem+json")]
    NoCurator(Details),
    /// Of the types of an answer the client takes none (`NOT_ACCEPTABLE`).
    #[response(status = 406, content_type = "application/problem+json")]
    NotAcceptable(Details),
    /// Too much was asked for in a short time (`RATE_LIMITED`).
    #[response(
        status = 429,
        content_type = "application/problem+json",
        headers(("Retry-After" = u64, description = "After how many seconds to try again."))
    )]
    TooMuch(Details),
    /// The site is busy, or a part of it does not answer (`BUSY`, `UPSTREAM_UNAVAILABLE`): try again in a moment.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Details),
}

/// There is nothing with this id, or the curator may not see it (`NOT_FOUND`); or it cannot have what is asked for.
#[expect(dead_code, reason = "it describes an answer that others make")]
#[derive(IntoResponses)]
#[response(status = 404, content_type = "application/problem+json")]
pub(super) struct NotFound(Details);

/// Nothing has the id of an address.
pub(super) fn not_found(detail: &'static str) -> Problem {
    let code = ErrorCode::NotFound.as_str();
    Problem::new(StatusCode::NOT_FOUND, code, detail).field("id")
}

/// A parameter that is not of its form.
pub(super) fn invalid(status: StatusCode, field: &str, detail: impl Into<String>) -> Problem {
    let problem = Problem::new(status, ErrorCode::Invalid.as_str(), detail);
    if field.is_empty() {
        problem
    } else {
        problem.field(field)
    }
}

/// What the domain refuses.
pub(super) fn refused(error: UsageError) -> Problem {
    let field = error.field();
    let entries = match &error {
        UsageError::BadEvents(problems) => problems
            .iter()
            .map(|problem| Entry {
                index: problem.index,
                field: problem.field.to_owned(),
                detail: problem.detail.clone(),
            })
            .collect(),
        _ => Vec::new(),
    };
    let problem = Problem::from(ApiError::from(error)).entries(entries);
    match field {
        Some(field) => problem.field(field),
        None => problem,
    }
}
