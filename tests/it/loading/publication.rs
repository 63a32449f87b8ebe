//! Whether and when viewers may see titles, as records say it.

use serde_json::json;

use super::{load_text, slugs};
use crate::support::program::{On, Program};

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_field() {
    let program = Program::new(On::Embedded).await;
    let records = [
        json!({ "slug": "a", "title": "A", "state": "published" }),
        json!({ "slug": "b", "title": "B", "state": "secret" }),
        json!({ "slug": "c", "title": "C", "state": 1 }),
        json!({ "slug": "d", "title": "D", "available_from": "tomorrow" }),
        json!({ "slug": "e", "title": "E", "available_until": "2030-02-30T00:00:00Z" }),
        json!({ "slug": "f", "title": "F", "available_from": "2030-01-01T00:00:00Z", "available_until": "2030-01-01T00:00:00Z" }),
        json!({ "slug": "g", "title": "G", "state": null, "available_from": null, "available_until": "2999-01-01T00:00:00+02:00" }),
    ];
    let records: Vec<String> = records.iter().map(ToString::to_string).collect();

    let loaded = load_text(&program, &records.join("\n")).await;

    assert_eq!(loaded.refused(), [2, 3, 4, 5, 6]);
    for (line, problem) in [
        (2, "state is \"secret\", not draft, published or hidden"),
        (3, "state is 1, not draft, published or hidden"),
        (4, "available_from is \"tomorrow\", not a time"),
        (5, "available_until is \"2030-02-30T00:00:00Z\", not a time"),
        (
            6,
            "available_until is 2030-01-01 00:00:00 UTC, not after available_from",
        ),
    ] {
        assert!(
            loaded.says(line, "refused", problem),
            "{:?}",
            loaded.messages
        );
    }
    assert_eq!(slugs(&program).await, ["a", "g"]);
}

#[tokio::test]
async fn loading_again_brings_nothing_back_that_was_hidden() {
    let program = Program::new(On::Embedded).await;
    let film = |extra: &str| format!(r#"{{"slug": "a", "title": "A"{extra}}}"#);
    let hidden = film(r#", "state": "hidden""#);

    load_text(&program, &film("")).await;
    assert_eq!(slugs(&program).await, ["a"]);
    load_text(&program, &hidden).await;
    assert!(slugs(&program).await.is_empty());
    load_text(&program, &film("")).await;
    assert!(slugs(&program).await.is_empty());
    load_text(&program, &film(r#", "state": "published""#)).await;
    assert_eq!(slugs(&program).await, ["a"]);
}

#[tokio::test]
async fn a_table_says_it_too() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("films.csv");
    let table = "slug,title,state,available_until\na,A,,\nb,B,draft,\nc,C,,2001-01-01T00:00:00Z\n";
    std::fs::write(&file, table).unwrap();

    program.expect(&["load", file.to_str().unwrap()]).await;

    assert_eq!(slugs(&program).await, ["a"]);
}
