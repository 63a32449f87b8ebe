//! The PIN of the profile that a log-in by another site opens.

use serde_json::{Value, json};

use super::{World, assert_refused, go, round_trip, told, who};
use crate::support::browser::{Browser, Page};
use crate::support::program::On;
use crate::support::provider::Person;
use crate::support::visitor::Visitor;

/// Somebody whose first profile has a PIN, which another browser on the same sofa does not know.
async fn locked(world: &World) -> Browser {
    let mut owner = world.browser();
    round_trip(&mut owner, "facebook").await;
    let profile = owner.ask("{ viewer { profile { id } } }", json!({})).await;
    let id = &profile["data"]["viewer"]["profile"]["id"];
    let lock = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "profile": id, "pin": "0420" } });
    let locked = owner.ask(lock, input).await;
    assert_eq!(
        locked["data"]["updateProfile"]["userErrors"],
        json!([]),
        "{locked}"
    );
    owner
}

/// What the form of a page has, hidden.
fn token(page: &Page) -> String {
    let (_, rest) = page
        .body
        .split_once("name=\"token\" value=\"")
        .unwrap_or_else(|| panic!("{}: {}", page.status, page.body));
    rest.split('"').next().unwrap().to_owned()
}

async fn enter(browser: &mut Browser, token: &str, pin: &str) -> Page {
    let form = [("token", token), ("pin", pin)];
    browser.submit("/oauth/facebook/pin", &form).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_asked_for_the_pin_embedded() {
    a_browser_is_asked_for_the_pin(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_asked_for_the_pin_on_the_servers() {
    a_browser_is_asked_for_the_pin(On::Servers).await;
}

async fn a_browser_is_asked_for_the_pin(on: On) {
    let world = World::with(on, &[]).await;
    locked(&world).await;
    let mut browser = world.browser();

    let page = round_trip(&mut browser, "facebook").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.cookies(), Vec::<&str>::new());
    let policy = page.header("content-security-policy");
    let forms = "form-action 'self' https://www.reelgraph.test;";
    assert!(policy.contains(forms), "{policy}");
    assert_eq!(who(&mut browser).await, json!(null));
    let token = token(&page);

    let wrong = enter(&mut browser, &token, "0421").await;
    let thief = enter(&mut world.browser(), &token, "0420").await;
    let form = [("token", token.as_str()), ("pin", "0420")];
    let foreign = browser
        .submit_from_elsewhere("/oauth/facebook/pin", &form)
        .await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("The PIN is wrong."), "{}", wrong.body);
    assert_eq!(self::token(&wrong), token);
    assert_refused(&thief);
    assert_eq!(foreign.status, 403);
    assert_eq!(who(&mut browser).await, json!(null));

    let other = world.program.serve().await;
    if on == On::Servers {
        browser.move_to(&other);
    }
    let right = enter(&mut browser, &token, "0420").await;
    assert_eq!(told(&right), "");
    assert_eq!(who(&mut browser).await["profile"]["name"], "Somebody 1");
    assert_eq!(browser.cookies(), ["reelgraph"]);
    let again = enter(&mut browser, &token, "0420").await;
    assert_eq!(again.status, 400, "{}", again.body);
}

#[tokio::test]
async fn guesses_at_the_pin_are_slowed_down() {
    let world = World::new().await;
    locked(&world).await;
    let mut browser = world.browser();
    let token = token(&round_trip(&mut browser, "facebook").await);
    let mut statuses = Vec::new();

    // Each that is too many must wait for twice as long as the one before: where the machine stands still for so long it
    // is let in, but not one after the other.
    for number in 0..10 {
        let page = enter(&mut browser, &token, &format!("111{number}")).await;
        statuses.push(page.status);
        if page.status == 429 {
            break;
        }
    }

    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(who(&mut browser).await, json!(null));
}

#[tokio::test]
async fn a_profile_without_a_pin_opens_as_before() {
    let world = World::new().await;
    locked(&world).await;
    world.provider.is(Person::new("2"));

    let page = round_trip(&mut world.browser(), "facebook").await;

    assert_eq!(told(&page), "");
}

#[tokio::test]
async fn an_app_is_asked_for_the_pin_and_its_code_stays_good() {
    let world = World::new().await;
    let mut owner = locked(&world).await;
    let key = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }";
    let input = json!({ "input": { "name": "a machine", "scopes": ["READ"] } });
    let key = owner.ask(key, input).await["data"]["createApiKey"]["token"].clone();
    let mut app = Visitor::of(&world.site);
    let mut machine = app.with_bearer(key.as_str().unwrap());
    let begin = json!({ "provider": "facebook", "returnTo": super::DEEP_LINK, "transport": "BEARER",
        "codeChallenge": super::app::challenge() });
    let begun = app.expect("beginOAuth", begin, "authorizationUrl").await;
    let start = begun["authorizationUrl"].as_str().unwrap();
    let told = super::app::deep_link(&mut world.browser(), start).await;
    let code = told.strip_prefix("?code=").unwrap();
    let exchange =
        |pin: Value| json!({ "code": code, "codeVerifier": super::app::VERIFIER, "pin": pin });

    let without = app.refused("exchangeOAuth", exchange(Value::Null)).await;
    let by_key = machine
        .refused("exchangeOAuth", exchange(Value::Null))
        .await;
    let wrong = app.refused("exchangeOAuth", exchange(json!("0421"))).await;
    let right = app
        .expect(
            "exchangeOAuth",
            exchange(json!("0420")),
            "viewer { profile { name } }",
        )
        .await;
    let again = app.refused("exchangeOAuth", exchange(json!("0420"))).await;

    let refused = ("WRONG_CREDENTIALS".to_owned(), "pin".to_owned());
    assert_eq!((without, wrong), (refused.clone(), refused.clone()));
    assert_eq!(by_key, refused, "a key knows no PIN");
    assert_eq!(right["viewer"]["profile"]["name"], "Somebody 1");
    assert_eq!(again, ("EXPIRED".to_owned(), "code".to_owned()));
}

/// It is on its way in another tab of a browser in which its profile is open.
#[tokio::test]
async fn whoever_goes_on_with_the_profile_is_not_asked() {
    let world = World::new().await;
    locked(&world).await;
    let mut browser = world.browser();
    let one = go(&mut browser, "facebook").await;
    let other = go(&mut browser, "facebook").await;
    let token = token(&browser.open(&one).await);
    enter(&mut browser, &token, "0420").await;

    let page = browser.open(&other).await;

    assert_eq!(told(&page), "");
}
