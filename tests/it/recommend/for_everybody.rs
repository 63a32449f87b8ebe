//! The page for everybody, as whoever is not logged in meets it.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(everybody_gets_the_same_rows_and_scrolls_them);

const ROWS: &str = "{ rows(first: 6, itemsPerRow: 5) { id kind heading seed { __typename }
    items { nodes { id slug } pageInfo { hasNextPage endCursor } } } }";
const MORE: &str = "query ($id: ID!, $after: String) { node(id: $id) { ... on RecommendationRow {
    kind items(first: 20, after: $after) { nodes { slug } } } } }";

fn slugs(items: &Value) -> Vec<&str> {
    let nodes = items["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["slug"].as_str().unwrap()).collect()
}

async fn everybody_gets_the_same_rows_and_scrolls_them(on: On) {
    let program = Program::seeded(on).await;
    let site = program.serve().await;
    let (mut nobody, mut ada) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;

    let page = nobody.ask(ROWS).await;

    let rows = page["rows"].as_array().unwrap();
    assert!(rows.len() >= 3, "{page}");
    for row in rows {
        let (kind, seed) = (&row["kind"], &row["seed"]["__typename"]);
        assert!(
            ["TRENDING", "NEW", "POPULAR"]
                .map(Value::from)
                .contains(kind)
        );
        assert!(seed.is_null() || (seed == "Genre" && kind == "POPULAR"));
    }
    assert!(rows.iter().any(|row| row["kind"] == "POPULAR"), "{page}");
    let shown: Vec<&str> = rows.iter().flat_map(|row| slugs(&row["items"])).collect();
    let seen: HashSet<&str> = shown.iter().copied().collect();
    assert_eq!(seen.len(), shown.len(), "{page}");

    let longer = rows
        .iter()
        .find(|row| row["items"]["pageInfo"]["hasNextPage"] == true)
        .unwrap();
    let behind = json!({ "id": longer["id"], "after": longer["items"]["pageInfo"]["endCursor"] });
    let more = nobody.send(MORE, behind).await.body;
    let more = &more["data"]["node"];
    assert_eq!(more["kind"], longer["kind"], "{more}");
    let follow = slugs(&more["items"]);
    assert!(!follow.is_empty());
    assert!(!follow.iter().any(|slug| seen.contains(*slug)), "{more}");

    // It is nobody's own: what somebody hides is hidden on the page of that profile.
    let hidden = &rows[0]["items"]["nodes"][0];
    let input = json!({ "title": hidden["id"], "hidden": true });
    ada.expect("hideTitle", input, "").await;
    assert_eq!(ada.ask(ROWS).await, page);
    let own =
        "{ viewer { profile { rows(first: 6, itemsPerRow: 5) { items { nodes { slug } } } } } }";
    let own = ada.ask(own).await.to_string();
    assert!(!own.contains(&hidden["slug"].to_string()), "{own}");
    let refused = nobody.send("{ rows(first: 101) { id } }", json!({})).await;
    assert_eq!(refused.code(), "OUT_OF_RANGE");
}
