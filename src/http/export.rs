//! `GET /account/export`: everything that is known of the viewer's account, as one file, whose form is described in
//! [`crate::domain::privacy`].
//!
//! If it is broken off, so is the answer, which clients report: a file that ends as it should is whole.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::channel::mpsc;
use futures::stream;
use tracing::Instrument;

use super::auth::Authenticate;
use super::problem::Problem;
use super::task::finish;
use crate::domain::accounts::AccountError;
use crate::domain::error::StoreError;
use crate::domain::privacy::{Export, ExportService, PrivacyError};
use crate::graphql::ApiError;

/// Where the file is.
pub(super) const PATH: &str = "/account/export";
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

/// The answer to a request for the file. What can be refused is refused before the first byte.
pub(super) async fn export(State(exports): State<Exports>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (viewer, client) = match exports.authenticate.caller(&parts).await {
        Ok(caller) => caller,
        Err(refusal) => return Problem::from(refusal).into_response(),
    };
    let service = exports.service;
    let begun = finish(async move {
        let viewer = viewer.known().ok_or(AccountError::Unauthenticated)?;
        service.export(viewer, &client).await
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
