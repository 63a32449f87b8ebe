//! What browsers are told: which pages of other sites may use the API, and how to keep a session.

use serde_json::json;

use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::visitor::Visitor;

const LISTED: &str = "https://www.example.org";

async fn preflight(site: &Site, origin: &str) -> reqwest::Response {
    let request = reqwest::Client::new()
        .request(
            reqwest::Method::OPTIONS,
            format!("{}/graphql", site.address),
        )
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    request.send().await.unwrap()
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn pages_of_listed_origins_may_use_the_api_and_no_others() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_TRUSTED_ORIGINS", LISTED);
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    visitor.register("ada@example.org").await;

    let listed = preflight(&site, LISTED).await;
    assert_eq!(header(&listed, "access-control-allow-origin"), Some(LISTED));
    assert_eq!(
        header(&listed, "access-control-allow-credentials"),
        Some("true")
    );
    let mut page = visitor.clone().with_header("origin", LISTED);
    let answer = page.send("{ viewer { user { email } } }", json!({})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["access-control-allow-origin"], LISTED);
    assert_eq!(
        answer.body["data"]["viewer"]["user"]["email"],
        "ada@example.org"
    );

    for origin in [
        "https://evil.example",
        "https://www.example.org.evil.example",
        "https://sub.www.example.org",
        "http://www.example.org",
        "null",
    ] {
        let refused = preflight(&site, origin).await;
        assert_eq!(
            header(&refused, "access-control-allow-origin"),
            None,
            "{origin}"
        );
        let mut page = visitor.clone().with_header("origin", origin);
        let answer = page
            .send(
                "mutation { logOut(input: {}) { userErrors { code } } }",
                json!({}),
            )
            .await;
        assert_eq!(
            (answer.status, answer.code()),
            (403, "CROSS_SITE"),
            "{origin}"
        );
        assert_eq!(answer.headers.get("access-control-allow-origin"), None);
    }
    assert!(visitor.who().await.is_some(), "still logged in");
}

#[tokio::test]
async fn a_session_lasts_longer_than_the_browser_only_if_it_is_to_be_remembered() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    Visitor::of(&site).register("ada@example.org").await;
    let log_in = async |remember: bool| {
        let input =
            json!({ "email": "ada@example.org", "password": PASSWORD, "remember": remember });
        let answer = Visitor::of(&site).try_to("logIn", input, "").await;
        let cookie = answer.cookies()[0].to_owned();
        cookie.split_once(';').unwrap().1.to_owned()
    };

    assert_eq!(log_in(false).await, " Path=/; HttpOnly; SameSite=Lax");
    assert_eq!(
        log_in(true).await,
        " Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax"
    );
}
