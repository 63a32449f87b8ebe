//! What an OpenID Connect issuer answers.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Form, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reelgraph::domain::clock::{Clock, SystemClock};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::site::{CLIENT, Fault, Grant, Inside, Person, SECRET, Shared, bearer, lock, trouble};

pub(super) async fn discovery(State(state): State<Shared>) -> Response {
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

pub(super) async fn jwks(State(state): State<Shared>) -> Response {
    let mut inside = lock(&state);
    inside.requests.push("jwks".to_owned());
    let pair = Ed25519KeyPair::from_pkcs8(&inside.key).unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": inside.kid.to_string(), "x": x });
    // Of a kind that is younger than the program.
    let unknown =
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "use": "sig", "kid": "later", "pub": x });
    Json(json!({ "keys": [unknown, key] })).into_response()
}

pub(super) async fn token(
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

pub(super) async fn user_info(State(state): State<Shared>, headers: HeaderMap) -> Response {
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

impl Inside {
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
        let forger = new_key();
        let key = if fault == Fault::Forged {
            &forger
        } else {
            &self.key
        };
        let key = EncodingKey::from_ed_der(key);
        reelgraph::adapters::jwt::install();
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

pub(super) fn new_key() -> Vec<u8> {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    key.as_ref().to_vec()
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
