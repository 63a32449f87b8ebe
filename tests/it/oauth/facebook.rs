//! What becomes of people who come by Facebook.

use serde_json::{Value, json};

use super::{BEGIN, HOME, World, go, identities, register, round_trip, told, who};
use crate::support::program::On;
use crate::support::provider::Person;

const UNLINK: &str = "mutation ($input: UnlinkIdentityInput!) { unlinkIdentity(input: $input) { userErrors { code field } } }";

#[tokio::test]
async fn the_first_log_in_makes_an_account_and_the_second_finds_it() {
    let world = World::new().await;
    let mut first = world.browser();
    let mut second = world.browser();
    world
        .provider
        .is(Person::new("218471").with_email("Ada@example.org", true));

    let page = round_trip(&mut first, "facebook").await;
    let made = who(&mut first).await;
    round_trip(&mut second, "facebook").await;

    assert_eq!(told(&page), "");
    assert_eq!(first.cookies(), ["reelgraph"]);
    assert_eq!(made["user"]["email"], "ada@example.org");
    // Facebook does not vouch for addresses.
    assert_eq!(made["user"]["emailVerified"], false);
    assert_eq!(made["user"]["identities"][0]["provider"], "facebook");
    assert_eq!(made["profile"]["name"], "Somebody 218471");
    assert_eq!(who(&mut second).await, made);
}

#[tokio::test]
async fn nobody_needs_an_address() {
    let world = World::new().await;
    let (mut first, mut second) = (world.browser(), world.browser());

    round_trip(&mut first, "facebook").await;
    world.provider.is(Person::new("2"));
    round_trip(&mut second, "facebook").await;

    let (first, second) = (who(&mut first).await, who(&mut second).await);
    assert_eq!(first["user"]["email"], json!(null));
    assert_eq!(second["user"]["email"], json!(null));
    assert_ne!(first["user"]["id"], second["user"]["id"]);
}

#[tokio::test]
async fn whoever_is_logged_in_links_the_account() {
    let world = World::new().await;
    let mut browser = world.browser();
    register(&mut browser, "ada@example.org").await;
    let before = who(&mut browser).await;

    let page = round_trip(&mut browser, "facebook").await;

    assert_eq!(told(&page), "&linked=facebook");
    assert_eq!(identities(&mut browser).await, ["facebook"]);
    let mut another = world.browser();
    assert_eq!(told(&round_trip(&mut another, "facebook").await), "");
    assert_eq!(who(&mut another).await["user"]["id"], before["user"]["id"]);
}

#[tokio::test]
async fn one_account_there_is_one_account_here() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.browser(), world.browser());
    round_trip(&mut ada, "facebook").await;
    register(&mut bob, "bob@example.org").await;

    let page = round_trip(&mut bob, "facebook").await;

    assert_eq!(told(&page), "&error=CONFLICT");
    assert_eq!(identities(&mut bob).await, Vec::<String>::new());
    world.provider.is(Person::new("2"));
    assert_eq!(
        told(&round_trip(&mut ada, "facebook").await),
        "&error=CONFLICT",
        "an account has one of each site"
    );
}

