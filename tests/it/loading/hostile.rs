//! Input that nobody would write by hand: what spreadsheets, half-done exports and whoever means ill put into files.

use serde_json::{Value, json};

use super::{Loaded, load, load_text, slugs, titles};
use crate::support::program::{On, Program};

/// Loads bytes under a name.
async fn load_bytes(program: &Program, name: &str, bytes: &[u8]) -> Loaded {
    let file = program.data().join(name);
    std::fs::write(&file, bytes).unwrap();
    load(program, &file).await
}

fn film(slug: &str) -> String {
    json!({ "slug": slug, "title": slug }).to_string()
}

#[tokio::test]
async fn lines_end_and_files_begin_as_other_programs_have_it() {
    let program = Program::new(On::Embedded).await;
    let joined = format!(
        "{}\r\r\u{feff}{}\r\n{}\r{{\"slug\": \"bad\"}}\r",
        film("one"),
        film("two"),
        film("three")
    );

    let loaded = load_text(&program, &joined).await;

    assert_eq!(loaded.refused(), [5], "{:?}", loaded.messages);
    assert_eq!(slugs(&program).await, ["one", "three", "two"]);
}

#[tokio::test]
async fn numbers_beyond_all_bounds_are_refused_by_field() {
    let program = Program::new(On::Embedded).await;
    let lines = [
        r#"{"slug": "a1", "title": "A", "year": 99999999999999999999999}"#,
        r#"{"slug": "a2", "title": "A", "year": 1e400}"#,
        r#"{"slug": "a3", "title": "A", "runtime_minutes": 9223372036854775808}"#,
        r#"{"slug": "a4", "title": "A", "scores": {"imdb": 1e308}}"#,
        r#"{"slug": "a5", "title": "A", "scores": {"imdb": {"value": 8, "votes": 1e30}}}"#,
        r#"{"slug": "a6", "title": "A", "ids": {"tmdb": 123456789012345678901234567890}}"#,
        r#"{"slug": "a7", "title": "A", "ids": {"tmdb": -5}}"#,
        r#"{"slug": "a8", "title": "A", "collection": {"name": "C", "part": 1e99}}"#,
        r#"{"slug": "a9", "title": "A", "year": NaN}"#,
        r#"{"slug": "a10", "title": "A", "year": 0x7cf}"#,
        r#"{"slug": "good", "title": "Good", "year": 1.999e3}"#,
    ];

    let loaded = load_text(&program, &lines.join("\n")).await;

    assert_eq!(loaded.refused(), (1..=10).collect::<Vec<u64>>());
    for (line, field) in [
        (1, "year is"),
        (3, "runtime_minutes is"),
        (4, "scores.imdb is"),
        (5, "scores.imdb.votes is"),
        (6, "ids.tmdb is"),
        (8, "collection.part is"),
    ] {
        assert!(loaded.says(line, "refused", field), "{:?}", loaded.messages);
    }
    let found = titles(&program).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["year"], 1999);
}

#[tokio::test]
async fn days_that_were_not_are_refused_wherever_they_stand() {
    let program = Program::new(On::Embedded).await;
    let series = json!({ "kind": "series", "slug": "s", "title": "S" }).to_string();
    let of_films = [
        "0000-00-00",
        "0000-01-01",
        "0001-01-01",
        "1999-02-29",
        "2999-01-01",
    ];
    let of_films = of_films.map(|day| json!({ "slug": "f", "title": "F", "release_date": day }));
    let of_episodes = ["0001-01-01", "2999-01-01"].map(
        |day| json!({ "series": "s", "season": 1, "episode": 1, "title": "E", "air_date": day }),
    );
    let of_people = ["0000-00-00", "0000-01-01"]
        .map(|day| json!({ "kind": "person", "slug": "p", "name": "P", "born": day }));
    let bad = of_films.iter().chain(&of_episodes).chain(&of_people);
    let lines: Vec<String> = [series]
        .into_iter()
        .chain(bad.map(Value::to_string))
        .collect();

    let loaded = load_text(&program, &lines.join("\n")).await;

    assert_eq!(loaded.refused(), (2..=10).collect::<Vec<u64>>());
    for (line, what) in [
        (2, "release_date is \"0000-00-00\", not a day"),
        (3, "release_date is 0000-01-01, not of a year from 1870 to "),
        (6, "release_date is 2999-01-01, not of a year from 1870 to "),
        (7, "air_date is 0001-01-01, not of a year from 1870 to "),
        (10, "born is 0000-01-01, not of a year from 1 to 9999"),
    ] {
        assert!(loaded.says(line, "refused", what), "{:?}", loaded.messages);
    }
    assert_eq!(slugs(&program).await, ["s"]);
}

#[tokio::test]
async fn ids_of_another_kind_are_refused() {
    let program = Program::new(On::Embedded).await;
    let title = |slug: &str, provider: &str, id: &str| json!({ "kind": "film", "slug": slug, "title": slug, "ids": { provider: id } });
    let lines = [
        title("a", "imdb", "nm0000199"),
        title("b", "tmdb", "https://www.themoviedb.org/tv/949"),
        title("c", "tmdb", "https://www.themoviedb.org/person/1158"),
        title("d", "wikidata", "P31"),
        json!({ "kind": "person", "slug": "p", "name": "P", "ids": { "imdb": "tt0113277" } }),
        title("e", "", "5"),
        title("f", &"p".repeat(61), "5"),
        title("g", "tmdb", "https://www.themoviedb.org/movie/949"),
    ];
    let lines = lines.map(|line| line.to_string());

    let loaded = load_text(&program, &lines.join("\n")).await;

    assert_eq!(loaded.refused(), [1, 2, 3, 4, 5, 6, 7]);
    for (line, what) in [
        (1, "ids.imdb is \"nm0000199\", the id of a person"),
        (2, "the id of a series"),
        (3, "the id of a person"),
        (5, "the id of a title"),
        (6, "ids has the provider \"\""),
    ] {
        assert!(loaded.says(line, "refused", what), "{:?}", loaded.messages);
    }
    let found = titles(&program).await;
    let ids = json!([{ "provider": "tmdb", "value": "949" }]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["externalIds"], ids);
}

