//! What lists are counted by.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(facets_say_what_a_filter_by_each_value_would_bring);

const FACETS: &str = "facets { by values(first: 100) { value name count } }";

/// The counts of an answer, by facet and value.
fn counts(list: &Value) -> BTreeMap<String, BTreeMap<String, u64>> {
    let facets = list["facets"].as_array().unwrap().iter();
    let values = |facet: &Value| {
        let values = facet["values"].as_array().unwrap().iter();
        values
            .map(|one| {
                let value = one["value"].as_str().unwrap().to_owned();
                (value, one["count"].as_u64().unwrap())
            })
            .collect()
    };
    facets
        .map(|facet| (facet["by"].as_str().unwrap().to_owned(), values(facet)))
        .collect()
}

async fn count(visitor: &mut Visitor, filter: &str) -> u64 {
    let query = format!("{{ titles(filter: {{ {filter} }}) {{ totalCount }} }}");
    let data = visitor.ask(&query).await;
    data["titles"]["totalCount"].as_u64().unwrap()
}

async fn facets_say_what_a_filter_by_each_value_would_bring(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    let rest = "yearFrom: 1960, genresAll: [\"drama\"]";
    let chosen = format!("{rest}, genres: [\"crime\"], kind: FILM, countries: [\"US\", \"FR\"]");
    let query = format!("{{ titles(first: 1, filter: {{ {chosen} }}) {{ {FACETS} }} }}");
    let answer = visitor.ask(&query).await;
    let counts = counts(&answer["titles"]);

    assert_eq!(counts.len(), 7);
    let (genres, kind, countries) = (
        "genres: [\"crime\"]",
        "kind: FILM",
        "countries: [\"US\", \"FR\"]",
    );
    for (value, titles) in &counts["GENRE"] {
        let filter = format!("{rest}, {kind}, {countries}, genres: [\"{value}\"]");
        assert_eq!(count(&mut visitor, &filter).await, *titles, "{value}");
    }
    assert!(counts["GENRE"].len() > 3 && counts["GENRE"].contains_key("crime"));
    for (value, titles) in &counts["KIND"] {
        let filter = format!("{rest}, {genres}, {countries}, kind: {value}");
        assert_eq!(count(&mut visitor, &filter).await, *titles, "{value}");
    }
    assert_eq!(counts["KIND"].len(), 2);
    for (value, titles) in &counts["COUNTRY"] {
        let filter = format!("{rest}, {genres}, {kind}, countries: [\"{value}\"]");
        assert_eq!(count(&mut visitor, &filter).await, *titles, "{value}");
    }
    assert!(counts["COUNTRY"].len() > 2);
    for (value, titles) in &counts["DECADE"] {
        let filter = format!("{chosen}, decades: [{value}]");
        assert_eq!(count(&mut visitor, &filter).await, *titles, "{value}");
    }
    for (value, titles) in &counts["LANGUAGE"] {
        let filter = format!("{chosen}, language: \"{value}\"");
        assert_eq!(count(&mut visitor, &filter).await, *titles, "{value}");
    }
    for (value, titles) in &counts["MISSING"] {
        let filter = format!("{chosen}, missing: [{value}]");
        assert_eq!(count(&mut visitor, &filter).await, *titles, "{value}");
    }
    assert!(!counts["MISSING"].is_empty());
    let mut so_far = 0;
    for (value, titles) in &by_number(&counts["AGE"]) {
        so_far += titles;
        let filter = format!("{chosen}, maxAge: {value}");
        assert_eq!(count(&mut visitor, &filter).await, so_far, "{value}");
    }
}

