//! What the page of a title lists, as visitors see it: its collection before all, no page full of one person, and where
//! titles come from if nobody has watched them.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    the_other_parts_of_a_collection_come_first_the_next_one_before_all,
    what_the_viewer_has_passed_over_of_a_collection_is_left_out,
    where_nobody_watches_films_of_the_same_country_and_language_come_first,
);

/// Four films of a collection, and others by the director of two of them.
const DIE_HARD: &str = r#"
{"slug":"die-hard-1988","title":"Die Hard","year":1988,"genres":["Action","Thriller"],"directors":["John McTiernan"],"cast":["Bruce Willis","Alan Rickman"],"collection":"Die Hard Collection","part":1,"runtime_minutes":132}
{"slug":"die-hard-2-1990","title":"Die Hard 2","year":1990,"genres":["Action","Thriller"],"directors":["Renny Harlin"],"cast":["Bruce Willis","Bonnie Bedelia"],"collection":"Die Hard Collection","part":2,"runtime_minutes":124}
{"slug":"die-hard-3-1995","title":"Die Hard with a Vengeance","year":1995,"genres":["Action","Thriller"],"directors":["John McTiernan"],"cast":["Bruce Willis","Jeremy Irons"],"collection":"Die Hard Collection","part":3,"runtime_minutes":128}
{"slug":"die-hard-4-2007","title":"Live Free or Die Hard","year":2007,"genres":["Action"],"directors":["Len Wiseman"],"cast":["Timothy Olyphant","Justin Long"],"collection":"Die Hard Collection","part":4,"runtime_minutes":128}
{"slug":"basic-2003","title":"Basic","year":2003,"genres":["Action","Thriller"],"directors":["John McTiernan"],"cast":["John Travolta"],"runtime_minutes":98}
{"slug":"predator-1987","title":"Predator","year":1987,"genres":["Action","Science Fiction"],"directors":["John McTiernan"],"cast":["Arnold Schwarzenegger"],"runtime_minutes":107}
{"slug":"hunt-1990","title":"The Hunt for Red October","year":1990,"genres":["Action","Thriller"],"directors":["John McTiernan"],"cast":["Sean Connery"],"runtime_minutes":135}
"#;

async fn with_titles(on: On, records: &str) -> Program {
    let program = Program::new(on).await;
    let file = program.data().join("titles.ndjson");
    std::fs::write(&file, records.trim_start()).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "similar"]).await;
    program
}

/// What is asked of a page; `page` says which part of the list.
fn query(slug: &str, page: &str) -> String {
    format!(
        "{{ film(slug: \"{slug}\") {{ similar({page}) {{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{
            node {{ slug }} score reasons {{ kind text contribution source {{
                ... on Film {{ slug }} ... on Person {{ slug }} ... on Collection {{ slug }} }} }} }} }} }} }}"
    )
}

/// The rows of an answer, whose scores must be the sums of their reasons.
fn edges(mut data: Value) -> Vec<Value> {
    let edges = data["film"]["similar"]["edges"].take();
    let edges: Vec<Value> = serde_json::from_value(edges).unwrap();
    for edge in &edges {
        let reasons = edge["reasons"].as_array().unwrap().iter();
        let sum: f64 = reasons
            .map(|reason| reason["contribution"].as_f64().unwrap())
            .sum();
        assert!(
            (sum - edge["score"].as_f64().unwrap()).abs() < 1e-12,
            "{edge}"
        );
    }
    edges
}

async fn page_of(site: &Site, slug: &str) -> Vec<Value> {
    edges(site.ask(&query(slug, "first: 100"), json!({})).await)
}

fn slugs(edges: &[Value]) -> Vec<&str> {
    edges
        .iter()
        .map(|edge| edge["node"]["slug"].as_str().unwrap())
        .collect()
}

