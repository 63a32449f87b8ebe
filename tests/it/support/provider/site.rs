//! The stand-in itself: who is there, what it does wrong, and the page where people log in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use reelgraph::domain::clock::{Clock, SystemClock};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;

use super::{facebook, openid};

/// What the site is called at the other one.
pub(crate) const CLIENT: &str = "reelgraph-at-the-other-site";
/// What it proves itself with there.
pub(crate) const SECRET: &str = "the app's secret";

/// A stand-in for another site, which runs on a port of its own.
pub(crate) struct Provider {
    pub(crate) address: String,
    state: Shared,
}

/// Somebody who has an account over there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) subject: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) email_verified: bool,
}

/// What it does wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Brings back another state than it was given.
    WrongState,
    /// The person says no.
    Denied,
    /// Gives the browser a code that was used before.
    OldCode,
    /// Refuses every code, also those that it gave out.
    Refuses,
    /// Never gives a token.
    Hangs,
    /// Answers 500 instead of a token.
    Crashes,
    /// Answers something else than a token.
    Babbles,
    /// Sends the one who asks for a token elsewhere.
    Redirects,
    /// The token is good for nothing when it comes to saying who it is.
    ForgetsToken,
    /// An id token for another client.
    OtherAudience,
    /// An id token of another issuer.
    OtherIssuer,
    /// An id token that answers another request.
    OtherNonce,
    /// An id token of yesterday.
    Expired,
    /// An id token that somebody else signed.
    Forged,
    /// An id token that nobody signed.
    Unsigned,
    /// The issuer cannot be discovered.
    Undiscoverable,
}

pub(super) type Shared = Arc<Mutex<Inside>>;

pub(super) struct Inside {
    pub(super) address: String,
    pub(super) person: Person,
    pub(super) fault: Fault,
    /// Whether the id token leaves out what the user info says.
    pub(super) is_terse: bool,
    /// The private key in PKCS #8, DER.
    pub(super) key: Vec<u8>,
    pub(super) kid: u32,
    pub(super) next: u32,
    pub(super) codes: HashMap<String, Grant>,
    pub(super) tokens: HashMap<String, Person>,
    pub(super) requests: Vec<String>,
}

#[derive(Clone)]
pub(super) struct Grant {
    pub(super) person: Person,
    pub(super) challenge: String,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) is_used: bool,
}

impl Person {
    /// Somebody with a name and no address.
    pub(crate) fn new(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            name: Some(format!("Somebody {subject}")),
            ..Self::default()
        }
    }

    /// The same with an address.
    pub(crate) fn with_email(self, email: &str, email_verified: bool) -> Self {
        Self {
            email: Some(email.to_owned()),
            email_verified,
            ..self
        }
    }
}

impl Provider {
    /// Starts one on a free port.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Inside {
            address: address.clone(),
            person: Person::new("1"),
            fault: Fault::None,
            is_terse: false,
            key: openid::new_key(),
            kid: 1,
            next: 0,
            codes: HashMap::new(),
            tokens: HashMap::new(),
            requests: Vec::new(),
        }));
        let routes = Router::new()
            .route("/dialog/oauth", get(authorize))
            .route("/oauth/access_token", post(facebook::token))
            .route("/me", get(facebook::me))
            .route("/.well-known/openid-configuration", get(openid::discovery))
            .route("/jwks", get(openid::jwks))
            .route("/authorize", get(authorize))
            .route("/token", post(openid::token))
            .route("/userinfo", get(openid::user_info))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, state }
    }

    /// Who is logged in over there, in every browser.
    pub(crate) fn is(&self, person: Person) {
        lock(&self.state).person = person;
    }

    /// What it does wrong from now on.
    pub(crate) fn misbehave(&self, fault: Fault) {
        lock(&self.state).fault = fault;
    }

    /// Leaves out of id tokens what the user info says.
    pub(crate) fn be_terse(&self) {
        lock(&self.state).is_terse = true;
    }

    /// Signs with another key from now on.
    pub(crate) fn change_key(&self) {
        let mut inside = lock(&self.state);
        inside.key = openid::new_key();
        inside.kid += 1;
    }

    /// The paths that were asked for since the last time.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.state).requests)
    }

    /// What Facebook posts about somebody.
    pub(crate) fn signed_request(subject: &str) -> String {
        Self::signed_by(SECRET, subject)
    }

    /// The same, signed with another secret.
    pub(crate) fn signed_by(secret: &str, subject: &str) -> String {
        let payload = json!({ "algorithm": "HMAC-SHA256", "issued_at": SystemClock.now().timestamp(), "user_id": subject });
        let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
        let signature = URL_SAFE_NO_PAD.encode(hmac(secret, &payload));
        format!("{signature}.{payload}")
    }
}

