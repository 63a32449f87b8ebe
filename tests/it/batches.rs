//! Several operations in one request, where the site allows it.

use reqwest::header::{CONTENT_TYPE, SET_COOKIE, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::support::program::{On, PASSWORD, Program, Site};

async fn post(site: &Site, body: &Value) -> reqwest::Response {
    let request = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header("accept", "application/graphql-response+json");
    request.body(body.to_string()).send().await.unwrap()
}

const HEAT: &str = "{ film(slug: \"heat-1995\") { name } }";

#[tokio::test]
async fn each_operation_of_a_batch_is_answered_as_if_it_came_alone() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_BATCH", "10");
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let log_in = "mutation ($p: String!) { logIn(input: { email: \"ada@example.org\", password: $p }) { userErrors { code } } }";
    let operations = [
        json!({ "query": HEAT }),
        json!({ "query": "query ($s: String!) { film(slug: $s) { year } }", "variables": { "s": "heat-1995" } }),
        json!({ "query": "{ nothing }" }),
        json!({ "query": "{ film(" }),
        json!({ "query": log_in, "variables": { "p": PASSWORD } }),
        json!({ "query": "{ viewer { user { email } } }" }),
        json!({ "operationName": "Nothing" }),
        json!(7),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } }),
    ];

    let batch = post(&site, &json!(operations)).await;

    assert_eq!(batch.status(), 200);
    let media = batch.headers()[CONTENT_TYPE].to_str().unwrap();
    assert_eq!(media, "application/graphql-response+json; charset=utf-8");
    assert_eq!(batch.headers()["cache-control"], "no-store");
    assert_eq!(batch.headers().get_all(SET_COOKIE).iter().count(), 1);
    let together: Vec<Value> = batch.json().await.unwrap();
    assert_eq!(together.len(), operations.len());
    for (operation, together) in operations.iter().zip(together) {
        let alone: Value = post(&site, operation).await.json().await.unwrap();
        assert_eq!(together, alone, "{operation}");
    }
}

#[tokio::test]
async fn all_of_a_batch_that_are_refused_alike_have_the_status_of_that() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_BATCH", "2");
    let site = program.serve().await;
    let wrong = json!({ "query": "{ nothing }" });

    assert_eq!(post(&site, &json!([wrong, wrong])).await.status(), 400);
    let right = json!({ "query": "{ __typename }" });
    assert_eq!(post(&site, &json!([wrong, right])).await.status(), 200);
    for batch in [json!([]), json!([right, right, right])] {
        let refused = post(&site, &batch).await;
        assert_eq!(refused.status(), 400, "{batch}");
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_batch_with_a_token_that_proves_nothing_is_refused_as_one_operation_is() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_BATCH", "3");
    let site = program.serve().await;
    let right = json!({ "query": "{ __typename }" });

    let request = site.post("/graphql").bearer_auth("nonsense");
    let request = request.header(CONTENT_TYPE, "application/json");
    let refused = request.body(json!([right, right, right]).to_string());
    let refused = refused.send().await.unwrap();

    assert_eq!(refused.status(), 401);
    let challenge = refused.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    assert!(challenge.contains("invalid_token"), "{challenge}");
    let refused: Vec<Value> = refused.json().await.unwrap();
    assert_eq!(refused.len(), 3);
    for answer in refused {
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(code, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_batch_is_refused_unless_the_site_allows_it() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;

    let refused = post(&site, &json!([{ "query": "{ __typename }" }])).await;

    assert_eq!(refused.status(), 400);
    for count in ["0", "11"] {
        let output = program.run(&["serve", "--batch", count]).await;
        assert!(!output.status.success(), "{count}");
    }
}

/// A batch is no way around what is counted by operation.
#[tokio::test]
async fn what_a_batch_asks_for_is_counted_operation_by_operation() {
    let mut program = Program::seeded(On::Embedded).await;
    program.set("REELGRAPH_BATCH", "10");
    let site = program.serve().await;
    // Each weighs nearly what one may weigh at most.
    let heavy = "{ titles(first: 100) { nodes { credits(first: 100) { nodes { id } } } } }";
    let operations: Vec<_> = (0..10)
        .map(|number| json!({ "query": format!("{heavy} # {number}") }))
        .collect();
    let mut codes = Vec::new();

    // What comes back with time is less than what ten of these ask for.
    for _ in 0..10 {
        let batch: Vec<Value> = post(&site, &json!(operations)).await.json().await.unwrap();
        codes.extend(batch.iter().map(|answer| {
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            code.unwrap_or("none").to_owned()
        }));
        if codes.last().is_some_and(|code| code == "RATE_LIMITED") {
            break;
        }
    }

    assert_eq!(codes[0], "none");
    assert_eq!(codes.last().map(String::as_str), Some("RATE_LIMITED"));
}
