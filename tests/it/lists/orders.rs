//! Orders of lists of titles, from both ends.

use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

/// All slugs of a list, in its order, page by page from one end.
async fn walk(visitor: &mut Visitor, order: &str, end: &str, size: usize) -> Vec<String> {
    let (mut found, mut start) = (Vec::<String>::new(), String::new());
    loop {
        let query = format!(
            "{{ titles(orderBy: {order}, {end}: {size}{start}) {{ nodes {{ slug }}
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let data = visitor.ask(&query).await;
        let (page, info) = (slugs(&data["titles"]), &data["titles"]["pageInfo"]);
        let more = if end == "first" {
            found.extend(page);
            start = format!(", after: {}", info["endCursor"]);
            &info["hasNextPage"]
        } else {
            found = [page, found].concat();
            start = format!(", before: {}", info["startCursor"]);
            &info["hasPreviousPage"]
        };
        if *more == false {
            return found;
        }
        assert!(found.len() < 1000);
    }
}

fn slugs(list: &Value) -> Vec<String> {
    let nodes = list["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["slug"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_is_the_same_from_both_ends() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    let mut by_name = walk(&mut visitor, "NAME", "first", 100).await;
    assert!(by_name.len() > 180);
    // What viewers make of titles is counted as the server begins.
    let best = "{ titles(orderBy: TOP_RATED, first: 1) { nodes { rating { likes } } } }";
    let is_counted = |seen: &Value| seen["titles"]["nodes"][0]["rating"]["likes"] != 0;
    site.wait_for(SOON, best, is_counted).await;

    for order in [
        "NAME",
        "NAME_DESCENDING",
        "NEWEST_ADDED",
        "OLDEST_ADDED",
        "NEWEST_RELEASED",
        "OLDEST_RELEASED",
        "RECENTLY_UPDATED",
        "LEAST_RECENTLY_UPDATED",
        "POPULAR",
        "LEAST_POPULAR",
        "TOP_RATED",
        "LOWEST_RATED",
        "TRENDING",
        "LEAST_TRENDING",
        "RANDOM, seed: 5",
    ] {
        let forward = walk(&mut visitor, order, "first", 19).await;
        let backward = walk(&mut visitor, order, "last", 23).await;
        assert_eq!(forward, backward, "{order}");
        let mut sorted = forward;
        sorted.sort_unstable();
        by_name.sort_unstable();
        assert_eq!(sorted, by_name, "{order} has all titles, each once");
    }
    let released = walk(&mut visitor, "OLDEST_RELEASED", "first", 100).await;
    assert_eq!(released[0], "nosferatu-1922");
    let names = walk(&mut visitor, "NAME_DESCENDING", "first", 100).await;
    assert_eq!(names.last().map(String::as_str), Some("12-angry-men-1957"));
    for (order, value, is_upward) in [
        ("POPULAR", "/watchers", false),
        ("LEAST_POPULAR", "/watchers", true),
        ("TOP_RATED", "/rating/average", false),
        ("LOWEST_RATED", "/rating/average", true),
    ] {
        let values = values(&mut visitor, order, value).await;
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        assert_ne!(sorted.first(), sorted.last(), "{order} tells nothing apart");
        if !is_upward {
            sorted.reverse();
        }
        assert_eq!(values, sorted, "{order}");
    }
}

/// A number of each of the first titles of a list, in its order; what has none is last, and left out.
async fn values(visitor: &mut Visitor, order: &str, value: &str) -> Vec<f64> {
    let query = format!(
        "{{ titles(orderBy: {order}, first: 100) {{ nodes {{ watchers rating {{ average }} }} }} }}"
    );
    let data = visitor.ask(&query).await;
    let nodes = data["titles"]["nodes"].as_array().unwrap().iter();
    let numbers: Vec<Option<f64>> = nodes
        .map(|node| node.pointer(value).unwrap().as_f64())
        .collect();
    let known: Vec<f64> = numbers.iter().flatten().copied().collect();
    assert!(numbers[..known.len()].iter().all(Option::is_some));
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_mixes_in_the_same_way_on_every_server() {
    let program = Program::seeded(On::Embedded).await;
    let (site, other) = (program.serve().await, program.serve().await);
    let mut visitor = Visitor::of(&site);
    let one = walk(&mut visitor, "RANDOM, seed: 1", "first", 30).await;
    let two = walk(&mut visitor, "RANDOM, seed: 2", "first", 30).await;
    let unseeded = walk(&mut visitor, "RANDOM", "first", 30).await;
    let mut elsewhere = visitor.at(&other);

    assert_eq!(
        walk(&mut elsewhere, "RANDOM, seed: 1", "first", 17).await,
        one
    );
    assert_eq!(
        walk(&mut elsewhere, "RANDOM, seed: 0", "last", 17).await,
        unseeded
    );
    assert!(one != two && one != unseeded && two != unseeded);

    let first = visitor
        .ask("{ titles(orderBy: RANDOM, seed: 1, first: 1) { pageInfo { endCursor } } genre(slug: \"crime\") { titles(orderBy: RANDOM, seed: 1, first: 100) { nodes { slug } } } }")
        .await;
    let of_genre = slugs(&first["genre"]["titles"]);
    let expected: Vec<String> = one
        .iter()
        .filter(|it| of_genre.contains(it))
        .cloned()
        .collect();
    assert_eq!(of_genre, expected);
    let cursor = &first["titles"]["pageInfo"]["endCursor"];
    for (arguments, code, field) in [
        (
            format!("orderBy: RANDOM, seed: 2, after: {cursor}"),
            "BAD_CURSOR",
            "after",
        ),
        (
            format!("orderBy: RANDOM, before: {cursor}"),
            "BAD_CURSOR",
            "before",
        ),
        ("orderBy: NAME, seed: 1".to_owned(), "INVALID", "seed"),
        ("seed: 1".to_owned(), "INVALID", "seed"),
    ] {
        let query = format!("{{ titles({arguments}) {{ totalCount }} }}");
        let answer = visitor.send(&query, json!({})).await;
        let error = &answer.body["errors"][0]["extensions"];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!(code), &json!(field)),
            "{query}"
        );
    }
}
