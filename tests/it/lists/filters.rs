//! Conditions of lists of titles.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(
    each_condition_is_of_what_titles_say,
    what_a_profile_has_watched_and_means_to_watch_is_a_condition,
);

const TITLE: &str = "slug name year countries languages genres { slug } certification { age }
    credits(first: 20) { nodes { slug } }
    ... on Film { duration } ... on Series { episodeDuration }";

/// Whether a title passes, by what the API says of it.
type Passes = fn(&Value) -> bool;

fn has(title: &Value, field: &str, wanted: &str) -> bool {
    let values = title[field].as_array().unwrap().iter();
    let mut values = values.map(|value| value.get("slug").unwrap_or(value));
    values.any(|value| value == wanted)
}

fn credits(title: &Value, wanted: &str) -> bool {
    let people = title["credits"]["nodes"].as_array().unwrap().iter();
    people.map(|person| &person["slug"]).any(|it| it == wanted)
}

fn length(title: &Value) -> Option<i64> {
    let length = title.get("duration").or(title.get("episodeDuration"));
    length?.as_i64()
}

fn year(title: &Value) -> i64 {
    title["year"].as_i64().unwrap()
}

fn age(title: &Value) -> Option<i64> {
    title["certification"]["age"].as_i64()
}

/// The slugs of all titles that a list has.
async fn listed(visitor: &mut Visitor, filter: &str) -> BTreeSet<String> {
    let (mut found, mut after) = (BTreeSet::new(), String::new());
    loop {
        let query = format!(
            "{{ titles(first: 100, filter: {{ {filter} }}{after}) {{ totalCount nodes {{ slug }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let data = visitor.ask(&query).await;
        let list = &data["titles"];
        let nodes = list["nodes"].as_array().unwrap().iter();
        found.extend(nodes.map(|node| node["slug"].as_str().unwrap().to_owned()));
        if list["pageInfo"]["hasNextPage"] == false {
            assert_eq!(list["totalCount"], found.len(), "{filter}");
            return found;
        }
        after = format!(", after: {}", list["pageInfo"]["endCursor"]);
    }
}

/// All titles with what they say.
async fn all(visitor: &mut Visitor) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ titles(first: 30{after}) {{ nodes {{ {TITLE} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let data = visitor.ask(&query).await;
        let list = &data["titles"];
        found.extend(list["nodes"].as_array().unwrap().iter().cloned());
        if list["pageInfo"]["hasNextPage"] == false {
            return found;
        }
        after = format!(", after: {}", list["pageInfo"]["endCursor"]);
    }
}

async fn each_condition_is_of_what_titles_say(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);
    let all = all(&mut visitor).await;
    assert!(all.len() > 180);
    let crime = site.id_of("genre", "crime").await;
    let pacino = site.id_of("person", "al-pacino").await;
    let conditions: [(String, Passes); 18] = [
        (format!("genres: [\"{crime}\"]"), |it| {
            has(it, "genres", "crime")
        }),
        ("genres: [\"crime\", \"fantasy\"]".into(), |it| {
            has(it, "genres", "crime") || has(it, "genres", "fantasy")
        }),
        (format!("genresAll: [\"thriller\", \"{crime}\"]"), |it| {
            has(it, "genres", "crime") && has(it, "genres", "thriller")
        }),
        ("people: [\"al-pacino\"]".into(), |it| {
            credits(it, "al-pacino")
        }),
        (
            "peopleAll: [\"al-pacino\", \"robert-de-niro\"]".into(),
            |it| credits(it, "al-pacino") && credits(it, "robert-de-niro"),
        ),
        (
            format!("people: [\"robert-de-niro\", \"{pacino}\"], genres: [\"Drama\"]"),
            |it| {
                let is_of_one = credits(it, "al-pacino") || credits(it, "robert-de-niro");
                is_of_one && has(it, "genres", "drama")
            },
        ),
        ("decades: [1920, 1970]".into(), |it| {
            [1920, 1970].contains(&(year(it) / 10 * 10))
        }),
        ("durationFrom: 12000".into(), |it| {
            length(it).is_some_and(|seconds| seconds >= 12_000)
        }),
        ("durationTo: 3600".into(), |it| {
            length(it).is_some_and(|seconds| seconds <= 3600)
        }),
        ("language: \"german\"".into(), |it| {
            has(it, "languages", "de")
        }),
        ("languages: [\"de\", \"fra\"]".into(), |it| {
            has(it, "languages", "de") || has(it, "languages", "fr")
        }),
        ("countries: [\"SE\", \"it\"]".into(), |it| {
            has(it, "countries", "SE") || has(it, "countries", "IT")
        }),
        ("maxAge: 12".into(), |it| {
            age(it).is_some_and(|age| age <= 12)
        }),
        ("firstLetter: \"z\"".into(), |it| {
            it["name"].as_str().unwrap().starts_with('Z')
        }),
        ("firstLetter: \"#\"".into(), |it| {
            let name = it["name"].as_str().unwrap();
            let name = name.strip_prefix("The ").unwrap_or(name);
            name.starts_with(|first: char| first.is_ascii_digit())
        }),
        ("addedSince: \"2000-01-01T00:00:00Z\"".into(), |_| true),
        ("addedSince: \"2999-01-01T00:00:00Z\"".into(), |_| false),
        (
            "genres: [\"crime\"], decades: [1990], countries: [\"US\"], maxAge: 17".into(),
            |it| {
                let of_time = (1990..2000).contains(&year(it));
                let is_seen = age(it).is_some_and(|age| age <= 17);
                has(it, "genres", "crime") && of_time && has(it, "countries", "US") && is_seen
            },
        ),
    ];

    for (filter, passes) in conditions {
        let found = listed(&mut visitor, &filter).await;

        let expected = all.iter().filter(|title| passes(title));
        let slug = |title: &Value| title["slug"].as_str().unwrap().to_owned();
        let expected: BTreeSet<String> = expected.map(slug).collect();
        let is_of_future = filter.contains("2999");
        assert_eq!(expected.is_empty(), is_of_future, "{filter}");
        assert_eq!(found, expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_condition_is_refused_by_name() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut visitor = Visitor::of(&site);

    for (filter, code, field) in [
        ("genres: [\"no-such-genre\"]", "NOT_FOUND", "genres"),
        ("genresAll: [\"UGVyc29uOjE\"]", "NOT_FOUND", "genresAll"),
        ("people: [\"nobody-at-all\"]", "NOT_FOUND", "people"),
        (
            "genres: [\"crime\", \"no-such-genre\", \"drama\"]",
            "NOT_FOUND",
            "genres",
        ),
        (
            "peopleAll: [\"al-pacino\", \"nobody-at-all\"]",
            "NOT_FOUND",
            "peopleAll",
        ),
        ("decades: [1995]", "INVALID", "decades"),
        ("decades: [-2147483648]", "INVALID", "decades"),
        ("durationFrom: -1", "OUT_OF_RANGE", "durationFrom"),
        ("durationTo: -1", "OUT_OF_RANGE", "durationTo"),
        ("maxAge: 100", "OUT_OF_RANGE", "maxAge"),
        ("maxAge: -1", "OUT_OF_RANGE", "maxAge"),
        ("minRating: 10.1", "OUT_OF_RANGE", "minRating"),
        ("minRating: -1", "OUT_OF_RANGE", "minRating"),
        ("firstLetter: \"ab\"", "INVALID", "firstLetter"),
        ("firstLetter: \"\"", "INVALID", "firstLetter"),
        ("firstLetter: \"7\"", "INVALID", "firstLetter"),
        ("watched: true", "UNAUTHENTICATED", "watched"),
        ("inWatchlist: false", "UNAUTHENTICATED", "inWatchlist"),
    ] {
        for list in ["titles(", "search(query: \"the\", "] {
            let query = format!("{{ {list}filter: {{ {filter} }}) {{ totalCount }} }}");
            let answer = visitor.send(&query, json!({})).await;
            let error = &answer.body["errors"][0]["extensions"];
            let field = format!("filter.{field}");
            assert_eq!(error["code"], code, "{query}");
            assert_eq!(error["field"], field, "{query}");
            let bounds = [&error["min"], &error["max"]].map(Value::as_f64);
            let expected = match &*field {
                "filter.durationFrom" | "filter.durationTo" => [Some(0.0), None],
                "filter.maxAge" => [Some(0.0), Some(99.0)],
                "filter.minRating" => [Some(0.0), Some(10.0)],
                _ => [None, None],
            };
            assert_eq!(bounds, expected, "{query}");
        }
    }
    let many: Vec<String> = (0..101).map(|_| "\"DE\"".to_owned()).collect();
    let query = format!(
        "{{ titles(filter: {{ countries: [{}] }}) {{ totalCount }} }}",
        many.join(", ")
    );
    let answer = visitor.send(&query, json!({})).await;
    assert_eq!(answer.code(), "OUT_OF_RANGE");
}

async fn what_a_profile_has_watched_and_means_to_watch_is_a_condition(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let everything = listed(&mut ada, "").await;
    let heat = site.id_of("film", "heat-1995").await;
    let fargo = site.id_of("film", "fargo-1996").await;
    let series = site.id_of("series", "breaking-bad-2008").await;
    let pilot = "{ series(slug: \"breaking-bad-2008\") { seasons(first: 1) { episodes(first: 1) { nodes { id } } } } }";
    let pilot = ada.ask(pilot).await;
    let pilot = pilot["series"]["seasons"][0]["episodes"]["nodes"][0]["id"].clone();
    for item in [json!(heat), pilot.clone()] {
        let input = json!({ "item": item, "watched": true });
        ada.expect("setWatched", input, "").await;
    }
    for title in [&fargo, &series] {
        let input = json!({ "title": title, "watchlisted": true });
        ada.expect("setWatchlisted", input, "").await;
    }
    let set =
        |slugs: &[&str]| -> BTreeSet<String> { slugs.iter().map(ToString::to_string).collect() };
    let without = |slugs: &[&str]| -> BTreeSet<String> {
        everything.difference(&set(slugs)).cloned().collect()
    };

    for (filter, expected) in [
        ("watched: true", set(&["heat-1995", "breaking-bad-2008"])),
        (
            "watched: false",
            without(&["heat-1995", "breaking-bad-2008"]),
        ),
        (
            "inWatchlist: true",
            set(&["fargo-1996", "breaking-bad-2008"]),
        ),
        (
            "inWatchlist: false",
            without(&["fargo-1996", "breaking-bad-2008"]),
        ),
        (
            "watched: true, inWatchlist: true",
            set(&["breaking-bad-2008"]),
        ),
        ("watched: false, inWatchlist: true", set(&["fargo-1996"])),
        (
            "watched: false, inWatchlist: false",
            without(&["heat-1995", "fargo-1996", "breaking-bad-2008"]),
        ),
        ("watched: true, kind: FILM", set(&["heat-1995"])),
    ] {
        assert_eq!(listed(&mut ada, filter).await, expected, "{filter}");
    }
    assert_eq!(listed(&mut ben, "watched: true").await, set(&[]));
    assert_eq!(listed(&mut ben, "watched: false").await, everything);

    // A search filters before it cuts, and a watchlist by the same conditions.
    let found = ada
        .ask("{ search(query: \"heat\", filter: { watched: true }) { totalCount nodes { slug } }
            viewer { profile { watchlist(filter: { watched: true }) { totalCount nodes { slug } } } } }")
        .await;
    let heat_alone = json!({ "totalCount": 1, "nodes": [{ "slug": "heat-1995" }] });
    assert_eq!(found["search"], heat_alone);
    let series_alone = json!({ "totalCount": 1, "nodes": [{ "slug": "breaking-bad-2008" }] });
    assert_eq!(found["viewer"]["profile"]["watchlist"], series_alone);

    // What is taken back was not watched.
    let input = json!({ "item": pilot, "watched": false });
    ada.expect("setWatched", input, "").await;
    assert_eq!(listed(&mut ada, "watched: true").await, set(&["heat-1995"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_goes_on_although_something_was_watched_meanwhile() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let search = async |ada: &mut Visitor, after: &str| {
        let query = format!(
            "{{ search(query: \"the\", filter: {{ watched: false }}, first: 3{after}) {{ nodes {{ id slug }} pageInfo {{ endCursor }} }} }}"
        );
        ada.ask(&query).await["search"].take()
    };
    let first = search(&mut ada, "").await;
    let input = json!({ "item": first["nodes"][0]["id"], "watched": true });
    ada.expect("setWatched", input, "").await;

    let after = format!(", after: {}", first["pageInfo"]["endCursor"]);
    let second = search(&mut ada, &after).await;

    let slugs = |page: &Value| -> BTreeSet<String> {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes
            .map(|node| node["slug"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(slugs(&second).len(), 3);
    assert!(slugs(&first).is_disjoint(&slugs(&second)));
}