/// Of each film that a collection speaks for: its slug, the kind of the reason and its text.
fn of_collection(edges: &[Value]) -> Vec<(&str, &str, &str)> {
    let mut found = Vec::new();
    for edge in edges {
        for reason in edge["reasons"].as_array().unwrap() {
            let kind = reason["kind"].as_str().unwrap();
            if kind.ends_with("_COLLECTION") {
                assert_eq!(reason["source"]["slug"], "die-hard-collection");
                let slug = edge["node"]["slug"].as_str().unwrap();
                found.push((slug, kind, reason["text"].as_str().unwrap()));
            }
        }
    }
    found
}

fn next(slug: &str) -> (&str, &'static str, &'static str) {
    (slug, "NEXT_IN_COLLECTION", "Next in Die Hard Collection")
}

fn other(slug: &str) -> (&str, &'static str, &'static str) {
    (slug, "SAME_COLLECTION", "Also in Die Hard Collection")
}

async fn the_other_parts_of_a_collection_come_first_the_next_one_before_all(on: On) {
    let program = with_titles(on, DIE_HARD).await;
    let site = program.serve().await;
    let [one, two, three, four] = [
        "die-hard-1988",
        "die-hard-2-1990",
        "die-hard-3-1995",
        "die-hard-4-2007",
    ];

    for (slug, expected) in [
        (one, [next(two), other(three), other(four)]),
        (two, [next(three), other(one), other(four)]),
        (three, [next(four), other(one), other(two)]),
        (four, [other(one), other(two), other(three)]),
    ] {
        let page = page_of(&site, slug).await;

        assert_eq!(of_collection(&page), expected, "{slug}");
        let first: Vec<&str> = expected.iter().map(|(slug, ..)| *slug).collect();
        assert_eq!(slugs(&page)[..3], first, "{slug}");
        assert_eq!(page.len(), 6, "{slug}");
        let scores: Vec<f64> = page[..4]
            .iter()
            .map(|edge| edge["score"].as_f64().unwrap())
            .collect();
        assert!(scores.is_sorted_by(|a, b| a > b), "{slug}: {scores:?}");
    }
    let alone = page_of(&site, "predator-1987").await;
    assert!(of_collection(&alone).is_empty());
}

