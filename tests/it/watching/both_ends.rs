//! Every list that runs in both directions: from the end it is what it is from the start.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::player::Player;
use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(every_list_is_the_same_from_both_ends);

/// A list, as a question with `PAGE` and `ROWS` in it, where it is in an answer, and how many rows it has at least.
type List = (&'static str, &'static str, usize);

const LISTS: [List; 12] = [
    (
        "{ film(slug: \"heat-1995\") { credits(PAGE) { ROWS } } }",
        "/film/credits",
        6,
    ),
    (
        "{ series(slug: \"breaking-bad-2008\") { seasons(first: 1) { episodes(PAGE) { ROWS } } } }",
        "/series/seasons/0/episodes",
        7,
    ),
    (
        "{ genre(slug: \"fantasy\") { titles(orderBy: OLDEST_RELEASED, PAGE) { ROWS } } }",
        "/genre/titles",
        9,
    ),
    (
        "{ person(slug: \"robert-de-niro\") { titles(PAGE) { ROWS } } }",
        "/person/titles",
        5,
    ),
    (
        "{ viewer { profile { continueWatching(PAGE) { ROWS } } } }",
        "/viewer/profile/continueWatching",
        6,
    ),
    (
        "{ viewer { profile { nextUp(PAGE) { ROWS } } } }",
        "/viewer/profile/nextUp",
        5,
    ),
    (
        "{ viewer { profile { history(PAGE) { ROWS } } } }",
        "/viewer/profile/history",
        6,
    ),
    (
        "{ viewer { profile { watchlist(PAGE) { ROWS } } } }",
        "/viewer/profile/watchlist",
        6,
    ),
    (
        "{ viewer { profile { hiddenTitles(PAGE) { ROWS } } } }",
        "/viewer/profile/hiddenTitles",
        6,
    ),
    (
        "{ viewer { profile { mutedTastes(PAGE) { ROWS } } } }",
        "/viewer/profile/mutedTastes",
        4,
    ),
    (
        "{ viewer { user { auditLog(PAGE) { ROWS } } } }",
        "/viewer/user/auditLog",
        3,
    ),
    ("{ users(PAGE) { ROWS } }", "/users", 3),
];

async fn every_list_is_the_same_from_both_ends(on: On) {
    let program = Program::seeded_without_graph(on).await;
    for email in ["ada@example.org", "ben@example.org", "cay@example.org"] {
        program.create_user(email, "admin").await;
    }
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    for _ in 0..3 {
        ada.log_in("ada@example.org").await;
    }
    fill_lists(&mut ada).await;

    for (question, path, least) in LISTS {
        let whole = walk(&mut ada, question, path, "first", 100).await;
        let distinct: BTreeSet<&String> = whole.iter().collect();
        assert!(whole.len() >= least, "{path} has {} rows", whole.len());
        assert_eq!(distinct.len(), whole.len(), "{path}");
        for size in [1, 2, 5] {
            for end in ["first", "last"] {
                let walked = walk(&mut ada, question, path, end, size).await;
                assert_eq!(walked, whole, "{path} {end} {size}");
            }
        }
        for (page, code, field) in [
            ("first: 1, last: 1", "INVALID", "first"),
            ("after: \"a\", before: \"b\"", "INVALID", "after"),
            ("last: 0", "OUT_OF_RANGE", "last"),
            ("last: -1", "OUT_OF_RANGE", "last"),
            ("first: -1", "OUT_OF_RANGE", "first"),
            ("last: 101", "OUT_OF_RANGE", "last"),
            ("last: 1, before: \"b\"", "BAD_CURSOR", "before"),
        ] {
            let question = question.replace("PAGE", page).replace("ROWS", "totalCount");
            let answer = ada.send(&question, json!({})).await;
            let error = &answer.body["errors"][0]["extensions"];
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!(code), &json!(field)),
                "{path}({page})"
            );
        }
    }
}

/// Puts something on each list of a profile.
async fn fill_lists(visitor: &mut Visitor) {
    let films = "{ titles(first: 8, filter: { kind: FILM }) { nodes { id } } }";
    let films = visitor.ask(films).await;
    let films = films["titles"]["nodes"].as_array().unwrap();
    for film in films {
        let id = film["id"].as_str().unwrap();
        let mut player = Player::of(visitor, id);
        player.at("START", 0.0).await;
        let (position, ..) = player.at("STOP", 1200.0).await;
        assert!(position > 0.0);
        let input = json!({ "title": id, "watchlisted": true });
        visitor.expect("setWatchlisted", input, "").await;
        let input = json!({ "title": id, "hidden": true });
        visitor.expect("hideTitle", input, "").await;
    }
    let series = "{ titles(first: 6, filter: { kind: SERIES }) { nodes { ... on Series { seasons(first: 1) { episodes(first: 1) { nodes { id } } } } } } }";
    let series = visitor.ask(series).await;
    for series in series["titles"]["nodes"].as_array().unwrap() {
        let pilot = &series["seasons"][0]["episodes"]["nodes"][0]["id"];
        let input = json!({ "item": pilot, "watched": true });
        visitor.expect("setWatched", input, "").await;
    }
    let genres = visitor.ask("{ genres { id } }").await;
    for genre in &genres["genres"].as_array().unwrap()[..5] {
        let input = json!({ "source": genre["id"], "muted": true });
        visitor.expect("muteTaste", input, "").await;
    }
}

/// The cursors of a whole list, in its order, page by page from one end.
async fn walk(
    visitor: &mut Visitor,
    question: &str,
    path: &str,
    end: &str,
    size: usize,
) -> Vec<String> {
    const ROWS: &str =
        "edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
    let is_forward = end == "first";
    let (mut found, mut start) = (Vec::<String>::new(), String::new());
    loop {
        let page = format!("{end}: {size}{start}");
        let question = question.replace("PAGE", &page).replace("ROWS", ROWS);
        let answer = visitor.ask(&question).await;
        let list = answer.pointer(path).unwrap();
        let edges = list["edges"].as_array().unwrap().iter();
        let cursors: Vec<String> = edges.map(|edge| text(&edge["cursor"])).collect();
        let info = &list["pageInfo"];
        assert_eq!(
            info["startCursor"].as_str(),
            cursors.first().map(String::as_str)
        );
        assert_eq!(
            info["endCursor"].as_str(),
            cursors.last().map(String::as_str)
        );
        assert!(cursors.len() <= size && found.len() < 1000, "{path}");
        let (more, before, next) = if is_forward {
            found.extend(cursors);
            let next = format!(", after: {}", info["endCursor"]);
            (&info["hasNextPage"], &info["hasPreviousPage"], next)
        } else {
            found = [cursors, found].concat();
            let next = format!(", before: {}", info["startCursor"]);
            (&info["hasPreviousPage"], &info["hasNextPage"], next)
        };
        assert_eq!(*before, !start.is_empty(), "{path} {end} {size}");
        if *more == false {
            return found;
        }
        start = next;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
