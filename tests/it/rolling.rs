//! Versions beside each other: what a later one writes stops nothing here, and is not lost when this one writes as well.

use std::time::{Duration, Instant};

use bson::{Document, doc};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;
use reelgraph::domain::ids::{PersonId, TitleId};
use reelgraph::domain::recommend::{GraphEpoch, Schema};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::stores;

both_ways!(
    documents_that_cannot_be_read_stop_nothing,
    a_record_of_what_cannot_be_read_is_refused_and_no_other,
    fields_that_are_not_known_stay,
    a_store_that_is_for_newer_programs_is_refused,
);

const ALIEN: &str = "alien-1979";

async fn database(program: &Program) -> mongodb::Database {
    let client = mongodb::Client::with_uri_str(program.variable("MONGODB_URI")).await;
    client.unwrap().default_database().unwrap()
}

fn file(program: &Program) -> rusqlite::Connection {
    rusqlite::Connection::open(program.data().join("reelgraph.sqlite")).unwrap()
}

/// A title of a kind that this version does not know, which waits for projection before all others, and a person whose
/// name is no text.
async fn write_as_a_later_version(program: &Program, on: On) {
    let (title, person) = (TitleId::of_slug(ALIEN), PersonId::of_slug("al-pacino"));
    if on == On::Embedded {
        let db = file(program);
        let kind = "UPDATE title_documents SET document = json_set(document, '$.kind', 'hologram') WHERE id = ?1";
        assert_eq!(db.execute(kind, [title.to_i64()]).unwrap(), 1);
        let mark = "UPDATE titles SET waiting_since = 1 WHERE id = ?1";
        assert_eq!(db.execute(mark, [title.to_i64()]).unwrap(), 1);
        let name = "UPDATE people SET document = json_set(document, '$.name', 7) WHERE id = ?1";
        assert_eq!(db.execute(name, [person.to_i64()]).unwrap(), 1);
        return;
    }
    let db = database(program).await;
    for (collection, id, change) in [
        (
            "titles",
            title.to_i64(),
            doc! { "kind": "hologram", "unprojected": 1_i64 },
        ),
        ("people", person.to_i64(), doc! { "name": 7 }),
    ] {
        let documents = db.collection::<Document>(collection);
        let changed = documents
            .update_one(doc! { "_id": id }, doc! { "$set": change })
            .await;
        assert_eq!(changed.unwrap().modified_count, 1, "{collection}");
    }
}

async fn documents_that_cannot_be_read_stop_nothing(on: On) {
    let program = Program::with_few_viewers(on).await;
    write_as_a_later_version(&program, on).await;
    let films = program.data().join("films.ndjson");
    let film = r#"{"slug": "zebra-2001", "title": "Zebra"}"#;
    std::fs::write(&films, film).unwrap();
    program.expect(&["load", films.to_str().unwrap()]).await;
    let log = program.data().join("log");

    let mut site = program.serve_logging(&log).await;

    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let watchers = "{ film(slug: \"heat-1995\") { watchers } }";
    let before = site.ask(watchers, json!({})).await["film"]["watchers"]
        .as_i64()
        .unwrap();
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 10_000.0, "2026-01-01T20:00:00Z")
        .await;
    let more = |data: &Value| data["film"]["watchers"] == before + 1;
    site.wait_for(SOON, watchers, more).await;
    let found = "{ search(query: \"zebra\", first: 1) { nodes { slug } } }";
    let zebra = |data: &Value| data["search"]["nodes"][0]["slug"] == "zebra-2001";
    site.wait_for(SOON, found, zebra).await;
    let metrics = site
        .get("/metrics")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        metrics.contains("unreadable_documents{kind=\"titles\"} 1"),
        "{metrics}"
    );
    let ready: Value = site
        .get("/readyz")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(ready["projection"], json!("ok"));
    site.kill().await;
    let log = std::fs::read_to_string(log).unwrap();
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("cannot be read by this version") && line.contains("titles"))
        .collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    program.expect(&["graph", "drain"]).await;
    let said = program.expect(&["graph", "similar"]).await;
    assert!(!said.contains("computed 0"), "{said}");
    let graph = stores::graph(&program, on);
    let titles = graph.counts().await.unwrap().titles;
    program.expect(&["graph", "rebuild"]).await;
    // What cannot be read is no stray: its node stays as it was.
    assert_eq!(graph.counts().await.unwrap().titles, titles);
    program.expect(&["graph", "verify"]).await;
}

