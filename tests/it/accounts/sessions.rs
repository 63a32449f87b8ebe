//! Logging in and out, with a browser and with an app.

use std::time::{Duration, Instant};

use futures::future::join_all;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::installation::{Installation, audit, error, sessions};
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::{Answer, Visitor};

pub(super) async fn whoever_logs_in_is_known_and_whoever_logs_out_is_gone(site: &Installation) {
    let mut here = site.registered("ada@example.org").await;
    let mut there = here.at(site.other());
    let known = (here.who().await, there.who().await);
    assert_eq!(told(here.clone()).await, None, "it is open");

    there.expect("logOut", json!({}), "").await;

    let ada = Some("ada@example.org".to_owned());
    assert_eq!(known, (ada.clone(), ada));
    assert_eq!(there.cookie, None, "the cookie is taken away");
    assert_eq!(here.who().await, None, "the session has ended everywhere");
    assert_eq!(told(here).await.as_deref(), Some("expired"));
    assert_eq!(told(site.visitor()).await, None, "nobody's is over");
}

/// What an answer says of the session of a browser's cookie.
async fn told(mut browser: Visitor) -> Option<String> {
    let answer = browser.send("{ viewer { id } }", json!({})).await;
    let told = answer.headers.get("x-session")?;
    Some(told.to_str().unwrap().to_owned())
}

/// Exchanges a refresh token; the payload.
async fn exchange(token: &str, mut nobody: Visitor) -> Value {
    let input = json!({ "refreshToken": token });
    let wanted = "viewer { user { email } } accessToken refreshToken expiresIn";
    nobody.call("refreshSession", input, wanted).await
}

pub(super) async fn a_refresh_token_older_than_the_last_ends_its_session(site: &Installation) {
    let email = "grace@example.org";
    let mut browser = site.registered(email).await;
    let mut app = site.visitor();
    let first = app.log_in_app(email).await;
    let mut elsewhere = app.at(site.other());

    let second = exchange(&first, Visitor::of(site.other())).await;
    assert_eq!(second["viewer"]["user"]["email"], email);
    assert_eq!(second["expiresIn"], 600);
    let (access, refresh) = (text(&second["accessToken"]), text(&second["refreshToken"]));
    let mut refreshed = site.visitor().with_bearer(&access);
    assert_eq!(refreshed.who().await.as_deref(), Some(email));
    assert_eq!(elsewhere.who().await.as_deref(), Some(email));
    let third = exchange(&refresh, site.visitor()).await;
    let third = text(&third["refreshToken"]);

    let stolen = exchange(&first, site.visitor()).await;
    let next = exchange(&third, site.visitor()).await;

    let refused = json!([{ "code": "UNAUTHENTICATED", "field": ["input", "refreshToken"] }]);
    assert_eq!(
        (&stolen["userErrors"], &next["userErrors"]),
        (&refused, &refused)
    );
    assert_eq!(stolen["accessToken"], Value::Null);
    for mut copy in [app, elsewhere, refreshed] {
        let answer = copy.send("{ viewer { user { id } } }", json!({})).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"));
        assert_eq!(challenge(&answer), REVOKED);
    }
    let log = audit(&mut browser).await;
    assert_eq!(log[0].0, "REFRESH_REUSED", "{log:?}");
    assert_eq!(
        browser.who().await.as_deref(),
        Some(email),
        "another session"
    );
}

pub(super) async fn an_app_that_lost_an_answer_or_asks_twice_goes_on(site: &Installation) {
    let email = "radia@example.org";
    site.registered(email).await;
    let mut token = site.visitor().log_in_app(email).await;

    for round in 0..5 {
        let at = |number: usize| match number % 2 {
            0 => site.visitor(),
            _ => Visitor::of(site.other()),
        };
        let at_once = (0..6).map(|number| exchange(&token, at(number)));
        let mut answers = join_all(at_once).await;
        // Nobody used what came, so the one before is as good.
        answers.push(exchange(&token, at(round)).await);

        let next = text(&answers[0]["refreshToken"]);
        assert_ne!(next, token);
        for answer in answers {
            assert_eq!(answer["userErrors"], json!([]));
            assert_eq!(text(&answer["refreshToken"]), next);
            let mut app = at(round).with_bearer(&text(&answer["accessToken"]));
            assert_eq!(app.who().await.as_deref(), Some(email));
        }
        token = next;
    }
}

const EXPIRED: &str = r#"Bearer error="invalid_token", error_description="the bearer token has expired; get another one""#;
const REVOKED: &str = r#"Bearer error="invalid_token", error_description="the bearer token was revoked; log in again""#;
const WRONG: &str = r#"Bearer error="invalid_token", error_description="the bearer token is not valid; log in again""#;

/// The challenge of a refusal.
fn challenge(answer: &Answer) -> &str {
    answer.headers["www-authenticate"].to_str().unwrap()
}

