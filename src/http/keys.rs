//! The public keys of access tokens, for other programs of the site that want to check them.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use super::graphql::Refusal;
use crate::domain::accounts::AccountService;
use crate::graphql::ApiError;

/// Where the key set is.
pub(super) const PATH: &str = "/.well-known/jwks.json";

/// The key set (RFC 7517). A key is in it a day before it signs, so an hour in a cache does no harm.
pub(super) async fn key_set(State(accounts): State<AccountService>) -> Response {
    match accounts.public_keys().await {
        Ok(keys) => ([(CACHE_CONTROL, "public, max-age=3600")], Json(keys)).into_response(),
        Err(error) => Refusal::from(ApiError::from(error)).into_response(),
    }
}
