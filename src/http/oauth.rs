//! Federated log-in, as browsers go through it: to the other site, and back.
//!
//! | address | what happens |
//! |---|---|
//! | `GET /oauth/{provider}/start?ticket=` | where an app sends the system's browser: the ticket of `beginOAuth` becomes a cookie, and the browser goes on to the other site |
//! | `GET /oauth/{provider}/callback` | where the other site sends the browser back to; it goes on to the `returnTo` of `beginOAuth` |
//!
//! What `returnTo` is told, as parameters:
//!
//! | | |
//! |---|---|
//! | nothing | logged in: the session is in the cookie |
//! | `linked=NAME` | the account that was logged in is linked with that site |
//! | `code=CODE` | an app gets its tokens by `exchangeOAuth` |
//! | `error=CODE` | it was refused, with a code as in `userErrors`; nothing was changed |
//! | `retryAfter=SECONDS` | beside `error=RATE_LIMITED` |
//!
//! A browser that is not the one that began is not sent on: it is shown a page.

use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::auth::cookie;
use super::client::ClientInfo;
use super::pages::{failure, private};
use super::task::finish;
use crate::domain::accounts::{
    AccountError, AccountService, Arrival, Credentials, OAuthRedirect, ReturnFromOAuth, Secret,
    SessionToken, Tokens,
};
use crate::graphql::{ApiError, SessionCookie};

const TITLE: &str = "Logging in did not work";

#[derive(Clone)]
struct OAuth {
    accounts: AccountService,
    cookie: SessionCookie,
}

#[derive(Deserialize)]
struct Start {
    #[serde(default)]
    ticket: String,
}

/// What the other site appends. Of an error nothing but its presence counts.
#[derive(Deserialize)]
struct Callback {
    #[serde(default)]
    state: String,
    code: Option<SecretString>,
    error: Option<String>,
}

/// The callback that another site sends the browser back to.
pub(super) fn routes(accounts: AccountService, cookie: SessionCookie) -> Router {
    Router::new()
        .route("/oauth/{provider}/start", get(start))
        .route("/oauth/{provider}/callback", get(callback))
        .with_state(OAuth { accounts, cookie })
}

async fn start(
    State(oauth): State<OAuth>,
    Path(provider): Path<String>,
    Query(Start { ticket }): Query<Start>,
) -> Response {
    let accounts = oauth.accounts;
    let sent = finish(async move { accounts.start_oauth(&provider, &ticket).await }).await;
    let sent = match sent.and_then(|sent| sent) {
        Ok(sent) => sent,
        Err(error) => return failure(TITLE, error),
    };
    let cookie = sent.browser.map(|browser| {
        let seconds = Some(OAuthRedirect::LASTS.num_seconds());
        oauth.cookie.oauth_state().set(browser.expose(), seconds)
    });
    see_other(&sent.url, cookie)
}

async fn callback(
    State(oauth): State<OAuth>,
    Path(provider): Path<String>,
    Query(query): Query<Callback>,
    Extension(ClientInfo(client)): Extension<ClientInfo>,
    headers: HeaderMap,
) -> Response {
    let state_cookie = oauth.cookie.oauth_state();
    let session = cookie(&headers, oauth.cookie.name()).and_then(SessionToken::parse);
    let mut back = ReturnFromOAuth {
        provider: provider.clone(),
        state: query.state,
        code: query.code.filter(|_| query.error.is_none()),
        browser: cookie(&headers, state_cookie.name()).and_then(Secret::parse),
        before: None,
    };
    let accounts = oauth.accounts;
    let came = async move {
        if let Some(token) = session {
            let proof = accounts.authenticate(&Credentials::Cookie(token)).await?;
            back.before = proof.viewer().known().copied();
        }
        Ok(accounts.return_from_oauth(back, &client).await)
    };
    let came = match finish(came).await.and_then(|came| came) {
        Ok(came) => came,
        Err(error) => return failure(TITLE, error),
    };
    let Some(mut to) = came.return_to else {
        // It may be on its way with another state, so it keeps its cookie.
        let error = came.outcome.err().unwrap_or(AccountError::InvalidToken);
        return failure(TITLE, error);
    };
    let mut cookies = vec![state_cookie.clear()];
    match came.outcome {
        Ok(Arrival::LoggedIn(logged_in)) => {
            // An app is given a code, never a session.
            if let Tokens::Cookie { token, max_age } = logged_in.tokens {
                let seconds = max_age.map(|max_age| max_age.num_seconds());
                cookies.push(oauth.cookie.set(token.expose_secret(), seconds));
            }
        }
        Ok(Arrival::Linked) => tell(&mut to, "linked", &provider),
        Ok(Arrival::Code(code)) => tell(&mut to, "code", code.expose()),
        Err(error) => {
            let error = ApiError::from(error);
            tell(&mut to, "error", error.code());
            if let Some(seconds) = error.retry_after() {
                tell(&mut to, "retryAfter", &seconds.to_string());
            }
        }
    }
    see_other(&to, cookies)
}

fn tell(to: &mut Url, name: &str, value: &str) {
    to.query_pairs_mut().append_pair(name, value);
}

/// Sends the browser on.
fn see_other(to: &Url, cookies: impl IntoIterator<Item = String>) -> Response {
    let mut headers = private();
    let cookies = cookies.into_iter().map(|cookie| (SET_COOKIE, cookie));
    let to = [(LOCATION, to.to_string())].into_iter();
    for (name, value) in to.chain(cookies) {
        match value.try_into() {
            Ok(value) => headers.append(name, value),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}
