//! Loading files as a curator does: what is refused, what is put right, and what stays as it is.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::program::{On, Program};

/// What a load said.
struct Loaded {
    is_clean: bool,
    summary: String,
    /// `line: sort: field reason`, of refused records and warnings.
    messages: Vec<String>,
}

impl Loaded {
    /// The lines that were refused.
    fn refused(&self) -> Vec<u64> {
        self.messages
            .iter()
            .filter(|message| message.contains(": refused: "))
            .map(|message| message.split(':').next().unwrap().parse().unwrap())
            .collect()
    }

    fn says(&self, line: u64, sort: &str, text: &str) -> bool {
        self.messages.iter().any(|message| {
            message.starts_with(&format!("{line}: {sort}: ")) && message.contains(text)
        })
    }
}

async fn load(program: &Program, path: &Path) -> Loaded {
    let output = program.run(&["load", path.to_str().unwrap()]).await;
    let prefix = format!("{}:", path.display());
    let messages = String::from_utf8(output.stderr).unwrap();
    Loaded {
        is_clean: output.status.success(),
        summary: String::from_utf8(output.stdout).unwrap(),
        messages: messages
            .lines()
            .filter_map(|line| line.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect(),
    }
}

fn bad(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/fixtures/bad")
        .join(name)
}

async fn load_bad(name: &str) -> (Program, Loaded) {
    let program = Program::new(On::Embedded).await;
    let loaded = load(&program, &bad(name)).await;
    (program, loaded)
}

/// Loads text as a file.
async fn load_text(program: &Program, text: &str) -> Loaded {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, text).unwrap();
    load(program, &file).await
}

