//! What a client gets for what it should not have asked: a code, the field, and nothing about our insides.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::{On, Program, Site};

async fn site() -> (Program, Site) {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    (program, site)
}

/// The code and the field of the only error.
fn error(answer: &Value) -> (String, String) {
    let errors = answer["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no error in {answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        text(&errors[0]["extensions"]["code"]),
        text(&errors[0]["extensions"]["field"]),
    )
}

#[tokio::test]
async fn an_unknown_slug_is_null() {
    let (_program, site) = site().await;

    let data = site.ask("{ film(slug: \"no\") { id } series(slug: \"no\") { id } person(slug: \"no\") { id } genre(slug: \"no\") { id } collection(slug: \"no\") { id } }", json!({})).await;

    assert_eq!(
        data,
        json!({ "film": null, "series": null, "person": null, "genre": null, "collection": null })
    );
}

#[tokio::test]
async fn a_slug_of_another_kind_is_unknown() {
    let (_program, site) = site().await;

    let data = site
        .ask(
            "{ film(slug: \"breaking-bad-2008\") { id } series(slug: \"heat-1995\") { id } }",
            json!({}),
        )
        .await;

    assert_eq!(data, json!({ "film": null, "series": null }));
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let (_program, site) = site().await;
    let unknown = "RmlsbTox"; // Film:1

    for (query, field) in [
        (format!("{{ node(id: \"{unknown}\") {{ id }} }}"), "id"),
        (format!("{{ film(id: \"{unknown}\") {{ id }} }}"), "id"),
        ("{ node(id: \"nonsense\") { id } }".to_owned(), "id"),
        ("{ episode(id: \"\") { id } }".to_owned(), "id"),
    ] {
        let answer = site.send(&query, json!({})).await;
        assert_eq!(
            error(&answer),
            ("NOT_FOUND".to_owned(), field.to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn pages_have_a_length_and_a_place_in_their_own_list() {
    let (_program, site) = site().await;
    let cursor = site
        .ask(
            "{ titles(first: 1, orderBy: NAME) { pageInfo { endCursor } } }",
            json!({}),
        )
        .await["titles"]["pageInfo"]["endCursor"]
        .clone();

    for (arguments, code, field) in [
        ("first: 0", "OUT_OF_RANGE", "first"),
        ("first: 101", "OUT_OF_RANGE", "first"),
        ("first: -1", "OUT_OF_RANGE", "first"),
        ("last: 101", "OUT_OF_RANGE", "last"),
        ("first: 5, after: \"nonsense\"", "BAD_CURSOR", "after"),
        ("last: 5, before: \"%%%\"", "BAD_CURSOR", "before"),
        (
            &format!("first: 5, orderBy: POPULAR, after: {cursor}"),
            "BAD_CURSOR",
            "after",
        ),
    ] {
        let answer = site
            .send(
                &format!("{{ titles({arguments}) {{ nodes {{ id }} }} }}"),
                json!({}),
            )
            .await;
        assert_eq!(
            error(&answer),
            (code.to_owned(), field.to_owned()),
            "{arguments}"
        );
    }
}

#[tokio::test]
async fn reports_that_make_no_sense_are_refused_by_field() {
    let (_program, mut site) = site().await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let good = json!({ "item": heat, "play": "00000000-0000-4000-8000-000000000001", "event": "PROGRESS", "position": 60.0, "at": "2026-01-01T20:00:00Z" });
    let query = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { state { plays } userErrors { code field message } } }";
    let series = site.id_of("series", "breaking-bad-2008").await;

    for (field, value, code) in [
        ("position", json!(-1.0), "OUT_OF_RANGE"),
        ("position", json!(10_201.0), "OUT_OF_RANGE"),
        ("item", json!("RmlsbTox"), "NOT_FOUND"),
        ("item", json!(series), "NOT_FOUND"),
        ("play", json!("not a uuid"), "INVALID"),
        ("at", json!("2999-01-01T00:00:00Z"), "OUT_OF_RANGE"),
        ("duration", json!(5.0), "OUT_OF_RANGE"),
    ] {
        let mut input = good.clone();
        input[field] = value;
        let payload = site.ask(query, json!({ "input": input })).await["reportPlayback"].clone();
        let found = &payload["userErrors"][0];
        assert_eq!(
            (&payload["state"], &found["code"], &found["field"]),
            (&Value::Null, &json!(code), &json!(["input", field])),
            "{input}"
        );
    }
    let state = site
        .ask(
            "{ film(slug: \"heat-1995\") { watchState { plays } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        state["film"]["watchState"]["plays"], 0,
        "nothing was written"
    );
}

#[tokio::test]
async fn who_is_not_logged_in_cannot_report() {
    let (_program, site) = site().await;
    let heat = site.id_of("film", "heat-1995").await;
    let input = json!({ "item": heat, "play": "00000000-0000-4000-8000-000000000001", "event": "START", "position": 0.0 });

    let answer = site.send("mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { completedNow } }", json!({ "input": input })).await;

    assert_eq!(error(&answer).0, "UNAUTHENTICATED");
}

#[tokio::test]
async fn registering_says_what_to_put_right() {
    let (_program, site) = site().await;
    let query = "mutation ($input: RegisterInput!) { register(input: $input) { viewer { user { id } } userErrors { code field } } }";
    let good = json!({ "email": "ada@example.org", "password": "correct horse battery", "passwordConfirm": "correct horse battery" });

    for (field, value, code) in [
        ("email", json!("nobody"), "INVALID"),
        ("password", json!("short"), "TOO_SHORT"),
        ("password", json!("aaaaaaaaaaaaaaaaaaaa"), "INVALID"),
        ("passwordConfirm", json!("another horse battery"), "INVALID"),
    ] {
        let mut input = good.clone();
        if field == "password" {
            input["passwordConfirm"] = value.clone();
        }
        input[field] = value;
        let payload = site.ask(query, json!({ "input": input })).await["register"].clone();
        assert_eq!(
            payload,
            json!({ "viewer": null, "userErrors": [{ "code": code, "field": ["input", field] }] }),
            "{field}"
        );
    }
}

#[tokio::test]
async fn a_search_needs_something_to_look_for() {
    let (_program, site) = site().await;

    for (query, code) in [
        ("", "BLANK"),
        ("   ", "BLANK"),
        (&*"x".repeat(201), "TOO_LONG"),
    ] {
        let answer = site
            .send(
                "query ($query: String!) { search(query: $query) { nodes { id } } }",
                json!({ "query": query }),
            )
            .await;
        assert_eq!(error(&answer), (code.to_owned(), "query".to_owned()));
    }
}

#[tokio::test]
async fn other_sites_cannot_make_a_browser_change_anything() {
    let (_program, mut site) = site().await;
    site.register("ada@example.org").await;
    let body =
        json!({ "query": "mutation { logOut(input: {}) { userErrors { code } } }" }).to_string();
    let send = |name: &'static str, value: &'static str, media: &'static str| {
        let request = site
            .post("/graphql")
            .header("content-type", media)
            .header("cookie", site.cookie().unwrap())
            .header(name, value);
        request.body(body.clone()).send()
    };

    assert_eq!(
        send("sec-fetch-site", "cross-site", "application/json")
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(
        send("origin", "https://evil.example", "application/json")
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(
        send("accept", "*/*", "text/plain").await.unwrap().status(),
        415
    );
    let by_get = site
        .get("/graphql?query=mutation%7BlogOut(input%3A%7B%7D)%7BuserErrors%7Bcode%7D%7D%7D")
        .header("cookie", site.cookie().unwrap());
    assert_eq!(by_get.send().await.unwrap().status(), 405);
    assert!(
        site.ask("{ viewer { user { id } } }", json!({})).await["viewer"]["user"]["id"].is_string(),
        "still logged in"
    );
}

/// The library alone would need minutes for this.
#[tokio::test]
async fn a_document_that_doubles_at_each_level_is_refused_at_the_door() {
    let (_program, site) = site().await;
    let levels: Vec<String> = (1..=30)
        .map(|next| {
            format!(
                "fragment F{} on Query {{ ...F{next} ...F{next} }}",
                next - 1
            )
        })
        .collect();

    let answer = site
        .send(
            &format!(
                "{{ ...F0 }} {} fragment F30 on Query {{ __typename }}",
                levels.concat()
            ),
            json!({}),
        )
        .await;

    assert_eq!(error(&answer).0, "DOCUMENT_TOO_COMPLEX");
}

/// Texts in capitals that are no codes.
const OTHERS: &[&str] = &[
    "CERTIFICATION",
    "DIRECTOR",
    "DURATION",
    "EXTERNAL_ID",
    "FILM",
    "OVERVIEW",
    "POST",
    "POSTER",
    "REPORTS",
    "SCREAMING_SNAKE_CASE",
    "SERIES",
    "TEXT",
    "TMDB",
    "TOKEN_EXPIRED",
    "TOKEN_INVALID",
    "TOKEN_REVOKED",
    "URL",
    "WEBP",
    "WORK",
    "YOUTUBE",
];

/// The texts in capitals of the program's files in a folder, or of one file.
fn in_capitals(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            in_capitals(&entry.unwrap().path(), found);
        }
        return;
    }
    let is_program = path.extension().is_some_and(|of| of == "rs")
        && path.components().all(|part| {
            let part = part.as_os_str();
            part != "tests" && part != "tests.rs"
        });
    if !is_program {
        return;
    }
    let text = std::fs::read_to_string(path).unwrap();
    let program = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let is_code =
        |text: &&str| text.len() > 2 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    found.extend(program.split('"').filter(is_code).map(str::to_owned));
}

#[test]
fn every_code_that_an_error_can_have_is_a_value_of_the_enum_and_no_other_is() {
    let sdl = reelgraph::graphql::sdl();
    let (_, values) = sdl.split_once("\nenum ErrorCode {\n").unwrap();
    let values = values.split("\n}").next().unwrap().lines();
    let values: BTreeSet<String> = values
        .map(str::trim)
        .filter(|line| {
            !line.is_empty() && line.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        })
        .map(str::to_owned)
        .collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");

    let mut found = BTreeSet::new();
    for part in ["domain/error.rs", "graphql", "http"] {
        in_capitals(&source.join(part), &mut found);
    }
    found.retain(|text| !OTHERS.contains(&text.as_str()));

    assert!(found.len() > 30, "{found:?}");
    assert_eq!(found, values);
}
