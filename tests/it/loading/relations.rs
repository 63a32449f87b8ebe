//! Records that refer to others, or are the same as others.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{bad, load, load_bad, load_text, people, slugs, titles};
use crate::support::program::{On, Program};

#[tokio::test]
async fn the_same_record_again_is_the_same_film() {
    let (program, first) = load_bad("05_duplicate_same.ndjson").await;
    let second = load(&program, &bad("05_duplicate_same.ndjson")).await;

    assert!(
        first.is_clean
            && first
                .summary
                .contains("films: 1 new, 0 changed, 2 unchanged"),
        "{}",
        first.summary
    );
    assert!(
        second.is_clean
            && second
                .summary
                .contains("films: 0 new, 0 changed, 3 unchanged"),
        "{}",
        second.summary
    );
    assert_eq!(slugs(&program).await, ["collateral-2004"]);
}

#[tokio::test]
async fn one_external_id_is_one_film() {
    let (program, loaded) = load_bad("07_same_film_two_slugs.ndjson").await;

    assert_eq!(loaded.refused(), [2]);
    assert!(loaded.says(2, "refused", "which “heat-1995” has already"));
    assert_eq!(slugs(&program).await, ["heat-1995"]);
    // In another load as well.
    let again = load_text(
        &program,
        r#"{"slug": "heat-again", "title": "Heat", "ids": {"imdb": "tt0113277"}}"#,
    )
    .await;
    assert_eq!(again.refused(), [1]);
}

#[tokio::test]
async fn spellings_of_a_name_are_one_person() {
    let (program, loaded) = load_bad("17_person_spellings.ndjson").await;

    assert!(loaded.is_clean);
    assert!(loaded.says(3, "warning", "last name, first name"));
    let casts: Vec<Vec<String>> = titles(&program)
        .await
        .iter()
        .map(|title| people(title, "ACTOR"))
        .collect();
    assert_eq!(casts[0], ["robert-de-niro", "zoe-saldana", "j-k-simmons"]);
    assert_eq!(casts[1][..2], ["robert-de-niro", "zoe-saldana"]);
    assert_eq!(casts[2], ["robert-de-niro", "de-niro-robert"]);
}

#[tokio::test]
async fn a_slug_keeps_namesakes_apart() {
    let (program, loaded) = load_bad("18_homonyms.ndjson").await;

    assert!(loaded.is_clean);
    let titles = titles(&program).await;
    assert_eq!(people(&titles[0], "ACTOR"), ["steve-mcqueen"], "Bullitt");
    assert_eq!(
        people(&titles[1], "DIRECTOR"),
        ["steve-mcqueen-director"],
        "Hunger"
    );
    assert_eq!(
        people(&titles[2], "DIRECTOR"),
        ["steve-mcqueen"],
        "Shame, known limit: by name alone they are one"
    );
}

#[tokio::test]
async fn episodes_need_a_series_a_place_and_a_possible_day() {
    let program = Program::new(On::Embedded).await;
    load_text(
        &program,
        r#"{"kind": "series", "slug": "breaking-bad-2008", "title": "Breaking Bad"}"#,
    )
    .await;

    let loaded = load(&program, &bad("70_episodes.ndjson")).await;

    let refused: std::collections::BTreeSet<u64> = loaded.refused().into_iter().collect();
    assert_eq!(refused, [2, 3, 4, 7, 8, 9].into(), "{:?}", loaded.messages);
    assert!(loaded.says(2, "refused", "line 1"));
    assert!(loaded.says(3, "refused", "there is no series “no-such-series”"));
    assert!(loaded.says(8, "refused", "air_date"));
    let site = program.serve().await;
    let query = "{ series(slug: \"breaking-bad-2008\") { seasons(includeSpecials: true) { number episodes { nodes { number name } } } } }";
    let seasons = site.ask(query, json!({})).await["series"]["seasons"].clone();
    assert_eq!(
        seasons[0],
        json!({ "number": 0, "episodes": { "nodes": [{ "number": 1, "name": "Special" }] } })
    );
    assert!(
        seasons[1]["episodes"]["nodes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "number": 6, "name": "Episode 6" }))
    );
}

#[tokio::test]
async fn relations_that_are_not_read_hang_nothing() {
    let (program, loaded) = load_bad("72_relations.ndjson").await;

    assert!(loaded.is_clean);
    assert!(loaded.says(1, "warning", "similar"));
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "similar"]).await;
}

