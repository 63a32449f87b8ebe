//! Who sends a request: the session of a browser's cookie, or of an app's bearer token.

use async_graphql::Data;
use axum::http::header::{AUTHORIZATION, COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::graphql::{PrepareRequest, Refusal};
use crate::domain::accounts::{AccountError, AccountService, SessionToken};
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::viewer::Viewer;
use crate::graphql::{Caller, SessionCookie};

/// Finds out who asks, before a document is executed.
pub(super) struct Authenticate {
    accounts: AccountService,
    cookie: SessionCookie,
}

/// How a token came.
enum Presented {
    /// Nobody chose to send it: a browser does so by itself, also when it has long expired.
    Cookie(SessionToken),
    /// The client claims to be somebody.
    Bearer(Option<SessionToken>),
}

impl Authenticate {
    pub(super) fn new(accounts: AccountService, is_production: bool) -> Self {
        let cookie = if is_production {
            SessionCookie::PRODUCTION
        } else {
            SessionCookie::DEVELOPMENT
        };
        Self { accounts, cookie }
    }

    async fn viewer(&self, headers: &HeaderMap) -> Result<Viewer, Refusal> {
        let viewer = match self.presented(headers) {
            None => return Ok(Viewer::Anonymous),
            Some(Presented::Cookie(token)) => {
                return self
                    .accounts
                    .authenticate(&token)
                    .await
                    .map_err(|error| refusal(&error));
            }
            Some(Presented::Bearer(None)) => Viewer::Anonymous,
            Some(Presented::Bearer(Some(token))) => self
                .accounts
                .authenticate(&token)
                .await
                .map_err(|error| refusal(&error))?,
        };
        match viewer {
            Viewer::Anonymous => Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                ErrorCode::Unauthenticated.as_str(),
                "the bearer token is not valid; log in again",
            )),
            known @ Viewer::Known(_) => Ok(known),
        }
    }

    fn presented(&self, headers: &HeaderMap) -> Option<Presented> {
        if let Some(value) = headers.get(AUTHORIZATION) {
            let token = value
                .to_str()
                .ok()
                .and_then(|value| value.strip_prefix("Bearer "));
            return Some(Presented::Bearer(token.and_then(SessionToken::parse)));
        }
        let cookies = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'));
        let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
        let (_, token) = pairs.find(|(name, _)| *name == self.cookie.name())?;
        SessionToken::parse(token).map(Presented::Cookie)
    }
}

#[async_trait::async_trait]
impl PrepareRequest for Authenticate {
    async fn prepare(&self, parts: &Parts) -> Result<Data, Refusal> {
        let viewer = self.viewer(&parts.headers).await?;
        let device = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let mut data = Data::default();
        data.insert(Caller::new(viewer, device, self.cookie));
        Ok(data)
    }
}

/// Nobody is taken for logged in, or for logged out, while the sessions cannot be asked.
fn refusal(error: &AccountError) -> Refusal {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "Who sends a request cannot be found out"
    );
    match error.code() {
        code @ ErrorCode::UpstreamUnavailable => Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code.as_str(),
            "a store does not answer; try again",
        ),
        _ => Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal.as_str(),
            "internal error",
        ),
    }
}
