//! Records that name little, over what is stored: what they do not name stays.

use serde_json::{Value, json};

use super::{Loaded, load_text, load_with};
use crate::support::program::{On, Program};

/// What is asked of a title, whole.
const RICH: &str = "{ titles(first: 10, orderBy: NAME) { nodes { slug name originalName year genres { name } countries languages
    certifications { system label } externalIds { provider value } credits(first: 10) { edges { role character node { name } } }
    ... on Film { duration collectionPart collection { name } } ... on Series { endYear } } } }";

async fn load_table(program: &Program, table: &str) -> Loaded {
    load_table_with(program, table, &[]).await
}

async fn load_table_with(program: &Program, table: &str, arguments: &[&str]) -> Loaded {
    let file = program.data().join("records.csv");
    std::fs::write(&file, table).unwrap();
    load_with(program, &file, arguments).await
}

async fn load_json(program: &Program, record: &Value) -> Loaded {
    load_text(program, &record.to_string()).await
}

async fn rich(program: &Program) -> Value {
    let site = program.serve().await;
    site.ask(RICH, json!({})).await["titles"]["nodes"].clone()
}

fn collateral() -> Value {
    json!({
        "slug": "collateral-2004", "title": "Collateral", "original_title": "Collateral!", "year": 2004, "runtime_minutes": 120,
        "genres": ["Crime", "Drama"], "directors": ["Michael Mann"],
        "cast": [{ "name": "Tom Cruise", "character": "Vincent" }, "Jamie Foxx"], "countries": ["US"], "languages": ["en"],
        "certifications": { "US": "R", "DE": "16" }, "ids": { "imdb": "tt0369339", "tmdb": 1538 },
        "collection": "Mann Collection", "part": 2,
    })
}

#[tokio::test]
async fn a_thin_record_takes_nothing_away() {
    let program = Program::new(On::Embedded).await;
    let full = load_json(&program, &collateral()).await;
    let before = rich(&program).await;

    let thin = load_table(
        &program,
        "slug,title,year\ncollateral-2004,Collateral,2004\n",
    )
    .await;
    let empty = load_table(
        &program,
        "slug,title,year,original_title,runtime_minutes,genres,directors,cast,ids.imdb,certifications.US,collection,part,state,release_date\n\
         collateral-2004,Collateral,2004,,,,, | , ,,,,,\n",
    )
    .await;
    let texts = json!({ "slug": "collateral-2004", "title": "Collateral", "original_title": " ", "genres": [""], "cast": [" "], "runtime_minutes": 0 });
    let texts = load_json(&program, &texts).await;

    assert_eq!(
        full.summary,
        "films: 1 new, 0 changed, 0 unchanged\n0 refused, 0 warnings\n"
    );
    for loaded in [&thin, &empty, &texts] {
        assert!(loaded.is_clean, "{:?}", loaded.messages);
        assert!(
            loaded
                .summary
                .starts_with("films: 0 new, 0 changed, 1 unchanged\n"),
            "{}",
            loaded.summary
        );
    }
    assert_eq!(rich(&program).await, before);
}

#[tokio::test]
async fn what_is_named_is_changed_and_said_by_its_name() {
    let program = Program::new(On::Embedded).await;
    load_json(&program, &collateral()).await;
    let mut expected = rich(&program).await;

    let change = json!({ "slug": "collateral-2004", "title": "Collateral", "runtime_minutes": 121, "cast": ["Jamie Foxx"], "ids": { "tmdb": 7 } });
    let loaded = load_json(&program, &change).await;
    let again = load_json(&program, &change).await;

    assert_eq!(
        loaded.summary,
        "films: 0 new, 1 changed (cast 1, ids 1, runtime_minutes 1), 0 unchanged\n0 refused, 0 warnings\n"
    );
    assert!(
        again
            .summary
            .starts_with("films: 0 new, 0 changed, 1 unchanged")
    );
    expected[0]["duration"] = json!(121 * 60);
    expected[0]["externalIds"][1]["value"] = json!("7");
    let directors = expected[0]["credits"]["edges"][0].clone();
    let jamie = json!({ "role": "ACTOR", "character": null, "node": { "name": "Jamie Foxx" } });
    expected[0]["credits"]["edges"] = json!([directors, jamie]);
    assert_eq!(rich(&program).await, expected);
}

#[tokio::test]
async fn null_and_an_empty_list_clear() {
    let program = Program::new(On::Embedded).await;
    load_json(&program, &collateral()).await;

    let clear = json!({ "slug": "collateral-2004", "title": "Collateral", "original_title": null, "year": null, "runtime_minutes": null,
        "genres": [], "directors": null, "cast": [], "countries": [], "languages": null, "certifications": null,
        "ids": { "imdb": null }, "collection": null });
    let loaded = load_json(&program, &clear).await;

    assert_eq!(
        loaded.summary,
        "films: 0 new, 1 changed (cast 1, certifications 1, collection 1, countries 1, directors 1, genres 1, ids 1, languages 1, \
         original_title 1, part 1, runtime_minutes 1, year 1), 0 unchanged\n0 refused, 0 warnings\n"
    );
    assert_eq!(
        rich(&program).await,
        json!([{
            "slug": "collateral-2004", "name": "Collateral", "originalName": null, "year": null, "genres": [], "countries": [],
            "languages": [], "certifications": [], "externalIds": [{ "provider": "tmdb", "value": "1538" }],
            "credits": { "edges": [] }, "duration": null, "collectionPart": null, "collection": null,
        }])
    );
}

