//! What Facebook posts: somebody took back the permission, or wants to be forgotten.

use serde_json::{Value, json};

use super::{World, identities, register, round_trip, told, who};
use crate::support::browser::{Browser, PUBLIC};
use crate::support::provider::{Person, Provider};

const DEAUTHORIZE: &str = "/oauth/facebook/deauthorize";
const DELETE: &str = "/oauth/facebook/data-deletion";

/// Posts as Facebook's servers do.
async fn post(world: &World, path: &str, signed_request: &str) -> (u16, Value) {
    let mut facebook = world.browser();
    let form = [("signed_request", signed_request)];
    let page = facebook.submit_from_elsewhere(path, &form).await;
    assert_eq!(page.header("cache-control"), "no-store", "{}", page.body);
    (page.status, serde_json::from_str(&page.body).unwrap())
}

/// Somebody who registered and linked Facebook's account `subject`.
async fn linked(world: &World, email: &str, subject: &str) -> Browser {
    let mut browser = world.browser();
    register(&mut browser, email).await;
    world.provider.is(Person::new(subject));
    round_trip(&mut browser, "facebook").await;
    browser
}

#[tokio::test]
async fn taking_back_the_permission_ends_what_began_there() {
    let world = World::new().await;
    let mut by_password = linked(&world, "ada@example.org", "1").await;
    let mut by_facebook = world.browser();
    round_trip(&mut by_facebook, "facebook").await;
    let mut somebody_else = world.browser();
    world.provider.is(Person::new("2"));
    round_trip(&mut somebody_else, "facebook").await;
    assert!(who(&mut by_facebook).await.is_object());

    let answer = post(&world, DEAUTHORIZE, &Provider::signed_request("1")).await;

    assert_eq!(answer, (200, json!({})));
    assert_eq!(who(&mut by_facebook).await, json!(null));
    assert_eq!(identities(&mut by_password).await, ["facebook"]);
    assert!(who(&mut somebody_else).await.is_object());
    // Whoever comes again has the same account.
    world.provider.is(Person::new("1"));
    round_trip(&mut by_facebook, "facebook").await;
    assert_eq!(who(&mut by_facebook).await, who(&mut by_password).await);
}

#[tokio::test]
async fn an_account_that_only_facebook_opens_is_deleted() {
    let world = World::new().await;
    let mut browser = world.browser();
    world
        .provider
        .is(Person::new("1").with_email("ada@example.org", true));
    round_trip(&mut browser, "facebook").await;
    let before = who(&mut browser).await;

    let (status, answer) = post(&world, DELETE, &Provider::signed_request("1")).await;

    assert_eq!(status, 200, "{answer}");
    let code = answer["confirmation_code"].as_str().unwrap();
    assert_eq!(code.len(), 22);
    assert_eq!(answer["url"], format!("{PUBLIC}/data-deletion/{code}"));
    assert_eq!(who(&mut browser).await, json!(null));
    let page = browser.open(answer["url"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(code), "{}", page.body);
    for named in ["ada@example.org", "Somebody"] {
        assert!(!page.body.contains(named), "{}", page.body);
    }
    // Whoever comes again is new.
    assert_eq!(told(&round_trip(&mut browser, "facebook").await), "");
    assert_ne!(who(&mut browser).await["user"]["id"], before["user"]["id"]);
}

#[tokio::test]
async fn an_account_with_a_password_is_unlinked() {
    let world = World::new().await;
    let mut browser = linked(&world, "ada@example.org", "1").await;

    let (status, answer) = post(&world, DELETE, &Provider::signed_request("1")).await;

    assert_eq!(status, 200, "{answer}");
    assert_eq!(identities(&mut browser).await, Vec::<String>::new());
    let page = browser.open(answer["url"].as_str().unwrap()).await;
    assert!(page.body.contains("Finished at"), "{}", page.body);
}

#[tokio::test]
async fn whom_nobody_knows_is_forgotten_already() {
    let world = World::new().await;

    let (status, answer) = post(&world, DELETE, &Provider::signed_request("404")).await;

    assert_eq!(status, 200, "{answer}");
    let url = answer["url"].as_str().unwrap();
    let page = world.browser().open(url).await;
    assert!(page.body.contains("Finished at"), "{}", page.body);
    let unknown = format!("{PUBLIC}/data-deletion/AAAAAAAAAAAAAAAAAAAAAA");
    let page = world.browser().open(&unknown).await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("There is no request"), "{}", page.body);
}

#[tokio::test]
async fn nothing_is_done_without_the_signature() {
    let world = World::new().await;
    let mut browser = world.browser();
    round_trip(&mut browser, "facebook").await;
    let good = Provider::signed_request("1");
    let (signature, payload) = good.split_once('.').unwrap();

    for path in [DEAUTHORIZE, DELETE] {
        for bad in [
            Provider::signed_by("another secret", "1"),
            format!(".{payload}"),
            format!("{signature}."),
            payload.to_owned(),
            String::new(),
        ] {
            let (status, answer) = post(&world, path, &bad).await;
            assert_eq!((status, &answer["code"]), (400, &json!("INVALID")), "{bad}");
        }
    }
    // An issuer signs no such thing, and what is not there cannot either.
    for (path, expected) in [
        ("/oauth/my-issuer/data-deletion", 400),
        ("/oauth/unknown/data-deletion", 404),
    ] {
        assert_eq!(post(&world, path, &good).await.0, expected, "{path}");
    }
    assert_eq!(identities(&mut browser).await, ["facebook"]);
}
