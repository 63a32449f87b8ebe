//! From what the schema says to what goes over the wire.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Response as Executed, ServerError, Value};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, RETRY_AFTER, SET_COOKIE, VARY,
            WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::domain::error::ErrorCode;
use crate::graphql::{Answered, Common};
use crate::http::error::status_of;
use crate::http::tag::{has_tag, tag_of};

use super::{
    media::Media,
    refusal::{Refusal, VALIDATION_FAILED},
};

/// Errors shown of a document that does not fit the schema: a short one can have thousands.
const MAX_ERRORS: usize = 20;

/// The GraphQL response, errors first so that a person sees them.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    /// Missing if nothing was executed. `async_graphql::Response` (7.2.1) would write `null`, which means that something
    /// was executed and failed (specification 7.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// The answer to a request that reached the schema, in the type that the client asked for.
pub(super) fn answer(answered: Answered, media: Media) -> Response {
    match answered {
        Answered::Theirs(executed) => theirs(*executed, media),
        Answered::Common(common) => whole(common.body, media),
    }
}

/// An answer that caches between the site and its clients may keep, if it says the same to everybody: whoever has it
/// already is told that it is still the same.
///
/// It is the answer to whoever shows nothing, so it depends on what a request may show; a cache keeps nothing for those
/// who show something else.
pub(super) fn cacheable(answered: Answered, media: Media, asked: &HeaderMap) -> Response {
    let Common {
        body,
        fresh,
        is_translated,
    } = match answered {
        Answered::Common(common) if common.fresh > 0 => common,
        other => return answer(other, media),
    };
    let tag = tag_of(&body);
    let is_known = has_tag(asked, &tag);
    let mut response = whole(body, media);
    let headers = response.headers_mut();
    let control = format!("public, max-age={fresh}");
    for (name, value) in [(CACHE_CONTROL, control), (ETAG, tag)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers.insert(
        VARY,
        HeaderValue::from_static(if is_translated {
            "accept, accept-encoding, accept-language, authorization, cookie"
        } else {
            "accept, accept-encoding, authorization, cookie"
        }),
    );
    if is_known {
        headers.remove(CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
    }
    response
}

/// What says the same to everybody is written already.
fn whole(body: Arc<[u8]>, media: Media) -> Response {
    let content_type = HeaderValue::from_static(media.content_type());
    let body = Body::from(Bytes::from_owner(body));
    finish(StatusCode::OK, content_type, body, HeaderMap::new())
}

fn theirs(mut executed: Executed, media: Media) -> Response {
    let was_executed = was_executed(&executed);
    if !was_executed {
        executed.errors.truncate(MAX_ERRORS);
    }
    for error in &mut executed.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", VALIDATION_FAILED);
        }
    }
    if let Some(seconds) = retry_after(&executed) {
        executed
            .http_headers
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let status = if is_limited(&executed) {
        status_of(ErrorCode::RateLimited)
    } else if was_executed {
        StatusCode::OK
    } else {
        document_status(media)
    };
    let body = Answer {
        errors: &executed.errors,
        data: was_executed.then_some(&executed.data),
        extensions: &executed.extensions,
    };
    // The headers of resolvers first: they may add cookies, but not change what the body is.
    respond(status, media, &body, executed.http_headers)
}

/// The answers to a batch, as one. Its status is theirs, if they have the same.
pub(super) async fn together(answers: Vec<Response>, media: Media) -> Response {
    let mut headers = HeaderMap::new();
    let mut statuses = Vec::with_capacity(answers.len());
    let mut bodies = Vec::with_capacity(answers.len());
    for answer in answers {
        let (parts, body) = answer.into_parts();
        statuses.push(parts.status);
        for cookie in parts.headers.get_all(SET_COOKIE) {
            headers.append(SET_COOKIE, cookie.clone());
        }
        let seconds = |headers: &HeaderMap| -> Option<u64> {
            headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()
        };
        if let Some(challenge) = parts.headers.get(WWW_AUTHENTICATE) {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if let Some(wait) = seconds(&parts.headers).max(seconds(&headers)) {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        // It is in memory already.
        bodies.push(to_bytes(body, usize::MAX).await.unwrap_or_default());
    }
    let first = statuses.first().copied().unwrap_or(StatusCode::OK);
    let are_same = statuses.iter().all(|status| *status == first);
    let status = if are_same { first } else { StatusCode::OK };
    if status != StatusCode::UNAUTHORIZED {
        headers.remove(WWW_AUTHENTICATE);
    }
    let body = [&b"["[..], &bodies.join(&b','), b"]"].concat();
    let content_type = HeaderValue::from_static(media.content_type());
    finish(status, content_type, Body::from(body), headers)
}

/// The longest that any of the errors asks to wait, in seconds: those of the answer, and those in the payloads of
/// mutations, which said so in headers.
fn retry_after(executed: &Executed) -> Option<u64> {
    let waits = executed.errors.iter().filter_map(|error| {
        match error
            .extensions
            .as_ref()?
            .get(crate::graphql::RETRY_AFTER)?
        {
            Value::Number(seconds) => seconds.as_u64(),
            _ => None,
        }
    });
    let headers = executed.http_headers.get_all(RETRY_AFTER).iter();
    let of_payloads = headers.filter_map(|wait| wait.to_str().ok()?.parse::<u64>().ok());
    waits.chain(of_payloads).max()
}

/// Whether nothing came of it but limits: then it is like a request that was not let in.
fn is_limited(executed: &Executed) -> bool {
    let limited = Value::from(ErrorCode::RateLimited.as_str());
    let is_limited = |error: &ServerError| {
        let extensions = error.extensions.as_ref();
        extensions.and_then(|extensions| extensions.get("code")) == Some(&limited)
    };
    executed.data == Value::Null
        && !executed.errors.is_empty()
        && executed.errors.iter().all(is_limited)
}

/// Errors without a path are about the request as a whole: it was refused before any field was asked.
pub(super) fn was_executed(executed: &Executed) -> bool {
    executed.data != Value::Null
        || executed.errors.iter().any(|error| !error.path.is_empty())
        || executed.errors.is_empty()
}

/// The status of a document that was not executed. Clients of the older type take everything else than 200 for a
/// fault of the network, so the draft keeps it for them.
fn document_status(media: Media) -> StatusCode {
    match media {
        Media::GraphqlResponse => StatusCode::BAD_REQUEST,
        Media::Json => StatusCode::OK,
    }
}

impl Refusal {
    /// The answer, in the type that the client asked for.
    pub(super) fn respond(self, media: Media) -> Response {
        let body = Answer {
            errors: &[self.error()],
            data: None,
            extensions: &BTreeMap::new(),
        };
        let mut headers = HeaderMap::new();
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        let status = self.status.unwrap_or_else(|| document_status(media));
        if status == StatusCode::UNAUTHORIZED
            && let Ok(challenge) = HeaderValue::from_str(&self.challenge())
        {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        respond(status, media, &body, headers)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.respond(Media::GraphqlResponse)
    }
}

fn respond(status: StatusCode, media: Media, body: &Answer<'_>, headers: HeaderMap) -> Response {
    let (status, body) = match serde_json::to_vec(body) {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "An answer is not JSON"
            );
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    };
    let content_type = HeaderValue::from_static(media.content_type());
    finish(status, content_type, Body::from(body), headers)
}

fn finish(
    status: StatusCode,
    content_type: HeaderValue,
    body: Body,
    headers: HeaderMap,
) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    // Answers depend on who asks, which caches cannot see.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
