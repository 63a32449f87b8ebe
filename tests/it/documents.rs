//! Documents that came before are not parsed, validated and weighed again. Nobody sees that, but by the clock.

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::support::program::{On, Program, Site};

/// The answer as it goes over the wire, with its status.
async fn answer(
    site: &Site,
    query: &str,
    operation: Option<&str>,
    variables: &Value,
) -> (u16, String) {
    let mut request = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/graphql-response+json");
    if let Some(cookie) = site.cookie() {
        request = request.header(COOKIE, cookie);
    }
    let body = json!({ "query": query, "operationName": operation, "variables": variables });
    let answer = request.body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Documents, the operation that is asked for, and the variables that come one after the other.
fn questions() -> Vec<(&'static str, Option<&'static str>, Vec<Value>)> {
    vec![
        (
            "query ($slug: String!) { film(slug: $slug) { name year genres { name } } }",
            None,
            vec![
                json!({ "slug": "heat-1995" }),
                json!({ "slug": "casino-1995" }),
                json!({ "slug": "there-is-none" }),
                json!({ "slug": 7 }),
                json!({ "slug": null }),
                json!({}),
                json!({ "slug": "heat-1995", "more": 1 }),
            ],
        ),
        (
            "query List($first: Int, $filter: TitleFilter, $with: Boolean!) { titles(first: $first, filter: $filter) {
                totalCount @include(if: $with) nodes { ...T credits(first: $first) { nodes { name } } } } }
             fragment T on Title { slug ... on Film @skip(if: $with) { duration } }",
            Some("List"),
            vec![
                json!({ "first": 3, "with": true }),
                json!({ "first": 3, "with": false, "filter": { "kind": ["FILM"] } }),
                json!({ "first": 2, "with": false, "filter": { "kind": "SERIES" } }),
                json!({ "first": 2, "with": false, "filter": { "kind": ["BOOK"] } }),
                json!({ "first": 2, "with": false, "filter": { "kinds": [] } }),
                json!({ "first": 2, "with": false, "filter": { "yearFrom": "1990" } }),
                json!({ "first": -1, "with": false }),
                json!({ "first": 101, "with": false }),
                json!({ "first": 3_000_000_000_u32, "with": false }),
                json!({ "first": 2.5, "with": false }),
                json!({ "first": 2, "with": "false" }),
                json!({ "first": [2], "with": true }),
            ],
        ),
        // Some variables make it too complex.
        (
            "query ($n: Int = 2) { titles(first: $n) { nodes { similar(first: $n) { nodes {
                similar(first: $n) { nodes { slug } } } } } } }",
            None,
            vec![json!({}), json!({ "n": 100 }), json!({ "n": 1 }), json!({ "n": 40 })],
        ),
        (
            "query A($slug: String!) { film(slug: $slug) { name } } query B($n: Int!) { titles(first: $n) { nodes { slug } } }",
            Some("B"),
            vec![json!({ "n": 1 }), json!({ "n": "1" }), json!({ "slug": "heat-1995" })],
        ),
        (
            "query ($name: String!) { __type(name: $name) { kind name } }",
            None,
            vec![json!({ "name": "Film" }), json!({ "name": 1 }), json!({ "name": "Nothing" })],
        ),
        (
            "mutation ($title: ID!, $liked: Boolean) { rateTitle(input: { title: $title, liked: $liked }) { userErrors { code field } } }",
            None,
            vec![
                json!({ "title": "nonsense", "liked": true }),
                json!({ "title": "nonsense", "liked": "yes" }),
                json!({ "title": 1.5 }),
                json!({ "title": "nonsense" }),
            ],
        ),
        ("{ film(slug: \"heat-1995\") { nothing } viewer { user { email } } }", None, vec![json!({})]),
        ("{ film(slug: 7) { name } }", None, vec![json!({})]),
        ("{ film(slug: \"heat-1995\") { name ! } }", None, vec![json!({})]),
        ("query ($n: Int) { titles { nodes { slug } } }", None, vec![json!({}), json!({ "n": 1 })]),
        ("{ genres { titles { nodes { ...F } } } } fragment F on Title { ...F }", None, vec![json!({})]),
        (
            "{ a: film(slug: \"heat-1995\") { collection { films { nodes { collection { films { nodes { collection { films { nodes {
                collection { films { nodes { collection { films { nodes { collection { name } } } } } } } } } } } } } } } } } }",
            None,
            vec![json!({})],
        ),
        ("{ node(id: \"nonsense\") { id } genres { name } }", None, vec![json!({})]),
        ("{ users(first: 1) { nodes { id } } titles(first: 1) { nodes { slug } } }", None, vec![json!({})]),
    ]
}

#[tokio::test]
async fn a_document_that_came_before_is_answered_as_one_that_did_not() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let mut serial = 0;
    let mut codes = Vec::new();
    for is_logged_in in [false, true] {
        if is_logged_in {
            site.register("ada@example.org").await;
        }
        for (query, operation, variables) in questions() {
            // All of them twice, so that each comes after those that fit and after those that do not.
            for variables in variables.iter().chain(&variables) {
                serial += 1;
                // No document like it was ever sent: a comment changes nothing else.
                let unheard_of = format!("{query}\n# {serial}");

                let known = answer(&site, query, operation, variables).await;
                let expected = answer(&site, &unheard_of, operation, variables).await;

                assert_eq!(known, expected, "{query} {variables}");
                let body: Value = serde_json::from_str(&known.1).unwrap();
                let code = body["errors"][0]["extensions"]["code"].as_str();
                codes.push(code.unwrap_or("none").to_owned());
            }
        }
    }
    // All sorts of ends were seen.
    for code in [
        "none",
        "GRAPHQL_VALIDATION_FAILED",
        "GRAPHQL_PARSE_FAILED",
        "DOCUMENT_TOO_COMPLEX",
        "UNAUTHENTICATED",
    ] {
        assert!(codes.iter().any(|seen| seen == code), "{code}: {codes:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_kept_is_the_one_that_was_made() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    let query = "query ($n: Int!) { titles(first: $n) { nodes { name year genres { name } } } }";
    let variables = json!({ "n": 5 });

    let made = answer(&site, query, None, &variables).await;
    let kept = answer(&site, query, None, &variables).await;
    let other = answer(&site, query, None, &json!({ "n": 4 })).await;
    site.register("ada@example.org").await;
    let theirs = answer(&site, query, None, &variables).await;

    assert_eq!(made.0, 200);
    assert!(made.1.starts_with("{\"data\":{\"titles\":"), "{}", made.1);
    assert_eq!(kept, made);
    assert_eq!(theirs, made);
    assert_ne!(other, made);
}

#[tokio::test]
async fn what_comes_again_is_found_among_the_documents_that_came_before() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let hits = async || {
        let metrics = site.get("/metrics").send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        let hit = "cache_reads_total{cache=\"documents\",result=\"hit\"} ";
        let line = metrics.lines().find_map(|line| line.strip_prefix(hit));
        line.map_or(0, |count| count.parse::<u64>().unwrap())
    };
    let query = "query ($slug: String!) { film(slug: $slug) { name } }";
    let refused = "{ film(slug: \"heat-1995\") { nothing } }";

    for slug in ["heat-1995", "casino-1995", "heat-1995"] {
        answer(&site, query, None, &json!({ "slug": slug })).await;
    }
    assert_eq!(hits().await, 2);
    for _ in 0..3 {
        answer(&site, refused, None, &json!({})).await;
    }
    assert_eq!(hits().await, 2, "what is refused is not kept");
}
