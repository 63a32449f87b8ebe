//! Other sites that do not do what they should: a coded error, no session, and it goes on when they are well again.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{BEGIN, HOME, World, assert_refused, go, round_trip, told, who};
use crate::support::provider::{Fault, Person};

/// What becomes of a log-in while the other site misbehaves.
async fn suffers(world: &World, provider: &str, fault: Fault) -> String {
    world.provider.misbehave(fault);
    let mut browser = world.browser();
    let page = round_trip(&mut browser, provider).await;
    assert_eq!(who(&mut browser).await, json!(null), "{fault:?}");
    assert_eq!(browser.cookies(), Vec::<&str>::new(), "{fault:?}");
    told(&page)
}

#[tokio::test]
async fn facebook_misbehaves() {
    let world = World::new().await;
    // So that there is a code that was used before.
    round_trip(&mut world.browser(), "facebook").await;

    for (fault, code) in [
        (Fault::Denied, "CANCELLED"),
        (Fault::OldCode, "EXPIRED"),
        (Fault::Refuses, "EXPIRED"),
        (Fault::Babbles, "WRONG_CREDENTIALS"),
        (Fault::Redirects, "WRONG_CREDENTIALS"),
        (Fault::ForgetsToken, "WRONG_CREDENTIALS"),
        (Fault::Crashes, "UPSTREAM_UNAVAILABLE"),
    ] {
        let told = suffers(&world, "facebook", fault).await;
        assert_eq!(told, format!("&error={code}"), "{fault:?}");
    }
    // No redirect was followed: the secret stays where it belongs.
    world.provider.requests();
    suffers(&world, "facebook", Fault::Redirects).await;
    assert_eq!(world.provider.requests(), ["authorize", "token"]);

    world.provider.misbehave(Fault::None);
    assert_eq!(
        told(&round_trip(&mut world.browser(), "facebook").await),
        ""
    );
}

#[tokio::test]
async fn a_wrong_state_is_refused() {
    let world = World::new().await;
    world.provider.misbehave(Fault::WrongState);
    let mut browser = world.browser();

    let page = round_trip(&mut browser, "facebook").await;

    assert_refused(&page);
    assert_eq!(who(&mut browser).await, json!(null));
    assert_eq!(world.provider.requests(), ["authorize"]);
}

#[tokio::test]
async fn a_site_that_hangs_is_given_up() {
    let world = World::new().await;
    world.provider.misbehave(Fault::Hangs);
    let mut browser = world.browser();
    let callback = go(&mut browser, "facebook").await;
    let started = Instant::now();

    let page = browser.open(&callback).await;

    assert_eq!(told(&page), "&error=UPSTREAM_UNAVAILABLE");
    assert!(
        started.elapsed() < Duration::from_secs(40),
        "it hangs for 60"
    );
    assert_eq!(who(&mut browser).await, json!(null));
}

#[tokio::test]
async fn an_issuer_misbehaves() {
    let world = World::new().await;
    let person = Person::new("7").with_email("eve@example.org", true);
    world.provider.is(person);
    round_trip(&mut world.browser(), "my-issuer").await;

    for (fault, code) in [
        (Fault::Denied, "CANCELLED"),
        (Fault::OldCode, "EXPIRED"),
        (Fault::Refuses, "EXPIRED"),
        (Fault::Babbles, "WRONG_CREDENTIALS"),
        (Fault::OtherAudience, "WRONG_CREDENTIALS"),
        (Fault::OtherIssuer, "WRONG_CREDENTIALS"),
        (Fault::OtherNonce, "WRONG_CREDENTIALS"),
        (Fault::Expired, "WRONG_CREDENTIALS"),
        (Fault::Forged, "WRONG_CREDENTIALS"),
        (Fault::Unsigned, "WRONG_CREDENTIALS"),
        (Fault::Crashes, "UPSTREAM_UNAVAILABLE"),
    ] {
        let told = suffers(&world, "my-issuer", fault).await;
        assert_eq!(told, format!("&error={code}"), "{fault:?}");
    }
    world.provider.misbehave(Fault::None);
    assert_eq!(
        told(&round_trip(&mut world.browser(), "my-issuer").await),
        ""
    );
}

#[tokio::test]
async fn an_issuer_that_is_away_is_asked_again() {
    let world = World::new().await;
    world.provider.misbehave(Fault::Undiscoverable);
    let mut browser = world.browser();
    let input = json!({ "input": { "provider": "my-issuer", "returnTo": HOME } });

    let away = browser.ask(BEGIN, input).await;
    world.provider.misbehave(Fault::None);
    let page = round_trip(&mut browser, "my-issuer").await;

    assert_eq!(
        away["errors"][0]["extensions"]["code"],
        "UPSTREAM_UNAVAILABLE"
    );
    assert_eq!(told(&page), "");
}
