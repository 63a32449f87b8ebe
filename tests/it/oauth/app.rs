//! Apps: the system's browser goes to the other site, a deep link brings a code back, and the app alone can use it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BEGIN, DEEP_LINK, World, assert_refused, round_trip};
use crate::support::browser::Browser;

const EXCHANGE: &str = "mutation ($input: ExchangeOAuthInput!) { exchangeOAuth(input: $input) {
    viewer { user { id } } accessToken refreshToken expiresIn userErrors { code field } } }";
pub(super) const VERIFIER: &str = "a-random-text-that-only-the-app-knows-0123456789";

/// What is told of the verifier before.
pub(super) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// An app: what it sends has no cookies.
struct App<'a> {
    world: &'a World,
    token: Option<String>,
}

impl App<'_> {
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let request = self
            .world
            .site
            .post("/graphql")
            .header("content-type", "application/json");
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let body = json!({ "query": query, "variables": variables });
        let response = request.body(body.to_string()).send().await.unwrap();
        assert_eq!(response.headers().get("set-cookie"), None);
        response.json().await.unwrap()
    }

    /// Where to send the system's browser.
    async fn begin(&self) -> String {
        let input = json!({ "input": { "provider": "facebook", "returnTo": DEEP_LINK, "transport": "BEARER", "codeChallenge": challenge() } });
        let answer = self.ask(BEGIN, input).await;
        let url = &answer["data"]["beginOAuth"]["authorizationUrl"];
        url.as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Value {
        let input = json!({ "input": { "code": code, "codeVerifier": verifier } });
        self.ask(EXCHANGE, input).await["data"]["exchangeOAuth"].take()
    }
}

impl World {
    fn app(&self) -> App<'_> {
        App {
            world: self,
            token: None,
        }
    }
}

/// Sends the system's browser all the way; the parameters of the deep link.
pub(super) async fn deep_link(browser: &mut Browser, start: &str) -> String {
    let away = browser.open(start).await;
    assert_eq!(away.status, 303, "{}", away.body);
    let callback = browser.open(away.location().as_str()).await.location();
    let page = browser.open(callback.as_str()).await;
    let location = page.location().to_string();
    assert_eq!(browser.cookies(), Vec::<&str>::new(), "no session for it");
    let told = location.strip_prefix(DEEP_LINK);
    told.unwrap_or_else(|| panic!("it goes to {location}"))
        .to_owned()
}

fn code(told: &str) -> &str {
    told.strip_prefix("?code=")
        .unwrap_or_else(|| panic!("no code in {told}"))
}

fn refused(code: &str) -> Value {
    json!({ "viewer": null, "accessToken": null, "refreshToken": null, "expiresIn": null,
        "userErrors": [{ "code": code, "field": ["input", "code"] }] })
}

#[tokio::test]
async fn an_app_gets_its_tokens_once_by_what_only_it_knows() {
    let world = World::new().await;
    let mut app = world.app();
    let told = deep_link(&mut world.browser(), &app.begin().await).await;

    let stolen = app.exchange(code(&told), "another-random-text").await;
    let burnt = app.exchange(code(&told), VERIFIER).await;
    let told = deep_link(&mut world.browser(), &app.begin().await).await;
    let tokens = app.exchange(code(&told), VERIFIER).await;
    let again = app.exchange(code(&told), VERIFIER).await;

    let expired = || refused("EXPIRED");
    assert_eq!((burnt, again), (expired(), expired()));
    assert_eq!(stolen, refused("INVALID"));
    assert_eq!(tokens["userErrors"], json!([]));
    assert!(tokens["refreshToken"].is_string() && tokens["expiresIn"].is_i64());
    app.token = tokens["accessToken"].as_str().map(str::to_owned);
    let who = app.ask("{ viewer { user { id } } }", json!({})).await;
    assert_eq!(who["data"]["viewer"]["user"], tokens["viewer"]["user"]);
}

#[tokio::test]
async fn a_ticket_is_for_one_browser_and_one_site() {
    let world = World::new().await;
    let start = world.app().begin().await;

    let elsewhere = start.replace("/facebook/", "/my-issuer/");
    let first = world.browser().open(&start).await;
    let second = world.browser().open(&start).await;
    let other = world
        .app()
        .begin()
        .await
        .replace("/facebook/", "/my-issuer/");
    let mixed = world.browser().open(&other).await;

    assert_ne!(elsewhere, start);
    assert_eq!(first.status, 303);
    assert_eq!(first.header("cache-control"), "no-store");
    assert_refused(&second);
    assert_refused(&mixed);
}

#[tokio::test]
async fn an_app_must_have_something_that_only_it_knows() {
    let world = World::new().await;
    let app = world.app();

    for challenge in [
        json!(null),
        json!(""),
        json!("short"),
        json!("A".repeat(42)),
        json!(VERIFIER),
    ] {
        let input = json!({ "input": { "provider": "facebook", "returnTo": DEEP_LINK, "transport": "BEARER", "codeChallenge": challenge } });
        let answer = app.ask(BEGIN, input).await;
        assert_eq!(
            answer["data"]["beginOAuth"],
            json!({ "authorizationUrl": null, "userErrors": [{ "code": "INVALID", "field": ["input", "codeChallenge"] }] }),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn nobody_links_an_account_there_with_somebody_elses_here() {
    let world = World::new().await;
    let mut app = world.app();
    let register = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }";
    let input = json!({ "input": { "email": "eve@example.org", "password": "correct horse battery", "transport": "BEARER" } });
    let answer = app.ask(register, input).await;
    let token = answer["data"]["register"]["accessToken"].as_str();
    app.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    let identities = "{ viewer { user { identities { provider } } } }";
    let of = |answer: Value| answer["data"]["viewer"]["user"]["identities"].clone();

    // Eve sends the link to Ada, whose browser is logged in at Facebook: the code comes to Ada's app, not to Eve's.
    let told = deep_link(&mut world.browser(), &app.begin().await).await;

    assert_eq!(of(app.ask(identities, json!({})).await), json!([]));
    // With the verifier it is the app that began, and its own person is at Facebook.
    let tokens = app.exchange(code(&told), VERIFIER).await;
    assert_eq!(tokens["userErrors"], json!([]), "{tokens}");
    app.token = tokens["accessToken"].as_str().map(str::to_owned);
    let linked = of(app.ask(identities, json!({})).await);
    assert_eq!(linked, json!([{ "provider": "facebook" }]));
    let mut browser = world.browser();
    round_trip(&mut browser, "facebook").await;
    let who = super::who(&mut browser).await;
    assert_eq!(who["user"]["email"], "eve@example.org");
}
