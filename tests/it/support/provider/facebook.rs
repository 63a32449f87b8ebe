//! What Facebook answers, as a stand-in says it.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use reelgraph::domain::accounts::TokenHash;
use serde_json::json;

use super::site::{CLIENT, Fault, SECRET, Shared, bearer, hmac, lock, trouble};

pub(super) async fn token(
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

pub(super) async fn me(
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

/// An error as Facebook writes them, which is not as the standard has it.
fn facebook_error(message: &str) -> Response {
    let error = json!({ "error": { "message": message, "type": "OAuthException", "code": 100, "fbtrace_id": "A" } });
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}
