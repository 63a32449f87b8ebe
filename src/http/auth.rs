//! Who sends a request: the session of a browser's cookie, an app's access token, or an API key.

use std::sync::Arc;

use async_graphql::Data;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Uri};

use super::at_work;
use super::client::ClientInfo;
use super::ended;
use super::graphql::{Gatekeeper, PrepareRequest, Refusal};
use super::knock::{self, Door};
use super::origins::{self, Origins};
use crate::domain::accounts::{
    AccountService, ApiKeyToken, Credentials, Proof, SessionToken, Stale,
};
use crate::domain::language::LanguageTag;
use crate::domain::viewer::{Client, Viewer};
use crate::graphql::{ApiError, Caller, SessionCookie, Standing};

/// What a message of somebody who stays costs, in the units of the budget: as a request that shows something.
const MESSAGE: u64 = 30;
/// Why a browser gets no cookie by what is answered on a connection that stays.
const NO_COOKIE: &str = "a connection that stays gives no cookie: send this as a request of its own, by POST, or log in with \
     `transport: BEARER`";

/// Finds out who asks, before anything is done for them.
#[derive(Clone)]
pub(super) struct Authenticate {
    accounts: Arc<AccountService>,
    cookie: SessionCookie,
    /// Whose pages may use the session.
    origins: Origins,
    /// Who counts, and what the messages of those who stay are taken from.
    door: Door,
}

/// What a request shows.
enum Presented {
    /// Nobody chose to send it: a browser does so by itself, also when it has long ended.
    Cookie(SessionToken),
    /// The client claims to be somebody.
    Header(Option<Credentials>),
}

impl Authenticate {
    pub(super) fn new(
        accounts: AccountService,
        cookie: SessionCookie,
        origins: Origins,
        door: Door,
    ) -> Self {
        Self {
            accounts: Arc::new(accounts),
            cookie,
            origins,
            door,
        }
    }

    fn client(parts: &Parts) -> Client {
        let client = parts.extensions.get::<ClientInfo>().cloned();
        let ClientInfo(client) = client.unwrap_or_default();
        client
    }

    /// Who sent the request, and from where.
    pub(super) async fn caller(&self, parts: &Parts) -> Result<(Viewer, Client), Refusal> {
        Ok((self.viewer(parts).await?, Self::client(parts)))
    }

    async fn viewer(&self, parts: &Parts) -> Result<Viewer, Refusal> {
        if let Some(standing) = parts.extensions.get::<Standing>() {
            return self.still(standing.viewer()).await;
        }
        let credentials = match self.presented(&parts.headers) {
            None => return Ok(Viewer::Anonymous),
            Some(Presented::Cookie(token)) => {
                // The router refuses what changes something; reading is refused here, where there is a session to read
                // with: a link or a picture elsewhere would make the server work in its name, and how long that takes
                // can be seen from there.
                if parts.method.is_safe() && self.origins.is_of_another_site(&parts.headers) {
                    return Err(Refusal::cross_site());
                }
                let proof = self.ask(&Credentials::Cookie(token)).await?;
                if matches!(proof, Proof::Nothing(_)) {
                    ended::note(&parts.extensions);
                }
                return Ok(proof.viewer());
            }
            Some(Presented::Header(credentials)) => credentials,
        };
        let proof = match credentials {
            None => Proof::Nothing(Stale::Wrong),
            Some(credentials) => self.ask(&credentials).await?,
        };
        match proof {
            Proof::Of(viewer) => Ok(Viewer::Known(viewer)),
            Proof::Nothing(stale) => Err(Refusal::stale(stale)),
        }
    }

    /// Whoever stays, if they are who they were. Not by what they showed when they came: that may have had its time.
    async fn still(&self, viewer: Viewer) -> Result<Viewer, Refusal> {
        let Some(known) = viewer.known() else {
            return Ok(viewer);
        };
        match self.accounts.still(known).await.map_err(ApiError::from)? {
            Some(now) if now == *known => Ok(viewer),
            Some(_) => Err(ApiError::changed().into()),
            None => Err(ApiError::logged_out().into()),
        }
    }

