//! Federated log-in, as browsers go through it: to the other site, and back.
//!
//! | address | what happens |
//! |---|---|
//! | `GET /oauth/{provider}/start?ticket=` | where an app sends the system's browser: the ticket of `beginOAuth` becomes a cookie, and the browser goes on to the other site |
//! | `GET /oauth/{provider}/callback` | where the other site sends the browser back to; it goes on to the `returnTo` of `beginOAuth`, also when it comes once more, by the back button |
//! | `POST /oauth/{provider}/pin` | the form that is shown before, if the profile has a PIN that the log-in would open |
//!
//! What `returnTo` is told, as parameters:
//!
//! | | |
//! |---|---|
//! | nothing | logged in: the session is in the cookie |
//! | `linked=NAME` | the account that was logged in is linked with that site |
//! | `code=CODE` | an app gets its tokens by `exchangeOAuth` |
//! | `error=CODE` | it was refused, with a code as in `userErrors`, such as `CANCELLED` and `EXPIRED`; nothing was changed |
//! | `retryAfter=SECONDS` | beside `error=RATE_LIMITED` |
//!
//! A browser that is not the one that began is not sent on: it is shown a page.

use axum::extract::{DefaultBodyLimit, Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use minijinja::context;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::auth::cookie;
use super::client::ClientInfo;
use super::error::status;
use super::pages::{failure, leads_to, page, private, said};
use super::task::finish;
use crate::domain::accounts::{
    AccountError, AccountService, Arrival, Credentials, EnterPin, ProfileError, ReturnFromOAuth,
    Secret, SessionToken, Tokens,
};
use crate::domain::viewer::KnownViewer;
use crate::graphql::{ApiError, SessionCookie};

const TITLE: &str = "Logging in did not work";
const ENTER_PIN: &str = "Enter the PIN";
/// A token and a PIN, many times over.
const MOST: usize = 16 * 1024;

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

#[derive(Deserialize)]
struct Pin {
    #[serde(default)]
    token: String,
    #[serde(default)]
    pin: SecretString,
}

/// The addresses on the way to another site and back.
pub(super) fn routes(accounts: AccountService, cookie: SessionCookie) -> Router {
    Router::new()
        .route("/oauth/{provider}/start", get(start))
        .route("/oauth/{provider}/callback", get(callback))
        .with_state(OAuth { accounts, cookie })
}

/// The form in between, which pages of other sites must not send.
pub(super) fn forms(accounts: AccountService, cookie: SessionCookie) -> Router {
    Router::new()
        .route("/oauth/{provider}/pin", post(enter_pin))
        .layer(DefaultBodyLimit::max(MOST))
        .with_state(OAuth { accounts, cookie })
}

impl OAuth {
    /// What the OAuth state cookie has.
    fn states(&self, headers: &HeaderMap) -> Vec<Secret> {
        let states = cookie(headers, self.cookie.oauth_state().name());
        states
            .map(SessionCookie::read_oauth_states)
            .unwrap_or_default()
    }

    /// Who is logged in in the browser.
    async fn viewer(&self, headers: &HeaderMap) -> Result<Option<KnownViewer>, AccountError> {
        let session = cookie(headers, self.cookie.name()).and_then(SessionToken::parse);
        let Some(token) = session else {
            return Ok(None);
        };
        let credentials = Credentials::Cookie(token);
        let proof = self.accounts.authenticate(&credentials).await?;
        Ok(proof.viewer().known().copied())
    }

    /// The cookie of a session. An app is given a code, never a session.
    fn session(&self, tokens: Tokens) -> Option<String> {
        match tokens {
            Tokens::Cookie { token, max_age } => {
                let seconds = max_age.map(|max_age| max_age.num_seconds());
                Some(self.cookie.set(token.expose_secret(), seconds))
            }
            Tokens::Bearer { .. } => None,
        }
    }
}

async fn start(
    State(oauth): State<OAuth>,
    Path(provider): Path<String>,
    Query(Start { ticket }): Query<Start>,
    headers: HeaderMap,
) -> Response {
    let accounts = oauth.accounts.clone();
    let sent = finish(async move { accounts.start_oauth(&provider, &ticket).await }).await;
    let sent = match sent.and_then(|sent| sent) {
        Ok(sent) => sent,
        Err(error) => return failure(TITLE, error, oauth.accounts.home()),
    };
    let cookie = sent.browser.map(|browser| {
        let mut states = oauth.states(&headers);
        states.push(browser);
        oauth.cookie.set_oauth_states(&states)
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
    let mut back = ReturnFromOAuth {
        provider: provider.clone(),
        state: query.state,
        code: query.code.filter(|_| query.error.is_none()),
        browser: oauth.states(&headers),
        before: None,
    };
    let from = oauth.clone();
    let came = async move {
        back.before = from.viewer(&headers).await?;
        Ok(from.accounts.return_from_oauth(back, &client).await)
    };
    let home = oauth.accounts.home();
    let came = match finish(came).await.and_then(|came| came) {
        Ok(came) => came,
        Err(error) => return failure(TITLE, error, home),
    };
    let Some(mut to) = came.return_to else {
        // It may be on its way with another state, so it keeps its cookie.
        let error = came.outcome.err().unwrap_or(AccountError::InvalidToken);
        return failure(TITLE, error, home);
    };
    let mut cookies = vec![oauth.cookie.set_oauth_states(&came.left)];
    match came.outcome {
        Ok(Arrival::LoggedIn(logged_in)) => cookies.extend(oauth.session(logged_in.tokens)),
        Ok(Arrival::Already) => {}
        Ok(Arrival::Linked) => tell(&mut to, "linked", &provider),
        Ok(Arrival::Code(code)) => tell(&mut to, "code", code.expose()),
        Ok(Arrival::Pin(token)) => {
            let context = context! { title => ENTER_PIN, token => token.expose() };
            let form = page(StatusCode::OK, "enter_pin.html", home, context);
            return leads_to(form, oauth.accounts.returns());
        }
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

async fn enter_pin(
    State(oauth): State<OAuth>,
    Extension(ClientInfo(client)): Extension<ClientInfo>,
    headers: HeaderMap,
    Form(form): Form<Pin>,
) -> Response {
    let mut enter = EnterPin {
        token: form.token.clone(),
        pin: form.pin,
        browser: oauth.states(&headers),
        before: None,
    };
    let from = oauth.clone();
    let entered = async move {
        enter.before = from.viewer(&headers).await?;
        from.accounts.enter_pin(enter, &client).await
    };
    let home = oauth.accounts.home();
    match finish(entered).await.and_then(|entered| entered) {
        Ok(entered) => {
            let mut cookies = vec![oauth.cookie.set_oauth_states(&entered.left)];
            cookies.extend(oauth.session(entered.logged_in.tokens));
            see_other(&entered.return_to, cookies)
        }
        Err(AccountError::Profile(error @ ProfileError::WrongPin)) => {
            let error = ApiError::from(error);
            let problem = said(&error);
            let context = context! { title => ENTER_PIN, token => form.token, problem };
            let again = page(status(&error), "enter_pin.html", home, context);
            leads_to(again, oauth.accounts.returns())
        }
        Err(error) => failure(TITLE, error, home),
    }
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
