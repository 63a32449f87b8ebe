//! What it takes to link an account that is logged in: more than its session, which somebody may have stolen.

use reelgraph::domain::accounts::EmailAddress;
use serde_json::{Value, json};

use super::{BEGIN, HOME, World, identities, register, round_trip, told};
use crate::support::browser::Browser;
use crate::support::program::{On, PASSWORD};
use crate::support::provider::Person;
use crate::support::stores;

const EMAIL: &str = "ada@example.org";

/// Lets some minutes pass since the log-ins of the account.
async fn pass(world: &World, minutes: i64) {
    let stores = stores::open(&world.program, On::Embedded).await;
    let email = EmailAddress::parse(EMAIL).unwrap();
    let user = stores.accounts.find_user_by_email(&email).await.unwrap();
    stores.pass(user.unwrap().id, minutes).await;
}

/// Begins to link; all of the answer.
async fn try_to_link(browser: &mut Browser, password: Value) -> Value {
    let input = json!({ "provider": "my-issuer", "returnTo": HOME, "password": password });
    browser.ask(BEGIN, json!({ "input": input })).await
}

/// Where the answer sends the browser.
fn away(answer: &Value) -> &str {
    let url = &answer["data"]["beginOAuth"]["authorizationUrl"];
    url.as_str().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn after_ten_minutes_it_takes_the_password() {
    let world = World::new().await;
    let mut browser = world.browser();
    register(&mut browser, EMAIL).await;
    pass(&world, 9).await;
    away(&try_to_link(&mut browser, Value::Null).await);
    pass(&world, 2).await;

    let without = try_to_link(&mut browser, Value::Null).await;
    let wrong = try_to_link(&mut browser, json!("wrong horse battery")).await;
    let right = try_to_link(&mut browser, json!(PASSWORD)).await;

    let refused = json!({ "data": { "beginOAuth": { "authorizationUrl": null,
        "userErrors": [{ "code": "WRONG_CREDENTIALS", "field": ["input", "password"] }] } } });
    assert_eq!((without, wrong), (refused.clone(), refused));
    let callback = browser.open(away(&right)).await.location();
    let page = browser.open(callback.as_str()).await;
    assert_eq!(told(&page), "&linked=my-issuer");
    assert_eq!(identities(&mut browser).await, ["my-issuer"]);
}

#[tokio::test]
async fn a_wrong_password_is_refused_right_after_logging_in_too() {
    let world = World::new().await;
    let mut browser = world.browser();
    register(&mut browser, EMAIL).await;

    let wrong = try_to_link(&mut browser, json!("wrong horse battery")).await;

    let error = &wrong["data"]["beginOAuth"]["userErrors"][0];
    assert_eq!(error["code"], "WRONG_CREDENTIALS", "{wrong}");
}

#[tokio::test]
async fn without_a_password_it_takes_another_log_in() {
    let world = World::new().await;
    let person = Person::new("1").with_email(EMAIL, true);
    world.provider.is(person);
    let (mut old, mut new) = (world.browser(), world.browser());
    round_trip(&mut old, "facebook").await;
    away(&try_to_link(&mut old, Value::Null).await);
    pass(&world, 11).await;
    round_trip(&mut new, "facebook").await;

    let without = try_to_link(&mut old, Value::Null).await;
    let with = try_to_link(&mut old, json!(PASSWORD)).await;
    let delete = "mutation { deleteMyAccount(input: {}) { confirmationCode userErrors { code } } }";
    let deleted = old.ask(delete, json!({})).await;

    for (refused, mutation) in [
        (without, "beginOAuth"),
        (with, "beginOAuth"),
        (deleted, "deleteMyAccount"),
    ] {
        assert_eq!(refused.get("errors"), None, "{refused}");
        let error = &refused["data"][mutation]["userErrors"][0];
        assert_eq!(error["code"], "FORBIDDEN", "{refused}");
    }
    away(&try_to_link(&mut new, Value::Null).await);
}
