//! Curators delete genres and collections, and merge collections: titles, lists and files go by it, until it is taken back.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_genre_is_deleted_and_comes_back,
    a_collection_becomes_one_with_another,
    a_collection_is_deleted_and_comes_back,
);

const RECORDS: &str = r#"{"kind": "film", "slug": "one", "title": "One", "genres": ["Capers", "Crime"], "collection": "Ring Saga", "part": 1}
{"kind": "film", "slug": "two", "title": "Two", "genres": ["Drama"], "collection": "Ring Saga", "part": 2}
{"kind": "film", "slug": "three", "title": "Three", "genres": ["Crime"], "collection": "Saga of Rings", "part": 2}"#;
const GENRES: &str = "{ one: film(slug: \"one\") { genres { slug } } genres { slug }
    capers: genre(slug: \"capers\") { slug } titles(filter: { genres: [\"crime\"] }) { totalCount } }";
const COLLECTIONS: &str =
    "{ one: film(slug: \"one\") { collectionPart collection { slug } } three: film(slug: \"three\") { collectionPart collection { slug } }
    ring: collection(slug: \"ring-saga\") { slug films { slug } } saga: collection(slug: \"saga-of-rings\") { slug films { slug } } }";
const DELETED: &str = "changes { field before after } changedTitles run";

fn refused(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

async fn a_genre_is_deleted_and_comes_back(on: On) {
    let (program, site, mut curator) = with_records(on).await;
    let before = curator.ask(GENRES).await;
    let capers = site.id_of("genre", "capers").await;

    for (input, expected) in [
        (json!({ "genre": "x" }), refused("NOT_FOUND", "genre")),
        (
            json!({ "genre": capers }),
            refused("CONFLICT", "fromTitles"),
        ),
        (
            json!({ "genre": capers, "fromTitles": true, "baseRevision": 99 }),
            refused("STALE_REVISION", "baseRevision"),
        ),
    ] {
        assert_eq!(curator.refused("deleteGenre", input).await, expected);
    }
    let mut input = json!({ "genre": capers, "fromTitles": true, "dryRun": true });
    let told = curator.expect("deleteGenre", input.clone(), DELETED).await;
    let change = json!([{ "field": "deleted", "before": "false", "after": "true" }]);
    assert_eq!(
        told,
        json!({ "changes": change, "changedTitles": 1, "run": null, "userErrors": [] })
    );
    assert_eq!(curator.ask(GENRES).await, before);
    input["dryRun"] = json!(false);
    let done = curator.expect("deleteGenre", input.clone(), DELETED).await;
    assert_eq!(done["changedTitles"], 1);

    let is_gone = |seen: &Value| {
        seen["capers"].is_null()
            && slugs(&seen["one"]["genres"]) == ["crime"]
            && slugs(&seen["genres"]) == ["crime", "drama"]
    };
    curator.ask_until(GENRES, is_gone).await;
    let again = curator.refused("deleteGenre", input).await;
    assert_eq!(again, refused("NOT_FOUND", "genre"));
    // Whoever edits is told, and so is whoever loads.
    let one = site.id_of("film", "one").await;
    let edit = json!({ "titles": [{ "title": one }], "add": { "genres": ["Capers"] } });
    let edited = curator
        .call("editTitles", edit, "results { userErrors { code field } }")
        .await;
    let error = &edited["results"][0]["userErrors"][0];
    assert_eq!(error["code"], "NOT_FOUND");
    assert_eq!(error["field"], json!(["input", "add", "genres"]));
    let said = load(&program).await;
    assert!(said.contains("films: 0 new, 0 changed"), "{said}");
    assert!(said.contains("was deleted by hand; left out"), "{said}");

    curator.revert(&done["run"]).await;
    curator.ask_until(GENRES, |seen| *seen == before).await;
}

async fn a_collection_becomes_one_with_another(on: On) {
    let (program, site, mut curator) = with_records(on).await;
    let before = curator.ask(COLLECTIONS).await;
    let [ring, saga] = [
        site.id_of("collection", "ring-saga").await,
        site.id_of("collection", "saga-of-rings").await,
    ];

    for (input, expected) in [
        (
            json!({ "collection": "x", "into": ring }),
            refused("NOT_FOUND", "collection"),
        ),
        (
            json!({ "collection": saga, "into": "x" }),
            refused("NOT_FOUND", "into"),
        ),
        (
            json!({ "collection": saga, "into": saga }),
            refused("INVALID", "into"),
        ),
        (
            json!({ "collection": saga, "into": ring, "baseRevision": 99 }),
            refused("STALE_REVISION", "baseRevision"),
        ),
    ] {
        assert_eq!(curator.refused("mergeCollections", input).await, expected);
    }
    let fields = "collection { slug } warnings changedTitles run";
    let mut input = json!({ "collection": saga, "into": ring, "dryRun": true });
    let told = curator
        .expect("mergeCollections", input.clone(), fields)
        .await;
    let warning = "`collectionPart` of “Three” is 2, as that of “Two”";
    let expected = json!({
        "collection": { "slug": "ring-saga" }, "warnings": [warning], "changedTitles": 1, "run": null, "userErrors": [],
    });
    assert_eq!(told, expected);
    assert_eq!(curator.ask(COLLECTIONS).await, before);
    input["dryRun"] = json!(false);
    let done = curator
        .expect("mergeCollections", input.clone(), fields)
        .await;

    let part = json!({ "collectionPart": 2, "collection": { "slug": "ring-saga" } });
    let is_merged = |seen: &Value| {
        let films = seen["ring"]["films"].as_array().map(Vec::len);
        seen["saga"] == seen["ring"] && films == Some(3) && seen["three"] == part
    };
    curator.ask_until(COLLECTIONS, is_merged).await;
    let again = curator.refused("mergeCollections", input).await;
    assert_eq!(again, refused("NOT_FOUND", "collection"));
    // Who asks by the id of the other gets it, too.
    let query = "query ($id: ID) { collection(id: $id) { slug } }";
    let found = site.ask(query, json!({ "id": saga })).await;
    assert_eq!(found["collection"]["slug"], "ring-saga");
    let said = load(&program).await;
    assert!(said.contains("films: 0 new, 0 changed"), "{said}");

    curator.revert(&done["run"]).await;
    curator.ask_until(COLLECTIONS, |seen| *seen == before).await;
}

async fn a_collection_is_deleted_and_comes_back(on: On) {
    let (program, site, mut curator) = with_records(on).await;
    let before = curator.ask(COLLECTIONS).await;
    let ring = site.id_of("collection", "ring-saga").await;

    for (input, expected) in [
        (
            json!({ "collection": "x" }),
            refused("NOT_FOUND", "collection"),
        ),
        (
            json!({ "collection": ring }),
            refused("CONFLICT", "fromTitles"),
        ),
        (
            json!({ "collection": ring, "fromTitles": true, "baseRevision": 99 }),
            refused("STALE_REVISION", "baseRevision"),
        ),
    ] {
        assert_eq!(curator.refused("deleteCollection", input).await, expected);
    }
    let mut input = json!({ "collection": ring, "fromTitles": true, "dryRun": true });
    let told = curator
        .expect("deleteCollection", input.clone(), DELETED)
        .await;
    assert_eq!(
        (&told["changedTitles"], &told["run"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(curator.ask(COLLECTIONS).await, before);
    input["dryRun"] = json!(false);
    let done = curator.expect("deleteCollection", input, DELETED).await;

    let none = json!({ "collectionPart": null, "collection": null });
    let is_gone = |seen: &Value| seen["ring"].is_null() && seen["one"] == none;
    let now = curator.ask_until(COLLECTIONS, is_gone).await;
    assert_eq!(now["saga"], before["saga"]);
    let said = load(&program).await;
    assert!(said.contains("films: 0 new, 0 changed"), "{said}");
    assert!(said.contains("was deleted by hand; left out"), "{said}");

    curator.revert(&done["run"]).await;
    curator.ask_until(COLLECTIONS, |seen| *seen == before).await;
}

async fn with_records(on: On) -> (Program, Site, Visitor) {
    let program = Program::new(on).await;
    load(&program).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    (program, site, curator)
}

fn slugs(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["slug"].as_str().unwrap()).collect()
}

/// Loads the records; all that is told of it.
async fn load(program: &Program) -> String {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, RECORDS).unwrap();
    let output = program.run(&["load", file.to_str().unwrap()]).await;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{said}");
    said
}
