//! `reelgraph doctor`: it finds what is wrong, says what to do, and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use bson::Document;
use mongodb::Client;
use reelgraph::adapters::mongo::INDEXES;
use rusqlite::Connection;
use serde_json::Value;

use crate::support::program::{On, Program, free_address};

/// What is not well, by subject and aspect, and the exit status.
async fn examine(program: &Program, arguments: &[&str]) -> (i32, BTreeMap<String, String>) {
    let arguments = [&["doctor", "--json"], arguments].concat();
    let output = program.run(&arguments).await;
    let text = String::from_utf8(output.stdout).unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let status = output.status.code().unwrap();
    assert_eq!(answer["ok"], Value::Bool(status == 0), "{answer}");
    let mut wrong = BTreeMap::new();
    for finding in answer["findings"].as_array().unwrap() {
        let verdict = finding["verdict"].as_str().unwrap();
        if verdict != "ok" {
            assert!(finding["advice"].is_string(), "{finding}");
            let text = |field: &str| finding[field].as_str().unwrap();
            wrong.insert(
                format!("{} {}", text("subject"), text("aspect")),
                verdict.to_owned(),
            );
        }
    }
    (status, wrong)
}

/// The same, without what depends on the machine.
async fn examine_all_but_the_disk(program: &Program) -> (i32, Vec<(String, String)>) {
    let (status, mut wrong) = examine(program, &[]).await;
    wrong.remove("sqlite disk");
    (status, wrong.into_iter().collect())
}

fn problem(what: &str) -> (i32, Vec<(String, String)>) {
    (1, vec![(what.to_owned(), "problem".to_owned())])
}