    /// Takes units from what the network of whoever asks has, for work that is found out about late.
    pub(super) async fn spend(&self, parts: &Parts, units: u32) -> Result<(), Refusal> {
        let detail = "too many requests in a short time";
        self.take(parts, units, detail).await
    }

    async fn take(&self, parts: &Parts, units: u32, detail: &'static str) -> Result<(), Refusal> {
        let taken = self.door.take(&Self::client(parts), units).await;
        taken.map_err(|over| {
            let mut refusal = Refusal::rate_limited(detail);
            refusal.retry_after = Some(over.wait.as_secs() + 1);
            refusal
        })
    }

    /// Nobody is taken for logged in, or for logged out, while the sessions cannot be asked.
    async fn ask(&self, credentials: &Credentials) -> Result<Proof, Refusal> {
        let proof = self.accounts.authenticate(credentials).await;
        Ok(proof.map_err(ApiError::from)?)
    }

    fn presented(&self, headers: &HeaderMap) -> Option<Presented> {
        if let Some(value) = headers.get(AUTHORIZATION) {
            let token = value.to_str().ok().and_then(|value| {
                let (scheme, token) = value.split_once(' ')?;
                scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
            });
            return Some(Presented::Header(token.map(
                |token| match ApiKeyToken::parse(token) {
                    Some(key) => Credentials::ApiKey(key),
                    None => Credentials::AccessToken(token.into()),
                },
            )));
        }
        let token = cookie(headers, self.cookie.name())?;
        SessionToken::parse(token).map(Presented::Cookie)
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The languages that a request asks for.
fn languages(headers: &HeaderMap) -> Vec<LanguageTag> {
    let values = headers.get_all(ACCEPT_LANGUAGE).iter();
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    LanguageTag::accepted(&values.join(","))
}

#[async_trait::async_trait]
impl PrepareRequest for Authenticate {
    async fn prepare(&self, parts: &Parts) -> Result<Data, Refusal> {
        let (viewer, client) = self.caller(parts).await?;
        let mut data = Data::default();
        let is_counted = self.door.counts(&client);
        let states = cookie(&parts.headers, self.cookie.oauth_state().name());
        let states = states.map(SessionCookie::read_oauth_states);
        let caller = Caller::new(viewer, client, self.cookie)
            .with_oauth_states(states.unwrap_or_default())
            .reading(languages(&parts.headers))
            .without_cookie(match parts.extensions.get::<Standing>() {
                Some(_) => Some(NO_COOKIE),
                None => origins::cookie_is_lost(&parts.headers, self.cookie),
            });
        data.insert(if is_counted {
            caller
        } else {
            caller.unrationed()
        });
        Ok(data)
    }
}

#[async_trait::async_trait]
impl Gatekeeper for Authenticate {
    fn is_cross_site(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        !self.origins.is_own(headers, uri)
    }

    /// Not its place at work: that is for others when the answer has begun, and what is asked for then finds another.
    fn kept(&self, parts: &Parts) -> Parts {
        let (mut kept, ()) = Request::new(()).into_parts();
        kept.method = parts.method.clone();
        kept.uri = parts.uri.clone();
        kept.version = parts.version;
        kept.headers = parts.headers.clone();
        kept.extensions.insert(ClientInfo(Self::client(parts)));
        at_work::keep(parts, &mut kept);
        kept
    }

    fn placed(&self, kept: &Parts) -> Result<Parts, Refusal> {
        at_work::placed(kept)
    }

    fn network(&self, parts: &Parts) -> Option<String> {
        let client = Self::client(parts);
        self.door.counts(&client).then(|| client.network())
    }

    async fn knock(&self, parts: &Parts, bytes: usize) -> Result<(), Refusal> {
        let units = knock::with_bytes(MESSAGE, bytes as u64);
        let detail = "too many messages in a short time";
        self.take(parts, units, detail).await
    }

    async fn stand(&self, parts: &Parts) -> Result<Standing, Refusal> {
        Ok(Standing::of(&self.accounts, self.viewer(parts).await?))
    }
}