pub(super) fn lock(state: &Shared) -> MutexGuard<'_, Inside> {
    state.lock().unwrap()
}

pub(super) fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

impl Inside {
    pub(super) fn new_name(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}-{}", self.next)
    }

    /// Uses a code up, if the one who asks is the one that it was made for.
    pub(super) fn redeem(&mut self, form: &HashMap<String, String>) -> Result<Grant, &'static str> {
        let grant = self.codes.get_mut(&form["code"]).ok_or("no such code")?;
        let verifier = form.get("code_verifier").ok_or("no verifier")?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        if std::mem::replace(&mut grant.is_used, true) {
            Err("used before")
        } else if form["grant_type"] != "authorization_code" {
            Err("another grant")
        } else if challenge != grant.challenge {
            Err("the verifier is wrong")
        } else if form["redirect_uri"] != grant.redirect_uri {
            Err("another redirect address")
        } else {
            Ok(grant.clone())
        }
    }
}

/// The page where people log in and say yes; here they have.
async fn authorize(
    State(state): State<Shared>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut inside = lock(&state);
    inside.requests.push("authorize".to_owned());
    let is = |name: &str, value: &str| query.get(name).is_some_and(|given| given == value);
    let asks_for = |scope: &str| query["scope"].split(' ').any(|given| given == scope);
    // The one that is registered. The path says which of the two sites it is for.
    let is_registered = |uri: &String| {
        uri == "https://reelgraph.test/oauth/facebook/callback" && asks_for("public_profile")
            || uri == "https://reelgraph.test/oauth/my-issuer/callback" && asks_for("openid")
    };
    let redirect_uri = query.get("redirect_uri").filter(|uri| is_registered(uri));
    let (Some(redirect_uri), true) = (redirect_uri, is("client_id", CLIENT)) else {
        return (StatusCode::BAD_REQUEST, "this app is not known").into_response();
    };
    let is_sound = is("response_type", "code")
        && is("code_challenge_method", "S256")
        && asks_for("email")
        && query.get("state").is_some_and(|state| state.len() >= 22);
    if !is_sound {
        return (StatusCode::BAD_REQUEST, format!("{query:?}")).into_response();
    }
    let mut to = Url::parse(redirect_uri).unwrap();
    let fault = inside.fault;
    if fault == Fault::Denied {
        to.query_pairs_mut()
            .append_pair("error", "access_denied")
            .append_pair("error_reason", "user_denied");
    } else {
        let old = inside.codes.iter().find(|(_, grant)| grant.is_used);
        let code = match old {
            Some((code, _)) if fault == Fault::OldCode => code.clone(),
            _ => inside.new_name("code"),
        };
        let grant = Grant {
            person: inside.person.clone(),
            challenge: query["code_challenge"].clone(),
            redirect_uri: redirect_uri.clone(),
            nonce: query.get("nonce").cloned(),
            is_used: fault == Fault::OldCode,
        };
        inside.codes.insert(code.clone(), grant);
        to.query_pairs_mut().append_pair("code", &code);
    }
    let state = if fault == Fault::WrongState {
        "A".repeat(43)
    } else {
        query["state"].clone()
    };
    to.query_pairs_mut().append_pair("state", &state);
    (StatusCode::FOUND, [(LOCATION, to.to_string())]).into_response()
}

/// What goes wrong before a token is given, if something does.
pub(super) async fn trouble(state: &Shared) -> Option<Response> {
    let fault = {
        let mut inside = lock(state);
        inside.requests.push("token".to_owned());
        inside.fault
    };
    match fault {
        Fault::Hangs => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            None
        }
        Fault::Crashes => Some(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        Fault::Babbles => Some((StatusCode::OK, "<html>Sorry</html>").into_response()),
        Fault::Redirects => {
            let elsewhere = format!("{}/me", lock(state).address);
            Some((StatusCode::TEMPORARY_REDIRECT, [(LOCATION, elsewhere)]).into_response())
        }
        _ => None,
    }
}

/// The token that a request shows, and whose it is.
pub(super) fn bearer(inside: &Inside, headers: &HeaderMap) -> Option<(String, Person)> {
    let value = headers.get(AUTHORIZATION)?.to_str().unwrap();
    let token = value.strip_prefix("Bearer ")?.to_owned();
    let person = inside.tokens.get(&token)?.clone();
    (inside.fault != Fault::ForgetsToken).then_some((token, person))
}
