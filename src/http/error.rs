//! The status of a failure; which code has which stands in `graphql/error.rs`.

use axum::http::StatusCode;

use crate::domain::error::ErrorCode;
use crate::graphql::{ApiError, Edge};

/// The status of an answer that is nothing but a failure.
pub(super) fn status(error: &ApiError) -> StatusCode {
    valid(error.status())
}

/// The status that goes with a code.
pub(super) fn status_of(code: ErrorCode) -> StatusCode {
    valid(Edge::of(code).status)
}

fn valid(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
