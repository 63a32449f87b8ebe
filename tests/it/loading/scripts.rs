//! Names in all scripts: who is one and who is not, and how a catalogue goes on whose keys were made otherwise.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::catalog::{CatalogBatch, Collection, Genre, Locks, Person};
use reelgraph::domain::ids::{CollectionId, GenreId, PersonId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::stamp::Stamp;
use serde_json::{Value, json};

use super::load_text;
use crate::support::program::{On, Program};

/// Loads films, each with a slug and title of its own besides what is given.
async fn load_films(program: &Program, films: &[Value]) -> super::Loaded {
    let records = films.iter().zip(1..).map(|(film, number)| {
        let mut film = film.clone();
        film["slug"] = json!(format!("film-{number}"));
        film["title"] = json!(format!("Film {number}"));
        film.to_string()
    });
    let records: Vec<String> = records.collect();
    load_text(program, &records.join("\n")).await
}

/// The slug and name of each film's people, genres and collection.
async fn named(program: &Program) -> Vec<Value> {
    let site = program.serve().await;
    let query = "{ titles(first: 100, orderBy: NAME) { nodes { credits(first: 10) { nodes { slug name } } genres { slug name }
        ... on Film { collection { slug name } } } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();
    titles.as_array().unwrap().clone()
}

/// The slugs of a film's people.
fn people(film: &Value) -> BTreeSet<String> {
    let people = film["credits"]["nodes"].as_array().unwrap().iter();
    people
        .map(|person| person["slug"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_mark_that_makes_another_word_makes_another_person() {
    let program = Program::new(On::Embedded).await;
    let films = [
        json!({ "cast": ["कमल", "राम", "सुनील", "शिव"], "directors": ["रमेश सिप्पी"] }),
        json!({ "cast": ["कमला", "रमा", "सुनीला", "शव"], "directors": ["रमेश सिप्पी"] }),
        json!({ "cast": ["ばば", "はだ", "タナベ", "はは", "はた", "タナヘ", "ぱぱ"] }),
        json!({ "cast": ["ปี", "ปู", "Андрей", "Андреи"] }),
        json!({ "cast": ["Œuvre Sæther", "Søren Strauß", "Guðrún Þór", "Işıl", "Łukasz", "Đặng"] }),
        json!({ "cast": ["Oeuvre Saether", "Soren Strauss", "Gudrun Thor", "Isil", "Lukasz", "Dang"] }),
    ];

    let loaded = load_films(&program, &films).await;
    let again = load_films(&program, &films).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert!(
        again
            .summary
            .starts_with("films: 0 new, 0 changed, 6 unchanged"),
        "{}",
        again.summary
    );
    let films = named(&program).await;
    let people: Vec<BTreeSet<String>> = films.iter().map(people).collect();
    let shared: Vec<&String> = people[0].intersection(&people[1]).collect();
    assert_eq!(shared, ["रमेश-सिप्पी"]);
    assert_eq!(people[2].len(), 7);
    assert_eq!(people[3].len(), 4);
    assert_eq!(people[4], people[5]);
    assert_eq!(people[4].len(), 6);
}

#[tokio::test]
async fn genres_and_collections_are_told_apart_alike() {
    let program = Program::new(On::Embedded).await;
    let films = [
        json!({ "genres": ["कमल", "Zarzuéla"], "collection": "はは" }),
        json!({ "genres": ["कमला", "zarzuela"], "collection": "ばば" }),
    ];

    load_films(&program, &films).await;

    let films = named(&program).await;
    let zarzuela = json!({ "slug": "zarzuela", "name": "Zarzuéla" });
    let genre = |name: &str| json!({ "slug": name, "name": name });
    assert_eq!(films[0]["genres"], json!([genre("कमल"), zarzuela]));
    assert_eq!(films[1]["genres"], json!([genre("कमला"), zarzuela]));
    assert_eq!(
        films[0]["collection"],
        json!({ "slug": "はは", "name": "はは" })
    );
    assert_eq!(
        films[1]["collection"],
        json!({ "slug": "ばば", "name": "ばば" })
    );
}

#[tokio::test]
async fn a_slug_is_found_however_it_is_spelled() {
    let program = Program::new(On::Embedded).await;
    let film = json!({ "slug": "기생충", "title": "기생충", "directors": ["봉준호"], "genres": ["느와르"], "collection": "봉준호" });
    load_text(&program, &film.to_string()).await;
    let site = program.serve().await;

    // Composed, and as some keyboards and file systems have it.
    for (person, genre, title) in [
        ("봉준호", "느와르", "기생충"),
        (
            "\u{1107}\u{1169}\u{11bc}\u{110c}\u{116e}\u{11ab}\u{1112}\u{1169}",
            "\u{1102}\u{1173}\u{110b}\u{116a}\u{1105}\u{1173}",
            "\u{1100}\u{1175}\u{1109}\u{1162}\u{11bc}\u{110e}\u{116e}\u{11bc}",
        ),
    ] {
        let query = "query ($person: String, $genre: String, $title: String) { person(slug: $person) { slug } genre(slug: $genre) { slug }
            collection(slug: $person) { slug } film(slug: $title) { slug } }";
        let variables = json!({ "person": person, "genre": genre, "title": title });
        let found = site.ask(query, variables).await;
        assert_eq!(
            found,
            json!({ "person": { "slug": "봉준호" }, "genre": { "slug": "느와르" }, "collection": { "slug": "봉준호" },
                "film": { "slug": "기생충" } })
        );
    }
}

/// Writes people, a genre and a collection as a catalogue has them that was loaded when keys lost every mark.
async fn store_as_once(program: &Program) {
    let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
    let stamp = Stamp::first(DateTime::<Utc>::UNIX_EPOCH);
    let person = |slug: &str, name: &str| Person {
        id: PersonId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        born: None,
        died: None,
        birthplace: None,
        pictures: Vec::new(),
        external_ids: Vec::new(),
        merge: None,
        deleted: false,
        locks: Locks::default(),
        stamp,
    };
    let batch = CatalogBatch {
        people: vec![
            person(BONG, "봉준호"),
            person("कमल", "कमला"),
            person("はは", "ばば"),
            person("œuvre-sæther", "Œuvre Sæther"),
            person("zoe-saldana", "Zoe Saldaña"),
        ],
        genres: vec![Genre {
            id: GenreId::of_slug("हसय"),
            slug: "हसय".to_owned(),
            name: "हास्य".to_owned(),
            merged_into: None,
            deleted: false,
            stamp,
        }],
        collections: vec![Collection {
            id: CollectionId::of_slug("はは"),
            slug: "はは".to_owned(),
            name: "ばば".to_owned(),
            pictures: Vec::new(),
            merged_into: None,
            deleted: false,
            stamp,
        }],
        ..CatalogBatch::default()
    };
    SqliteCatalog::new(db).put(&batch).await.unwrap();
}

/// The name 봉준호 in decomposed letters (NFD).
const BONG: &str = "\u{1107}\u{1169}\u{11bc}\u{110c}\u{116e}\u{11ab}\u{1112}\u{1169}";

#[tokio::test]
async fn a_catalogue_that_was_loaded_before_gets_nobody_twice() {
    let program = Program::new(On::Embedded).await;
    store_as_once(&program).await;
    let films = [
        json!({ "cast": ["봉준호", "कमला", "ばば", "Œuvre Sæther", "Zoe Saldana"], "genres": ["हास्य"], "collection": "ばば" }),
        json!({ "cast": ["कमल", "はは"], "collection": "はは" }),
    ];

    let first = load_films(&program, &films).await;
    let again = load_films(&program, &films).await;

    assert!(first.is_clean, "{:?}", first.messages);
    assert!(
        again
            .summary
            .starts_with("films: 0 new, 0 changed, 2 unchanged"),
        "{}",
        again.summary
    );
    let films = named(&program).await;
    let person = |slug: &str, name: &str| json!({ "slug": slug, "name": name });
    assert_eq!(
        films[0]["credits"]["nodes"],
        json!([
            person(BONG, "봉준호"),
            person("कमल", "कमला"),
            person("はは", "ばば"),
            person("œuvre-sæther", "Œuvre Sæther"),
            person("zoe-saldana", "Zoe Saldaña"),
        ])
    );
    assert_eq!(films[0]["genres"], json!([person("हसय", "हास्य")]));
    assert_eq!(films[0]["collection"], person("はは", "ばば"));
    assert_eq!(
        films[1]["credits"]["nodes"],
        json!([person("कमल~2", "कमल"), person("はは~2", "はは")]),
        "who only shared the key gets one of their own"
    );
    assert_eq!(films[1]["collection"], person("はは~2", "はは"));
    let site = program.serve().await;
    let found = site
        .ask(
            "{ person(slug: \"봉준호\") { name } genre(slug: \"हास्य\") { name } }",
            json!({}),
        )
        .await;
    assert_eq!(
        found,
        json!({ "person": { "name": "봉준호" }, "genre": { "name": "हास्य" } })
    );
}
