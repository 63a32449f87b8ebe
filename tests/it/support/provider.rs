//! Another site that people log in by: Facebook and an OpenID Connect issuer in one, on a port of its own. It speaks
//! real OAuth, checks everything that the real ones check, and misbehaves at a word.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::extract::{Form, Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reelgraph::domain::accounts::TokenHash;
use reelgraph::domain::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

/// What the site is called at the other one.
pub(crate) const CLIENT: &str = "reelgraph-at-the-other-site";
/// What it proves itself with there.
pub(crate) const SECRET: &str = "the app's secret";

/// A running stand-in.
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
    /// Refuses every code.
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

type Shared = Arc<Mutex<Inside>>;

struct Inside {
    address: String,
    person: Person,
    fault: Fault,
    /// Whether the id token leaves out what the user info says.
    is_terse: bool,
    key: Ed25519KeyPair,
    kid: u32,
    next: u32,
    codes: HashMap<String, Grant>,
    tokens: HashMap<String, Person>,
    requests: Vec<String>,
}

#[derive(Clone)]
struct Grant {
    person: Person,
    challenge: String,
    redirect_uri: String,
    nonce: Option<String>,
    is_used: bool,
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
    /// Starts one.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(Inside {
            address: address.clone(),
            person: Person::new("1"),
            fault: Fault::None,
            is_terse: false,
            key: Ed25519KeyPair::generate().unwrap(),
            kid: 1,
            next: 0,
            codes: HashMap::new(),
            tokens: HashMap::new(),
            requests: Vec::new(),
        }));
        let routes = Router::new()
            .route("/dialog/oauth", get(authorize))
            .route("/oauth/access_token", post(facebook_token))
            .route("/me", get(me))
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/authorize", get(authorize))
            .route("/token", post(openid_token))
            .route("/userinfo", get(user_info))
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
        inside.key = Ed25519KeyPair::generate().unwrap();
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

fn lock(state: &Shared) -> MutexGuard<'_, Inside> {
    state.lock().unwrap()
}

