//! Global ids: what they name, for whom, and what stands where they name nothing.

use serde_json::{Value, json};

use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

const NODE: &str = include_str!("fixtures/contract/node.graphql");

async fn site() -> (Program, Site) {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    (program, site)
}

#[tokio::test]
async fn what_is_somebodys_own_does_not_exist_for_others() {
    let (_program, mut site) = site().await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 600.0, "2026-01-01T20:00:00Z").await;
    let own = "{ viewer { id user { id sessions { id } } profile { id history { nodes { id } } rows { id } } }
        film(slug: \"heat-1995\") { watchState { id } } }";
    let found = site.ask(own, json!({})).await;
    let viewer = found["viewer"].clone();
    let rows = viewer["profile"]["rows"].as_array().unwrap();
    let ids = [
        ("Viewer", &viewer["id"]),
        ("WatchState", &found["film"]["watchState"]["id"]),
        ("RecommendationRow", &rows.last().unwrap()["id"]),
        ("User", &viewer["user"]["id"]),
        ("Session", &viewer["user"]["sessions"][0]["id"]),
        ("Profile", &viewer["profile"]["id"]),
        ("Play", &viewer["profile"]["history"]["nodes"][0]["id"]),
    ];

    for (kind, id) in ids {
        let found = site.ask(NODE, json!({ "id": id })).await;
        assert_eq!(found, json!({ "node": { "__typename": kind, "id": id } }));
    }
    for other in [None, Some("grace@example.org")] {
        site.set_cookie(None);
        if let Some(email) = other {
            site.register(email).await;
        }
        for (kind, id) in ids {
            let answer = site.send(NODE, json!({ "id": id })).await;
            assert_eq!(answer["data"], json!({ "node": null }), "{kind}");
            let error = &answer["errors"][0]["extensions"];
            assert_eq!(error, &json!({ "code": "NOT_FOUND", "field": "id" }));
        }
    }
}

#[tokio::test]
async fn several_nodes_come_in_the_order_of_their_ids() {
    let (_program, site) = site().await;
    let heat = site.id_of("film", "heat-1995").await;
    let series = site.id_of("series", "breaking-bad-2008").await;
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Title { slug } } }";

    let ids = json!({ "ids": [series, "nonsense", heat, "RmlsbTox", series] });
    let found = site.ask(query, ids).await["nodes"].clone();

    let series = json!({ "__typename": "Series", "slug": "breaking-bad-2008" });
    let heat = json!({ "__typename": "Film", "slug": "heat-1995" });
    assert_eq!(found, json!([series, null, heat, null, series]));
}

#[tokio::test]
async fn rows_of_a_page_are_told_apart_and_found_again() {
    let (_program, mut site) = site().await;
    site.register("ada@example.org").await;
    let rows =
        "{ viewer { profile { rows(first: 100) { id kind heading items { nodes { slug } } } } } }";
    let mut found = site.ask(rows, json!({})).await;
    let rows = found["viewer"]["profile"]["rows"].take();
    let mut ids: Vec<&str> = Vec::new();
    for row in rows.as_array().unwrap() {
        ids.push(row["id"].as_str().unwrap());
    }
    assert!(ids.len() > 3, "{ids:?}");
    let mut apart = ids.clone();
    apart.sort_unstable();
    apart.dedup();
    assert_eq!(apart.len(), ids.len());
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on RecommendationRow { id kind heading items { nodes { slug } } } } }";

    let asked = json!({ "ids": [ids[2], ids[0], "nonsense", ids[2]] });
    let again = site.ask(query, asked).await["nodes"].take();

    assert_eq!(again, json!([rows[2], rows[0], null, rows[2]]));
}

#[tokio::test]
async fn a_row_of_a_profile_that_is_closed_takes_nothing_else_with_it() {
    let (_program, site) = site().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let rows = ada.ask("{ viewer { profile { rows { id } } } }").await;
    let row = &rows["viewer"]["profile"]["rows"][0]["id"];
    let kim = json!({ "name": "Kim", "maxAge": 6 });
    let kim = ada.expect("createProfile", kim, "profile { id }").await;
    let kim = &kim["profile"]["id"];
    let selected = ada
        .expect(
            "selectProfile",
            json!({ "profile": kim }),
            "viewer { profile { id } }",
        )
        .await;
    assert_eq!(selected["viewer"]["profile"]["id"], *kim);

    let found = ada
        .ask(&format!("{{ nodes(ids: [{row}, {kim}]) {{ id }} }}"))
        .await;

    assert_eq!(found["nodes"], json!([null, { "id": kim }]));
}

#[tokio::test]
async fn nobody_has_a_watch_state_of_everything_that_may_be_seen() {
    let (_program, site) = site().await;
    let query = "{ film(slug: \"heat-1995\") { watchState { id watched plays lastPlayedAt } } }";
    let state = site.ask(query, json!({})).await["film"]["watchState"].take();
    let query = "query ($id: ID!) { node(id: $id) { ... on WatchState { id watched plays lastPlayedAt } } }";

    let again = site.ask(query, json!({ "id": state["id"] })).await["node"].take();

    assert_eq!(again, state);
    assert_eq!(state["watched"], false);
    // A film that does not exist.
    let of_nothing = json!({ "id": "V2F0Y2hTdGF0ZTotOmZpbG06MTIz" });
    let answer = site.send(query, of_nothing).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_failure_takes_only_what_it_must_along() {
    let (_program, site) = site().await;
    let query = "{ node(id: \"no\") { id } film(slug: \"heat-1995\") { name credits(first: 0) { totalCount } } genre(slug: \"crime\") { name } }";

    let answer = site.send(query, json!({})).await;

    let expected = json!({ "node": null, "film": { "name": "Heat", "credits": null }, "genre": { "name": "Crime" } });
    assert_eq!(answer["data"], expected);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_asks_for_too_much_is_not_executed() {
    let (_program, site) = site().await;
    let query = "{ titles(first: 100) { nodes { similar(first: 100) { nodes { similar(first: 100) { nodes { id } } } } } } }";

    let answer = site.send(query, json!({})).await;

    assert_eq!(answer.get("data"), None);
    let code = &answer["errors"][0]["extensions"]["code"];
    assert_eq!(code, &Value::from("DOCUMENT_TOO_COMPLEX"));
}
