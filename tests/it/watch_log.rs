//! The watch log of a whole site: what it acknowledged is there on every server, and can be made anew from it.

use bson::{Document, doc};
use reelgraph::domain::ids::ProfileId;
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::privacy::exported;
use crate::support::program::{On, Program, Site};
use crate::support::stores;

both_ways!(
    what_was_lost_is_made_anew_from_the_log,
    what_was_deleted_does_not_come_back_by_a_rebuild,
    what_was_erased_does_not_come_back_by_a_rebuild,
    a_play_that_has_drifted_is_found_and_put_right,
);

/// What is made from the log.
const FOLDED: [&str; 3] = ["plays", "watch_states", "watched_titles"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_server_acknowledged_is_read_on_the_other() {
    let program = Program::seeded_without_graph(On::Servers).await;
    let mut here = program.serve().await;
    here.register("ada@example.org").await;
    let mut there = program.serve().await;
    there.set_cookie(here.cookie().map(str::to_owned));
    let film = here.id_of("film", "heat-1995").await;
    let play = "00000000-0000-4000-8000-000000000007";
    let servers = [&here, &there];

    for minute in 1..=20_u8 {
        let position = f64::from(minute) * 60.0;
        let report = json!({
            "item": film, "play": play, "event": "PROGRESS", "position": position,
            "at": format!("2026-01-01T20:{minute:02}:00Z"),
        });
        let writer = servers[usize::from(minute % 2)];
        let reader = servers[usize::from((minute + 1) % 2)];
        let answer = writer
            .ask(
                "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) {
                    userErrors { code } state { position secondsWatched } } }",
                json!({ "input": report }),
            )
            .await;
        let answered = &answer["reportPlayback"]["state"];
        assert_eq!(
            answered["secondsWatched"],
            json!(position - 60.0),
            "{answer}"
        );

        let read = reader
            .ask(
                "query ($id: ID!) { node(id: $id) { ... on Film { watchState { position secondsWatched plays } } } }",
                json!({ "id": film }),
            )
            .await;
        let state = &read["node"]["watchState"];
        for field in ["position", "secondsWatched"] {
            assert_eq!(state[field], answered[field], "{read}");
        }
        assert_eq!(state["plays"], json!(1), "{read}");
    }
}