async fn a_record_of_what_cannot_be_read_is_refused_and_no_other(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    program.expect(&["load", "seed"]).await;
    write_as_a_later_version(&program, on).await;
    let films = program.data().join("films.ndjson");
    let records = [
        r#"{"slug": "zebra-2001", "title": "Zebra"}"#,
        r#"{"slug": "alien-1979", "title": "Alien", "year": 1979}"#,
        r#"{"slug": "yak-2002", "title": "Yak"}"#,
    ];
    std::fs::write(&films, records.join("\n")).unwrap();

    let loaded = program.run(&["load", films.to_str().unwrap()]).await;

    assert_eq!(loaded.status.code(), Some(1));
    let told = [loaded.stdout, loaded.stderr].map(|text| String::from_utf8(text).unwrap());
    let refusal = "cannot be read by this version, or is changed by others";
    let told: Vec<&str> = told.iter().flat_map(|text| text.lines()).collect();
    let refused: Vec<&&str> = told.iter().filter(|line| line.contains(refusal)).collect();
    assert!(refused.len() == 1 && refused[0].contains('2'), "{told:#?}");
    let site = program.serve().await;
    for slug in ["zebra-2001", "yak-2002"] {
        site.id_of("film", slug).await;
    }
}

async fn fields_that_are_not_known_stay(on: On) {
    let program = Program::new(on).await;
    let films = program.data().join("films.ndjson");
    let load = async |film: &str| {
        std::fs::write(&films, film).unwrap();
        program.expect(&["load", films.to_str().unwrap()]).await;
    };
    load(r#"{"slug": "heat-1995", "title": "Heat", "runtime_minutes": 170, "directors": ["Michael Mann"]}"#).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 600.0, "2026-01-01T20:00:00Z").await;
    // Its rows are not there before.
    program.expect(&["watches", "fold"]).await;
    set_later_field(&program, on).await;

    load(r#"{"slug": "heat-1995", "title": "Heat, again", "runtime_minutes": 171, "directors": ["Michael Mann"]}"#).await;
    site.watch(&heat, play, 1200.0, "2026-01-01T20:30:00Z")
        .await;
    program.expect(&["graph", "drain"]).await;

    let renamed = |data: &Value| data["film"]["name"] == "Heat, again";
    site.wait_for(SOON, "{ film(slug: \"heat-1995\") { name } }", renamed)
        .await;
    assert_eq!(
        later_fields(&program, on).await,
        ["titles", "plays", "watch_states", "watched_titles"]
    );
    program.expect(&["graph", "verify"]).await;
}

const LATER: [&str; 4] = ["titles", "plays", "watch_states", "watched_titles"];

async fn set_later_field(program: &Program, on: On) {
    if on == On::Embedded {
        let db = file(program);
        let changed = db.execute(
            "UPDATE title_documents SET document = json_set(document, '$.later', 'kept')",
            (),
        );
        assert_eq!(changed.unwrap(), 1);
        for table in &LATER[1..] {
            let later = format!("ALTER TABLE {table} ADD COLUMN later TEXT");
            db.execute(&later, ()).unwrap();
            let changed = db.execute(&format!("UPDATE {table} SET later = 'kept'"), ());
            assert_eq!(changed.unwrap(), 1);
        }
        return;
    }
    let db = database(program).await;
    for collection in LATER {
        let documents = db.collection::<Document>(collection);
        let changed = documents.update_many(doc! {}, doc! { "$set": { "later": "kept" } });
        assert_eq!(changed.await.unwrap().modified_count, 1, "{collection}");
    }
}

/// Where what a later version wrote still is.
async fn later_fields(program: &Program, on: On) -> Vec<&'static str> {
    let mut kept = Vec::new();
    for place in LATER {
        let count: i64 = if on == On::Embedded {
            let sql = match place {
                "titles" => {
                    "SELECT count(*) FROM title_documents WHERE document ->> '$.later' = 'kept'"
                        .to_owned()
                }
                table => format!("SELECT count(*) FROM {table} WHERE later = 'kept'"),
            };
            file(program).query_row(&sql, (), |row| row.get(0)).unwrap()
        } else {
            let documents = database(program).await.collection::<Document>(place);
            let kept = documents.count_documents(doc! { "later": "kept" }).await;
            i64::try_from(kept.unwrap()).unwrap()
        };
        assert!(count < 2, "{place}");
        kept.extend((count == 1).then_some(place));
    }
    kept
}

async fn a_store_that_is_for_newer_programs_is_refused(on: On) {
    let program = Program::seeded(on).await;
    let newer = Schema {
        version: 100,
        oldest_reader: 99,
    };
    let readable = Schema {
        version: 100,
        oldest_reader: 1,
    };
    let notes = stores::notes(&program, on).await;
    let note = async |schema| {
        let mut noted = notes.notes().await.unwrap();
        noted.schema = schema;
        assert!(notes.put_notes(&noted).await.unwrap());
    };

    note(readable).await;
    program.expect(&["graph", "drain"]).await;
    let noted = notes.notes().await.unwrap().schema;
    // A file is for programs of its own version, whoever has written to it.
    let readable = match on {
        On::Embedded => readable.with(Schema {
            oldest_reader: 2,
            ..readable
        }),
        On::Servers => readable,
    };
    assert_eq!(noted, readable, "it is not taken back");
    note(newer).await;
    let refused = program.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    note(readable).await;
    let graph = stores::graph(&program, on);
    let epoch = graph.epoch().await.unwrap().unwrap();
    let of_newer = GraphEpoch {
        tick: epoch.tick + 1,
        schema: newer,
        ..epoch
    };
    graph.put_epoch(&of_newer).await.unwrap();
    let not_projected = program.run(&["graph", "drain"]).await;

    for (output, store) in [(refused, "record"), (not_projected, "graph")] {
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        let sentence = format!(
            "the {store} was written by a newer Reelgraph and is for programs that read version 99"
        );
        assert!(told.contains(&sentence), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_a_later_version_are_used_if_that_says_so() {
    let program = Program::seeded(On::Embedded).await;
    file(&program)
        .pragma_update(None, "user_version", 1000)
        .unwrap();

    program.expect(&["graph", "verify"]).await;
    let noted = "UPDATE projection_notes SET notes = json_set(notes, '$.schema.oldest_reader', 99)";
    file(&program).execute(noted, ()).unwrap();
    let refused = program.run(&["graph", "verify"]).await;

    let kept: u32 = file(&program)
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 1000);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("reelgraph.sqlite cannot be opened"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_missing_is_made_while_the_site_answers() {
    let program = Program::without_graph();
    let films = program.data().join("films.ndjson");
    std::fs::write(&films, r#"{"slug": "heat-1995", "title": "Heat"}"#).unwrap();
    program.expect(&["load", films.to_str().unwrap()]).await;
    let titles = database(&program).await.collection::<Document>("titles");
    let is_there = async || {
        let names = titles.list_index_names().await.unwrap();
        names.contains(&"external_ids_1".to_owned())
    };
    assert!(
        is_there().await,
        "a new collection has it from the beginning"
    );

    titles.drop_index("external_ids_1").await.unwrap();
    program.expect(&["users", "list"]).await;
    let after_another_command = is_there().await;
    let said = program.expect(&["migrate"]).await;
    let after_migrate = is_there().await;
    titles.drop_index("external_ids_1").await.unwrap();
    let _site = program.serve().await;

    assert!(!after_another_command && after_migrate);
    assert_eq!(said, "brought the indexes up to date\n");
    let started = Instant::now();
    while !is_there().await {
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(program.expect(&["migrate"]).await, "nothing was missing\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_former_versions_goes_and_that_of_somebody_else_stays() {
    let program = Program::without_graph();
    let films = program.data().join("films.ndjson");
    std::fs::write(&films, r#"{"slug": "heat-1995", "title": "Heat"}"#).unwrap();
    program.expect(&["load", films.to_str().unwrap()]).await;
    let titles = database(&program).await.collection::<Document>("titles");
    let ours = titles.list_index_names().await.unwrap();
    let index = |keys: Document| IndexModel::builder().keys(keys);
    let named = IndexOptions::builder().name("theirs".to_owned()).build();
    let unique = IndexOptions::builder().unique(true).build();
    let indexes = [
        index(doc! { "kind": 1, "created_at": -1, "_id": 1 }).build(),
        index(doc! { "credits.person": 1 }).build(),
        index(doc! { "languages": 1 }).options(named).build(),
        index(doc! { "year": 1 }).options(unique).build(),
        index(doc! { "network": 1 }).build(),
    ];
    titles.create_indexes(indexes).await.unwrap();

    program.expect(&["users", "list"]).await;
    let after_another_command = titles.list_index_names().await.unwrap();
    let first = program.expect(&["migrate"]).await;
    let second = program.expect(&["migrate"]).await;

    assert_eq!(after_another_command.len(), ours.len() + 5);
    let mut expected = ours;
    expected.extend(["theirs", "year_1", "network_1"].map(str::to_owned));
    let mut left = titles.list_index_names().await.unwrap();
    expected.sort();
    left.sort();
    assert_eq!(left, expected);
    assert_eq!(first, "brought the indexes up to date\n");
    assert_eq!(second, "nothing was missing\n");
}
