//! Changing passwords, and getting back in without one.

use reelgraph::adapters::argon2::Argon2Hasher;
use reelgraph::domain::accounts::{AccountWrite, EmailAddress, PasswordHasher, User};
use serde_json::json;

use super::installation::{Installation, audit, error, profile};
use crate::support::program::{On, PASSWORD};
use crate::support::stores;
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

/// Whoever knows the old password changes it, again and again, while the mail is on its way; and writes the account
/// while the link is used.
pub(super) async fn whoever_is_in_does_not_keep_the_owner_out(site: &Installation) {
    let email = "sophie@example.org";
    let mut thief = site.registered(email).await;
    let profile = profile(&mut thief).await;
    for _ in 0..2 {
        let ask = json!({ "email": email });
        site.visitor().expect("requestPasswordReset", ask, "").await;
    }
    let tokens = site.tokens(email, RESET, 2).await;
    let change = json!({ "currentPassword": PASSWORD, "password": "a third horse battery" });
    thief.expect("changePassword", change, "").await;
    let mut owner = Visitor::of(site.other());
    let input = |token: &str| json!({ "token": token, "password": NEW });

    let writing = async {
        loop {
            let input = json!({ "profile": profile, "name": "Nobody" });
            thief.try_to("updateProfile", input, "").await;
        }
    };
    tokio::select! {
        () = writing => {}
        _ = owner.expect("resetPassword", input(&tokens[0]), "") => {}
    }

    assert_eq!(thief.who().await, None);
    let log_in = json!({ "email": email, "password": NEW });
    owner.expect("logIn", log_in, "").await;
    let other = owner.refused("resetPassword", input(&tokens[1])).await;
    assert_eq!(other, error("INVALID", "token"), "one link is used");
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

pub(super) async fn one_password_and_one_address_have_many_spellings(site: &Installation) {
    let (composed, decomposed) = (
        "\u{dc}n\u{ef}versit\u{e4}t Caf\u{e9} cr\u{e8}me",
        "U\u{308}ni\u{308}versita\u{308}t Cafe\u{301} cre\u{300}me",
    );
    let input = json!({ "email": "emmy@m\u{fc}nchen.example", "password": composed, "passwordConfirm": decomposed });
    let made = site
        .visitor()
        .expect("register", input, "viewer { user { email } }")
        .await;
    assert_eq!(made["viewer"]["user"]["email"], "emmy@m\u{fc}nchen.example");

    for (email, password) in [
        ("Emmy@M\u{dc}NCHEN.example", decomposed),
        ("emmy@mu\u{308}nchen.example", composed),
        ("emmy\u{200b}@xn--mnchen-3ya.example", decomposed),
    ] {
        let input = json!({ "email": email, "password": password });
        let mut there = Visitor::of(site.other());
        there.expect("logIn", input, "").await;
        let input = json!({ "email": email, "password": PASSWORD });
        let taken = there.refused("register", input).await;
        assert_eq!(taken, error("TAKEN", "email"), "{email:?}");
    }
    let wrong =
        json!({ "email": "emmy@m\u{fc}nchen.example", "password": "Universitat Cafe creme" });
    let wrong = site.visitor().refused("logIn", wrong).await;
    assert_eq!(wrong.0, "WRONG_CREDENTIALS");
}

/// What versions before stored: the hash of a password as it was typed, and an address as DNS spells it.
#[tokio::test]
async fn what_was_stored_before_is_known_and_has_one_spelling_from_then_on() {
    let site = Installation::embedded().await;
    site.registered("ada@example.org").await;
    let stores = stores::open(&site.program, On::Embedded).await;
    let address = EmailAddress::parse("ada@example.org").unwrap();
    let found = stores.accounts.find_user_by_email(&address).await.unwrap();
    let user = found.unwrap();
    let decomposed = "U\u{308}ni\u{308}versita\u{308}t Cafe\u{301} cre\u{300}me";
    let hash = Argon2Hasher::new().hash(decomposed.into()).await.unwrap();
    let former = User {
        email: Some(EmailAddress::stored("ada@xn--mnchen-3ya.example")),
        password: Some(hash.clone()),
        stamp: user.stamp.next(user.stamp.updated_at),
        ..user
    };
    let put = vec![AccountWrite::PutUser(former.clone())];
    stores.accounts.write(put).await.unwrap();
    let composed = "\u{dc}n\u{ef}versit\u{e4}t Caf\u{e9} cr\u{e8}me";
    let log_in =
        |password: &str| json!({ "email": "ada@m\u{fc}nchen.example", "password": password });

    let input = json!({ "email": "ada@m\u{fc}nchen.example", "password": PASSWORD });
    let taken = site.visitor().refused("register", input).await;
    let before = site.visitor().refused("logIn", log_in(composed)).await;
    site.visitor().expect("logIn", log_in(decomposed), "").await;
    for password in [composed, decomposed] {
        site.visitor().expect("logIn", log_in(password), "").await;
    }

    assert_eq!(taken, error("TAKEN", "email"));
    assert_eq!(before.0, "WRONG_CREDENTIALS", "the hash is of another text");
    let after = stores.accounts.users(&[former.id]).await.unwrap().remove(0);
    assert_eq!(after.email.unwrap().as_str(), "ada@m\u{fc}nchen.example");
    assert_ne!(after.password, Some(hash));
}
