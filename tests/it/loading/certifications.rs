//! What rating systems say of titles, as records name it.

use serde_json::{Value, json};

use super::{Loaded, load, load_text};
use crate::support::program::{On, Program};

/// Loads films, each with a slug and title of its own, with these certifications.
async fn load_films(program: &Program, certifications: &[Value]) -> Loaded {
    let records = certifications
        .iter()
        .zip(1..)
        .map(|(certifications, number)| {
            let name = format!("film-{number}");
            json!({ "slug": name, "title": name, "certifications": certifications }).to_string()
        });
    let records: Vec<String> = records.collect();
    load_text(program, &records.join("\n")).await
}

/// What the API says of each title, by slug: the label and age of every system.
async fn certified(program: &Program) -> Vec<Value> {
    let site = program.serve().await;
    let query =
        "{ titles(first: 100, orderBy: NAME) { nodes { certifications { system label age } } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();
    let label = |it: &Value| json!([it["system"], it["label"], it["age"]]);
    let titles = titles.as_array().unwrap().iter();
    titles
        .map(|title| {
            title["certifications"]
                .as_array()
                .unwrap()
                .iter()
                .map(label)
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn spellings_of_a_label_are_one_and_loading_again_changes_nothing() {
    let program = Program::new(On::Embedded).await;
    let films = [
        json!({ "US": "R", "DE": "16" }),
        json!({ "usa": "pg13", "fsk": "FSK 12", "uk": "12a" }),
        json!({ "US": "TV-MA", "DE": 16 }),
        json!({ "US": "NR", "GB": "Not Rated", "FR": null, "IT": " " }),
        json!({ "US": "R", "MPA": "Rated R" }),
        json!(null),
        json!({}),
    ];

    let loaded = load_films(&program, &films).await;
    let again = load_films(&program, &films).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert_eq!(loaded.messages, [""; 0]);
    assert_eq!(
        again.summary,
        "films: 0 new, 0 changed, 7 unchanged\n0 refused, 0 warnings\n"
    );
    assert_eq!(
        certified(&program).await,
        [
            json!([["DE", "16", 16], ["US", "R", 17]]),
            json!([["DE", "12", 12], ["GB", "12A", 12], ["US", "PG-13", 13]]),
            json!([["DE", "16", 16], ["US", "TV-MA", 17]]),
            json!([]),
            json!([["US", "R", 17]]),
            json!([]),
            json!([]),
        ]
    );
}

#[tokio::test]
async fn a_label_that_does_not_exist_is_refused_and_an_unknown_system_is_warned_of() {
    let program = Program::new(On::Embedded).await;
    let films = [
        json!({ "US": "R", "DE": "99" }),
        json!({ "US": "R", "Narnia": "5" }),
        json!({ "GB": ["15"] }),
        json!({ "GB": true }),
        json!({ "GB": -1 }),
        json!("R"),
        json!({ "US": "R", "MPA": "PG-13" }),
        json!({ "SE": "x".repeat(61) }),
        json!({ "GB": "15" }),
    ];

    let loaded = load_films(&program, &films).await;

    assert_eq!(loaded.refused(), [1, 3, 4, 5, 6, 7, 8]);
    assert!(loaded.says(
        1,
        "refused",
        "certifications.DE is \"99\", not a label of DE: 0, 6, 12, 16, 18"
    ));
    assert!(loaded.says(
        2,
        "warning",
        "certifications.Narnia “Narnia” is not a rating system that we know; ignored"
    ));
    assert!(loaded.says(3, "refused", "certifications.GB"));
    assert!(loaded.says(4, "refused", "certifications.GB is true, not a text"));
    assert!(loaded.says(5, "refused", "certifications.GB is -1, not a text"));
    assert!(loaded.says(6, "refused", "certifications is \"R\", not an object"));
    assert!(loaded.says(7, "refused", "but US has “"));
    assert!(loaded.says(8, "refused", "certifications.SE has 61 characters"));
    assert_eq!(
        certified(&program).await,
        [json!([["US", "R", 17]]), json!([["GB", "15", 15]])]
    );
}

#[tokio::test]
async fn a_table_has_a_column_for_each_system() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("records.csv");
    let table = "kind,slug,title,certifications.US,certifications.DE\n\
        film,heat-1995,Heat,R,16\n\
        series,dark-2017,Dark,TV-MA,\n";
    std::fs::write(&file, table).unwrap();

    let loaded = load(&program, &file).await;
    let heat = json!({ "slug": "heat-1995", "title": "Heat", "certifications": { "US": "R", "DE": "16" } });
    let again = load_text(&program, &heat.to_string()).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert!(
        again
            .summary
            .contains("films: 0 new, 0 changed, 1 unchanged")
    );
    assert_eq!(
        certified(&program).await,
        [
            json!([["US", "TV-MA", 17]]),
            json!([["DE", "16", 16], ["US", "R", 17]])
        ]
    );
}

#[tokio::test]
async fn the_strictest_system_counts_and_any_may_be_asked() {
    let program = Program::new(On::Embedded).await;
    load_films(
        &program,
        &[
            json!({ "US": "R", "GB": "18", "IN": "A", "DE": "6" }),
            json!({ "US": "NR" }),
        ],
    )
    .await;
    let site = program.serve().await;

    let query = "{ titles(first: 10, orderBy: NAME) { nodes {
        certification { system label age } german: certification(system: \"de\") { label }
        french: certification(system: \"FR\") { label } unknown: certification(system: \"Narnia\") { label } } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();

    let none = json!(null);
    assert_eq!(
        titles,
        json!([
            {
                "certification": { "system": "GB", "label": "18", "age": 18 },
                "german": { "label": "6" }, "french": none, "unknown": none,
            },
            { "certification": none, "german": none, "french": none, "unknown": none },
        ])
    );
}

#[tokio::test]
async fn each_system_is_a_field_of_its_own() {
    let program = Program::new(On::Embedded).await;
    let both = json!({ "US": "R", "DE": "16" });
    load_films(&program, &vec![both; 5]).await;

    let newer = [
        json!({ "DE": "18" }),
        json!({ "us": null }),
        json!({ "US": "NR", "DE": "" }),
        json!({}),
        json!(null),
    ];
    let loaded = load_films(&program, &newer).await;

    assert!(
        loaded
            .summary
            .contains("films: 0 new, 4 changed (certifications 4), 1 unchanged"),
        "{}",
        loaded.summary
    );
    let us = json!(["US", "R", 17]);
    assert_eq!(
        certified(&program).await,
        [
            json!([["DE", "18", 18], us]),
            json!([["DE", "16", 16]]),
            json!([["DE", "16", 16]]),
            json!([["DE", "16", 16], us]),
            json!([]),
        ]
    );
}

#[tokio::test]
async fn a_label_that_stands_for_what_is_not_known_takes_no_rating_away() {
    let program = Program::new(On::Embedded).await;
    let blanks = ["N/A", "None", "nan", "\\N", "Unknown", "-"];
    let rated = json!({ "US": "R" });
    load_films(&program, &vec![rated; blanks.len() + 1]).await;

    let mut newer: Vec<Value> = blanks.iter().map(|blank| json!({ "US": blank })).collect();
    newer.push(json!({ "US": "NR" }));
    let loaded = load_films(&program, &newer).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert!(loaded.says(
        1,
        "warning",
        "certifications.US “N/A” stands for what is not known; taken for nothing"
    ));
    let mut expected = vec![json!([["US", "R", 17]]); blanks.len()];
    expected.push(json!([]));
    assert_eq!(certified(&program).await, expected);
}