#[tokio::test]
async fn where_nothing_is_yet_nothing_is_wrong_and_nothing_is_made() {
    let program = Program::new(On::Embedded).await;

    let found = examine_all_but_the_disk(&program).await;

    assert_eq!(found, (0, Vec::new()));
    assert_eq!(std::fs::read_dir(program.data()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_embedded_store_that_is_used_is_well() {
    let program = Program::seeded(On::Embedded).await;
    let _site = program.serve().await;

    assert_eq!(examine_all_but_the_disk(&program).await, (0, Vec::new()));
    let table = program.expect(&["doctor"]).await;
    assert!(
        table.contains("ok       sqlite    integrity          ok\n"),
        "{table}"
    );
    assert!(table.contains("0 problems, "), "{table}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_a_problem() {
    let program = Program::new(On::Embedded).await;
    std::fs::write(
        program.data().join("reelgraph.sqlite"),
        "no database at all, but a text",
    )
    .unwrap();

    assert_eq!(
        examine_all_but_the_disk(&program).await,
        problem("sqlite database")
    );
}

#[tokio::test]
async fn a_damaged_database_is_a_problem() {
    let program = Program::seeded(On::Embedded).await;
    let path = program.data().join("reelgraph.sqlite");
    let db = Connection::open(&path).unwrap();
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    let root: i64 = db
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'titles_counted'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let page: i64 = db
        .pragma_query_value(None, "page_size", |row| row.get(0))
        .unwrap();
    drop(db);
    let mut bytes = std::fs::read(&path).unwrap();
    let (root, page) = (
        usize::try_from(root).unwrap(),
        usize::try_from(page).unwrap(),
    );
    bytes[(root - 1) * page..root * page].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();

    assert_eq!(
        examine_all_but_the_disk(&program).await,
        problem("sqlite integrity")
    );
}

#[tokio::test]
async fn tables_of_another_version_are_told() {
    let program = Program::seeded(On::Embedded).await;
    let db = Connection::open(program.data().join("reelgraph.sqlite")).unwrap();

    db.pragma_update(None, "user_version", 1).unwrap();
    let older = examine_all_but_the_disk(&program).await;
    db.pragma_update(None, "user_version", 1000).unwrap();
    let newer = examine_all_but_the_disk(&program).await;

    assert_eq!(
        older,
        (0, vec![("sqlite tables".to_owned(), "warning".to_owned())])
    );
    assert_eq!(newer, problem("sqlite tables"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_that_others_can_read_is_told_in_production() {
    use std::os::unix::fs::PermissionsExt;

    let program = Program::seeded(On::Embedded).await;
    let path = program.data().join("reelgraph.sqlite");
    let arguments = [
        "--env",
        "production",
        "--public-url",
        "https://www.example.org",
    ];
    let told = async |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let (_, wrong) = examine(&program, &arguments).await;
        wrong.get("sqlite file").cloned()
    };

    assert_eq!(told(0o644).await.as_deref(), Some("warning"));
    assert_eq!(told(0o640).await, None);
}

#[tokio::test]
async fn a_site_for_the_public_without_secrets_has_problems() {
    let mut program = Program::new(On::Embedded).await;
    let arguments = ["--env", "production"];

    let (status, wrong) = examine(&program, &arguments).await;
    program.set("REELGRAPH_SECRET", "hush");
    program.set("REELGRAPH_METRICS_TOKEN", "hush");
    let output = program.run(&[&["doctor"], &arguments[..]].concat()).await;

    assert_eq!(status, 1);
    for what in ["settings public URL", "settings secret", "settings mail"] {
        assert_eq!(
            wrong.get(what).map(String::as_str),
            Some("problem"),
            "{wrong:?}"
        );
    }
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("PROBLEM  settings  public URL"), "{table}");
    assert!(table.contains("→ set REELGRAPH_PUBLIC_URL"), "{table}");
    assert!(!table.contains("hush"), "{table}");
}

#[tokio::test]
async fn servers_that_are_used_are_well_and_what_is_missing_is_told() {
    let program = Program::seeded(On::Servers).await;
    // Servers of tests log what they please.
    let of_these_servers = ["redis persistence", "neo4j transaction limit"];

    let (status, mut wrong) = examine(&program, &[]).await;
    for what in of_these_servers {
        wrong.remove(what);
    }
    assert_eq!((status, wrong), (0, BTreeMap::new()));

    let client = Client::with_uri_str(program.variable("MONGODB_URI"))
        .await
        .unwrap();
    let db = client.default_database().unwrap();
    let mut there = BTreeMap::new();
    for collection in db.list_collection_names().await.unwrap() {
        assert_ne!(collection, "examinations", "what was tried is gone");
        let names = db
            .collection::<Document>(&collection)
            .list_index_names()
            .await
            .unwrap();
        let names: BTreeSet<String> = names.into_iter().filter(|name| name != "_id_").collect();
        if !names.is_empty() {
            there.insert(collection, names);
        }
    }
    let mut expected = BTreeMap::new();
    for (collection, names) in INDEXES {
        let names: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
        expected.insert((*collection).to_owned(), names);
    }
    assert_eq!(
        there, expected,
        "the list in adapters/mongo/examine.rs is that of the stores"
    );
    db.collection::<Document>("titles")
        .drop_index("external_ids_1")
        .await
        .unwrap();
    let (status, wrong) = examine(&program, &[]).await;
    assert_eq!(
        wrong.get("mongodb indexes").map(String::as_str),
        Some("warning")
    );
    assert_eq!(status, 0);
}

#[tokio::test]
async fn servers_that_are_away_or_let_nobody_in_are_problems() {
    let mut program = Program::new(On::Servers).await;
    let nobody = free_address();
    program.set("NEO4J_PASSWORD", "hush");
    program.set("REDIS_URL", &format!("redis://:hush@{nobody}"));
    program.set(
        "MONGODB_URI",
        &format!("mongodb://u:hush@{nobody}/it?replicaSet=rs0"),
    );

    let (status, wrong) = examine(&program, &[]).await;
    let shown = program.run(&["doctor"]).await;

    assert_eq!(status, 1);
    for what in ["mongodb reachable", "neo4j reachable", "redis reachable"] {
        assert_eq!(
            wrong.get(what).map(String::as_str),
            Some("problem"),
            "{wrong:?}"
        );
    }
    assert!(!String::from_utf8(shown.stdout).unwrap().contains("hush"));
}

#[tokio::test]
async fn addresses_that_cannot_be_read_are_problems_and_not_shown() {
    let mut program = Program::new(On::Embedded).await;
    program.set("MONGODB_URI", "mongodb://u:hu/sh@127.0.0.1:port/?what=hush");
    program.set("NEO4J_URI", "nonsense://127.0.0.1");
    program.set("NEO4J_PASSWORD", "hush");
    program.set("REDIS_URL", "redis://:hush@127.0.0.1:port");

    let (status, wrong) = examine(&program, &[]).await;
    let shown = program.run(&["doctor"]).await;

    assert_eq!(status, 1);
    for what in ["mongodb address", "redis address"] {
        assert_eq!(
            wrong.get(what).map(String::as_str),
            Some("problem"),
            "{wrong:?}"
        );
    }
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(
        !shown.contains("hush") && !shown.contains("hu/sh"),
        "{shown}"
    );
}