#[tokio::test]
async fn replace_makes_the_record_whole() {
    let program = Program::new(On::Embedded).await;
    load_json(&program, &collateral()).await;
    let thin = "slug,title,year\ncollateral-2004,Collateral,2004\n";

    let rehearsed = load_table_with(&program, thin, &["--replace", "--dry-run"]).await;
    let before = rich(&program).await;
    let replaced = load_table_with(&program, thin, &["--replace"]).await;
    let again = load_table_with(&program, thin, &["--replace"]).await;

    let fields = "(cast 1, certifications 1, collection 1, countries 1, directors 1, genres 1, ids 1, languages 1, \
        original_title 1, part 1, runtime_minutes 1)";
    assert_eq!(
        rehearsed.summary,
        format!(
            "films: 0 would be new, 1 would change {fields}, 0 unchanged\n0 refused, 0 warnings\n"
        )
    );
    assert_eq!(before[0]["duration"], 120 * 60, "nothing was written");
    assert_eq!(
        replaced.summary,
        format!("films: 0 new, 1 changed {fields}, 0 unchanged\n0 refused, 0 warnings\n")
    );
    assert!(
        again
            .summary
            .starts_with("films: 0 new, 0 changed, 1 unchanged")
    );
    let after = rich(&program).await;
    assert_eq!(after[0]["year"], 2004);
    assert_eq!(after[0]["duration"], Value::Null);
    assert_eq!(after[0]["credits"]["edges"], json!([]));
}

#[tokio::test]
async fn people_episodes_and_series_keep_what_is_not_named_too() {
    let program = Program::new(On::Embedded).await;
    let full = [
        json!({ "kind": "series", "slug": "lost", "title": "Lost", "year": 2004, "end_year": 2010, "creators": ["J. J. Abrams"],
            "network": "ABC", "total_seasons": 6, "genres": ["Drama"], "state": "published" }),
        json!({ "series": "lost", "season": 1, "episode": 1, "title": "Pilot", "original_title": "Pilot!", "air_date": "2004-09-22",
            "runtime_minutes": 42, "directors": ["J. J. Abrams"] }),
        json!({ "slug": "j-j-abrams", "name": "J. J. Abrams", "born": "1966-06-27", "ids": { "imdb": "nm0009190" } }),
    ];
    let full: Vec<String> = full.iter().map(Value::to_string).collect();
    let thin = [
        // Nothing says that it is a series but what is stored.
        json!({ "slug": "lost", "title": "Lost", "year": 2004 }),
        json!({ "series": "lost", "season": 1, "episode": 1 }),
        json!({ "slug": "j-j-abrams", "name": "J. J. Abrams" }),
    ];
    let thin: Vec<String> = thin.iter().map(Value::to_string).collect();
    let cleared = [
        json!({ "kind": "series", "slug": "lost", "title": "Lost", "network": null, "creators": [] }),
        json!({ "series": "lost", "season": 1, "episode": 1, "air_date": null, "directors": [] }),
        json!({ "slug": "j-j-abrams", "name": "J. J. Abrams", "born": null }),
    ];
    let cleared: Vec<String> = cleared.iter().map(Value::to_string).collect();

    load_text(&program, &full.join("\n")).await;
    let thin = load_text(&program, &thin.join("\n")).await;
    let again = load_text(&program, &full.join("\n")).await;
    let cleared = load_text(&program, &cleared.join("\n")).await;

    let unchanged = "episodes: 0 new, 0 changed, 1 unchanged\npeople: 0 new, 0 changed, 1 unchanged\n\
        series: 0 new, 0 changed, 1 unchanged\n0 refused, 0 warnings\n";
    assert_eq!(thin.summary, unchanged, "{:?}", thin.messages);
    assert_eq!(again.summary, unchanged, "nothing was taken away");
    assert_eq!(
        cleared.summary,
        "episodes: 0 new, 1 changed (air_date 1, directors 1), 0 unchanged\n\
         people: 0 new, 1 changed (born 1), 0 unchanged\n\
         series: 0 new, 1 changed (creators 1, network 1), 0 unchanged\n0 refused, 0 warnings\n"
    );
}

