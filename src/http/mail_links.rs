//! The pages that the links of mails lead to, for sites that name none of their own.
//!
//! To look at one changes nothing: mail scanners and previews follow links. What changes something is the button, and
//! only on our own page (the router refuses posts of other sites).

use axum::extract::{DefaultBodyLimit, Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};
use minijinja::context;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::auth;
use super::client::ClientInfo;
use super::error::status;
use super::pages::{failure, notice, page, said};
use super::task::finish;
use crate::domain::accounts::{
    AccountError, AccountService, ChosenPassword, Confirmed, Credentials, PasswordError,
    SessionToken,
};
use crate::domain::viewer::Viewer;
use crate::graphql::{ApiError, SessionCookie};

/// A token and two passwords, many times over.
const MOST: usize = 16 * 1024;
const CONFIRM: &str = "Confirm your e-mail address";
const RESET: &str = "Set a new password";

#[derive(Clone)]
struct MailLinks {
    accounts: AccountService,
    cookie: SessionCookie,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
struct NewPassword {
    token: String,
    password: SecretString,
    again: SecretString,
}

/// The pages that the links in mails lead to.
pub(super) fn routes(accounts: AccountService, cookie: SessionCookie) -> Router {
    Router::new()
        .route("/confirm-email", get(ask_to_confirm).post(confirm))
        .route("/reset-password", get(ask_for_password).post(reset))
        .layer(DefaultBodyLimit::max(MOST))
        .with_state(MailLinks { accounts, cookie })
}

async fn ask_to_confirm(
    State(MailLinks { accounts, .. }): State<MailLinks>,
    Query(Link { token }): Query<Link>,
) -> Response {
    let context = context! { title => CONFIRM, token };
    page(
        StatusCode::OK,
        "confirm_email.html",
        accounts.home(),
        context,
    )
}

async fn confirm(
    State(MailLinks { accounts, cookie }): State<MailLinks>,
    Extension(ClientInfo(client)): Extension<ClientInfo>,
    headers: HeaderMap,
    Form(Link { token }): Form<Link>,
) -> Response {
    let home = accounts.home().clone();
    let session = auth::cookie(&headers, cookie.name()).and_then(SessionToken::parse);
    let confirmed = finish(async move {
        let viewer = match session {
            Some(token) => {
                let proof = accounts.authenticate(&Credentials::Cookie(token)).await?;
                proof.viewer()
            }
            None => Viewer::Anonymous,
        };
        accounts
            .confirm_email(&token, viewer.known(), &client)
            .await
    });
    match confirmed.await.and_then(|confirmed| confirmed) {
        Ok(Confirmed { unlinked, .. }) if unlinked.is_empty() => notice(
            CONFIRM,
            "Thank you. Your e-mail address is confirmed.",
            &home,
        ),
        Ok(Confirmed { unlinked, .. }) => notice(
            CONFIRM,
            &format!(
                "Thank you. Your e-mail address is confirmed. What the account was linked with before is unlinked, \
                 because somebody else may have done that: {}. If it was you, log in and link it again; if you have no \
                 password, choose \"forgot password\" where you log in.",
                unlinked.join(", ")
            ),
            &home,
        ),
        Err(error) => failure(CONFIRM, error, &home),
    }
}

async fn ask_for_password(
    State(MailLinks { accounts, .. }): State<MailLinks>,
    Query(Link { token }): Query<Link>,
) -> Response {
    let context = context! { title => RESET, token };
    page(
        StatusCode::OK,
        "reset_password.html",
        accounts.home(),
        context,
    )
}

async fn reset(
    State(MailLinks { accounts, .. }): State<MailLinks>,
    Extension(ClientInfo(client)): Extension<ClientInfo>,
    Form(new): Form<NewPassword>,
) -> Response {
    let home = accounts.home().clone();
    let token = new.token.clone();
    let chosen = ChosenPassword::new(&new.password, Some(&new.again));
    let work = async move { accounts.reset_password(&token, chosen, &client).await };
    match finish(work).await.and_then(|set| set) {
        Ok(()) => notice(
            RESET,
            "The password is set. You can log in with it now.",
            &home,
        ),
        Err(AccountError::Password(error)) => once_more(&new.token, error, &home),
        Err(error) => failure(RESET, error, &home),
    }
}

/// The form again, with what is wrong with the password.
fn once_more(token: &str, error: PasswordError, home: &Url) -> Response {
    let error = ApiError::from(error);
    let context = context! { title => RESET, token, problem => said(&error) };
    page(status(&error), "reset_password.html", home, context)
}
