//! What a viewer means to watch.

use serde_json::{Value, json};

use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watchlist_is_the_profiles_own_embedded() {
    a_watchlist_is_the_profiles_own(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watchlist_is_the_profiles_own_on_the_servers() {
    a_watchlist_is_the_profiles_own(On::Servers).await;
}

async fn a_watchlist_is_the_profiles_own(on: On) {
    const SEEN: &str = "{ film(slug: \"heat-1995\") { inWatchlist } titles(first: 100) { nodes { slug inWatchlist } } }";
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let series = site.id_of("series", "breaking-bad-2008").await;

    for title in [&heat, &series, &heat] {
        let input = json!({ "title": title, "watchlisted": true });
        let payload = ada.expect("setWatchlisted", input, "title { id inWatchlist }");
        let expected = json!({ "id": title, "inWatchlist": true });
        assert_eq!(payload.await["title"], expected);
    }

    let (total, slugs) = page(&mut ada, "orderBy: NAME").await;
    assert_eq!(
        (total, slugs),
        (
            2,
            vec!["breaking-bad-2008", "heat-1995"]
                .into_iter()
                .map(str::to_owned)
                .collect()
        )
    );
    let seen = ada.ask(SEEN).await;
    assert_eq!(seen["film"]["inWatchlist"], true);
    let nodes = seen["titles"]["nodes"].as_array().unwrap();
    for node in nodes {
        let slug = node["slug"].as_str().unwrap();
        let is_on_it = ["heat-1995", "breaking-bad-2008"].contains(&slug);
        assert_eq!(node["inWatchlist"], is_on_it, "{slug}");
    }
    assert_eq!(ben.ask(SEEN).await["film"]["inWatchlist"], false);
    assert_eq!(page(&mut ben, "first: 5").await, (0, Vec::new()));
    let nobody = Visitor::of(&site).ask(SEEN).await;
    assert_eq!(nobody["film"]["inWatchlist"], Value::Null);

    for _ in 0..2 {
        let input = json!({ "title": heat, "watchlisted": false });
        let payload = ada.expect("setWatchlisted", input, "title { inWatchlist }");
        assert_eq!(payload.await["title"]["inWatchlist"], false);
    }
    assert_eq!(
        page(&mut ada, "").await,
        (1, vec!["breaking-bad-2008".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watchlist_is_paged_both_ways_in_every_order() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("films.ndjson");
    let films = [
        ("the-zoo", "The Zoo", 1990),
        ("apple", "Apple", 2001),
        ("melon", "Melon", 1970),
        ("berry", "Berry", 2001),
        ("yearless", "Yearless", 0),
    ];
    let records = films.map(|(slug, name, year)| match year {
        0 => format!(
            r#"{{"kind": "film", "slug": "{slug}", "title": "{name}", "genres": ["Drama"]}}"#
        ),
        _ => format!(r#"{{"kind": "film", "slug": "{slug}", "title": "{name}", "year": {year}}}"#),
    });
    std::fs::write(&file, records.join("\n")).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    for (slug, ..) in films {
        let input = json!({ "title": site.id_of("film", slug).await, "watchlisted": true });
        ada.expect("setWatchlisted", input, "").await;
        // So that one is later than the other.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    let added: Vec<&str> = films.iter().map(|film| film.0).collect();
    let newest: Vec<&str> = added.iter().rev().copied().collect();
    for (order, expected) in [
        ("ADDED_OLDEST", added),
        ("ADDED_NEWEST", newest),
        (
            "NAME",
            vec!["apple", "berry", "melon", "yearless", "the-zoo"],
        ),
        (
            "NAME_DESCENDING",
            vec!["the-zoo", "yearless", "melon", "berry", "apple"],
        ),
    ] {
        for size in 1..=6 {
            let forward = walk(&mut ada, order, "first", size).await;
            let backward = walk(&mut ada, order, "last", size).await;
            assert_eq!(forward, expected, "{order}, {size} at once");
            assert_eq!(backward, expected, "{order}, {size} at once from the end");
        }
    }
    let released = walk(&mut ada, "RELEASED_NEWEST", "first", 2).await;
    // Those of one year are by id.
    let mut of_2001 = released[..2].to_vec();
    of_2001.sort();
    assert_eq!(of_2001, ["apple", "berry"]);
    assert_eq!(released[2..], ["the-zoo", "melon", "yearless"]);
    assert_eq!(walk(&mut ada, "RELEASED_NEWEST", "last", 2).await, released);
    let oldest = walk(&mut ada, "RELEASED_OLDEST", "first", 2).await;
    assert_eq!(oldest[..2], ["melon", "the-zoo"]);
    assert_eq!(oldest[2..4], released[..2]);
    assert_eq!(oldest[4], "yearless");
    assert_eq!(walk(&mut ada, "RELEASED_OLDEST", "last", 2).await, oldest);
    // Nobody has watched any of them: they are by id, from whichever end.
    let popular = walk(&mut ada, "POPULAR", "first", 2).await;
    assert_eq!(popular.len(), 5);
    assert_eq!(walk(&mut ada, "LEAST_POPULAR", "last", 2).await, popular);

    let (total, slugs) = page(&mut ada, "filter: { yearFrom: 1980, yearTo: 2000 }").await;
    assert_eq!((total, slugs), (1, vec!["the-zoo".to_owned()]));
    assert_eq!(page(&mut ada, "filter: { kind: [SERIES] }").await.0, 0);
    let listed = ada
        .ask("{ viewer { profile { watchlist(first: 1) { edges { cursor addedAt } } } } }")
        .await;
    let edge = &listed["viewer"]["profile"]["watchlist"]["edges"][0];
    assert!(edge["addedAt"].is_string());
    let of_another_order = format!(
        "{{ viewer {{ profile {{ watchlist(orderBy: NAME, after: {}) {{ totalCount }} }} }} }}",
        edge["cursor"]
    );
    assert_eq!(
        ada.send(&of_another_order, json!({})).await.code(),
        "BAD_CURSOR"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_seen_is_on_no_watchlist_until_it_may() {
    let program = Program::new(On::Embedded).await;
    let load = async |state: &str| {
        let file = program.data().join("film.ndjson");
        let record =
            format!(r#"{{"kind": "film", "slug": "a", "title": "A", "state": "{state}"}}"#);
        std::fs::write(&file, record).unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
    };
    load("published").await;
    let mut site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let film = site.id_of("film", "a").await;
    let input = json!({ "title": film, "watchlisted": true });
    ada.expect("setWatchlisted", input.clone(), "").await;
    assert_eq!(page(&mut ada, "").await.0, 1);
    site.stop().await;

    load("hidden").await;
    let mut site = program.serve().await;
    let mut ada = ada.at(&site);
    assert_eq!(page(&mut ada, "").await, (0, Vec::new()));
    let refused = ada.refused("setWatchlisted", input).await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), "title".to_owned()));
    site.stop().await;

    load("published").await;
    let site = program.serve().await;
    let mut ada = ada.at(&site);
    assert_eq!(page(&mut ada, "").await, (1, vec!["a".to_owned()]));
    for title in ["nonsense", "R2VucmU6MTIz"] {
        let input = json!({ "title": title, "watchlisted": true });
        let refused = ada.refused("setWatchlisted", input).await;
        assert_eq!(refused, ("NOT_FOUND".to_owned(), "title".to_owned()));
    }
}

/// A page of the viewer's watchlist: how many rows there are in all, and the slugs of the page.
async fn page(visitor: &mut Visitor, arguments: &str) -> (u64, Vec<String>) {
    let arguments = match arguments {
        "" => String::new(),
        arguments => format!("({arguments})"),
    };
    let query = format!(
        "{{ viewer {{ profile {{ watchlist{arguments} {{ totalCount nodes {{ slug }} }} }} }} }}"
    );
    let mut data = visitor.ask(&query).await;
    let list = data["viewer"]["profile"]["watchlist"].take();
    (list["totalCount"].as_u64().unwrap(), slugs(&list["nodes"]))
}

/// All slugs of the viewer's watchlist, in its order, page by page from one end.
async fn walk(visitor: &mut Visitor, order: &str, end: &str, size: usize) -> Vec<String> {
    let is_forward = end == "first";
    let (mut found, mut start) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ viewer {{ profile {{ watchlist(orderBy: {order}, {end}: {size}{start}) {{
                nodes {{ slug }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }}"
        );
        let data = visitor.ask(&query).await;
        let list = &data["viewer"]["profile"]["watchlist"];
        let (page, info) = (slugs(&list["nodes"]), &list["pageInfo"]);
        let (more, before, cursor) = if is_forward {
            found.extend(page);
            (
                &info["hasNextPage"],
                &info["hasPreviousPage"],
                ("after", &info["endCursor"]),
            )
        } else {
            found = [page, found].concat();
            (
                &info["hasPreviousPage"],
                &info["hasNextPage"],
                ("before", &info["startCursor"]),
            )
        };
        assert_eq!(*before, !start.is_empty());
        if *more == false {
            return found;
        }
        start = format!(", {}: {}", cursor.0, cursor.1);
    }
}

fn slugs(nodes: &Value) -> Vec<String> {
    let nodes = nodes.as_array().unwrap().iter();
    let slug = |node: &Value| node["slug"].as_str().unwrap().to_owned();
    nodes.map(slug).collect()
}