#[tokio::test]
async fn characters_that_were_lost_or_are_none_are_told() {
    let program = Program::new(On::Embedded).await;
    let lines = [
        "{\"slug\": \"a\", \"title\": \"Am\u{fffd}lie\"}",
        r#"{"slug": "b", "title": "half \ud83d of a pair"}"#,
        r#"{"slug": "c", "title": "C", "cast": ["nul \u0000"]}"#,
        r#"{"slug": "d\u0000", "title": "D"}"#,
        r#"{"slug": "e", "title": "\ud83d\ude00"}"#,
    ];

    let loaded = load_text(&program, &lines.join("\n")).await;

    assert_eq!(loaded.refused(), [2, 3, 4], "{:?}", loaded.messages);
    assert!(loaded.says(
        1,
        "warning",
        "has U+FFFD, which stands where a character was lost"
    ));
    assert!(loaded.says(3, "refused", "cast contains the character U+0000"));
    assert_eq!(slugs(&program).await, ["a", "e"]);
}

#[tokio::test]
async fn names_of_fields_are_told_as_long_as_anybody_reads() {
    let program = Program::new(On::Embedded).await;
    let long = "k".repeat(100_000);
    let many = (0..1500).map(|n| json!({ "slug": "b", "title": "B", format!("f{n}"): 1 }));
    let lines: Vec<String> = [json!({ "slug": "a", "title": "A", long: 1 })]
        .into_iter()
        .chain(many)
        .map(|line| line.to_string())
        .collect();

    let loaded = load_text(&program, &lines.join("\n")).await;

    assert!(loaded.is_clean, "{:?}", loaded.refused());
    let longest = loaded.messages.iter().map(String::len).max();
    assert!(longest.is_some_and(|longest| longest < 300), "{longest:?}");
    // No warning is lost, and the summary is no longer than somebody reads.
    assert!(
        loaded.summary.contains("1501 warnings"),
        "{}",
        loaded.summary
    );
    assert!(loaded.summary.lines().count() < 1100);
    assert!(loaded.summary.contains("501 × … …"), "{}", loaded.summary);
}

#[tokio::test]
async fn a_document_is_read_record_by_record_or_not_at_all() {
    let program = Program::new(On::Embedded).await;
    let long = json!({ "slug": "long", "title": "Long", "note": vec![0; 600_000] });
    let records = format!("[{}, {long}, 7, {}]", film("one"), film("two"));
    let broken = format!("[{}, {}, 1e999]", film("three"), film("four"));

    let loaded = load_bytes(&program, "records.json", records.as_bytes()).await;
    let refused = load_bytes(&program, "broken.json", broken.as_bytes()).await;

    assert_eq!(loaded.refused(), [2, 3]);
    assert!(loaded.says(2, "refused", "longer than 1048576 bytes"));
    assert_eq!(refused.messages.len(), 1, "{:?}", refused.messages);
    assert!(refused.says(1, "refused", "number out of range"));
    assert_eq!(slugs(&program).await, ["one", "two"]);
}

#[tokio::test]
async fn an_episode_is_there_once_and_credits_whom_there_is() {
    let program = Program::new(On::Embedded).await;
    let episode = |title: &str| json!({ "series": "s", "season": 1, "episode": 1, "title": title });
    let lines = [
        json!({ "kind": "series", "slug": "s", "title": "S" }),
        episode("One"),
        episode("One"),
        episode("Another"),
        json!({ "series": "f", "season": 1, "episode": 1, "title": "E" }),
        json!({ "kind": "film", "slug": "f", "title": "F" }),
        json!({ "kind": "film", "slug": "g", "title": "G", "directors": [{ "person": "nobody" }] }),
        json!({ "kind": "series", "slug": "h", "title": "H", "creators": [{ "person": "nobody" }] }),
    ];
    let lines = lines.map(|line| line.to_string());

    let loaded = load_text(&program, &lines.join("\n")).await;

    let mut refused = loaded.refused();
    refused.sort_unstable();
    assert_eq!(refused, [4, 5, 7, 8]);
    for (line, what) in [
        (4, "says something else than line 2"),
        (5, "“f” is a film"),
        (7, "directors names “nobody” by slug"),
        (8, "creators names “nobody” by slug"),
    ] {
        assert!(loaded.says(line, "refused", what), "{:?}", loaded.messages);
    }
    assert_eq!(slugs(&program).await, ["f", "s"]);
}

/// A packed file that unpacks to very much is read in the room of a line.
#[tokio::test]
async fn what_unpacks_to_very_much_is_bounded_by_lines_and_documents() {
    let program = Program::new(On::Embedded).await;
    let much = "x".repeat(80 * 1024 * 1024);
    let line = format!(
        "{{\"slug\": \"a\", \"title\": \"{much}\"}}\n{}\n",
        film("b")
    );
    let document = format!("[\"{much}\"]");
    let pack = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();

    let lines = load_bytes(&program, "a.ndjson.zst", &pack(&line)).await;
    let document = load_bytes(&program, "b.json.zst", &pack(&document)).await;

    assert_eq!(lines.refused(), [1]);
    assert!(lines.says(1, "refused", "longer than 1048576 bytes"));
    assert_eq!(document.refused(), [1]);
    assert!(document.says(1, "refused", "is larger than 67108864 bytes"));
    assert_eq!(slugs(&program).await, ["b"]);
}
