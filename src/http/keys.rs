//! The public keys of access tokens, for other programs of the site that want to check them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use crate::domain::accounts::AccountService;

/// Where the key set is.
pub(super) const PATH: &str = "/.well-known/jwks.json";

/// The key set (RFC 7517). A key is in it a day before it signs, so an hour in a cache does no harm.
pub(super) async fn key_set(State(accounts): State<AccountService>) -> Response {
    match accounts.public_keys().await {
        Ok(keys) => ([(CACHE_CONTROL, "public, max-age=3600")], Json(keys)).into_response(),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "The keys of access tokens cannot be read"
            );
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
