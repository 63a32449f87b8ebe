//! Refusals of routes that are not GraphQL: problem details (RFC 9457), which no cache keeps.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::status;
use super::graphql::Refusal;
use crate::graphql::ApiError;

/// The most of a refusal's own words that is passed on.
const LONGEST: usize = 1024;
const MEDIA: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a route was not served.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Option<String>,
    retry_after: Option<u64>,
    /// How to log in, where that is wanting.
    challenge: Option<HeaderValue>,
    /// What of the request is to blame, where that is known.
    blamed: Option<Box<Blamed>>,
}

/// What of a request is to blame for its refusal.
#[derive(Debug, Default)]
struct Blamed {
    field: Option<String>,
    entries: Vec<Entry>,
}

/// What is wrong with one entry of a list that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Entry {
    /// Which entry of the list it is, from 0.
    pub(super) index: usize,
    /// The field of the entry that is to blame; empty: the entry as a whole.
    pub(super) field: String,
    /// What is wrong with it, in English.
    pub(super) detail: String,
}

/// Why a request was refused: problem details (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Details {
    /// Always `about:blank`: the status and `code` say what it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status, in words of English.
    title: &'static str,
    /// The status of the answer, once more.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What went wrong, in a spelling that stays the same, as `OUT_OF_RANGE`.
    code: &'static str,
    /// What went wrong in this request, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<String>,
    /// The parameter or the field of the body that is to blame, if it is a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<String>,
    /// What is wrong with single entries of a list that was sent; left out if nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Entry>,
}

impl Problem {
    /// Something with a code of its own; the detail is shown.
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: Some(detail.into()).filter(|detail: &String| !detail.is_empty()),
            retry_after: None,
            challenge: None,
            blamed: None,
        }
    }

    /// The same with another status than the usual one of its code.
    #[must_use]
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Says which parameter or field is to blame.
    #[must_use]
    pub(super) fn field(mut self, field: impl Into<String>) -> Self {
        self.blamed.get_or_insert_default().field = Some(field.into());
        self
    }

    /// Says what is wrong with entries of a list that was sent.
    #[must_use]
    pub(super) fn entries(mut self, entries: Vec<Entry>) -> Self {
        self.blamed.get_or_insert_default().entries = entries;
        self
    }

    /// Says after how many seconds to try again.
    #[must_use]
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.status.unwrap_or(StatusCode::BAD_REQUEST);
        Self {
            retry_after: refusal.retry_after,
            challenge: (status == StatusCode::UNAUTHORIZED)
                .then(|| HeaderValue::from_str(&refusal.challenge()).ok())
                .flatten(),
            ..Self::new(status, refusal.code, refusal.message)
        }
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let status = status(&error);
        Self {
            retry_after: error.retry_after(),
            // Whoever showed nothing is told only how to (RFC 6750, 3.1).
            challenge: (status == StatusCode::UNAUTHORIZED)
                .then_some(HeaderValue::from_static("Bearer")),
            ..Self::new(status, error.code(), error.message())
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let blamed = self.blamed.unwrap_or_default();
        let body = Details {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Refused"),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            field: blamed.field,
            errors: blamed.entries,
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, MEDIA);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        (self.status, headers, Json(body)).into_response()
    }
}

/// Makes a problem of each refusal that has no form of its own: of the framework's (no such route, no such method, a
/// form that cannot be read), and of what stands around the routes.
pub(super) async fn explain(request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) || has_form(answer.headers()) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    // What a server error says of itself is for the log.
    let detail = if status.is_client_error() {
        let words = to_bytes(body, LONGEST).await.unwrap_or_default();
        String::from_utf8(words.to_vec()).unwrap_or_default()
    } else {
        String::new()
    };
    let problem = Problem::new(status, code(status), detail).into_response();
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CACHE_CONTROL] {
        parts.headers.remove(name);
    }
    let (problem, body) = problem.into_parts();
    // Beside what the refusal brings, as `Allow`.
    parts.headers.extend(problem.headers);
    Response::from_parts(parts, body)
}

/// Whether it is for a program or a person to read already.
fn has_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    media.is_some_and(|media| !media.starts_with(b"text/plain"))
}

/// What a status is called where nobody said more.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "UNAUTHENTICATED",
        StatusCode::FORBIDDEN => "FORBIDDEN",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => "TIMEOUT",
        StatusCode::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UNSUPPORTED_MEDIA_TYPE",
        StatusCode::UNPROCESSABLE_ENTITY => "INVALID",
        StatusCode::SERVICE_UNAVAILABLE => "UPSTREAM_UNAVAILABLE",
        status if status.is_server_error() => "INTERNAL",
        _ => "BAD_REQUEST",
    }
}
