//! What a stolen or repeated callback address is good for: nothing.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{World, assert_refused, go, told, who};
use crate::support::SOON;
use crate::support::program::On;
use crate::support::provider::{Person, SECRET};

#[tokio::test]
async fn only_the_browser_that_left_may_come_back() {
    let world = World::new().await;
    let mut victim = world.browser();
    let mut without = world.browser();
    let mut with_another = world.browser();
    let callback = go(&mut victim, "facebook").await;
    let own = go(&mut with_another, "facebook").await;
    world.provider.requests();

    for thief in [&mut without, &mut with_another] {
        let page = thief.open(&callback).await;
        assert_refused(&page);
        assert_eq!(who(thief).await, json!(null));
    }

    // The other site was not even asked, the state is not used up, and nobody lost a cookie.
    assert_eq!(world.provider.requests(), Vec::<String>::new());
    assert_eq!(told(&victim.open(&callback).await), "");
    assert_eq!(told(&with_another.open(&own).await), "");
}

#[tokio::test]
async fn a_callback_is_good_for_one_time_and_the_back_button_leads_on() {
    let world = World::new().await;
    let mut browser = world.browser();
    let callback = go(&mut browser, "facebook").await;
    world.provider.requests();

    let first = browser.open(&callback).await;
    let back = browser.open(&callback).await;
    let stranger = world.browser().open(&callback).await;
    let log_out = "mutation { logOut(input: {}) { userErrors { code } } }";
    browser.ask(log_out, json!({})).await;
    let nobody = browser.open(&callback).await;

    assert_eq!((told(&first), told(&back)), (String::new(), String::new()));
    assert_eq!(world.provider.requests(), ["token", "me"]);
    for page in [stranger, nobody] {
        assert_eq!(page.status, 400, "{}", page.body);
        assert_eq!(page.cookies(), Vec::<&str>::new());
        let says = |text: &str| assert!(page.body.contains(text), "{}", page.body);
        says("<small>EXPIRED</small>");
        says("href=\"https:&#x2f;&#x2f;www.reelgraph.test&#x2f;signed-in?from=oauth\"");
    }
    assert_eq!(who(&mut browser).await, json!(null));
}

#[tokio::test]
async fn two_tabs_that_are_away_at_once_both_get_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let one = go(&mut browser, "facebook").await;
    let other = go(&mut browser, "my-issuer").await;
    let third = go(&mut browser, "facebook").await;
    assert_eq!(browser.cookies(), ["reelgraph-away"]);

    let other = browser.open(&other).await;
    let by_issuer = who(&mut browser).await;
    let one = browser.open(&one).await;
    let by_facebook = who(&mut browser).await;
    let third = browser.open(&third).await;

    for page in [one, other, third] {
        assert_eq!(told(&page), "");
    }
    assert_ne!(by_issuer["user"]["id"], by_facebook["user"]["id"]);
    assert_eq!(who(&mut browser).await["user"], by_facebook["user"]);
    assert_eq!(browser.cookies(), ["reelgraph"]);
}

#[tokio::test]
async fn of_two_copies_that_come_at_the_same_time_one_gets_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let callback = go(&mut browser, "facebook").await;
    let mut copy = browser.clone();

    let (one, other) = tokio::join!(browser.open(&callback), copy.open(&callback));

    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 400]);
}

#[tokio::test]
async fn what_one_site_sends_back_is_not_taken_from_another() {
    let world = World::new().await;
    let mut browser = world.browser();
    let callback = go(&mut browser, "facebook").await;
    world.provider.requests();

    let mixed = callback.replace("/oauth/facebook/", "/oauth/my-issuer/");
    assert_ne!(mixed, callback);
    let page = browser.open(&mixed).await;

    assert_refused(&page);
    assert_eq!(world.provider.requests(), Vec::<String>::new());
    assert_eq!(told(&browser.open(&callback).await), "");
}

#[tokio::test]
async fn the_log_has_nothing_that_helps_to_get_in() {
    let (provider, program) = World::set_up(On::Embedded, &[]).await;
    let log = program.data().join("log");
    let site = program.serve_logging(&log).await;
    let world = World {
        provider,
        program,
        site,
    };
    world
        .provider
        .is(Person::new("218471").with_email("ada@example.org", true));
    let mut browser = world.browser();
    for provider in ["facebook", "my-issuer"] {
        let callback = go(&mut browser, provider).await;
        browser.open(&callback).await;
        // Refused ones are logged, too.
        assert_eq!(world.browser().open(&callback).await.status, 400);
        let state = callback.rsplit_once("state=").unwrap().1;

        // Some of it may be written once the answer is there.
        let path = format!("/oauth/{provider}/callback");
        let started = Instant::now();
        let text = loop {
            let text = std::fs::read_to_string(&log).unwrap();
            if text.contains(&path) {
                break text;
            }
            assert!(started.elapsed() < SOON, "{path} is not in the log");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let secrets = [
            state,
            SECRET,
            "ada@example.org",
            "state=",
            "token-",
            "appsecret_proof",
            "code-",
        ];
        for secret in secrets {
            let at = text.find(secret);
            let near = at.map(|at| text[..at].lines().last().unwrap_or_default());
            assert_eq!(near, None, "{secret} is in the log");
        }
    }
}

#[tokio::test]
async fn made_up_callbacks_are_refused() {
    let world = World::new().await;
    let mut browser = world.browser();
    let callback = go(&mut browser, "facebook").await;
    let made_up = callback.rsplit_once("state=").unwrap().0;
    let at = |path: &str| format!("https://reelgraph.test/oauth/{path}");

    for url in [
        format!("{made_up}state={}", "A".repeat(43)),
        format!("{made_up}state="),
        format!("{made_up}state=%00%ff"),
        made_up.trim_end_matches('&').to_owned(),
        at("facebook/callback"),
        at("facebook/callback?error=access_denied"),
        at("facebook/start"),
        at("facebook/start?ticket=nonsense"),
        at("unknown/callback?code=1&state=2"),
    ] {
        assert_refused(&browser.open(&url).await);
    }
    assert_eq!(told(&browser.open(&callback).await), "");
}