#[tokio::test]
async fn an_address_alone_never_links() {
    let world = World::new().await;
    let (mut owner, mut stranger) = (world.browser(), world.browser());
    register(&mut owner, "ada@example.org").await;
    let before = who(&mut owner).await;
    let person = Person::new("666").with_email("ADA@example.org", true);
    world.provider.is(person);

    for provider in ["facebook", "my-issuer"] {
        let page = round_trip(&mut stranger, provider).await;

        assert_eq!(told(&page), "&error=CONFLICT", "{provider}");
        assert_eq!(stranger.cookies(), Vec::<&str>::new());
        assert_eq!(who(&mut stranger).await, json!(null));
    }
    assert_eq!(who(&mut owner).await, before);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let world = World::new().await;
    let (mut ada, mut bob) = (world.browser(), world.browser());
    round_trip(&mut ada, "facebook").await;
    register(&mut bob, "bob@example.org").await;
    world.provider.is(Person::new("2"));
    round_trip(&mut bob, "facebook").await;
    let input = json!({ "input": { "provider": "facebook" } });

    let refused = ada.ask(UNLINK, input.clone()).await;
    let unlinked = bob.ask(UNLINK, input.clone()).await;
    let again = bob.ask(UNLINK, input.clone()).await;

    let errors = |code: &str| json!({ "data": { "unlinkIdentity": { "userErrors": [{ "code": code, "field": ["input", "provider"] }] } } });
    assert_eq!(refused, errors("CONFLICT"));
    assert_eq!(identities(&mut ada).await, ["facebook"]);
    assert_eq!(
        unlinked,
        json!({ "data": { "unlinkIdentity": { "userErrors": [] } } })
    );
    assert_eq!(again, errors("NOT_FOUND"));
    assert_eq!(identities(&mut bob).await, Vec::<String>::new());
    let anonymous = world.browser().ask(UNLINK, input).await;
    assert_eq!(
        anonymous["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_log_in_ends_the_session_that_the_browser_had() {
    let world = World::new().await;
    let (mut browser, mut elsewhere) = (world.browser(), world.browser());
    let callback = go(&mut browser, "facebook").await;
    register(&mut browser, "ada@example.org").await;
    let query = "mutation ($input: LogInInput!) { logIn(input: $input) { viewer { user { sessions { id } } } } }";
    let input =
        json!({ "input": { "email": "ada@example.org", "password": "correct horse battery" } });
    let before = elsewhere.ask(query, input).await;

    let page = browser.open(&callback).await;

    assert_eq!(told(&page), "");
    assert_eq!(who(&mut browser).await["user"]["email"], json!(null));
    let count = |answer: &Value| {
        answer["viewer"]["user"]["sessions"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count(&before["data"]["logIn"]), 2);
    let query = "{ viewer { user { sessions { id } } } }";
    let after = elsewhere.ask(query, json!({})).await;
    assert_eq!(count(&after["data"]), 1);
}

#[tokio::test]
async fn a_browser_ends_only_where_the_site_allows() {
    let world = World::new().await;
    let mut browser = world.browser();

    for bad in [
        "https://www.reelgraph.test/signed-in",
        "https://www.reelgraph.test/signed-in?from=oauth&more=1",
        "https://www.reelgraph.test/signed-in?from=other",
        "https://www.reelgraph.test/Signed-In?from=oauth",
        "https://www.reelgraph.test/signed-in/?from=oauth",
        "https://www.reelgraph.test/signed-in?from=oauth#here",
        "https://www.reelgraph.test.evil.example/signed-in?from=oauth",
        "https://www.reelgraph.test@evil.example/signed-in?from=oauth",
        "https://ada@www.reelgraph.test/signed-in?from=oauth",
        "http://www.reelgraph.test/signed-in?from=oauth",
        "https://www.reelgraph.test:8443/signed-in?from=oauth",
        "//www.reelgraph.test/signed-in?from=oauth",
        "/signed-in?from=oauth",
        "reelgraph-app://signed-in/more",
        "reelgraph-app://SIGNED-IN",
        "javascript:alert(1)",
        "",
    ] {
        let input = json!({ "input": { "provider": "facebook", "returnTo": bad } });
        let answer = browser.ask(BEGIN, input).await;
        assert_eq!(
            answer,
            json!({ "data": { "beginOAuth": { "authorizationUrl": null, "userErrors": [{ "code": "INVALID", "field": ["input", "returnTo"] }] } } }),
            "{bad}"
        );
    }
    assert_eq!(browser.cookies(), Vec::<&str>::new());
    let input = json!({ "input": { "provider": "myspace", "returnTo": HOME } });
    let unknown = browser.ask(BEGIN, input).await;
    assert_eq!(
        unknown["data"]["beginOAuth"]["userErrors"],
        json!([{ "code": "NOT_FOUND", "field": ["input", "provider"] }])
    );
}

#[tokio::test]
async fn new_accounts_from_one_network_are_limited() {
    let limit = [("REELGRAPH_REGISTRATIONS_PER_HOUR", "1")];
    let world = World::with(On::Embedded, &limit).await;
    let mut browser = world.browser();

    let first = round_trip(&mut world.browser(), "facebook").await;
    world.provider.is(Person::new("2"));
    let second = round_trip(&mut browser, "facebook").await;

    assert_eq!(told(&first), "");
    let told = told(&second);
    assert!(
        told.starts_with("&error=RATE_LIMITED&retryAfter="),
        "{told}"
    );
    assert_eq!(who(&mut browser).await, json!(null));
}

#[tokio::test]
async fn in_production_cookies_are_for_this_host_over_tls_alone() {
    let production = [
        ("REELGRAPH_ENV", "production"),
        ("REELGRAPH_TRUSTED_PROXIES", "none"),
    ];
    let world = World::with(On::Embedded, &production).await;
    let mut browser = world.browser();

    let callback = go(&mut browser, "facebook").await;
    assert_eq!(browser.cookies(), ["__Host-reelgraph-away"]);
    let page = browser.open(&callback).await;

    let cookies = page.cookies();
    assert_eq!(
        cookies[0],
        "__Host-reelgraph-away=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    );
    let (name, rules) = (
        cookies[1].split('=').next().unwrap(),
        cookies[1].split_once(';').unwrap().1,
    );
    // Not to be remembered: until the browser is closed.
    assert_eq!(
        (name, rules),
        (
            "__Host-reelgraph",
            " Path=/; HttpOnly; SameSite=Lax; Secure"
        )
    );
}
