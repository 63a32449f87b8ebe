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
use serde_json::json;

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
        }
    }
}

impl Problem {
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
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Refused"),
            "status": self.status.as_u16(),
            "code": self.code,
        });
        if let Some(detail) = self.detail {
            body["detail"] = detail.into();
        }
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