#[tokio::test]
async fn the_order_of_files_and_records_does_not_matter() {
    let program = Program::new(On::Embedded).await;
    let records = [
        json!({ "viewer": "v1", "title": "lost", "season": 1, "episode": 1, "at": "2026-01-01T20:00:00Z", "completion": 1 }),
        json!({ "series": "lost", "season": 1, "episode": 1, "title": "Pilot", "directors": [{ "person": "jj" }] }),
        json!({ "kind": "series", "slug": "lost", "title": "Lost", "creators": [{ "person": "jj" }] }),
        json!({ "slug": "jj", "name": "J. J. Abrams" }),
    ];
    let text = records.iter().fold(String::new(), |mut text, record| {
        writeln!(text, "{record}").unwrap();
        text
    });

    let dry_run = {
        let file = program.data().join("records.ndjson");
        std::fs::write(&file, &text).unwrap();
        program
            .run(&["load", "--dry-run", file.to_str().unwrap()])
            .await
    };
    let loaded = load_text(&program, &text).await;
    let again = load_text(&program, &text).await;

    let rehearsed = String::from_utf8(dry_run.stdout).unwrap();
    assert!(
        rehearsed.contains("series: 1 would be new") && rehearsed.contains("0 refused"),
        "{rehearsed}"
    );
    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert_eq!(
        loaded.summary,
        "episodes: 1 new, 0 changed, 0 unchanged\npeople: 1 new, 0 changed, 0 unchanged\nseries: 1 new, 0 changed, 0 unchanged\nwatches: 1 new, 0 changed, 0 unchanged\n0 refused, 0 warnings\n"
    );
    assert_eq!(
        again.summary,
        "episodes: 0 new, 0 changed, 1 unchanged\npeople: 0 new, 0 changed, 1 unchanged\nseries: 0 new, 0 changed, 1 unchanged\nwatches: 0 new, 0 changed, 1 unchanged\n0 refused, 0 warnings\n"
    );
}

#[tokio::test]
async fn watches_name_what_there_is() {
    let program = Program::new(On::Embedded).await;
    let watch = |change: (&str, Value)| {
        let mut watch = json!({ "viewer": "v1", "title": "heat-1995", "at": "2026-01-01T20:00:00Z", "completion": 1.0, "liked": true });
        watch[change.0] = change.1;
        watch.to_string()
    };
    let lines = [
        json!({ "slug": "heat-1995", "title": "Heat", "runtime_minutes": 170 }).to_string(),
        watch(("viewer", json!(""))),
        watch(("title", json!("nothing"))),
        watch(("at", json!("yesterday"))),
        watch(("at", json!("2999-01-01T00:00:00Z"))),
        watch(("completion", json!(1.5))),
        watch(("liked", json!("yes"))),
        watch(("episode", json!(1))),
        watch(("viewer", json!(7))),
    ];

    let loaded = load_text(&program, &lines.join("\n")).await;

    assert_eq!(
        loaded
            .refused()
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>(),
        (2..=8).collect()
    );
    assert!(loaded.summary.contains("watches: 1 new"));
}