#[tokio::test]
async fn a_refusal_says_whether_a_token_expired_or_was_revoked() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_ACCESS_TOKEN_SECONDS", "1");
    let site = program.serve().await;
    let mut browser = Visitor::of(&site);
    browser.register("ada@example.org").await;
    let mut app = Visitor::of(&site);
    let refresh = app.log_in_app("ada@example.org").await;
    let query = "{ viewer { user { id } } }";
    let started = Instant::now();
    let expired = loop {
        let answer = app.send(query, json!({})).await;
        if answer.status == 401 {
            break answer;
        }
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let input = json!({ "name": "a machine", "scopes": ["READ"] });
    let made = browser
        .expect("createApiKey", input, "apiKey { id } token")
        .await;
    let key = text(&made["token"]);
    let next = exchange(&refresh, Visitor::of(&site)).await;
    let access = text(&next["accessToken"]);

    browser.expect("logOutOthers", json!({}), "").await;
    let input = json!({ "apiKey": made["apiKey"]["id"] });
    browser.expect("revokeApiKey", input, "").await;
    let mut refusals = vec![(expired, EXPIRED, "TOKEN_EXPIRED")];
    for (token, challenge, reason) in [
        (&access, REVOKED, "TOKEN_REVOKED"),
        (app.bearer.as_ref().unwrap(), REVOKED, "TOKEN_REVOKED"),
        (&key, REVOKED, "TOKEN_REVOKED"),
        (&"nonsense".to_owned(), WRONG, "TOKEN_INVALID"),
    ] {
        let mut copy = Visitor::of(&site).with_bearer(token);
        refusals.push((copy.send(query, json!({})).await, challenge, reason));
    }
    let nothing = site.get("/account/export").send().await.unwrap();

    for (answer, expected, reason) in refusals {
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"));
        assert_eq!(challenge(&answer), expected);
        assert_eq!(answer.body["errors"][0]["extensions"]["reason"], reason);
    }
    // Whoever showed nothing is told only how to (RFC 6750, 3.1).
    assert_eq!(nothing.status(), 401);
    assert_eq!(nothing.headers()["www-authenticate"], "Bearer");
}

pub(super) async fn sessions_are_listed_and_ended(site: &Installation) {
    let email = "katherine@example.org";
    let mut laptop = site
        .visitor()
        .with_header("user-agent", "a laptop")
        .with_header("x-forwarded-for", "198.51.100.7");
    laptop.register(email).await;
    let mut phone = Visitor::of(site.other()).with_header("user-agent", "a phone");
    phone.log_in_app(email).await;

    let listed = sessions(&mut laptop).await;
    let shown: Vec<_> = listed
        .iter()
        .map(|session| ["device", "ip", "via", "current"].map(|field| session[field].clone()))
        .collect();
    let expected = [
        [
            json!("a phone"),
            json!("127.0.0.1"),
            json!("password"),
            json!(false),
        ],
        [
            json!("a laptop"),
            json!("198.51.100.7"),
            json!("password"),
            json!(true),
        ],
    ];
    assert_eq!(shown, expected, "the latest first");

    let (phones, own) = (listed[0]["id"].clone(), listed[1]["id"].clone());
    laptop
        .expect("logOut", json!({ "session": phones }), "")
        .await;
    let again = laptop.refused("logOut", json!({ "session": phones })).await;
    let gone = phone.send("{ __typename }", json!({})).await;
    assert_eq!(again, error("NOT_FOUND", "session"));
    assert_eq!(gone.code(), "UNAUTHENTICATED");

    let mut tablet = Visitor::of(site.other());
    tablet.log_in(email).await;
    site.visitor().log_in(email).await;
    let others = laptop.expect("logOutOthers", json!({}), "ended").await;
    assert_eq!(others["ended"], 2);
    assert_eq!(tablet.who().await, None);
    assert_eq!(sessions(&mut laptop).await.len(), 1);

    laptop.expect("logOut", json!({ "session": own }), "").await;
    assert_eq!(laptop.cookie, None);
}

pub(super) async fn an_access_token_can_be_checked_with_the_published_keys(site: &Installation) {
    site.registered("joan@example.org").await;
    let mut app = site.visitor();
    app.log_in_app("joan@example.org").await;
    let token = app.bearer.clone().unwrap();

    let keys = site
        .other()
        .get("/.well-known/jwks.json")
        .send()
        .await
        .unwrap();
    let keys: JwkSet = keys.json().await.unwrap();

    // Another program would have a library of its own; this one's has none of itself.
    reelgraph::adapters::jwt::install();
    let header = decode_header(&token).unwrap();
    let key = keys.find(&header.kid.unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&["reelgraph"]);
    validation.validate_aud = false;
    let key = DecodingKey::from_jwk(key).unwrap();
    let claims = decode::<Value>(&token, &key, &validation).unwrap().claims;
    let lasts = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lasts, 600);
    let text = claims.to_string();
    assert!(!text.contains("joan"), "{text}");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
