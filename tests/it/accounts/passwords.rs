//! Changing passwords, and getting back in without one.

use serde_json::json;

use super::installation::{Installation, audit, error};
use crate::support::program::PASSWORD;
use crate::support::visitor::Visitor;

const NEW: &str = "another horse battery";
const RESET: &str = "Set a new password";

pub(super) async fn a_new_password_ends_the_other_sessions(site: &Installation) {
    let email = "hedy@example.org";
    let mut here = site.registered(email).await;
    let mut browser = Visitor::of(site.other());
    browser.log_in(email).await;
    let mut app = site.visitor();
    app.log_in_app(email).await;
    let good = json!({ "currentPassword": PASSWORD, "password": NEW, "passwordConfirm": NEW });

    for (field, value, code) in [
        (
            "currentPassword",
            json!("wrong horse battery"),
            "WRONG_CREDENTIALS",
        ),
        ("currentPassword", json!(null), "WRONG_CREDENTIALS"),
        ("password", json!("short"), "TOO_SHORT"),
        ("password", json!("hedy@example.org"), "INVALID"),
        ("passwordConfirm", json!("a third horse battery"), "INVALID"),
    ] {
        let mut input = good.clone();
        if field == "password" {
            input["passwordConfirm"] = value.clone();
        }
        input[field] = value;
        let refused = here.refused("changePassword", input).await;
        assert_eq!(refused, error(code, field));
    }
    assert_eq!(
        browser.who().await.as_deref(),
        Some(email),
        "nothing has changed"
    );
    let changed = here
        .expect(
            "changePassword",
            good,
            "user { hasPassword sessions { current } }",
        )
        .await;

    let own = json!({ "hasPassword": true, "sessions": [{ "current": true }] });
    assert_eq!(changed["user"], own);
    assert_eq!(here.at(site.other()).who().await.as_deref(), Some(email));
    assert_eq!(browser.who().await, None);
    assert_eq!(app.send("{ __typename }", json!({})).await.status, 401);
    let old = json!({ "email": email, "password": PASSWORD });
    let new = json!({ "email": email, "password": NEW });
    assert_eq!(
        site.visitor().refused("logIn", old).await.0,
        "WRONG_CREDENTIALS"
    );
    site.visitor().expect("logIn", new, "").await;
    assert_eq!(
        site.mails(email, "Your password for Reelgraph was changed", 1)
            .await
            .len(),
        1
    );
}

pub(super) async fn a_forgotten_password_is_set_by_a_link_once(site: &Installation) {
    let email = "barbara@example.org";
    let mut before = site.registered(email).await;
    let ask = |email: &str| json!({ "email": email });
    let known = site
        .visitor()
        .call("requestPasswordReset", ask(email), "")
        .await;
    let unknown = site
        .visitor()
        .call("requestPasswordReset", ask("nobody@example.org"), "")
        .await;
    let token = site.token(email, RESET).await;
    let mut elsewhere = Visitor::of(site.other());
    let good = json!({ "token": token, "password": NEW, "passwordConfirm": NEW });

    for (field, value, code) in [
        ("token", json!("x"), "INVALID"),
        ("token", json!("A".repeat(43)), "INVALID"),
        ("password", json!("short"), "TOO_SHORT"),
        ("passwordConfirm", json!("a third horse battery"), "INVALID"),
    ] {
        let mut input = good.clone();
        input[field] = value;
        let refused = elsewhere.refused("resetPassword", input).await;
        assert_eq!(refused, error(code, field));
    }
    elsewhere.expect("resetPassword", good.clone(), "").await;
    let again = elsewhere.refused("resetPassword", good).await;

    assert_eq!(known, unknown);
    assert_eq!(again, error("INVALID", "token"));
    assert_eq!(before.who().await, None, "all sessions have ended");
    let mut after = site.visitor();
    let input = json!({ "email": email, "password": NEW });
    let verified = after
        .expect("logIn", input, "viewer { user { emailVerified } }")
        .await;
    assert_eq!(verified["viewer"]["user"]["emailVerified"], true);
    let done: Vec<_> = audit(&mut after)
        .await
        .into_iter()
        .map(|entry| entry.0)
        .collect();
    assert_eq!(
        done[..3],
        ["LOGGED_IN", "PASSWORD_RESET", "PASSWORD_RESET_REQUESTED"]
    );
    assert!(site.mails_now("nobody@example.org", "").is_empty());
}

pub(super) async fn a_wrong_password_looks_like_an_unknown_address(site: &Installation) {
    site.registered("rosalind@example.org").await;
    let query = "mutation ($input: LogInInput!) { logIn(input: $input) { viewer { user { id } } accessToken userErrors { code field message } } }";
    let mut answers = Vec::new();

    for email in ["rosalind@example.org", "stranger@example.org", "no address"] {
        let input = json!({ "email": email, "password": "wrong horse battery" });
        let answer = site.visitor().send(query, json!({ "input": input })).await;
        let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((answer.status, names, answer.body));
    }

    assert_eq!(
        answers[0].2["data"]["logIn"]["userErrors"][0]["code"],
        "WRONG_CREDENTIALS"
    );
    assert_eq!(
        answers[0].2["data"]["logIn"]["userErrors"][0]["field"],
        json!(null)
    );
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}