#[tokio::test]
async fn watches_of_several_files_are_recorded_one_file_after_the_other_and_all_counted() {
    let program = Program::new(On::Embedded).await;
    let folder = program.data().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let watch = |day: u8, title: &str| {
        let at = format!("2026-01-0{day}T20:00:00Z");
        json!({ "viewer": "v1", "title": title, "at": at, "completion": 1.0 }).to_string()
    };
    let film = json!({ "slug": "heat-1995", "title": "Heat", "runtime_minutes": 170 });
    let files = [
        vec![film.to_string()],
        vec![watch(1, "heat-1995"), watch(2, "heat-1995")],
        // One that the file before has told of, and one of a film that is not there.
        vec![
            watch(2, "heat-1995"),
            watch(3, "heat-1995"),
            watch(4, "nothing"),
        ],
        vec![watch(1, "heat-1995"), watch(3, "heat-1995")],
    ];
    for (number, lines) in files.iter().enumerate() {
        let file = folder.join(format!("{number}.ndjson"));
        std::fs::write(file, lines.join("\n")).unwrap();
    }

    let loaded = load(&program, &folder).await;
    let again = load(&program, &folder).await;

    let of_watches = |summary: &str| {
        let mut lines = summary.lines();
        lines
            .find(|line| line.starts_with("watches: "))
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        [&loaded, &again].map(|loaded| of_watches(&loaded.summary)),
        [
            "watches: 3 new, 0 changed, 3 unchanged",
            "watches: 0 new, 0 changed, 6 unchanged"
        ]
    );
    assert!(loaded.summary.contains("1 refused"), "{}", loaded.summary);
}

#[tokio::test]
async fn who_is_named_by_a_refused_title_alone_is_not_there() {
    let program = Program::new(On::Embedded).await;
    let refused = json!({ "slug": "a", "title": "A", "genres": ["Refusalcore"], "directors": ["Nobody Yet"],
        "cast": [{ "person": "no-such-slug" }], "collection": "Refused Collection" });
    let sound = json!({ "slug": "b", "title": "B", "genres": ["Soundcore"], "directors": ["Somebody Else"] });

    let loaded = load_text(&program, &format!("{refused}\n{sound}")).await;

    assert_eq!(loaded.refused(), [1]);
    let site = program.serve().await;
    let query = "{ nobody: person(slug: \"nobody-yet\") { name } somebody: person(slug: \"somebody-else\") { name }
        collection(slug: \"refused-collection\") { name } genres { name } }";
    assert_eq!(
        site.ask(query, json!({})).await,
        json!({ "nobody": null, "somebody": { "name": "Somebody Else" }, "collection": null, "genres": [{ "name": "Soundcore" }] })
    );
}

#[tokio::test]
async fn an_episode_that_names_nobody_keeps_whom_it_credits() {
    let program = Program::new(On::Embedded).await;
    let series = json!({ "kind": "series", "slug": "dusk-2017", "title": "Dusk" });
    let episode = json!({ "series": "dusk-2017", "season": 1, "episode": 1, "directors": ["Dora Doe"],
        "guests": ["Gus Poe"], "writers": ["Wanda Roe"] });
    let first = load_text(&program, &format!("{series}\n{episode}")).await;
    assert!(first.is_clean, "{:?}", first.messages);

    for field in ["directors", "guests", "writers"] {
        let mut wrong = json!({ "series": "dusk-2017", "season": 1, "episode": 1 });
        wrong[field] = json!([{ "person": "gus-pod" }, "Nora Noe"]);
        let loaded = load_text(&program, &wrong.to_string()).await;

        assert_eq!(loaded.refused(), [1], "{field}");
        let reason = format!("{field} names “gus-pod” by slug, and nobody of that slug is loaded");
        assert!(loaded.says(1, "refused", &reason), "{:?}", loaded.messages);
    }

    let site = program.serve().await;
    let query = "{ series(slug: \"dusk-2017\") { seasons { episodes { nodes { credits { nodes { slug } } } } } }
        person(slug: \"nora-noe\") { name } }";
    let data = site.ask(query, json!({})).await;
    let credits = &data["series"]["seasons"][0]["episodes"]["nodes"][0]["credits"];
    let kept = ["dora-doe", "gus-poe", "wanda-roe"].map(|slug| json!({ "slug": slug }));
    assert_eq!(credits["nodes"], json!(kept));
    assert_eq!(data["person"], json!(null));
}
