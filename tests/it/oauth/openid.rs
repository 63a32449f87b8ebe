//! An OpenID Connect issuer: set up by the settings alone.

use super::{World, round_trip, told, who};
use crate::support::provider::Person;

#[tokio::test]
async fn an_issuer_is_a_matter_of_settings() {
    let world = World::new().await;
    let person = Person::new("auth0|42").with_email("ada@example.org", true);
    world.provider.is(person);
    let (mut first, mut second) = (world.browser(), world.browser());

    let page = round_trip(&mut first, "my-issuer").await;
    let made = who(&mut first).await;
    round_trip(&mut second, "my-issuer").await;

    assert_eq!(told(&page), "");
    assert_eq!(made["user"]["email"], "ada@example.org");
    // It does vouch for the address.
    assert_eq!(made["user"]["emailVerified"], true);
    assert_eq!(made["user"]["identities"][0]["provider"], "my-issuer");
    assert_eq!(made["profile"]["name"], "Somebody auth0|42");
    assert_eq!(who(&mut second).await, made);
    // It is discovered once.
    let requests = world.provider.requests();
    let discoveries = requests.iter().filter(|path| *path == "discovery").count();
    assert_eq!(discoveries, 1, "{requests:?}");
}

#[tokio::test]
async fn an_address_that_it_does_not_vouch_for_is_to_be_confirmed() {
    let world = World::new().await;
    let person = Person::new("42").with_email("ada@example.org", false);
    world.provider.is(person);
    let mut browser = world.browser();

    round_trip(&mut browser, "my-issuer").await;

    let user = &who(&mut browser).await["user"];
    assert_eq!(user["email"], "ada@example.org");
    assert_eq!(user["emailVerified"], false);
}

#[tokio::test]
async fn what_the_token_leaves_out_is_asked_for() {
    let world = World::new().await;
    world.provider.be_terse();
    let person = Person::new("42").with_email("ada@example.org", true);
    world.provider.is(person);
    let mut browser = world.browser();

    round_trip(&mut browser, "my-issuer").await;

    let who = who(&mut browser).await;
    assert_eq!(who["user"]["email"], "ada@example.org");
    assert_eq!(who["user"]["emailVerified"], true);
    assert_eq!(who["profile"]["name"], "Somebody 42");
}

#[tokio::test]
async fn new_keys_are_found() {
    let world = World::new().await;
    let mut browser = world.browser();
    round_trip(&mut world.browser(), "my-issuer").await;

    world.provider.change_key();
    let page = round_trip(&mut browser, "my-issuer").await;

    assert_eq!(told(&page), "");
    assert!(who(&mut browser).await.is_object());
}
