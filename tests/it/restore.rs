//! Stores that come back from a backup: each alone, and together. Afterwards graph and record agree, what is watched next
//! arrives, and nobody who was erased has come back into the graph.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bson::{Document, doc};
use futures::TryStreamExt;
use neo4rs::{BoltType, Graph, query};
use reelgraph::domain::ids::TitleId;
use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::stores;

const DELETE: &str = "mutation ($input: DeleteMyAccountInput!) { deleteMyAccount(input: $input) { confirmationCode userErrors { code } } }";
const FILMS: [&str; 3] = ["heat-1995", "alien-1979", "casino-1995"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_record_and_a_new_graph_agree_again() {
    let program = Program::with_few_viewers(On::Servers).await;
    live(&program, "ada@example.org", false).await;
    let backup = dump_record(&program).await;
    live(&program, "ben@example.org", false).await;
    live(&program, "eve@example.org", true).await;

    restore_record(&program, &backup).await;

    agree_again(&program, On::Servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_record_and_an_old_graph_agree_again() {
    let program = Program::with_few_viewers(On::Servers).await;
    let profile = {
        let mut site = program.serve().await;
        site.register("eve@example.org").await;
        watch(&site, &FILMS).await;
        program.expect(&["graph", "drain"]).await;
        let backup = dump_graph(&program).await;
        let profile = crate::privacy::exported(&site).await["profiles"][0]["id"].clone();
        erase(&program, &site).await;
        live(&program, "ben@example.org", false).await;
        site.kill().await;
        restore_graph(&program, &backup).await;
        profile
    };
    let profile: i64 = profile.as_str().unwrap().parse().unwrap();
    assert_eq!(edges_of(&program, profile).await, 3, "the backup has them");

    agree_again(&program, On::Servers).await;

    assert_eq!(edges_of(&program, profile).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_erased_since_the_backup_of_the_record_is_erased_again() {
    let program = Program::with_few_viewers(On::Servers).await;
    let mut site = program.serve().await;
    site.register("eve@example.org").await;
    watch(&site, &FILMS).await;
    let profile = crate::privacy::exported(&site).await["profiles"][0]["id"].clone();
    let profile: u64 = profile.as_str().unwrap().parse().unwrap();
    program.expect(&["graph", "drain"]).await;
    let backup = dump_record(&program).await;
    erase(&program, &site).await;
    live(&program, "ben@example.org", false).await;
    site.kill().await;

    restore_record(&program, &backup).await;
    agree_again(&program, On::Servers).await;

    let stores = stores::open(&program, On::Servers).await;
    let titles = FILMS.map(TitleId::of_slug);
    let profile = reelgraph::domain::ids::ProfileId(profile);
    let left = stores
        .watching
        .watched_titles(profile, &titles)
        .await
        .unwrap();
    assert_eq!(left, []);
    let departed = stores.watching.departed_watchers(&titles).await.unwrap();
    assert_eq!(departed, [1; 3], "their titles keep a viewer");
}

/// One file has both, so both come back together, and nothing needs to be done again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_embedded_store_comes_back_as_a_whole() {
    let program = Program::with_few_viewers(On::Embedded).await;
    live(&program, "ada@example.org", false).await;
    let path = program.data().join("reelgraph.sqlite");
    let backup = program.data().join("backup.sqlite");
    let db = rusqlite::Connection::open(&path).unwrap();
    let into = backup.to_str().unwrap();
    db.execute("VACUUM INTO ?1", [into]).unwrap();
    drop(db);
    live(&program, "ben@example.org", true).await;

    for log in ["reelgraph.sqlite-wal", "reelgraph.sqlite-shm"] {
        drop(std::fs::remove_file(program.data().join(log)));
    }
    std::fs::rename(&backup, &path).unwrap();

    let notes = stores::notes(&program, On::Embedded).await;
    let before = notes.notes().await.unwrap().epoch;
    let drained = program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    live(&program, "ben@example.org", false).await;
    program.expect(&["graph", "verify"]).await;
    let after = notes.notes().await.unwrap().epoch;
    assert_eq!(drained, "projected 0 documents\n");
    assert_eq!((after.number, &after.name), (before.number, &before.name));
    let graph = stores::graph(&program, On::Embedded);
    let in_graph = graph.epoch().await.unwrap().unwrap();
    assert_eq!((in_graph.name, in_graph.tick), (after.name, after.tick));
}

/// However often servers die while they project, neither store is taken for one that came back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_brings_no_store_back() {
    let program = Program::with_few_viewers(On::Servers).await;
    let notes = stores::notes(&program, On::Servers).await;
    let before = notes.notes().await.unwrap().epoch;

    for round in 0..12_u64 {
        let mut site = program.serve().await;
        site.register(&format!("viewer-{round}@example.org")).await;
        watch(&site, &FILMS).await;
        tokio::time::sleep(Duration::from_millis(7 * round)).await;
        site.kill().await;
    }
    program.expect(&["graph", "drain"]).await;

    let after = notes.notes().await.unwrap();
    assert_eq!(
        (after.epoch.number, after.epoch.name),
        (before.number, before.name)
    );
    assert!(after.epoch.tick > before.tick);
    assert_eq!(after.rebuild, None);
    program.expect(&["graph", "verify"]).await;
}

/// Somebody comes, watches something, perhaps has everything erased, and all of it is projected.
async fn live(program: &Program, email: &str, is_erased: bool) {
    let mut site = program.serve().await;
    site.register(email).await;
    watch(&site, &FILMS).await;
    if is_erased {
        erase(program, &site).await;
    }
    site.kill().await;
    program.expect(&["graph", "drain"]).await;
}

async fn watch(site: &Site, films: &[&str]) {
    for (number, film) in (1..).zip(films) {
        let film = site.id_of("film", film).await;
        let play = format!("00000000-0000-4000-8000-{number:012}");
        site.watch(&film, &play, 6000.0, "2026-01-01T20:00:00Z")
            .await;
    }
}

async fn erase(program: &Program, site: &Site) {
    let deleted = site
        .ask(DELETE, json!({ "input": { "password": PASSWORD } }))
        .await;
    assert_eq!(deleted["deleteMyAccount"]["userErrors"], json!([]));
    let stores = stores::open(program, on(program)).await;
    let started = Instant::now();
    while !stores
        .accounts
        .pending_erasures(1)
        .await
        .unwrap()
        .is_empty()
    {
        assert!(started.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn on(program: &Program) -> On {
    if program.data().join("reelgraph.sqlite").exists() {
        On::Embedded
    } else {
        On::Servers
    }
}

/// A server finds out by itself; then graph and record agree, also on what is watched next.
async fn agree_again(program: &Program, on: On) {
    let notes = stores::notes(program, on).await;
    let before = notes.notes().await.unwrap().epoch;
    let mut site = program.serve().await;
    let started = Instant::now();
    loop {
        let now = notes.notes().await.unwrap();
        if now.epoch.number > before.number && now.rebuild.is_none() {
            break;
        }
        assert!(started.elapsed() < SOON, "still {now:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    program.expect(&["graph", "verify"]).await;
    let watchers = "{ film(slug: \"alien-1979\") { watchers } }";
    let known = site.ask(watchers, json!({})).await["film"]["watchers"].clone();
    site.register("newcomer@example.org").await;
    watch(&site, &FILMS).await;
    let more = json!(known.as_i64().unwrap() + 1);
    let is_more = |data: &Value| data["film"]["watchers"] == more;
    site.wait_for(SOON, watchers, is_more).await;
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    site.kill().await;
}

type Collections = BTreeMap<String, Vec<Document>>;

async fn record(program: &Program) -> mongodb::Database {
    let client = mongodb::Client::with_uri_str(program.variable("MONGODB_URI")).await;
    client.unwrap().default_database().unwrap()
}

async fn dump_record(program: &Program) -> Collections {
    let db = record(program).await;
    let mut dump = Collections::new();
    for name in db.list_collection_names().await.unwrap() {
        let found = db
            .collection::<Document>(&name)
            .find(doc! {})
            .await
            .unwrap();
        dump.insert(name, found.try_collect().await.unwrap());
    }
    assert!(dump.len() > 10, "{:?}", dump.keys());
    dump
}

async fn restore_record(program: &Program, dump: &Collections) {
    let db = record(program).await;
    for name in db.list_collection_names().await.unwrap() {
        let collection = db.collection::<Document>(&name);
        collection.delete_many(doc! {}).await.unwrap();
        let documents = dump.get(&name).cloned().unwrap_or_default();
        if !documents.is_empty() {
            collection.insert_many(documents).await.unwrap();
        }
    }
}

/// The nodes of some labels, and the edges of a type between nodes that have something in a property.
struct GraphDump {
    nodes: Vec<(String, BoltType)>,
    edges: Vec<(String, BoltType)>,
}

const KINDS: [&str; 5] = ["WATCHED", "HAS_GENRE", "DIRECTED", "ACTED_IN", "SIMILAR"];

fn bolt(program: &Program) -> Graph {
    let [uri, user, password] =
        ["NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"].map(|name| program.variable(name));
    Graph::new(uri, user, password).unwrap()
}

async fn dump_graph(program: &Program) -> GraphDump {
    let bolt = bolt(program);
    let mut nodes = Vec::new();
    let all = "MATCH (n) RETURN reduce(all = '', label IN labels(n) | all + ':' + label) AS labels,
        collect(properties(n)) AS rows";
    let mut found = bolt.execute(query(all)).await.unwrap();
    while let Some(row) = found.next().await.unwrap() {
        nodes.push((row.get("labels").unwrap(), row.get("rows").unwrap()));
    }
    let mut edges = Vec::new();
    for kind in KINDS {
        let all = format!(
            "MATCH (a)-[edge:{kind}]->(b) RETURN labels(a)[0] AS a, labels(b)[0] AS b,
             collect([a.id, b.id, properties(edge)]) AS rows"
        );
        let mut found = bolt.execute(query(&all)).await.unwrap();
        while let Some(row) = found.next().await.unwrap() {
            let (a, b): (String, String) = (row.get("a").unwrap(), row.get("b").unwrap());
            let write = format!(
                "UNWIND $rows AS row MATCH (a:{a} {{id: row[0]}}) MATCH (b:{b} {{id: row[1]}})
                 CREATE (a)-[edge:{kind}]->(b) SET edge = row[2]"
            );
            edges.push((write, row.get("rows").unwrap()));
        }
    }
    assert!(nodes.len() > 4 && edges.len() > 4);
    GraphDump { nodes, edges }
}

async fn restore_graph(program: &Program, dump: &GraphDump) {
    let bolt = bolt(program);
    bolt.run(query("MATCH (n) DETACH DELETE n")).await.unwrap();
    for (labels, rows) in &dump.nodes {
        let write = format!("UNWIND $rows AS row CREATE (n{labels}) SET n = row");
        bolt.run(query(&write).param("rows", rows.clone()))
            .await
            .unwrap();
    }
    for (write, rows) in &dump.edges {
        bolt.run(query(write).param("rows", rows.clone()))
            .await
            .unwrap();
    }
}

async fn edges_of(program: &Program, profile: i64) -> i64 {
    let count = "MATCH (:Profile {id: $profile})-[edge:WATCHED]->() RETURN count(edge) AS edges";
    let statement = query(count).param("profile", profile);
    let mut found = bolt(program).execute(statement).await.unwrap();
    found.next().await.unwrap().unwrap().get("edges").unwrap()
}
