//! Collections of films, as records name them.

use serde_json::{Value, json};

use super::{Loaded, load_text};
use crate::support::program::{On, Program};

/// Loads films, each with a slug and title of its own besides what is given.
async fn load(program: &Program, films: &[Value]) -> Loaded {
    let records = films.iter().zip(1..).map(|(film, number)| {
        let mut film = film.clone();
        for field in ["slug", "title"] {
            film[field] = json!(format!("film-{number}"));
        }
        film.to_string()
    });
    let records: Vec<String> = records.collect();
    load_text(program, &records.join("\n")).await
}

/// The slug and name of each film's collection, which part it is, and how often the film was written.
async fn parts(program: &Program) -> Vec<Value> {
    let site = program.serve().await;
    let query = "{ titles(first: 100) { nodes { slug revision ... on Film { collectionPart collection { slug name } } } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();
    let part = |title: &Value| {
        let collection = &title["collection"];
        json!([
            collection["slug"],
            collection["name"],
            title["collectionPart"],
            title["revision"]
        ])
    };
    titles.as_array().unwrap().iter().map(part).collect()
}

#[tokio::test]
async fn spellings_of_a_name_are_one_collection() {
    let program = Program::new(On::Embedded).await;
    let films = [
        json!({ "collection": "Amélie  Collection", "part": 2 }),
        json!({ "collection": "AMELIE collection" }),
        json!({ "collection": { "name": "Amélie Collection", "part": 1.0 } }),
        json!({ "collection": { "name": "Amélie Collection", "slug": "amelie-again" }, "part": 3 }),
        json!({ "collection": { "name": "Amélie Collection", "part": 4 }, "part": 4 }),
        json!({ "collection": " " }),
        json!({ "collection": null, "part": null }),
    ];

    let loaded = load(&program, &films).await;
    let again = load(&program, &films).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert_eq!(
        again.summary,
        "films: 0 new, 0 changed, 7 unchanged\n0 refused, 0 warnings\n"
    );
    let name = "Amélie Collection";
    let part = |part: Option<u32>| json!(["amelie-collection", name, part, 1]);
    assert_eq!(
        parts(&program).await,
        [
            part(Some(2)),
            part(None),
            part(Some(1)),
            json!(["amelie-again", name, 3, 1]),
            part(Some(4)),
            json!([null, null, null, 1]),
            json!([null, null, null, 1]),
        ]
    );
}

#[tokio::test]
async fn a_part_stays_as_long_as_the_collection_does() {
    let program = Program::new(On::Embedded).await;
    let godfather = json!({ "collection": "The Godfather Collection", "part": 1 });
    load(&program, &vec![godfather; 7]).await;

    let newer = [
        json!({}),
        json!({ "collection": "the godfather collection" }),
        json!({ "collection": "Another" }),
        json!({ "part": 2 }),
        json!({ "part": null }),
        json!({ "collection": { "name": "The Godfather Collection", "part": null } }),
        json!({ "collection": null }),
    ];
    let loaded = load(&program, &newer).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    let name = "The Godfather Collection";
    let part =
        |part: Option<u32>, revision| json!(["the-godfather-collection", name, part, revision]);
    assert_eq!(
        parts(&program).await,
        [
            part(Some(1), 1),
            part(Some(1), 1),
            json!(["another", "Another", null, 2]),
            part(Some(2), 2),
            part(None, 2),
            part(None, 2),
            json!([null, null, null, 2]),
        ],
        "a collection keeps the name that it was first loaded with"
    );
}

#[tokio::test]
async fn what_is_no_collection_or_part_is_refused_by_line_and_field() {
    let program = Program::new(On::Embedded).await;
    let wrong = [
        (json!({ "part": 1 }), "part is given without a collection"),
        (
            json!({ "collection": "", "part": 1 }),
            "part is given without a collection",
        ),
        (
            json!({ "collection": "A", "part": 0 }),
            "part is 0, not from 1 to 9999",
        ),
        (
            json!({ "collection": "A", "part": -1 }),
            "part is -1, not from 1 to 9999",
        ),
        (
            json!({ "collection": "A", "part": 10_000 }),
            "part is 10000, not from 1 to 9999",
        ),
        (
            json!({ "collection": "A", "part": "2" }),
            "part is \"2\", not a whole number",
        ),
        (
            json!({ "collection": "A", "part": 1.5 }),
            "part is 1.5, not a whole number",
        ),
        (json!({ "collection": 7 }), "collection is 7, not a text"),
        (
            json!({ "collection": ["A"] }),
            "collection is [\"A\"], not a text",
        ),
        (
            json!({ "collection": "!" }),
            "collection “!” has no letter or digit",
        ),
        (
            json!({ "collection": "x".repeat(501) }),
            "collection has 501 characters, more than 500",
        ),
        (
            json!({ "collection": {} }),
            "collection.name is missing or empty",
        ),
        (
            json!({ "collection": { "slug": "a" } }),
            "collection.name is missing or empty",
        ),
        (
            json!({ "collection": { "name": "…" } }),
            "collection.name “…” has no letter or digit",
        ),
        (
            json!({ "collection": { "name": "A", "slug": "A B" } }),
            "collection.slug is \"A B\", not 1 to 200",
        ),
        (
            json!({ "collection": { "name": "A", "part": 0 } }),
            "collection.part is 0, not from 1 to 9999",
        ),
        (
            json!({ "collection": { "name": "A", "part": 1 }, "part": 2 }),
            "part is 2, but 1 in the collection",
        ),
    ];
    let films: Vec<Value> = wrong.iter().map(|(film, _)| film.clone()).collect();

    let loaded = load(&program, &films).await;

    assert!(!loaded.is_clean);
    for (line, (film, message)) in (1..).zip(&wrong) {
        assert!(
            loaded.says(line, "refused", message),
            "{film}: {:?}",
            loaded.messages
        );
    }
    assert_eq!(loaded.refused().len(), wrong.len());
    assert!(
        loaded.summary.starts_with("no records"),
        "{}",
        loaded.summary
    );
}

#[tokio::test]
async fn what_a_collection_does_not_have_is_warned_of() {
    let program = Program::new(On::Embedded).await;
    let films = [
        json!({ "collection": { "name": "A", "order": 1 } }),
        json!({ "kind": "series", "collection": "A", "part": 1 }),
    ];

    let loaded = load(&program, &films).await;

    assert!(loaded.is_clean);
    assert!(loaded.says(
        1,
        "warning",
        "collection.order is not a field of a collection"
    ));
    assert!(loaded.says(2, "warning", "collection is not a field of this record"));
    assert!(loaded.says(2, "warning", "part is not a field of this record"));
    assert_eq!(
        parts(&program).await,
        [json!(["a", "A", null, 1]), json!([null, null, null, 1])]
    );
}