/// What the API says of the loaded titles, by slug.
async fn titles(program: &Program) -> Vec<Value> {
    let site = program.serve().await;
    let query = "{ titles(first: 100) { nodes { slug name year genres { name } credits(first: 10) { edges { role node { slug name } } } externalIds { provider value } ... on Film { duration } } } }";
    let mut titles = site.ask(query, json!({})).await["titles"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    titles.sort_by_key(|title| title["slug"].as_str().unwrap().to_owned());
    titles
}

async fn slugs(program: &Program) -> Vec<String> {
    titles(program)
        .await
        .iter()
        .map(|title| title["slug"].as_str().unwrap().to_owned())
        .collect()
}

fn people(title: &Value, role: &str) -> Vec<String> {
    let edges = title["credits"]["edges"].as_array().unwrap();
    edges
        .iter()
        .filter(|edge| edge["role"] == role)
        .map(|edge| edge["node"]["slug"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn wrong_types_are_refused_by_line_and_field() {
    let (program, loaded) = load_bad("01_wrong_types.ndjson").await;

    assert_eq!(loaded.refused(), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(loaded.says(2, "refused", "year is \"1995\", not a whole number"));
    assert!(loaded.says(3, "refused", "runtime_minutes"));
    assert!(loaded.says(4, "refused", "genres"));
    assert!(loaded.says(5, "refused", "cast"));
    assert!(loaded.says(6, "refused", "title"));
    assert!(!loaded.is_clean);
    assert_eq!(
        slugs(&program).await,
        ["collateral-2004", "the-insider-1999"]
    );
}

#[tokio::test]
async fn a_title_needs_something_visible() {
    let (_, loaded) = load_bad("02_missing_title.ndjson").await;

    assert_eq!(loaded.refused(), [2, 3, 4, 5]);
    assert!(loaded.summary.contains("films: 2 loaded"));
}

#[tokio::test]
async fn a_runtime_is_a_whole_number_of_possible_minutes() {
    let (program, loaded) = load_bad("03_runtime_limits.ndjson").await;

    assert_eq!(loaded.refused(), [1, 3, 4]);
    assert!(loaded.says(2, "warning", "runtime_minutes is 0"));
    let durations: Vec<Value> = titles(&program)
        .await
        .iter()
        .map(|title| title["duration"].clone())
        .collect();
    assert_eq!(durations, [json!(null), json!(null), json!(52_380)]);
}

#[tokio::test]
async fn a_year_is_one_in_which_there_are_films() {
    let (_, loaded) = load_bad("04_years.ndjson").await;

    let all: Vec<u64> = (1..=11).collect();
    let accepted: Vec<u64> = all
        .iter()
        .copied()
        .filter(|line| !loaded.refused().contains(line))
        .collect();
    assert_eq!(accepted, [4, 7, 9], "1888, null and 1995.0");
}

#[tokio::test]
async fn the_same_record_again_is_the_same_film() {
    let (program, first) = load_bad("05_duplicate_same.ndjson").await;
    let second = load(&program, &bad("05_duplicate_same.ndjson")).await;

    assert!(
        first.is_clean && first.summary.contains("films: 1 loaded, 2 unchanged"),
        "{}",
        first.summary
    );
    assert!(
        second.is_clean && second.summary.contains("films: 0 loaded, 3 unchanged"),
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
async fn external_ids_have_one_spelling() {
    let (program, loaded) = load_bad("09_bad_ids.ndjson").await;

    assert_eq!(
        loaded.refused(),
        [2, 4],
        "the same imdb and tmdb ids in another spelling"
    );
    assert!(loaded.says(6, "warning", "isan"));
    let ids: Vec<Value> = titles(&program)
        .await
        .iter()
        .flat_map(|title| title["externalIds"].as_array().unwrap().clone())
        .collect();
    let id = |provider: &str, value: &str| json!({ "provider": provider, "value": value });
    assert_eq!(
        ids,
        [
            id("imdb", "tt0113277"),
            id("tmdb", "949"),
            id("wikidata", "Q42198"),
            id("isan", "x"),
            id("tmdb", "9007199254740993")
        ]
    );
}

#[tokio::test]
async fn byte_order_mark_and_carriage_returns_are_no_part_of_a_text() {
    let program = Program::new(On::Embedded).await;
    for name in ["10_bom.ndjson", "11_crlf.ndjson"] {
        let loaded = load(&program, &bad(name)).await;
        assert!(loaded.is_clean, "{name}");
    }

    assert_eq!(
        slugs(&program).await,
        ["collateral-2004", "the-insider-1999"]
    );
    assert!(
        !serde_json::to_string(&titles(&program).await)
            .unwrap()
            .contains("\\r")
    );
}

#[tokio::test]
async fn other_encodings_are_refused_with_their_place_and_doubled_ones_warned_of() {
    let (program, latin1) = load_bad("13_latin1.ndjson").await;
    let doubled = load(&program, &bad("14_mojibake.ndjson")).await;

    assert_eq!(latin1.refused(), [2]);
    assert!(
        latin1.says(2, "refused", "not UTF-8 (byte 37 of the line)"),
        "{:?}",
        latin1.messages
    );
    assert!(doubled.is_clean && doubled.says(1, "warning", "encoded twice"));
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
async fn titles_are_kept_code_point_for_code_point() {
    let program = Program::new(On::Embedded).await;
    for name in ["19_emoji_title.ndjson", "22_html_script.ndjson"] {
        assert!(load(&program, &bad(name)).await.is_clean, "{name}");
    }

    let names: Vec<Value> = titles(&program)
        .await
        .iter()
        .map(|title| title["name"].clone())
        .collect();
    for name in ["19_emoji_title.ndjson", "22_html_script.ndjson"] {
        for line in std::fs::read_to_string(bad(name)).unwrap().lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            assert!(names.contains(&record["title"]), "{}", record["title"]);
        }
    }
}

#[tokio::test]
async fn endless_and_broken_titles_are_refused() {
    let (_, loaded) = load_bad("21_zalgo_long.ndjson").await;

    let text = std::fs::read_to_string(bad("21_zalgo_long.ndjson")).unwrap();
    for (line, record) in (1..).zip(text.lines()) {
        let record: Value = serde_json::from_str(record).unwrap();
        let title = record["title"].as_str().unwrap();
        let is_broken = title.chars().count() > 500 || title.contains('\0');
        assert_eq!(loaded.refused().contains(&line), is_broken, "line {line}");
    }
}

#[tokio::test]
async fn genres_are_those_of_the_vocabulary() {
    let (program, loaded) = load_bad("24_genre_case.ndjson").await;

    assert!(loaded.is_clean);
    assert!(loaded.says(3, "warning", "“Telenovela” is not in the vocabulary"));
    let genres: Vec<Value> = titles(&program)
        .await
        .iter()
        .map(|title| title["genres"].clone())
        .collect();
    let named = |name: &str| json!([{ "name": name }]);
    assert_eq!(
        genres,
        [
            named("Science Fiction"),
            named("Science Fiction"),
            named("Telenovela"),
            json!([]),
            named("Drama"),
            json!([])
        ]
    );
}

#[tokio::test]
async fn a_cast_of_thousands_keeps_its_billing() {
    let (program, loaded) = load_bad("25_cast_5000.ndjson").await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    let record: Value = serde_json::from_str(
        std::fs::read_to_string(bad("25_cast_5000.ndjson"))
            .unwrap()
            .lines()
            .next()
            .unwrap(),
    )
    .unwrap();
    let site = program.serve().await;
    let query = "query ($slug: String) { film(slug: $slug) { credits(role: [ACTOR], first: 100) { totalCount nodes { name } } } }";
    let data = site.ask(query, json!({ "slug": record["slug"] })).await;
    let names: Vec<&Value> = data["film"]["credits"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["name"])
        .collect();
    assert_eq!(
        names,
        record["cast"]
            .as_array()
            .unwrap()
            .iter()
            .take(100)
            .collect::<Vec<_>>()
    );
    assert_eq!(data["film"]["credits"]["totalCount"], 5000);
}

#[tokio::test]
async fn a_file_that_is_cut_off_says_so() {
    let (program, loaded) = load_bad("27_truncated_last_line.ndjson").await;

    assert_eq!(loaded.refused(), [3]);
    assert!(loaded.says(3, "refused", "cut off"));
    assert_eq!(slugs(&program).await.len(), 2);
}

#[tokio::test]
async fn a_document_that_is_not_json_is_refused_whole() {
    let (_, loaded) = load_bad("28_trailing_commas.json").await;

    assert_eq!(loaded.refused(), [3]);
    assert!(
        loaded.says(3, "refused", "trailing comma (column "),
        "{:?}",
        loaded.messages
    );
    assert!(loaded.summary.starts_with("no records"));
}

#[tokio::test]
async fn what_is_no_number_in_json_is_refused() {
    let (_, loaded) = load_bad("29_nan_infinity.ndjson").await;

    assert_eq!(loaded.refused(), [1, 2, 3, 4]);
    assert!(loaded.summary.contains("films: 1 loaded"));
}

#[tokio::test]
async fn depth_and_length_are_bounded() {
    let (program, deep) = load_bad("31_deep_nesting.ndjson").await;
    let film = |slug: &str| json!({ "slug": slug, "title": slug }).to_string();
    let long = json!({ "slug": "long", "title": "Long", "note": "x".repeat(10 * 1024 * 1024) });
    let long = load_text(
        &program,
        &format!("{}\n{long}\n{}\n", film("one"), film("three")),
    )
    .await;

    assert_eq!(deep.refused(), [1]);
    assert!(deep.summary.contains("films: 1 loaded"));
    assert_eq!(long.refused(), [2]);
    assert!(long.says(2, "refused", "longer than 1048576 bytes"));
    assert!(long.summary.contains("films: 2 loaded"));
}

#[tokio::test]
async fn an_array_over_lines_gets_one_message() {
    let (_, loaded) = load_bad("35_array_not_ndjson.ndjson").await;

    assert_eq!(loaded.refused(), [1]);
    assert!(loaded.says(1, "refused", "looks like a JSON array"));
}

#[tokio::test]
async fn an_empty_file_takes_nothing_away() {
    let program = Program::new(On::Embedded).await;
    load(&program, &bad("05_duplicate_same.ndjson")).await;

    let loaded = load(&program, &bad("36_empty.ndjson")).await;

    assert!(loaded.is_clean && loaded.summary.starts_with("no records"));
    assert_eq!(slugs(&program).await.len(), 1);
}

#[tokio::test]
async fn unknown_fields_are_warned_of_once() {
    let program = Program::new(On::Embedded).await;
    let text = std::fs::read_to_string(bad("38_unknown_fields.ndjson")).unwrap();

    let loaded = load_text(
        &program,
        &format!("{text}{}", text.replace("collateral-2004", "other")),
    )
    .await;

    assert!(loaded.is_clean);
    let mut warned: Vec<&str> = loaded
        .messages
        .iter()
        .map(|message| message.split(' ').nth(2).unwrap())
        .collect();
    warned.sort_unstable();
    assert_eq!(warned, ["Title", "rating", "schema_version"]);
    assert_eq!(titles(&program).await[0]["name"], "Collateral");
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
        json!({ "series": "lost", "season": 1, "episode": 1, "title": "Pilot" }),
        json!({ "kind": "series", "slug": "lost", "title": "Lost", "creators": [{ "person": "jj" }] }),
        json!({ "slug": "jj", "name": "J. J. Abrams" }),
    ];
    let text = records.iter().fold(String::new(), |mut text, record| {
        writeln!(text, "{record}").unwrap();
        text
    });

    let rehearsal = {
        let file = program.data().join("records.ndjson");
        std::fs::write(&file, &text).unwrap();
        program
            .run(&["load", "--dry-run", file.to_str().unwrap()])
            .await
    };
    let loaded = load_text(&program, &text).await;
    let again = load_text(&program, &text).await;

    assert!(
        String::from_utf8(rehearsal.stdout)
            .unwrap()
            .contains("series: 1 would be loaded")
    );
    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert_eq!(
        loaded.summary,
        "episodes: 1 loaded, 0 unchanged\npeople: 1 loaded, 0 unchanged\nseries: 1 loaded, 0 unchanged\nwatches: 1 loaded, 0 unchanged\n0 refused, 0 warnings\n"
    );
    assert_eq!(
        again.summary,
        "episodes: 0 loaded, 1 unchanged\npeople: 0 loaded, 1 unchanged\nseries: 0 loaded, 1 unchanged\nwatches: 0 loaded, 1 unchanged\n0 refused, 0 warnings\n"
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
    assert!(loaded.summary.contains("watches: 1 loaded"));
}

#[tokio::test]
async fn other_sorts_of_files_are_refused() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("films.csv");
    std::fs::write(&file, "slug,title\n").unwrap();

    let output = program.run(&["load", file.to_str().unwrap()]).await;

    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("neither .ndjson nor .json")
    );
}
