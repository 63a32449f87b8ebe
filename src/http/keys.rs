//! The public keys of access tokens, for other programs of the site that want to check them.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::tag::{has_tag, tag_of};
use super::task::finish;
use crate::domain::accounts::AccountError;
use crate::domain::accounts::AccountService;
use crate::domain::error::StoreError;
use crate::graphql::ApiError;

/// Where the key set is.
pub(super) const PATH: &str = "/.well-known/jwks.json";

/// The key set (RFC 7517). A key is in it a day before it signs, so an hour in a cache does no harm.
/// Whoever has it already, by its tag, is told that it is still the same.
pub(super) async fn key_set(
    State(accounts): State<AccountService>,
    headers: HeaderMap,
) -> Response {
    let written = finish(async move {
        let keys = accounts.public_keys().await?;
        serde_json::to_vec(&keys).map_err(|error| AccountError::Store(StoreError::failed(error)))
    });
    let body = match written.await.and_then(|written| written) {
        Ok(body) => body,
        Err(error) => return Problem::from(ApiError::from(error)).into_response(),
    };
    let tag = tag_of(&body);
    let is_known = has_tag(&headers, &tag);
    let about = [
        (CACHE_CONTROL, "public, max-age=3600".to_owned()),
        (ETAG, tag),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, [(CONTENT_TYPE, "application/json")], body).into_response()
}
