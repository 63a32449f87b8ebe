//! The pages that the links of mails lead to, for sites that name none of their own.
//!
//! To look at one changes nothing: mail scanners and previews follow links. What changes something is the button, and
//! only on our own page (the router refuses posts of other sites).

use axum::extract::{DefaultBodyLimit, Extension, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};
use minijinja::context;
use secrecy::SecretString;
use serde::Deserialize;

use super::client::ClientInfo;
use super::error::status;
use super::pages::{failure, notice, page, said};
use super::task::finish;
use crate::domain::accounts::{AccountError, AccountService, ChosenPassword, PasswordError};
use crate::graphql::ApiError;

/// A token and two passwords, many times over.
const MOST: usize = 16 * 1024;
const CONFIRM: &str = "Confirm your e-mail address";
const RESET: &str = "Set a new password";

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
pub(super) fn routes(accounts: AccountService) -> Router {
    Router::new()
        .route("/confirm-email", get(ask_to_confirm).post(confirm))
        .route("/reset-password", get(ask_for_password).post(reset))
        .layer(DefaultBodyLimit::max(MOST))
        .with_state(accounts)
}

async fn ask_to_confirm(Query(Link { token }): Query<Link>) -> Response {
    let context = context! { title => CONFIRM, token };
    page(StatusCode::OK, "confirm_email.html", context)
}

async fn confirm(
    State(accounts): State<AccountService>,
    Extension(ClientInfo(client)): Extension<ClientInfo>,
    Form(Link { token }): Form<Link>,
) -> Response {
    let confirmed = finish(async move { accounts.confirm_email(&token, &client).await }).await;
    match confirmed.and_then(|confirmed| confirmed) {
        Ok(_) => notice(CONFIRM, "Thank you. Your e-mail address is confirmed."),
        Err(error) => failure(CONFIRM, error),
    }
}

async fn ask_for_password(Query(Link { token }): Query<Link>) -> Response {
    let context = context! { title => RESET, token };
    page(StatusCode::OK, "reset_password.html", context)
}

async fn reset(
    State(accounts): State<AccountService>,
    Extension(ClientInfo(client)): Extension<ClientInfo>,
    Form(new): Form<NewPassword>,
) -> Response {
    let token = new.token.clone();
    let chosen = ChosenPassword {
        password: new.password,
        confirm: Some(new.again),
    };
    let work = async move { accounts.reset_password(&token, chosen, &client).await };
    match finish(work).await.and_then(|set| set) {
        Ok(()) => notice(RESET, "The password is set. You can log in with it now."),
        Err(AccountError::Password(error)) => once_more(&new.token, error),
        Err(error) => failure(RESET, error),
    }
}

/// The form again, with what is wrong with the password.
fn once_more(token: &str, error: PasswordError) -> Response {
    let error = ApiError::from(error);
    let context = context! { title => RESET, token, problem => said(&error) };
    page(status(&error), "reset_password.html", context)
}
