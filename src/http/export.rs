//! `/account/export`: everything that is known of the viewer's account, as one file, whose form is described in
//! [`crate::domain::privacy`]. `GET` will do right after logging in; later `POST`, a form with the `password`.
//!
//! If it is broken off, so is the answer, which clients report: a file that ends as it should is whole.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Form, Router};
use futures::StreamExt;
use futures::channel::mpsc;
use futures::stream;
use secrecy::SecretString;
use serde::Deserialize;
use tracing::Instrument;

use super::auth::Authenticate;
use super::problem::Problem;
use super::task::finish;
use crate::domain::accounts::AccountError;
use crate::domain::error::StoreError;
use crate::domain::privacy::{Export, ExportService, PrivacyError};
use crate::graphql::ApiError;

/// A password, many times over.
const MOST: usize = 16 * 1024;
/// How many pieces may wait for a slow client.
const AHEAD: usize = 2;

/// What answers the request for the file.
#[derive(Clone)]
pub(super) struct Exports {
    /// Who makes the file.
    pub(super) service: ExportService,
    /// Who says who asks for it.
    pub(super) authenticate: Authenticate,
}

/// That it is the owner who asks.
#[derive(Deserialize)]
struct Owner {
    password: SecretString,
}

/// Where the file is.
pub(super) fn routes(exports: Exports) -> Router {
    Router::new()
        .route("/account/export", get(after_log_in).post(with_password))
        .layer(DefaultBodyLimit::max(MOST))
        .with_state(exports)
}

async fn after_log_in(State(exports): State<Exports>, parts: Parts) -> Response {
    export(exports, &parts, None).await
}

async fn with_password(
    State(exports): State<Exports>,
    parts: Parts,
    Form(Owner { password }): Form<Owner>,
) -> Response {
    export(exports, &parts, Some(password)).await
}

/// The answer to a request for the file. What can be refused is refused before the first byte.
async fn export(exports: Exports, parts: &Parts, password: Option<SecretString>) -> Response {
    let (viewer, client) = match exports.authenticate.caller(parts).await {
        Ok(caller) => caller,
        Err(refusal) => return Problem::from(refusal).into_response(),
    };
    let service = exports.service;
    let begun = finish(async move {
        let viewer = viewer.known().ok_or(AccountError::Unauthenticated)?;
        service.export(viewer, password, &client).await
    });
    match begun.await.and_then(|begun| begun) {
        Ok(export) => file(export),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

/// The file, written in a task of its own: when a client goes away, no driver is dropped in the middle of a statement.
fn file(export: Export) -> Response {
    let (to, pieces) = mpsc::channel(AHEAD);
    let writing = tokio::spawn(async move { export.write(to).await }.in_current_span());
    let end = stream::once(writing).filter_map(|written| async {
        let error = match written {
            Ok(Ok(()) | Err(PrivacyError::ReaderGone)) => return None,
            Ok(Err(error)) => error,
            Err(panic) => AccountError::from(StoreError::failed(panic)).into(),
        };
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "An export was broken off"
        );
        Some(Err(error))
    });
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"reelgraph-account.json\"",
        ),
        (CACHE_CONTROL, "no-store"),
    ];
    let body = Body::from_stream(pieces.map(Ok).chain(end));
    (headers, body).into_response()
}