#[tokio::test]
async fn a_record_of_another_kind_is_still_refused() {
    let program = Program::new(On::Embedded).await;
    load_json(
        &program,
        &json!({ "kind": "series", "slug": "lost", "title": "Lost" }),
    )
    .await;

    for film in [
        json!({ "kind": "film", "slug": "lost", "title": "Lost" }),
        json!({ "slug": "lost", "title": "Lost", "runtime_minutes": 100 }),
    ] {
        let loaded = load_json(&program, &film).await;
        assert!(loaded.says(1, "refused", "“lost” is a series already"));
    }
}

#[tokio::test]
async fn a_year_that_is_not_named_follows_the_day_that_it_came_from() {
    let program = Program::new(On::Embedded).await;
    let film = |slug: &str, more: Value| {
        let mut film = json!({ "slug": slug, "title": slug });
        film.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        film.to_string()
    };
    let first = [
        film("a", json!({ "release_date": "2001-05-01" })),
        film("b", json!({ "year": 2000, "release_date": "2001-05-01" })),
    ];
    let second = [
        film("a", json!({ "release_date": "2002-05-01" })),
        film("b", json!({ "release_date": "2002-05-01" })),
    ];

    load_text(&program, &first.join("\n")).await;
    load_text(&program, &second.join("\n")).await;

    let titles = rich(&program).await;
    assert_eq!([&titles[0]["year"], &titles[1]["year"]], [2002, 2000]);
}

#[tokio::test]
async fn a_window_is_checked_against_what_is_stored() {
    let program = Program::new(On::Embedded).await;
    let film = json!({ "slug": "a", "title": "A", "available_until": "2030-01-01T00:00:00Z" });
    load_json(&program, &film).await;

    let late = json!({ "slug": "a", "title": "A", "available_from": "2031-01-01T00:00:00Z" });
    let loaded = load_json(&program, &late).await;

    assert!(loaded.says(
        1,
        "refused",
        "available_until is 2030-01-01 00:00:00 UTC, not after available_from"
    ));
}

#[tokio::test]
async fn a_viewer_in_the_middle_stays_there_after_a_thin_load() {
    let program = Program::new(On::Embedded).await;
    load_json(&program, &collateral()).await;
    let viewing = "{ viewer { profile { continueWatching { nodes { id } } } } }";
    let cookie = {
        let mut site = program.serve().await;
        site.register("ada@example.org").await;
        let film = site.id_of("film", "collateral-2004").await;
        let play = "00000000-0000-4000-8000-000000000001";
        site.watch(&film, play, 3000.0, "2026-01-01T20:00:00Z")
            .await;
        site.cookie().map(str::to_owned)
    };

    load_table(
        &program,
        "slug,title,year\ncollateral-2004,Collateral,2004\n",
    )
    .await;

    let mut site = program.serve().await;
    site.set_cookie(cookie);
    let film = site.id_of("film", "collateral-2004").await;
    let report = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { state { position watched } userErrors { code } } }";
    let mut last = Value::Null;
    for (event, position, at) in [
        ("START", 3000.0, "2026-01-02T20:00:00Z"),
        ("PROGRESS", 3010.0, "2026-01-02T20:00:10Z"),
    ] {
        let input = json!({ "item": film, "play": "00000000-0000-4000-8000-000000000002", "event": event, "position": position, "at": at });
        last = site.ask(report, json!({ "input": input })).await["reportPlayback"].take();
    }
    assert_eq!(
        last,
        json!({ "state": { "position": 3010.0, "watched": false }, "userErrors": [] })
    );
    let continued = site.ask(viewing, json!({})).await;
    assert_eq!(
        continued["viewer"]["profile"]["continueWatching"]["nodes"],
        json!([{ "id": film }])
    );
}

#[tokio::test]
async fn null_does_not_decide_what_a_record_is() {
    let program = Program::new(On::Embedded).await;
    let film = json!({ "slug": "x", "title": "X", "runtime_minutes": 100, "end_year": null, "network": null });
    let loaded = load_json(&program, &film).await;
    assert_eq!(
        loaded.summary,
        "films: 1 new, 0 changed, 0 unchanged\n0 refused, 0 warnings\n"
    );
    let series =
        json!({ "slug": "y", "title": "Y", "kind": "series", "year": 2008, "end_year": 2013 });
    load_json(&program, &series).await;

    let ended = json!({ "slug": "y", "title": "Y", "end_year": null });
    let loaded = load_json(&program, &ended).await;

    assert_eq!(
        loaded.summary,
        "series: 0 new, 1 changed (end_year 1), 0 unchanged\n0 refused, 0 warnings\n"
    );
}

#[tokio::test]
async fn an_empty_list_in_the_place_of_an_object_clears_it() {
    let program = Program::new(On::Embedded).await;
    load_json(&program, &collateral()).await;

    let loaded = load_json(
        &program,
        &json!({ "slug": "collateral-2004", "title": "Collateral", "ids": [], "certifications": [] }),
    )
    .await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    let titles = rich(&program).await;
    assert_eq!(titles[0]["externalIds"], json!([]));
    assert_eq!(titles[0]["certifications"], json!([]));
    assert_eq!(titles[0]["duration"], 7200);
}
