//! What browsers are told: which pages of other sites may use the API, and how to keep a session.

use serde_json::json;

use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::visitor::Visitor;

const LISTED: &str = "https://www.example.org";

async fn preflight(site: &Site, origin: &str) -> reqwest::Response {
    preflight_with(site, origin, "content-type").await
}

async fn preflight_with(site: &Site, origin: &str, headers: &str) -> reqwest::Response {
    let request = reqwest::Client::new()
        .request(
            reqwest::Method::OPTIONS,
            format!("{}/graphql", site.address),
        )
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", headers);
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

#[tokio::test]
async fn in_development_pages_of_this_machine_may_use_the_api_and_in_production_not() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let production = ["--env", "production", "--trusted-proxies", "none"];
    let public = Program::seeded(On::Embedded).await;
    let public = public.serve_with(&production).await;

    for origin in [
        "http://localhost:3000",
        "http://127.0.0.1:5173",
        "http://[::1]:3000",
    ] {
        let allowed = "access-control-allow-origin";
        let listed = preflight(&site, origin).await;
        assert_eq!(header(&listed, allowed), Some(origin));
        let refused = preflight(&public, origin).await;
        assert_eq!(header(&refused, allowed), None, "{origin}");
        let sending = |site: &Site| {
            Visitor::of(site)
                .with_header("origin", origin)
                .with_header("sec-fetch-site", "same-site")
        };
        let out = "mutation { logOut(input: {}) { userErrors { code } } }";
        let answer = sending(&site).send(out, json!({})).await;
        assert_eq!(answer.status, 200, "{origin}: {}", answer.body);
        let answer = sending(&public).send(out, json!({})).await;
        assert_eq!((answer.status, answer.code()), (403, "CROSS_SITE"));
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        for said in ["REELGRAPH_TRUSTED_ORIGINS", "Host"] {
            assert!(message.contains(said), "{message}");
        }
    }
}

#[tokio::test]
async fn clients_may_send_their_names_and_traces_and_read_what_they_go_by() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_CORS_HEADERS", "x-tenant,x-shop");
    let site = program.serve().await;
    let sent = [
        "authorization",
        "content-type",
        "apollographql-client-name",
        "apollographql-client-version",
        "apollo-require-preflight",
        "x-apollo-operation-name",
        "traceparent",
        "tracestate",
        "baggage",
        "sentry-trace",
        "x-request-id",
        "x-tenant",
        "x-shop",
    ];

    let answer = preflight_with(&site, "http://localhost:3000", &sent.join(",")).await;
    let asked = site
        .get("/graphql?query={__typename}")
        .header("origin", "http://localhost:3000");
    let asked = asked.send().await.unwrap();

    let allowed = header(&answer, "access-control-allow-headers").unwrap();
    let allowed: Vec<&str> = allowed.split(',').map(str::trim).collect();
    for name in sent {
        assert!(allowed.contains(&name), "{name}: {allowed:?}");
    }
    let shown = header(&asked, "access-control-expose-headers").unwrap();
    for name in ["retry-after", "x-request-id", "etag"] {
        assert!(shown.split(',').any(|one| one.trim() == name), "{shown}");
    }

    // Said before anything is opened, so that it does not matter who has the store.
    program.set("REELGRAPH_CORS_HEADERS", "x tenant");
    let refused = program.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("cors-headers is `x tenant`"), "{said}");
}

#[tokio::test]
async fn a_browser_that_would_drop_the_cookie_is_told_so_instead_of_logged_in() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut page = Visitor::of(&site)
        .with_header("origin", "http://localhost:3000")
        .with_header("sec-fetch-site", "cross-site");
    let email = "ada@example.org";
    let input = json!({ "email": email, "password": PASSWORD });
    let refused = json!([{ "code": "FORBIDDEN", "field": ["input", "transport"] }]);

    // The account is made all the same: the person need not do that again.
    let registered = page
        .call("register", input.clone(), "viewer { user { email } }")
        .await;
    assert_eq!(registered["userErrors"], refused);
    assert_eq!(registered["viewer"]["user"]["email"], email);

    let logged_in = page
        .try_to("logIn", input.clone(), "viewer { user { email } }")
        .await;
    let payload = &logged_in.body["data"]["logIn"];
    assert_eq!(payload, &json!({ "viewer": null, "userErrors": refused }));
    assert_eq!(logged_in.cookies(), Vec::<&str>::new());
    let query =
        "mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { message } } }";
    let answer = page.send(query, json!({ "input": input })).await;
    let message = answer.body["data"]["logIn"]["userErrors"][0]["message"].to_string();
    for said in ["REELGRAPH_TRUSTED_ORIGINS", "BEARER", "localhost"] {
        assert!(message.contains(said), "{message}");
    }

    let mut bearer = input.clone();
    bearer["transport"] = json!("BEARER");
    let tokens = page.expect("logIn", bearer, "accessToken").await;
    assert!(tokens["accessToken"].is_string(), "{tokens}");
    let mut near = Visitor::of(&site)
        .with_header("origin", "http://localhost:3000")
        .with_header("sec-fetch-site", "same-site");
    near.expect("logIn", input, "viewer { user { email } }")
        .await;
    assert!(near.cookie.is_some());
}