fn hmac(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

impl Inside {
    fn new_name(&mut self, kind: &str) -> String {
        self.next += 1;
        format!("{kind}-{}", self.next)
    }

    /// Uses a code up, if the one who asks is the one that it was made for.
    fn redeem(&mut self, form: &HashMap<String, String>) -> Result<Grant, &'static str> {
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

    fn id_token(&self, grant: &Grant) -> String {
        let now = SystemClock.now().timestamp();
        let fault = self.fault;
        let or = |wrong: Fault, other: &str, right: &str| {
            if fault == wrong { other } else { right }.to_owned()
        };
        let age = if fault == Fault::Expired { 86_400 } else { 0 };
        let nonce = grant.nonce.clone().unwrap_or_default();
        let mut claims = json!({
            "iss": or(Fault::OtherIssuer, "https://other.example", &self.address),
            "aud": or(Fault::OtherAudience, "another-client", CLIENT),
            "nonce": or(Fault::OtherNonce, "another", &nonce),
            "sub": grant.person.subject,
            "iat": now - age,
            "exp": now - age + 300,
        });
        if !self.is_terse {
            add_profile(&mut claims, &grant.person);
        }
        if fault == Fault::Unsigned {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            return format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
        }
        let header = Header {
            kid: Some(self.kid.to_string()),
            ..Header::new(Algorithm::EdDSA)
        };
        let forger = Ed25519KeyPair::generate().unwrap();
        let key = if fault == Fault::Forged {
            &forger
        } else {
            &self.key
        };
        let key = EncodingKey::from_ed_der(key.to_pkcs8().unwrap().as_ref());
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

fn add_profile(claims: &mut Value, person: &Person) {
    if let Some(name) = &person.name {
        claims["name"] = json!(name);
    }
    if let Some(email) = &person.email {
        claims["email"] = json!(email);
        claims["email_verified"] = json!(person.email_verified);
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
async fn trouble(state: &Shared) -> Option<Response> {
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

/// An error as Facebook writes them, which is not as the standard has it.
fn facebook_error(message: &str) -> Response {
    let error = json!({ "error": { "message": message, "type": "OAuthException", "code": 100, "fbtrace_id": "A" } });
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}

async fn facebook_token(
    State(state): State<Shared>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(trouble) = trouble(&state).await {
        return trouble;
    }
    let mut inside = lock(&state);
    let is = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
    if !is("client_id", CLIENT) || !is("client_secret", SECRET) {
        return facebook_error("Error validating client secret.");
    }
    match inside.redeem(&form) {
        Ok(grant) if inside.fault != Fault::Refuses => {
            let token = inside.new_name("token");
            inside.tokens.insert(token.clone(), grant.person);
            let answer =
                json!({ "access_token": token, "token_type": "bearer", "expires_in": 5_183_944 });
            Json(answer).into_response()
        }
        Ok(_) => facebook_error("This authorization code has expired."),
        Err(why) => facebook_error(why),
    }
}

fn bearer(inside: &Inside, headers: &HeaderMap) -> Option<(String, Person)> {
    let value = headers.get(AUTHORIZATION)?.to_str().unwrap();
    let token = value.strip_prefix("Bearer ")?.to_owned();
    let person = inside.tokens.get(&token)?.clone();
    (inside.fault != Fault::ForgetsToken).then_some((token, person))
}

async fn me(
    State(state): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut inside = lock(&state);
    inside.requests.push("me".to_owned());
    let Some((token, person)) = bearer(&inside, &headers) else {
        return facebook_error("Invalid OAuth access token.");
    };
    let proof = hmac(SECRET, &token);
    let proof = TokenHash(proof.try_into().unwrap()).to_hex();
    if query.get("appsecret_proof") != Some(&proof) {
        return facebook_error("Invalid appsecret_proof provided in the API argument");
    }
    let mut me = json!({ "id": person.subject });
    for field in query["fields"].split(',') {
        match field {
            "name" => me["name"] = json!(person.name),
            // Left out where there is none.
            "email" if person.email.is_some() => me["email"] = json!(person.email),
            _ => {}
        }
    }
    Json(me).into_response()
}

async fn discovery(State(state): State<Shared>) -> Response {
    let mut inside = lock(&state);
    inside.requests.push("discovery".to_owned());
    if inside.fault == Fault::Undiscoverable {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let at = |path: &str| format!("{}{path}", inside.address);
    Json(json!({
        "issuer": inside.address,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "none"],
    }))
    .into_response()
}

async fn jwks(State(state): State<Shared>) -> Response {
    let mut inside = lock(&state);
    inside.requests.push("jwks".to_owned());
    let x = URL_SAFE_NO_PAD.encode(inside.key.public_key().as_ref());
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": inside.kid.to_string(), "x": x });
    Json(json!({ "keys": [key] })).into_response()
}

async fn openid_token(
    State(state): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(trouble) = trouble(&state).await {
        return trouble;
    }
    let mut inside = lock(&state);
    let refused = |error: &str, why: &str| {
        let answer = json!({ "error": error, "error_description": why });
        (StatusCode::BAD_REQUEST, Json(answer)).into_response()
    };
    // Both parts are encoded as in a form before they are joined (RFC 6749, 2.3.1).
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{encoded}")));
    if headers
        .get(AUTHORIZATION)
        .is_none_or(|value| *value != basic)
    {
        return refused("invalid_client", "who are you?");
    }
    match inside.redeem(&form) {
        Ok(grant) if inside.fault != Fault::Refuses => {
            let token = inside.new_name("token");
            let id_token = inside.id_token(&grant);
            inside.tokens.insert(token.clone(), grant.person);
            let answer =
                json!({ "access_token": token, "token_type": "Bearer", "id_token": id_token });
            Json(answer).into_response()
        }
        Ok(_) => refused("invalid_grant", "expired"),
        Err(why) => refused("invalid_grant", why),
    }
}

async fn user_info(State(state): State<Shared>, headers: HeaderMap) -> Response {
    let mut inside = lock(&state);
    inside.requests.push("userinfo".to_owned());
    match bearer(&inside, &headers) {
        Some((_, person)) => {
            let mut claims = json!({ "sub": person.subject });
            add_profile(&mut claims, &person);
            Json(claims).into_response()
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}
