//! What viewers make of titles: counted, rated and listed by, on every server.

use chrono::TimeDelta;
use reelgraph::domain::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, PASSWORD, Program};
use crate::support::visitor::Visitor;

both_ways!(titles_are_listed_by_what_viewers_make_of_them);

const TOP: &str =
    "{ titles(orderBy: TOP_RATED, first: 9) { nodes { slug rating { average likes dislikes } } }
    end: titles(orderBy: TOP_RATED, last: 2) { nodes { slug } }
    worst: titles(orderBy: LOWEST_RATED, first: 2) { nodes { slug } }
    good: titles(orderBy: NAME, filter: { minRating: 6.759 }) { totalCount nodes { slug } }
    better: titles(filter: { minRating: 8.931 }) { totalCount }
    search(query: \"film\", filter: { minRating: 6.5 }) { nodes { slug } } }";
const TRENDING: &str =
    "{ titles(orderBy: TRENDING, first: 1) { nodes { slug } pageInfo { endCursor } }
    end: titles(orderBy: TRENDING, last: 1) { nodes { slug } }
    least: titles(orderBy: LEAST_TRENDING, last: 1) { nodes { slug } } }";

fn films() -> String {
    let film = |slug: &str, scores: Option<Value>| {
        let name = format!("Film {slug}");
        let mut film =
            json!({ "slug": slug, "title": name, "kind": "film", "runtime_minutes": 100 });
        if let Some(scores) = scores {
            film["scores"] = scores;
        }
        film
    };
    let imdb = |value, votes| Some(json!({ "imdb": { "value": value, "votes": votes } }));
    let films = [
        film("acclaimed", imdb(9.0, 1_000_000)),
        film("poor", imdb(3.0, 50_000)),
        film("liked", None),
        film("unknown", None),
    ];
    films.map(|film| film.to_string()).join("\n")
}

/// Each title with its rating and its thumbs, in the order of the list.
fn rated(seen: &Value) -> Vec<(&str, Option<f64>, u64, u64)> {
    let nodes = seen["titles"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| {
            let (rating, slug) = (&node["rating"], node["slug"].as_str().unwrap());
            let number = |name: &str| rating[name].as_u64().unwrap();
            let average = rating["average"].as_f64();
            (slug, average, number("likes"), number("dislikes"))
        })
        .collect()
}

async fn titles_are_listed_by_what_viewers_make_of_them(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until it is counted.
    program.set("REELGRAPH_BUDGET", "false");
    let file = program.data().join("films.ndjson");
    std::fs::write(&file, films()).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    let (site, other) = (program.serve().await, program.serve().await);
    let mut people = Vec::new();
    for name in ["ada", "ben"] {
        let mut visitor = Visitor::of(&site);
        visitor.register(&format!("{name}@example.org")).await;
        people.push(visitor);
    }
    let id = async |slug: &str| site.id_of("film", slug).await;

    let seen = site.ask(TOP, json!({})).await;
    let films = rated(&seen);
    let expected = [
        ("acclaimed", Some(8.939), 0, 0),
        ("poor", Some(3.085), 0, 0),
    ];
    assert_eq!(films[..2], expected);
    let unrated = films[2..].iter().filter(|film| film.1.is_none());
    assert_eq!(unrated.count(), 2);

    for (who, slug, liked) in [
        (0, "liked", Some(true)),
        (1, "liked", Some(true)),
        (1, "liked", Some(true)),
        (0, "acclaimed", Some(true)),
        (0, "acclaimed", Some(false)),
    ] {
        let input = json!({ "title": id(slug).await, "liked": liked });
        people[who].expect("rateTitle", input, "").await;
    }
    let expected = [
        ("acclaimed", Some(8.93), 0, 1),
        ("liked", Some(6.759), 2, 0),
        ("poor", Some(3.085), 0, 0),
        ("unknown", None, 0, 0),
    ];
    for server in [&site, &other] {
        let nodes = |slugs: [&str; 2]| json!(slugs.map(|slug| json!({ "slug": slug })));
        // Of lists that are asked for together some may be made before it is counted, and some behind it.
        let is_told = |seen: &Value| {
            rated(seen) == expected
                && seen["search"]["nodes"].as_array().unwrap().len() == 2
                && seen["end"]["nodes"] == nodes(["poor", "unknown"])
                && seen["worst"]["nodes"] == nodes(["poor", "liked"])
                && seen["good"]["nodes"] == nodes(["acclaimed", "liked"])
                && seen["good"]["totalCount"] == 2
                && seen["better"]["totalCount"] == 0
        };
        server.wait_for(SOON, TOP, is_told).await;
    }

    // One takes it back, the other leaves.
    let input = json!({ "title": id("liked").await, "liked": null });
    people[0].expect("rateTitle", input, "").await;
    let one = |seen: &Value| rated(seen)[1] == ("liked", Some(6.635), 1, 0);
    other.wait_for(SOON, TOP, one).await;
    let input = json!({ "password": PASSWORD });
    people[1].expect("deleteMyAccount", input, "").await;
    let none = |seen: &Value| rated(seen).contains(&("liked", None, 0, 0));
    other.wait_for(SOON, TOP, none).await;

    let now = SystemClock.now() - TimeDelta::hours(2);
    let input = json!({
        "item": id("unknown").await, "play": "00000000-0000-4000-8000-000000000001",
        "event": "STOP", "position": 6000.0, "at": now.to_rfc3339(),
    });
    people[0].expect("reportPlayback", input, "").await;
    // Who only rates has watched nothing here.
    let is_first = |seen: &Value| {
        let first = [&seen["titles"], &seen["least"]].map(|list| &list["nodes"][0]["slug"]);
        first.iter().all(|slug| **slug == "unknown")
    };
    for server in [&site, &other] {
        let seen = server.wait_for(SOON, TRENDING, is_first).await;
        assert_ne!(seen["end"]["nodes"][0]["slug"], "unknown");
        let after = &seen["titles"]["pageInfo"]["endCursor"];
        let rest = format!(
            "{{ titles(orderBy: TRENDING, first: 9, after: {after}) {{ nodes {{ slug }} }} }}"
        );
        let rest = server.ask(&rest, json!({})).await;
        assert_eq!(rest["titles"]["nodes"].as_array().unwrap().len(), 3);
    }
}
