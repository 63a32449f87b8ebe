//! What a PIN keeps closed, whichever way somebody tries to get in.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::installation::{Installation, api_key, error, profile};
use crate::support::SOON;
use crate::support::program::PASSWORD;
use crate::support::visitor::Visitor;

const EMAIL: &str = "ada@example.org";
const PIN: &str = "0420";
const OPENED: &str = "viewer { profile { id } }";
/// For how long nobody gets in after the first guess that is too many.
const PAUSE: Duration = Duration::from_secs(1);

/// An account whose first profile has a PIN, logged in with that; and the profile.
async fn locked(site: &Installation) -> (Visitor, String) {
    let mut owner = site.registered(EMAIL).await;
    let first = profile(&mut owner).await;
    let input = json!({ "profile": first, "pin": PIN });
    owner.expect("updateProfile", input, "").await;
    (owner, first)
}

/// One more profile: of a grown-up, but for a `max_age`.
async fn another(owner: &mut Visitor, max_age: Value, pin: Value) -> String {
    let input = json!({ "name": "Another", "maxAge": max_age, "pin": pin });
    let made = owner.expect("createProfile", input, "profile { id }").await;
    made["profile"]["id"].as_str().unwrap().to_owned()
}

fn log_in(pin: Option<&str>) -> Value {
    json!({ "email": EMAIL, "password": PASSWORD, "pin": pin })
}

fn wrong_pin() -> (String, String) {
    error("WRONG_CREDENTIALS", "pin")
}

#[tokio::test]
async fn a_log_in_opens_what_has_no_pin_or_whose_pin_is_given() {
    let site = Installation::embedded().await;
    let (mut owner, first) = locked(&site).await;
    let mut browser = site.visitor();

    let without = browser.refused("logIn", log_in(None)).await;
    let wrong = browser.refused("logIn", log_in(Some("0421"))).await;
    assert_eq!((without, wrong), (wrong_pin(), wrong_pin()));
    assert_eq!(browser.who().await, None);
    let right = browser.expect("logIn", log_in(Some(PIN)), OPENED).await;
    assert_eq!(right["viewer"]["profile"]["id"], first);
    let open = browser.expect("logIn", log_in(None), OPENED).await;
    assert_eq!(open["viewer"]["profile"]["id"], first, "it is open there");

    let kids = another(&mut owner, json!(6), Value::Null).await;
    let mut other = site.visitor();
    let without = other.expect("logIn", log_in(None), OPENED).await;
    assert_eq!(without["viewer"]["profile"]["id"], kids);
    let with = other.expect("logIn", log_in(Some(PIN)), OPENED).await;
    assert_eq!(with["viewer"]["profile"]["id"], first);
}

#[tokio::test]
async fn guesses_by_logging_in_count_as_those_by_switching() {
    let site = Installation::embedded().await;
    let (mut owner, first) = locked(&site).await;
    let kids = another(&mut owner, json!(6), Value::Null).await;
    let input = json!({ "profile": kids });
    owner.expect("selectProfile", input, "").await;
    let began = Instant::now();
    loop {
        let mut guessed = Instant::now();
        for number in 0..3 {
            let input = json!({ "profile": first, "pin": format!("111{number}") });
            assert_eq!(owner.refused("selectProfile", input).await, wrong_pin());
            let guess = log_in(Some(&format!("222{number}")));
            guessed = Instant::now();
            assert_eq!(site.visitor().refused("logIn", guess).await, wrong_pin());
        }

        let right = site.visitor().call("logIn", log_in(Some(PIN)), "").await;

        let errors = right["userErrors"].as_array().unwrap();
        if !errors.is_empty() {
            let refused = json!([{ "code": "RATE_LIMITED", "field": null }]);
            assert_eq!(right["userErrors"], refused);
            break;
        }
        // The sixth guess is followed by a pause, after which the right one counts, and all are forgiven.
        assert!(guessed.elapsed() >= PAUSE, "it is let in at once");
        assert!(began.elapsed() < SOON, "it is always let in");
    }
}

