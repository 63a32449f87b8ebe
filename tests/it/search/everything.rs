//! What of a hit matched, hits of every kind, and what the search box suggests, on the demo site.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};

both_ways!(whoever_types_finds_everything_and_sees_what_matched);

const HIGHLIGHTS: &str = "highlights { field text ranges { start length } }";

async fn whoever_types_finds_everything_and_sees_what_matched(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    hits_say_what_of_them_matched(&site).await;
    every_kind_is_found(&site).await;
    pages_give_each_hit_once(&site).await;
    the_search_box_has_suggestions(&site).await;
}

fn range(start: u32, length: u32) -> Value {
    json!({ "start": start, "length": length })
}

async fn hits_say_what_of_them_matched(site: &Site) {
    let query = format!(
        "{{ search(query: \"heat pacino 1995\", first: 1) {{ edges {{ node {{ slug }} {HIGHLIGHTS} }} }}
            people(query: \"pacnio\", first: 1) {{ edges {{ node {{ name }} {HIGHLIGHTS} }} }}
            titles(first: 1) {{ edges {{ {HIGHLIGHTS} }} }} }}"
    );

    let found = site.ask(&query, json!({})).await;

    let film = &found["search"]["edges"][0];
    assert_eq!(film["node"]["slug"], "heat-1995");
    let matched = json!([
        { "field": "NAME", "text": "Heat", "ranges": [range(0, 4)] },
        { "field": "PERSON", "text": "Al Pacino", "ranges": [range(3, 6)] },
        { "field": "YEAR", "text": "1995", "ranges": [range(0, 4)] },
    ]);
    assert_eq!(film["highlights"], matched);
    let person = json!({
        "node": { "name": "Al Pacino" },
        "highlights": [{ "field": "NAME", "text": "Al Pacino", "ranges": [range(3, 6)] }],
    });
    assert_eq!(found["people"]["edges"], json!([person]));
    assert_eq!(
        found["titles"]["edges"],
        json!([{ "highlights": null }]),
        "no search"
    );
}

const ALL: &str = "query ($query: String!, $kind: [SearchKind!], $first: Int, $after: String) {
    searchAll(query: $query, kind: $kind, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { score node { __typename
            ... on Film { slug } ... on Series { slug } ... on Person { slug } ... on Collection { slug }
            ... on Episode { id series { slug } } }
            highlights { field text ranges { start length } } } } }";

async fn every_kind_is_found(site: &Site) {
    let all = async |query: &str, kind: Value| {
        let variables = json!({ "query": query, "kind": kind });
        site.ask(ALL, variables).await["searchAll"].take()
    };

    let pilot = all("breaking bad pilot", json!(null)).await;
    let episode = &pilot["edges"][0];
    assert_eq!(episode["node"]["__typename"], "Episode", "{pilot}");
    assert_eq!(episode["node"]["series"]["slug"], "breaking-bad-2008");
    let matched = json!([
        { "field": "SERIES", "text": "Breaking Bad", "ranges": [range(0, 8), range(9, 3)] },
        { "field": "NAME", "text": "Pilot", "ranges": [range(0, 5)] },
    ]);
    assert_eq!(episode["highlights"], matched);

    let series = all("breaking bad", json!(["SERIES", "EPISODE"])).await;
    assert_eq!(series["edges"][0]["node"]["slug"], "breaking-bad-2008");
    let people = all("al pacino", json!(["PERSON"])).await;
    assert_eq!(people["edges"][0]["node"]["slug"], "al-pacino");
    assert_eq!(people["edges"][0]["score"], 1.0);
    let rows = people["edges"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["node"]["__typename"] == "Person"));
    assert_eq!(people["totalCount"], rows.len());
    let blank = json!({ "query": " " });
    let refused = site.send(ALL, blank).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BLANK");
}

async fn pages_give_each_hit_once(site: &Site) {
    let variables = json!({ "query": "godfather", "first": 2 });
    let first = site.ask(ALL, variables).await["searchAll"].take();
    let after = &first["pageInfo"]["endCursor"];
    let variables = json!({ "query": "godfather", "first": 1, "after": after });
    let second = site.ask(ALL, variables).await["searchAll"].take();

    let nodes = [&first["edges"][0], &first["edges"][1], &second["edges"][0]];
    let nodes = nodes.map(|edge| edge["node"].clone());
    let node = |kind: &str, slug: &str| json!({ "__typename": kind, "slug": slug });
    let expected = [
        node("Film", "the-godfather-1972"),
        node("Film", "the-godfather-part-ii-1974"),
        node("Collection", "the-godfather-collection"),
    ];
    assert_eq!(nodes, expected);
    let variables = json!({ "query": "rocky", "after": after });
    let other = site.send(ALL, variables).await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "BAD_CURSOR");
}

async fn the_search_box_has_suggestions(site: &Site) {
    let query = "query ($query: String!, $first: Int) { suggest(query: $query, first: $first) {
        text kind ranges { start length } node { __typename ... on Person { slug } } } }";
    let suggest = async |query_text: &str| {
        let variables = json!({ "query": query_text });
        site.ask(query, variables).await["suggest"].take()
    };
    let pacino = |ranges: Value| {
        let node = json!({ "__typename": "Person", "slug": "al-pacino" });
        json!([{ "text": "Al Pacino", "kind": "PERSON", "ranges": ranges, "node": node }])
    };

    let begun = suggest("al pac").await;
    let mistyped = suggest("pacnio").await;
    let nothing = suggest("  ").await;
    let godfather = suggest("godf").await;

    assert_eq!(begun, pacino(json!([range(0, 2), range(3, 3)])));
    assert_eq!(mistyped, pacino(json!([range(3, 6)])));
    assert_eq!(nothing, json!([]));
    // Which of them is watched the most is the seed's affair.
    let three = &godfather.as_array().unwrap()[..3];
    let mut three: Vec<(&str, &str)> = three
        .iter()
        .map(|it| (it["text"].as_str().unwrap(), it["kind"].as_str().unwrap()))
        .collect();
    three.sort_unstable();
    let expected = [
        ("The Godfather", "FILM"),
        ("The Godfather Collection", "COLLECTION"),
        ("The Godfather Part II", "FILM"),
    ];
    assert_eq!(three, expected);
    assert_eq!(godfather[0]["ranges"], json!([range(4, 4)]));
    let too_many = json!({ "query": "heat", "first": 21 });
    let refused = site.send(query, too_many).await;
    let extensions = &refused["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "OUT_OF_RANGE");
    assert_eq!(extensions["field"], "first");
}