async fn what_was_lost_is_made_anew_from_the_log(on: On) {
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    watch_something(&mut site).await;
    let before = watching(&site).await;
    site.stop().await;
    let whole = program.expect(&["watches", "rebuild"]).await;
    assert!(whole.contains(" 0 rows were others"), "{whole}");

    for table in FOLDED {
        remove_all(&program, on, table).await;
    }
    let rebuilt = program.expect(&["watches", "rebuild"]).await;

    assert!(!rebuilt.contains(" 0 rows were others"), "{rebuilt}");
    let mut again = program.serve().await;
    again.set_cookie(site.cookie().map(str::to_owned));
    assert_eq!(watching(&again).await, before);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

async fn what_was_deleted_does_not_come_back_by_a_rebuild(on: On) {
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    watch_something(&mut site).await;
    let heat = site.id_of("film", "heat-1995").await;
    let delete = "mutation ($heat: ID!) { deleteHistory(input: { item: $heat }) { deletedPlays userErrors { code } } }";
    let deleted = site.ask(delete, json!({ "heat": heat })).await;
    let two = json!({ "deletedPlays": 2, "userErrors": [] });
    assert_eq!(deleted["deleteHistory"], two);
    let before = watching(&site).await;
    let plays = before[2].as_array().unwrap();
    assert_eq!(plays.len(), 1, "{before}");
    site.stop().await;
    let whole = program.expect(&["watches", "rebuild"]).await;
    assert!(whole.contains(" 0 rows were others"), "{whole}");

    for table in FOLDED {
        remove_all(&program, on, table).await;
    }
    let rebuilt = program.expect(&["watches", "rebuild"]).await;

    assert!(!rebuilt.contains(" 0 rows were others"), "{rebuilt}");
    let mut again = program.serve().await;
    again.set_cookie(site.cookie().map(str::to_owned));
    assert_eq!(watching(&again).await, before);
    let play = "00000000-0000-4000-8000-000000000001";
    let late = again.watch(&heat, play, 6000.0, "2026-01-01T20:00:00Z");
    assert_eq!(late.await["userErrors"], json!([]));
    assert_eq!(watching(&again).await, before);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

async fn what_was_erased_does_not_come_back_by_a_rebuild(on: On) {
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    watch_something(&mut site).await;
    let profile: ProfileId = ProfileId(
        exported(&site).await["profiles"][0]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap(),
    );
    assert!(
        stores::dump(&program, on)
            .await
            .contains(&profile.to_string())
    );
    site.stop().await;

    program
        .run_with_input(&["users", "erase", "ada@example.org"], "yes")
        .await;
    let store = stores::open(&program, on).await;
    store.watching.erase_profile(profile).await.unwrap();
    program.expect(&["watches", "rebuild"]).await;

    let rows = stores::rows(&program, on).await;
    let left = rows.iter().filter(|row| {
        let folded = FOLDED.contains(&row.store.as_str()) || row.store == "watch_log";
        folded && row.text.contains(&profile.to_string())
    });
    let left: Vec<&str> = left.map(|row| row.text.as_str()).collect();
    assert_eq!(left, [""; 0]);
}

async fn a_play_that_has_drifted_is_found_and_put_right(on: On) {
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    watch_something(&mut site).await;
    site.stop().await;
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    drift(&program, on).await;
    let found = program.run(&["graph", "verify"]).await;
    let told = String::from_utf8(found.stdout).unwrap();
    assert_eq!(found.status.code(), Some(1), "{told}");
    assert!(
        told.contains("is not what was recorded makes of it"),
        "{told}"
    );
    assert!(told.contains("“reelgraph watches rebuild”"), "{told}");
    program.expect(&["watches", "rebuild"]).await;
    program.expect(&["graph", "verify"]).await;

    // Where the log is trimmed, the plays say what is right.
    remove_all(&program, on, "watch_log").await;
    drift(&program, on).await;
    let found = program.run(&["graph", "verify"]).await;
    assert_eq!(found.status.code(), Some(1));
    let rebuilt = program.expect(&["watches", "rebuild"]).await;
    assert!(!rebuilt.contains(" 0 of them by"), "{rebuilt}");
    assert!(!rebuilt.contains(" 0 rows were others"), "{rebuilt}");

    program.expect(&["graph", "verify"]).await;
}

/// Registers somebody, who plays, jumps, rates, and says by hand what was watched elsewhere and what was not.
async fn watch_something(site: &mut Site) {
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let casino = site.id_of("film", "casino-1995").await;
    for (number, item, to) in [(1, &heat, 6000.0), (2, &heat, 900.0), (3, &casino, 1200.0)] {
        let play = format!("00000000-0000-4000-8000-00000000000{number}");
        let at = format!("2026-01-0{number}T20:00:00Z");
        site.watch(item, &play, to, &at).await;
    }
    let plays = exported(site).await["profiles"][0]["plays"].clone();
    assert_eq!(plays.as_array().unwrap().len(), 3, "{plays}");
    let said = site
        .ask(
            "mutation ($rated: ID!, $played: ID!, $elsewhere: ID!, $series: ID!) {
                rateTitle(input: { title: $rated, liked: true }) { userErrors { code } }
                played: setWatched(input: { item: $played, watched: true, watchedAt: \"2024-01-01T00:00:00Z\" }) { userErrors { code } }
                elsewhere: setWatched(input: { item: $elsewhere, watched: true }) { userErrors { code } }
                series: setWatched(input: { item: $series, watched: true }) { userErrors { code } } }",
            json!({
                "rated": casino,
                "played": heat,
                "elsewhere": site.id_of("film", "taxi-driver-1976").await,
                "series": site.id_of("series", "breaking-bad-2008").await,
            }),
        )
        .await;
    for done in said.as_object().unwrap().values() {
        assert_eq!(*done, json!({ "userErrors": [] }));
    }
}

/// What the export says of watching, without when it was written.
async fn watching(site: &Site) -> Value {
    let mut export = exported(site).await["profiles"][0].clone();
    for list in ["titles", "items", "plays"] {
        for row in export[list].as_array_mut().unwrap() {
            let row = row.as_object_mut().unwrap();
            row.retain(|field, _| !matches!(field.as_str(), "createdAt" | "updatedAt"));
        }
    }
    json!([export["titles"], export["items"], export["plays"]])
}

async fn remove_all(program: &Program, on: On, table: &str) {
    if on == On::Embedded {
        let path = program.data().join("reelgraph.sqlite");
        let db = rusqlite::Connection::open(path).unwrap();
        let removed = db.execute(&format!("DELETE FROM {table}"), ()).unwrap();
        assert!(removed > 0);
        return;
    }
    let client = mongodb::Client::with_uri_str(program.variable("MONGODB_URI"));
    let db = client.await.unwrap().default_database().unwrap();
    let removed = db.collection::<Document>(table).delete_many(doc! {}).await;
    assert!(removed.unwrap().deleted_count > 0);
}

/// Makes the positions of all states others.
async fn drift(program: &Program, on: On) {
    if on == On::Embedded {
        let path = program.data().join("reelgraph.sqlite");
        let db = rusqlite::Connection::open(path).unwrap();
        let changed = db.execute("UPDATE watch_states SET plays = plays + 7", ());
        assert!(changed.unwrap() > 0);
        return;
    }
    let client = mongodb::Client::with_uri_str(program.variable("MONGODB_URI"));
    let db = client.await.unwrap().default_database().unwrap();
    let more = doc! { "$inc": { "plays": 7 } };
    let states = db.collection::<Document>("watch_states");
    let changed = states.update_many(doc! {}, more).await.unwrap();
    assert!(changed.modified_count > 0);
}
