//! Logging in by another site, through the real program: browsers, apps, and what the other sites post.

mod app;
mod erasure;
mod facebook;
mod foreign;
mod linking;
mod misbehaviour;
mod openid;
mod pin;
mod servers;
mod unproven;

use serde_json::{Value, json};

use crate::support::browser::{Browser, PUBLIC, Page};
use crate::support::program::{On, Program, Site};
use crate::support::provider::{CLIENT, Provider, SECRET};

/// Where a log-in by a browser ends.
const HOME: &str = "https://www.reelgraph.test/signed-in?from=oauth";
/// Where a log-in by an app ends.
const DEEP_LINK: &str = "reelgraph-app://signed-in";

const BEGIN: &str = "mutation ($input: BeginOAuthInput!) { beginOAuth(input: $input) { authorizationUrl userErrors { code field } } }";
const WHO: &str = "{ viewer { user { id email emailVerified identities { provider linkedAt } } profile { name } } }";

/// A site, and another one to log in by.
struct World {
    provider: Provider,
    program: Program,
    site: Site,
}

impl World {
    async fn new() -> Self {
        Self::with(On::Embedded, &[]).await
    }

    async fn with(on: On, variables: &[(&'static str, &str)]) -> Self {
        let (provider, program) = Self::set_up(on, variables).await;
        let site = program.serve().await;
        Self {
            provider,
            program,
            site,
        }
    }

    async fn set_up(on: On, variables: &[(&'static str, &str)]) -> (Provider, Program) {
        let provider = Provider::start().await;
        let mut program = match on {
            On::Embedded => Program::seeded(on).await,
            // Nobody watches anything here, and loading the catalogue takes its time.
            On::Servers => Program::without_graph(),
        };
        let at = |path: &str| format!("{}{path}", provider.address);
        let file = program.data().join("settings.toml");
        let issuer = &provider.address;
        let text = format!(
            "[[openid]]\nname = 'my-issuer'\nissuer = '{issuer}'\nclient_id = '{CLIENT}'\n"
        );
        std::fs::write(&file, text).unwrap();
        let settings = [
            ("REELGRAPH_CONFIG", file.to_str().unwrap().to_owned()),
            ("REELGRAPH_PUBLIC_URL", PUBLIC.to_owned()),
            ("REELGRAPH_RETURN_TO", format!("{HOME},{DEEP_LINK}")),
            ("FACEBOOK_APP_ID", CLIENT.to_owned()),
            ("FACEBOOK_APP_SECRET", SECRET.to_owned()),
            ("REELGRAPH_FACEBOOK_AUTHORIZE_URL", at("/dialog/oauth")),
            ("REELGRAPH_FACEBOOK_TOKEN_URL", at("/oauth/access_token")),
            ("REELGRAPH_FACEBOOK_ME_URL", at("/me")),
            ("REELGRAPH_OPENID_MY_ISSUER_SECRET", SECRET.to_owned()),
        ];
        for (name, value) in &settings {
            program.set(name, value);
        }
        for (name, value) in variables {
            program.set(name, value);
        }
        (provider, program)
    }

    fn browser(&self) -> Browser {
        Browser::at(&self.site)
    }
}

/// Begins a log-in; where to go.
async fn begin(browser: &mut Browser, provider: &str) -> String {
    let answer = browser
        .ask(
            BEGIN,
            json!({ "input": { "provider": provider, "returnTo": HOME } }),
        )
        .await;
    let payload = &answer["data"]["beginOAuth"];
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
    payload["authorizationUrl"].as_str().unwrap().to_owned()
}

/// Goes to the other site; the address that it sends the browser back to.
async fn go(browser: &mut Browser, provider: &str) -> String {
    let url = begin(browser, provider).await;
    browser.open(&url).await.location().to_string()
}

/// Goes to the other site and back.
async fn round_trip(browser: &mut Browser, provider: &str) -> Page {
    let callback = go(browser, provider).await;
    browser.open(&callback).await
}

/// What was added to the address where the browser was to end.
fn told(page: &Page) -> String {
    let location = page.location().to_string();
    let told = location.strip_prefix(HOME);
    let told = told.unwrap_or_else(|| panic!("it goes to {location}"));
    assert_eq!(page.status, 303);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    told.to_owned()
}

/// Who is logged in.
async fn who(browser: &mut Browser) -> Value {
    let mut answer = browser.ask(WHO, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["viewer"].take()
}

/// The sites that whoever is logged in is linked with.
async fn identities(browser: &mut Browser) -> Vec<String> {
    let who = who(browser).await;
    let identities = who["user"]["identities"].as_array().unwrap().iter();
    identities
        .map(|identity| identity["provider"].as_str().unwrap().to_owned())
        .collect()
}

/// Makes an account with a password, logged in.
async fn register(browser: &mut Browser, email: &str) {
    let query =
        "mutation ($input: RegisterInput!) { register(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "email": email, "password": "correct horse battery" } });
    let answer = browser.ask(query, input).await;
    assert_eq!(
        answer["data"]["register"]["userErrors"],
        json!([]),
        "{answer}"
    );
}

/// A page that says no, and nothing that helps to get in.
fn assert_refused(page: &Page) {
    assert_eq!(page.status, 400, "{}", page.body);
    assert_eq!(page.cookies(), Vec::<&str>::new());
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(
        page.body.contains("<small>INVALID</small>"),
        "{}",
        page.body
    );
}
