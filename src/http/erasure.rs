//! What another site posts when somebody takes back its permission there, or wants to be forgotten, and the page that
//! shows how far that is.
//!
//! | address | what happens |
//! |---|---|
//! | `POST /oauth/{provider}/deauthorize` | the sessions that began there end; the link stays |
//! | `POST /oauth/{provider}/data-deletion` | what came from there is deleted; answers `{"url", "confirmation_code"}` |
//! | `GET /data-deletion/{code}` | the page |
//!
//! The posts have a form with `signed_request`, which must bear the other site's signature.

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::context;
use serde::Deserialize;
use serde_json::json;

use super::pages::{failure, page, private};
use super::problem::Problem;
use super::task::finish;
use crate::domain::accounts::{AccountError, AccountService};
use crate::graphql::ApiError;

/// What a signed request needs, many times over.
const MOST: usize = 16 * 1024;

#[derive(Deserialize)]
struct Signed {
    signed_request: String,
}

/// The callback by which another site asks for erasure, and the page that tells how far it is.
pub(super) fn routes(accounts: AccountService) -> Router {
    Router::new()
        .route("/oauth/{provider}/deauthorize", post(deauthorize))
        .route("/oauth/{provider}/data-deletion", post(erase))
        .route("/data-deletion/{code}", get(state))
        .layer(DefaultBodyLimit::max(MOST))
        .with_state(accounts)
}

async fn deauthorize(
    State(accounts): State<AccountService>,
    Path(provider): Path<String>,
    Form(Signed { signed_request }): Form<Signed>,
) -> Response {
    let revoked = async move { accounts.revoke_identity(&provider, &signed_request).await };
    match finish(revoked).await.and_then(|revoked| revoked) {
        Ok(()) => (private(), Json(json!({}))).into_response(),
        Err(error) => refuse(error),
    }
}

async fn erase(
    State(accounts): State<AccountService>,
    Path(provider): Path<String>,
    Form(Signed { signed_request }): Form<Signed>,
) -> Response {
    let erased = async move {
        let erasure = accounts.erase_identity(&provider, &signed_request).await?;
        let url = accounts.erasure_page(&erasure);
        Ok(json!({ "url": url, "confirmation_code": erasure.code }))
    };
    match finish(erased).await.and_then(|erased| erased) {
        Ok(answer) => (private(), Json(answer)).into_response(),
        Err(error) => refuse(error),
    }
}

async fn state(State(accounts): State<AccountService>, Path(code): Path<String>) -> Response {
    let title = "Deletion of data";
    let home = accounts.home().clone();
    let found = {
        let code = code.clone();
        finish(async move { accounts.find_erasure(&code).await }).await
    };
    match found.and_then(|found| found) {
        Ok(Some(erasure)) => {
            let asked = spoken(erasure.created_at);
            let finished = erasure.finished_at.map(spoken);
            let context = context! { title, code, asked, finished };
            page(StatusCode::OK, "data_deletion.html", &home, context)
        }
        Ok(None) => {
            let message = "There is no request with this code.";
            let context = context! { title, message, code => "NOT_FOUND" };
            page(StatusCode::NOT_FOUND, "notice.html", &home, context)
        }
        Err(error) => failure(title, error, &home),
    }
}

/// For a program, not for a person.
fn refuse(error: AccountError) -> Response {
    (private(), Problem::from(ApiError::from(error))).into_response()
}

fn spoken(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