fn by_number(counts: &BTreeMap<String, u64>) -> BTreeMap<u64, u64> {
    let counts = counts.iter();
    counts
        .map(|(age, titles)| (age.parse().unwrap(), *titles))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facets_are_those_that_are_asked_for_and_the_most_first() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);

    let answer = visitor
        .ask("{ titles { facets(by: [KIND, GENRE, KIND]) { by values(first: 2) { value name label count } } }
            search(query: \"heat\") { totalCount facets(by: [DECADE]) { values { value count } } }
            genre(slug: \"crime\") { titles { totalCount facets(by: [KIND]) { values { count } } } } }")
        .await;

    let facets = &answer["titles"]["facets"];
    assert_eq!(facets.as_array().unwrap().len(), 2);
    assert_eq!(facets[0]["by"], "KIND");
    let kinds = json!([
        { "value": "FILM", "name": "FILM", "label": "Films", "count": 180 },
        { "value": "SERIES", "name": "SERIES", "label": "Series", "count": 7 },
    ]);
    assert_eq!(facets[0]["values"], kinds);
    let genres = facets[1]["values"].as_array().unwrap();
    assert_eq!(genres.len(), 2);
    assert_eq!(
        (&genres[0]["value"], &genres[0]["name"]),
        (&json!("drama"), &json!("Drama"))
    );
    assert!(genres[0]["count"].as_u64() >= genres[1]["count"].as_u64());
    let sum = |facet: &Value| -> u64 {
        let values = facet["values"].as_array().unwrap().iter();
        values.map(|value| value["count"].as_u64().unwrap()).sum()
    };
    let found = &answer["search"];
    assert!(found["totalCount"].as_u64() > Some(0));
    assert_eq!(found["totalCount"], sum(&found["facets"][0]));
    let of_genre = &answer["genre"]["titles"];
    assert_eq!(of_genre["totalCount"], sum(&of_genre["facets"][0]));

    let answer = visitor
        .send(
            "{ titles { totalCount facets { values(first: 101) { count } } } }",
            json!({}),
        )
        .await;
    assert_eq!(answer.code(), "OUT_OF_RANGE");
    assert_eq!(answer.body["data"]["titles"]["totalCount"], 187);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_seen_is_counted_in_no_facet() {
    let mut program = Program::new(On::Embedded).await;
    let film = |slug: &str, age: u8, genre: &str, state: &str| {
        json!({ "kind": "film", "slug": slug, "title": slug, "year": 1990, "genres": [genre],
            "countries": ["DE"], "languages": ["de"], "certifications": { "DE": age.to_string() }, "state": state })
        .to_string()
    };
    let films = [
        film("seen", 6, "Drama", "published"),
        film("for-adults", 18, "Horror", "published"),
        film("draft", 0, "Western", "draft"),
    ];
    let file = program.data().join("films.ndjson");
    std::fs::write(&file, films.join("\n")).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    program.set("REELGRAPH_ANONYMOUS_MAX_AGE", "12");
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);

    let query = format!(
        "{{ titles {{ {FACETS} }} seen: search(query: \"seen\") {{ {FACETS} }}
            adults: search(query: \"adults\") {{ {FACETS} }} draft: search(query: \"draft\") {{ {FACETS} }}
            genre(slug: \"horror\") {{ titles {{ {FACETS} }} }}
            genres(orderBy: POPULAR) {{ slug titleCount }} byName: genres {{ slug }} }}"
    );
    let answer = visitor.ask(&query).await;
    let genres = answer["genres"].as_array().unwrap();
    assert_eq!(genres[0], json!({ "slug": "drama", "titleCount": 1 }));
    let nothing = &genres[1..];
    assert!(nothing.len() >= 2 && nothing.iter().all(|genre| genre["titleCount"] == 0));
    let names = nothing.iter().map(|genre| &genre["slug"]);
    let by_name = answer["byName"].as_array().unwrap().iter();
    let by_name = by_name.map(|genre| &genre["slug"]);
    assert!(names.eq(by_name.filter(|slug| *slug != "drama")));

    let one = |value: &str| BTreeMap::from([(value.to_owned(), 1)]);
    let missing = ["POSTER", "OVERVIEW", "DIRECTOR", "DURATION", "EXTERNAL_ID"];
    let missing = missing.map(|fact| (fact.to_owned(), 1)).into();
    let expected = [
        ("AGE", one("6")),
        ("COUNTRY", one("DE")),
        ("DECADE", one("1990")),
        ("GENRE", one("drama")),
        ("KIND", one("FILM")),
        ("LANGUAGE", one("de")),
        ("MISSING", missing),
    ];
    let expected = expected.map(|(facet, values)| (facet.to_owned(), values));
    let all = BTreeMap::from(expected);
    assert_eq!(counts(&answer["titles"]), all);
    assert_eq!(counts(&answer["seen"]), all);
    for list in [
        &answer["adults"],
        &answer["draft"],
        &answer["genre"]["titles"],
    ] {
        let none = counts(list);
        assert_eq!(none.len(), 7);
        assert!(none.values().all(BTreeMap::is_empty), "{none:?}");
    }
}