/// A key reads what the first profile may read.
#[tokio::test]
async fn a_key_takes_the_pin_of_the_profile_that_it_acts_as() {
    let site = Installation::embedded().await;
    let (mut owner, _) = locked(&site).await;
    api_key(&mut owner, &["READ"]).await;
    let other = another(&mut owner, Value::Null, Value::Null).await;
    let input = json!({ "profile": other });
    owner.expect("selectProfile", input, "").await;
    let make = |pin: Value| json!({ "name": "x", "scopes": ["READ"], "pin": pin });

    let without = owner.refused("createApiKey", make(Value::Null)).await;
    let wrong = owner.refused("createApiKey", make(json!("0421"))).await;
    owner.expect("createApiKey", make(json!(PIN)), "").await;

    assert_eq!((without, wrong), (wrong_pin(), wrong_pin()));
}

#[tokio::test]
async fn a_key_ends_with_the_profile_that_it_acts_as() {
    let site = Installation::embedded().await;
    let mut owner = site.registered(EMAIL).await;
    let first = profile(&mut owner).await;
    another(&mut owner, Value::Null, json!(PIN)).await;
    another(&mut owner, Value::Null, Value::Null).await;
    let (_, token) = api_key(&mut owner, &["READ"]).await;
    let mut machine = site.visitor().with_bearer(&token);
    assert_eq!(profile(&mut machine).await, first);

    owner
        .expect("deleteProfile", json!({ "profile": first }), "")
        .await;

    let answer = machine
        .send("{ viewer { profile { id } } }", json!({}))
        .await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn who_deletes_the_own_profile_goes_on_with_one_that_has_no_pin() {
    let site = Installation::embedded().await;
    let (mut owner, _) = locked(&site).await;
    let own = another(&mut owner, Value::Null, Value::Null).await;
    let third = another(&mut owner, Value::Null, Value::Null).await;
    let input = json!({ "profile": own });
    owner.expect("selectProfile", input.clone(), "").await;

    let deleted = owner.expect("deleteProfile", input, OPENED).await;
    assert_eq!(deleted["viewer"]["profile"]["id"], third);

    let input = json!({ "profile": third });
    let deleted = owner.expect("deleteProfile", input, OPENED).await;
    assert_eq!(deleted["viewer"], Value::Null, "only the first is left");
    assert_eq!(owner.cookie, None);
}

#[tokio::test]
async fn the_pin_of_another_profile_is_changed_by_the_owner_only() {
    let site = Installation::embedded().await;
    let (mut owner, first) = locked(&site).await;
    let other = another(&mut owner, Value::Null, Value::Null).await;
    let select = json!({ "profile": other });
    owner.expect("selectProfile", select, "").await;
    let change =
        |pin: Value, password: Value| json!({ "profile": first, "pin": pin, "password": password });
    let wrong = "wrong horse battery";

    for (pin, password) in [
        (Value::Null, Value::Null),
        (json!("1111"), Value::Null),
        (Value::Null, json!(wrong)),
    ] {
        let refused = owner.refused("updateProfile", change(pin, password)).await;
        assert_eq!(refused, error("WRONG_CREDENTIALS", "password"));
    }
    let renamed = json!({ "profile": first, "name": "Ada" });
    let renamed = owner
        .expect("updateProfile", renamed, "profile { hasPin }")
        .await;
    assert_eq!(renamed["profile"]["hasPin"], true);
    let opened = change(Value::Null, json!(PASSWORD));
    let opened = owner
        .expect("updateProfile", opened, "profile { hasPin }")
        .await;
    assert_eq!(opened["profile"]["hasPin"], false);
}

#[tokio::test]
async fn a_pin_that_was_forgotten_goes_with_the_password() {
    let site = Installation::embedded().await;
    let (mut owner, first) = locked(&site).await;
    let second = another(&mut owner, Value::Null, json!("1111")).await;
    let input = json!({ "email": EMAIL });
    owner.expect("requestPasswordReset", input, "").await;
    let token = site.token(EMAIL, "Set a new password").await;

    let new = "another horse battery";
    let input = json!({ "token": token, "password": new });
    owner.expect("resetPassword", input, "").await;

    let input = json!({ "email": EMAIL, "password": new });
    let fields = "viewer { profile { id } user { profiles { id hasPin } } }";
    let opened = site.visitor().expect("logIn", input, fields).await["viewer"].clone();
    let profiles = json!([{ "id": first, "hasPin": false }, { "id": second, "hasPin": true }]);
    let seen = json!({ "profile": { "id": first }, "user": { "profiles": profiles } });
    assert_eq!(opened, seen);
}