async fn what_the_viewer_has_passed_over_of_a_collection_is_left_out(on: On) {
    let program = with_titles(on, DIE_HARD).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let two = site.id_of("film", "die-hard-2-1990").await;
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&two, play, 7440.0, "2026-01-01T20:00:00Z").await;
    let mut ada = Visitor::of(&site);
    ada.log_in("ada@example.org").await;

    let watched = edges(ada.ask(&query("die-hard-1988", "first: 100")).await);

    let expected = [next("die-hard-3-1995"), other("die-hard-4-2007")];
    assert_eq!(of_collection(&watched), expected);
    assert_eq!(watched.len(), 5);

    let three = site.id_of("film", "die-hard-3-1995").await;
    let input = json!({ "title": three, "hidden": true });
    ada.expect("hideTitle", input, "").await;

    let hidden = edges(ada.ask(&query("die-hard-1988", "first: 100")).await);
    assert_eq!(of_collection(&hidden), [next("die-hard-4-2007")]);
    let stranger = edges(
        Visitor::of(&site)
            .ask(&query("die-hard-1988", "first: 100"))
            .await,
    );
    assert_eq!(of_collection(&stranger)[0], next("die-hard-2-1990"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_may_not_be_seen_do_not_exist() {
    let part = |number: u32, extra: &str| {
        format!(
            r#"{{"slug": "part-{number}", "title": "Part {number}", "genres": ["Action"], "collection": "Die Hard Collection", "part": {number}, {extra}}}"#
        )
    };
    let records = [
        part(1, r#""certifications": {"DE": "6"}"#),
        part(2, r#""certifications": {"DE": "18"}"#),
        part(3, r#""certifications": {"DE": "6"}, "state": "draft""#),
        part(4, r#""certifications": {"DE": "6"}"#),
        part(5, r#""certifications": {"DE": "6"}"#),
    ];
    let program = with_titles(On::Embedded, &records.join("\n")).await;
    program.create_user("ada@example.org", "viewer").await;
    let site = program.serve().await;
    let mut parent = Visitor::of(&site);
    parent.log_in("ada@example.org").await;
    let added = parent.expect("createProfile", json!({ "name": "Kim" }), "profile { id }");
    let kim = added.await["profile"]["id"].as_str().unwrap().to_owned();
    parent
        .expect("updateProfile", json!({ "profile": kim, "maxAge": 12 }), "")
        .await;
    let mut child = Visitor::of(&site);
    child.log_in("ada@example.org").await;
    child
        .expect("selectProfile", json!({ "profile": kim }), "")
        .await;

    let grown = edges(parent.ask(&query("part-1", "first: 100")).await);
    let young = edges(child.ask(&query("part-1", "first: 100")).await);

    let expected = [next("part-2"), other("part-4"), other("part-5")];
    assert_eq!(of_collection(&grown), expected);
    assert_eq!(of_collection(&young), [next("part-4"), other("part-5")]);
    assert_eq!(slugs(&young), ["part-4", "part-5"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_director_fills_a_page_and_pages_are_cut_from_one_list() {
    let film = |slug: &str, director: &str| {
        json!({ "slug": slug, "title": slug, "year": 1995, "genres": ["Action"], "directors": [director] })
            .to_string()
    };
    let mut records = vec![film("seed", "Michael Mann")];
    records.extend((1..=15).map(|number| film(&format!("mann-{number}"), "Michael Mann")));
    records.extend((1..=20).map(|number| {
        let (slug, director) = (format!("other-{number}"), format!("Director {number}"));
        film(&slug, &director)
    }));
    let program = with_titles(On::Embedded, &records.join("\n")).await;
    let site = program.serve().await;

    let whole = page_of(&site, "seed").await;

    let whole = slugs(&whole);
    assert_eq!(whole.len(), 35);
    let by_mann = |page: &[&str]| page.iter().filter(|slug| slug.starts_with("mann-")).count();
    let of_pages: Vec<usize> = whole.chunks(12).map(by_mann).collect();
    // Of the last nothing else is left.
    assert_eq!(of_pages, [4, 4, 7]);
    assert!(whole[..4].iter().all(|slug| slug.starts_with("mann-")));

    let mut leafed = Vec::new();
    let mut page = "first: 5".to_owned();
    loop {
        let data = site.ask(&query("seed", &page), json!({})).await;
        let info = data["film"]["similar"]["pageInfo"].clone();
        leafed.extend(slugs(&edges(data)).into_iter().map(str::to_owned));
        if info["hasNextPage"] == false {
            break;
        }
        page = format!("first: 5, after: {}", info["endCursor"]);
    }
    assert_eq!(leafed, whole);
}

async fn where_nobody_watches_films_of_the_same_country_and_language_come_first(on: On) {
    let film = |slug: &str, country: &str, language: &str| {
        json!({ "slug": slug, "title": slug, "year": 2003, "genres": ["Thriller"],
            "countries": [country], "languages": [language] })
        .to_string()
    };
    let records = [
        film("oldboy", "KR", "ko"),
        film("elsewhere-1", "US", "en"),
        film("elsewhere-2", "FR", "fr"),
        film("memories-of-murder", "KR", "ko"),
        film("same-language", "US", "ko"),
        film("elsewhere-3", "JP", "ja"),
    ];
    let program = with_titles(on, &records.join("\n")).await;
    let site = program.serve().await;

    let page = page_of(&site, "oldboy").await;

    assert_eq!(page.len(), 5);
    assert_eq!(slugs(&page)[..2], ["memories-of-murder", "same-language"]);
    let said: Vec<Option<(&str, &str)>> = page
        .iter()
        .map(|edge| {
            let mut reasons = edge["reasons"].as_array().unwrap().iter();
            let origin = reasons.find(|reason| reason["kind"] == "SHARED_ORIGIN")?;
            let source = origin["source"]["slug"].as_str().unwrap();
            Some((origin["text"].as_str().unwrap(), source))
        })
        .collect();
    let expected = [
        Some(("Also from South Korea, in Korean", "oldboy")),
        Some(("Also in Korean", "oldboy")),
        None,
        None,
        None,
    ];
    assert_eq!(said, expected);
}
