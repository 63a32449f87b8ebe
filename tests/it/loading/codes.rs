//! Countries and languages: codes of ISO 3166-1 and ISO 639-1, whatever was written for them.

use serde_json::{Value, json};

use super::{load, load_text};
use crate::support::program::{On, Program};

fn film(slug: &str, countries: &Value, languages: &Value) -> String {
    json!({ "slug": slug, "title": slug, "countries": countries, "languages": languages })
        .to_string()
}

/// The codes of each title, by name.
async fn codes(program: &Program) -> Vec<Value> {
    let site = program.serve().await;
    let query = "{ titles(first: 100, orderBy: NAME) { nodes { countries languages } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();
    let codes = |title: &Value| json!([title["countries"], title["languages"]]);
    titles.as_array().unwrap().iter().map(codes).collect()
}

#[tokio::test]
async fn other_spellings_of_a_code_give_the_code() {
    let program = Program::new(On::Embedded).await;
    let films = [
        film("a", &json!(["United States"]), &json!(["English"])),
        film(
            "b",
            &json!(["us", "USA", "U.S."]),
            &json!(["EN", "eng", "en-US"]),
        ),
        film(
            "c",
            &json!(["Soviet Union", "West Germany"]),
            &json!(["Russian", "Deutsch"]),
        ),
        film(
            "d",
            &json!(["South Korea", "Côte d'Ivoire", "UK"]),
            &json!(["Mandarin", "pt_BR"]),
        ),
    ];

    let loaded = load_text(&program, &films.join("\n")).await;
    let again = load_text(&program, &films.join("\n")).await;

    assert!(loaded.is_clean);
    assert_eq!(loaded.messages, [""; 0]);
    assert!(
        again
            .summary
            .starts_with("films: 0 new, 0 changed, 4 unchanged")
    );
    assert_eq!(
        codes(&program).await,
        [
            json!([["US"], ["en"]]),
            json!([["US"], ["en"]]),
            json!([["SU", "DE"], ["ru", "de"]]),
            json!([["KR", "CI", "GB"], ["zh", "pt"]]),
        ]
    );
}

#[tokio::test]
async fn what_names_nothing_is_left_out_with_a_warning_for_each_value() {
    let program = Program::new(On::Embedded).await;
    let films = [
        film("a", &json!(["XX", "FR"]), &json!(["eng"])),
        film("b", &json!(["XX"]), &json!(["xx"])),
        film("c", &json!(["🇺🇸"]), &json!(["zxx"])),
        film("d", &json!(["Narnia"]), &json!(["en", "Elvish"])),
        film("e", &json!(["XX"]), &json!([])),
    ];

    let loaded = load_text(&program, &films.join("\n")).await;

    assert_eq!(loaded.refused(), [3]);
    assert!(loaded.says(
        3,
        "refused",
        "countries has \"🇺🇸\", neither a code nor a name"
    ));
    assert!(loaded.says(1, "warning", "countries “XX” is no country of ISO 3166-1"));
    assert!(loaded.says(2, "warning", "languages “xx” is no language of ISO 639-1"));
    assert!(loaded.says(3, "warning", "languages “zxx” is no language"));
    assert!(loaded.says(4, "warning", "countries “Narnia” is no country"));
    assert!(loaded.says(4, "warning", "languages “Elvish” is no language"));
    assert_eq!(
        loaded.messages.len(),
        6,
        "each value once: {:?}",
        loaded.messages
    );
    assert!(loaded.summary.contains("1 refused, 5 warnings"));
    assert!(
        loaded
            .summary
            .contains("4 (2 different) × countries … is no country of ISO 3166-1"),
        "{}",
        loaded.summary
    );
    assert_eq!(
        codes(&program).await,
        [
            json!([["FR"], ["en"]]),
            json!([[], []]),
            json!([[], ["en"]]),
            json!([[], []]),
        ]
    );
}

#[tokio::test]
async fn a_value_that_names_nothing_takes_nothing_away() {
    let program = Program::new(On::Embedded).await;
    load_text(&program, &film("a", &json!(["US"]), &json!(["en"]))).await;

    let loaded = load_text(&program, &film("a", &json!(["XX"]), &json!(["N/A"]))).await;

    assert!(
        loaded
            .summary
            .starts_with("films: 0 new, 0 changed, 1 unchanged"),
        "{}",
        loaded.summary
    );
    assert_eq!(codes(&program).await, [json!([["US"], ["en"]])]);
}

#[tokio::test]
async fn a_filter_understands_what_a_record_does() {
    let program = Program::new(On::Embedded).await;
    let films = [
        film("a", &json!([]), &json!(["English"])),
        film("b", &json!([]), &json!(["en-GB"])),
        film("c", &json!([]), &json!(["fr"])),
    ];
    load_text(&program, &films.join("\n")).await;
    let site = program.serve().await;

    let query = "query ($language: String) { titles(first: 10, orderBy: NAME, filter: { language: $language }) { nodes { slug } }
        search(query: \"a\", first: 10, filter: { language: $language }) { nodes { __typename } } }";
    for language in ["en", "EN", "eng", " English ", "en-US"] {
        let found = site.ask(query, json!({ "language": language })).await;
        assert_eq!(
            found["titles"]["nodes"],
            json!([{ "slug": "a" }, { "slug": "b" }]),
            "{language}"
        );
        assert_eq!(found["search"]["nodes"].as_array().unwrap().len(), 1);
    }
    let none = site.ask(query, json!({ "language": "Elvish" })).await;
    assert_eq!(none["titles"]["nodes"], json!([]));
}

#[tokio::test]
async fn tables_have_them_too() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("records.csv");
    let table =
        "slug,title,countries,languages\na,A,USA|France,English|fre\nb,B,\"USA, France\",en\n";
    std::fs::write(&file, table).unwrap();

    let loaded = load(&program, &file).await;

    assert!(loaded.says(
        3,
        "warning",
        "countries “USA, France” looks like several in one"
    ));
    assert!(loaded.says(3, "warning", "“|” stands between them in a cell of a table"));
    assert_eq!(
        codes(&program).await,
        [json!([["US", "FR"], ["en", "fr"]]), json!([[], ["en"]])]
    );
}
