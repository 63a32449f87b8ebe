//! A site that strangers can look at: it does not tell them who has an account.

use serde_json::{Value, json};

use super::installation::{Installation, audit, error};
use crate::support::program::PASSWORD;

const CONFIRM: &str = "Confirm your e-mail address";
const TAKEN: &str = "You already have an account";

async fn register(site: &Installation, email: &str) -> (u16, Vec<String>, Value) {
    let input = json!({ "email": email, "password": PASSWORD, "passwordConfirm": PASSWORD });
    let wanted = "viewer { user { id } } accessToken refreshToken";
    let answer = site.visitor().try_to("register", input, wanted).await;
    let names = answer.headers.keys().map(ToString::to_string).collect();
    (answer.status, names, answer.body)
}

#[tokio::test]
async fn a_taken_address_is_answered_like_a_free_one_and_its_owner_gets_a_mail() {
    let site = Installation::in_production().await;

    let free = register(&site, "ada@example.org").await;
    let taken = register(&site, "Ada@Example.org").await;

    let payload =
        json!({ "viewer": null, "accessToken": null, "refreshToken": null, "userErrors": [] });
    assert_eq!(free.2, json!({ "data": { "register": payload } }));
    assert_eq!(free, taken);
    assert_eq!(site.mails("ada@example.org", TAKEN, 1).await.len(), 1);
    assert_eq!(site.mails("ada@example.org", CONFIRM, 1).await.len(), 1);
}

#[tokio::test]
async fn an_account_can_be_used_once_its_address_is_confirmed() {
    let site = Installation::in_production().await;
    register(&site, "ada@example.org").await;
    let log_in = json!({ "email": "ada@example.org", "password": PASSWORD });
    let unknown = json!({ "email": "nobody@example.org", "password": PASSWORD });
    let before = site.visitor().refused("logIn", log_in.clone()).await;
    let nobody = site.visitor().refused("logIn", unknown).await;
    let token = site.token("ada@example.org", CONFIRM).await;

    let verify = json!({ "token": token });
    let verified = site
        .visitor()
        .expect("verifyEmail", verify.clone(), "user { id }")
        .await;
    let again = site.visitor().refused("verifyEmail", verify).await;
    let answer = site.visitor().try_to("logIn", log_in, "").await;

    assert_eq!(
        (&before, &before),
        (&nobody, &error("WRONG_CREDENTIALS", ""))
    );
    assert_eq!(verified["user"], Value::Null, "nobody is logged in by it");
    assert_eq!(again, error("INVALID", "token"));
    let cookies = answer.cookies();
    let (value, attributes) = cookies[0].split_once(';').unwrap();
    assert!(value.starts_with("__Host-reelgraph="), "{value}");
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax; Secure");
}

#[tokio::test]
async fn the_link_can_be_asked_for_again_and_says_nothing_of_others() {
    let site = Installation::in_production().await;
    register(&site, "ada@example.org").await;
    site.token("ada@example.org", CONFIRM).await;
    let ask = |email: &str| json!({ "email": email });

    let known = site
        .visitor()
        .call("resendConfirmation", ask("ada@example.org"), "")
        .await;
    let unknown = site
        .visitor()
        .call("resendConfirmation", ask("no@example.org"), "")
        .await;

    assert_eq!(known, unknown);
    assert_eq!(site.mails("ada@example.org", CONFIRM, 2).await.len(), 2);
    assert!(site.mails_now("no@example.org", "").is_empty());
    let nobody = site
        .visitor()
        .try_to("resendConfirmation", json!({}), "")
        .await;
    assert_eq!(nobody.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn another_address_counts_once_it_is_confirmed_and_the_old_one_is_told() {
    let site = Installation::in_production().await;
    register(&site, "grace@example.org").await;
    register(&site, "ada@example.org").await;
    let token = site.token("ada@example.org", CONFIRM).await;
    site.visitor()
        .expect("verifyEmail", json!({ "token": token }), "")
        .await;
    let mut ada = site.visitor();
    ada.log_in("ada@example.org").await;
    let change = |email: &str, password: &str| json!({ "email": email, "password": password });

    let wrong = ada
        .refused(
            "requestEmailChange",
            change("new@example.org", "wrong horse battery"),
        )
        .await;
    let of_another = ada
        .expect(
            "requestEmailChange",
            change("grace@example.org", PASSWORD),
            "user { email }",
        )
        .await;
    let free = ada
        .expect(
            "requestEmailChange",
            change("new@example.org", PASSWORD),
            "user { email }",
        )
        .await;
    let token = site.token("new@example.org", CONFIRM).await;
    let old = site.mails("ada@example.org", CONFIRM, 1).await;
    let verified = ada
        .expect(
            "verifyEmail",
            json!({ "token": token }),
            "user { email emailVerified }",
        )
        .await;

    assert_eq!(wrong, error("WRONG_CREDENTIALS", "password"));
    assert_eq!(of_another, free);
    assert_eq!(free["user"]["email"], "ada@example.org", "not yet");
    assert_eq!(
        verified["user"],
        json!({ "email": "new@example.org", "emailVerified": true })
    );
    assert_eq!(site.mails("grace@example.org", TAKEN, 1).await.len(), 1);
    assert_eq!(old.len(), 1);
    let told = site
        .mails(
            "ada@example.org",
            "The address of your account at Reelgraph",
            1,
        )
        .await;
    assert!(!told[0].contains("new@example.org"), "{}", told[0]);
    assert_eq!(audit(&mut ada).await[0].0, "EMAIL_CHANGED");
}
