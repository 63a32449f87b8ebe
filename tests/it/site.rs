//! What a frontend learns of the site instead of being built with it: how people log in, limits, and what operations cost.

use reelgraph::domain::persisted::DocumentHash;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::visitor::Visitor;

const SITE: &str = "{ site { name languages editsLock
    logIn { providers passwordMinLength passwordMaxLength confirmsEmailFirst }
    limits { requestBytes requestSeconds batch documentBytes depth complexity rootFields mutations pageSize playbackReports } } }";

/// Sends a body; the answer.
async fn post(site: &Site, body: &Value) -> Value {
    let request = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(body.to_string());
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_frontend_asks_the_site_for_what_it_would_have_to_know() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;

    let told = site.ask(SITE, json!({})).await;

    let limits = &told["site"]["limits"];
    assert_eq!(
        told["site"]["logIn"],
        json!({
            "providers": [],
            "passwordMinLength": 15,
            "passwordMaxLength": 256,
            "confirmsEmailFirst": false,
        })
    );
    assert_eq!(told["site"]["name"], "Reelgraph");
    assert_eq!(told["site"]["editsLock"], true);
    assert_eq!(told["site"]["languages"], json!(["en"]));
    assert_eq!(
        (&limits["batch"], &limits["pageSize"], &limits["complexity"]),
        (&json!(1), &json!(100), &json!(30_000))
    );
    // It is what holds: one more is refused.
    let bytes = usize::try_from(limits["documentBytes"].as_u64().unwrap()).unwrap();
    let long = format!("{{__typename}}#{}", "x".repeat(bytes));
    let refused = site.send(&long, json!({})).await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"],
        "DOCUMENT_TOO_LARGE"
    );
    let page = "query ($first: Int) { titles(first: $first) { nodes { name } } }";
    let refused = site.send(page, json!({ "first": 101 })).await;
    let extensions = &refused["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "OUT_OF_RANGE", "{refused}");
    let numbers = [extensions["min"].as_f64(), extensions["max"].as_f64()];
    assert_eq!(numbers, [Some(1.0), Some(100.0)], "{refused}");

    site.kill().await;
    let arguments = [
        &["--env", "production", "--trusted-proxies", "none"][..],
        &["--site-name", "Lichtspiele", "--batch", "10"],
        &["--request-timeout-seconds", "90"],
    ];
    let site = program.serve_with(&arguments.concat()).await;
    let told = site.ask(SITE, json!({})).await;
    assert_eq!(told["site"]["name"], "Lichtspiele");
    assert_eq!(told["site"]["limits"]["batch"], 10);
    assert_eq!(told["site"]["limits"]["requestSeconds"], 90);
    assert_eq!(told["site"]["logIn"]["confirmsEmailFirst"], true);
}

#[tokio::test]
async fn what_is_told_of_the_site_may_be_kept_by_caches() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let query = "{ site { name } }";
    let hash = DocumentHash::of(query).to_string();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let kept = post(&site, &json!({ "query": query, "extensions": extensions })).await;
    assert_eq!(kept["data"]["site"]["name"], "Reelgraph", "{kept}");

    let asked = Serializer::new(String::new())
        .append_pair("extensions", &extensions.to_string())
        .finish();
    let answer = site.get(&format!("/graphql?{asked}"));
    let answer = answer.send().await.unwrap();

    assert_eq!(answer.headers()[CACHE_CONTROL], "public, max-age=60");
}

#[tokio::test]
async fn whoever_asks_what_an_operation_costs_is_told_and_nobody_else() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let query = "{ titles(first: 10) { nodes { name } } }";
    let ask = async |extensions: Value| {
        let body = json!({ "query": query, "extensions": extensions });
        post(&site, &body).await
    };

    let silent = ask(json!({})).await;
    let first = ask(json!({ "cost": true })).await;
    let second = ask(json!({ "cost": true })).await;
    let wrong = ask(json!({ "cost": "yes" })).await;

    assert_eq!(silent.get("extensions"), None, "{silent}");
    assert_eq!(silent["data"], first["data"]);
    let cost = &first["extensions"]["cost"];
    let weight = cost["weight"].as_u64().unwrap();
    assert!((10..1_000).contains(&weight), "{first}");
    assert_eq!(cost["most"], 30_000);
    assert!(cost["taken"].as_u64().unwrap() > weight, "{first}");
    let left = cost["left"].as_u64().unwrap();
    assert!((1_000..=400_000).contains(&left), "{first}");
    assert_eq!(second["extensions"]["cost"]["weight"], weight, "{second}");
    let error = &wrong["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_REQUEST");
    assert!(error["message"].to_string().contains("cost"), "{wrong}");
}

#[tokio::test]
async fn where_nothing_is_counted_nothing_is_said_to_be_taken() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve_with(&["--budget", "false"]).await;
    let body = json!({ "query": "{ site { name } }", "extensions": { "cost": true } });

    let answer = post(&site, &body).await;

    let cost = &answer["extensions"]["cost"];
    let expected = json!({ "weight": cost["weight"], "most": 30_000, "taken": null, "left": null });
    assert_eq!(cost, &expected);
    assert!(cost["weight"].as_u64() > Some(0), "{answer}");
}

#[tokio::test]
async fn what_is_wrong_with_a_value_is_said_in_numbers_too() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    let numbers = "userErrors { code field min max retryAfter }";
    let register =
        format!("mutation ($input: RegisterInput!) {{ register(input: $input) {{ {numbers} }} }}");
    let ask = json!({ "input": { "email": "ada@example.org", "password": "short" } });

    let short = visitor.send(&register, ask).await;

    let expected = json!([{
        "code": "TOO_SHORT",
        "field": ["input", "password"],
        "min": 15.0,
        "max": 256.0,
        "retryAfter": null,
    }]);
    assert_eq!(short.body["data"]["register"]["userErrors"], expected);
    let input = json!({ "email": "ada@example.org", "password": PASSWORD });
    visitor
        .expect("register", input, "viewer { user { email } }")
        .await;
    let create = format!(
        "mutation ($input: CreateProfileInput!) {{ createProfile(input: $input) {{ {numbers} }} }}"
    );
    let long = json!({ "input": { "name": "x".repeat(51) } });
    let long = visitor.send(&create, long).await;
    let error = &long.body["data"]["createProfile"]["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["max"]),
        (&json!("TOO_LONG"), &json!(50.0))
    );
}
