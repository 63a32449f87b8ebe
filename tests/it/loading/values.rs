//! Values of a record: what is refused, what is put right, and what stays as it is.

use serde_json::{Value, json};

use super::{bad, load, load_bad, load_text, slugs, titles};
use crate::support::program::{On, Program};

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
    assert!(loaded.summary.contains("films: 2 new"));
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
async fn what_means_something_else_in_an_address_is_no_slug() {
    let program = Program::new(On::Embedded).await;
    let wrong = [
        "..",
        ".",
        ".env",
        "../etc/passwd",
        "a..b",
        "__proto__",
        "-a",
        "~a",
        "a\u{202e}b",
        "\u{2066}a",
        "a\u{200f}",
        "a\u{61c}",
        "a\u{200b}b",
        "a/b",
        "a b",
        "Abc",
        "\u{301}a",
    ];
    let film = |slug: &str| json!({ "slug": slug, "title": "A" }).to_string();
    let mut records: Vec<String> = wrong.iter().map(|slug| film(slug)).collect();
    records.push(
        json!({ "slug": "credit", "title": "A", "cast": [{ "person": "__proto__", "name": "A" }] })
            .to_string(),
    );
    let right = [
        "e.t.-1982",
        "8-half",
        "a_b~c",
        "हिन्दी",
        "기생충",
        "千と千尋",
    ];
    records.extend(right.iter().map(|slug| film(slug)));

    let loaded = load_text(&program, &records.join("\n")).await;

    let lines: Vec<u64> = (1..=wrong.len() as u64 + 1).collect();
    assert_eq!(loaded.refused(), lines, "{:?}", loaded.messages);
    assert!(loaded.says(3, "refused", "slug is \".env\", which does not begin with"));
    assert!(
        loaded.says(9, "refused", "slug is \"a\\u{202e}b\", not"),
        "{:?}",
        loaded.messages
    );
    assert_eq!(slugs(&program).await.len(), right.len());
}

#[tokio::test]
async fn a_null_in_a_list_is_named_by_its_place() {
    let program = Program::new(On::Embedded).await;
    let records = [
        json!({ "slug": "a", "title": "A", "genres": ["Crime", null] }),
        json!({ "slug": "b", "title": "B", "cast": ["Jane Roe", "John Doe", null, "Ann Poe"] }),
        json!({ "slug": "c", "title": "C", "countries": [null] }),
    ];
    let records: Vec<String> = records.iter().map(Value::to_string).collect();

    let loaded = load_text(&program, &records.join("\n")).await;

    assert_eq!(loaded.refused(), [1, 2, 3]);
    assert!(loaded.says(1, "refused", "genres has null as entry 2 of 2"));
    assert!(loaded.says(2, "refused", "cast has null as entry 3 of 4"));
    assert!(loaded.says(3, "refused", "countries has null as entry 1 of 1"));
}

#[tokio::test]
async fn a_placeholder_says_nothing_whatever_the_field() {
    let program = Program::new(On::Embedded).await;
    let whole = json!({ "slug": "a", "title": "A", "year": 1995, "original_title": "Á", "collection": { "name": "Set", "part": 2 } });
    load_text(&program, &whole.to_string()).await;
    let records = [
        json!({ "slug": "a", "title": "A", "original_title": "Unknown", "collection": { "name": "Unknown" } }),
        json!({ "slug": "a", "title": "A", "year": "None", "runtime_minutes": "-", "release_date": "", "cast": "" }),
        json!({ "slug": "a", "title": "A", "collection": { "name": "N/A" } }),
    ];

    for record in records {
        let loaded = load_text(&program, &record.to_string()).await;
        assert_eq!(loaded.refused(), [0; 0], "{record}");
        assert!(
            loaded
                .summary
                .contains("films: 0 new, 0 changed, 1 unchanged"),
            "{record}: {}",
            loaded.summary
        );
    }
    let nobody =
        json!({ "viewer": "N/A", "title": "a", "at": "2020-01-01T00:00:00Z", "completion": 1 });
    let loaded = load_text(&program, &nobody.to_string()).await;
    assert!(loaded.says(1, "refused", "viewer is “N/A”, which stands for nobody"));
}
