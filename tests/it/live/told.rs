//! What subscribers are told: what is theirs, what they may see, and what any server acknowledged.

use std::time::{Duration, Instant};

use reelgraph::domain::persisted::DocumentHash;
use serde_json::{Value, json};

use super::socket::Socket;
use super::{CATALOGUE, STATES, jump, second, told_of_reports};
use crate::both_ways::both_ways;
use crate::importing;
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(
    a_report_of_one_device_is_told_to_another,
    nobody_is_told_of_anothers_reports,
    what_is_deleted_is_told_as_never_played,
    suggestions_that_change_are_told_with_what_they_are_now,
    titles_are_told_to_those_who_may_see_them,
    a_job_is_told_until_it_is_over,
);

async fn a_job_is_told_until_it_is_over(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let mut site = program.serve().await;
    let other = second(&program, on).await;
    site.register("ada@example.org").await;
    let diary = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n\
        2024-03-05,Heat,1995,https://boxd.it/1,,,,2024-02-29\n";
    let import = importing::send(&site, "diary.csv", diary).await;
    let mut ada = Visitor::of(other.as_ref().unwrap_or(&site));
    ada.cookie = site.cookie().map(str::to_owned);
    let mut ben = Visitor::of(&site);
    ben.register("ben@example.org").await;

    let job = importing::begin(&site, "startImport", &import).await;
    let query =
        format!("subscription {{ jobUpdated(id: \"{job}\") {{ kind state progress error }} }}");
    let there = other.as_ref().unwrap_or(&site);
    let mut socket = Socket::of(there, &ada).await;
    socket.subscribe("s", &query).await;

    let mut last = Value::Null;
    loop {
        let told = socket.next().await;
        if told["type"] == "complete" {
            break;
        }
        last = told["payload"]["data"]["jobUpdated"].clone();
    }
    let over = json!({ "kind": "IMPORT", "state": "SUCCEEDED", "progress": 1.0, "error": null });
    assert_eq!(last, over);
    // Nobody else is told of it.
    let mut socket = Socket::of(&site, &ben).await;
    socket.subscribe("s", &query).await;
    let told = socket.next().await;
    assert!(told.to_string().contains("NOT_FOUND"), "{told}");
}

async fn a_report_of_one_device_is_told_to_another(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let other = second(&program, on).await;
    let there = other.as_ref().unwrap_or(&site);
    let heat = site.id_of("film", "heat-1995").await;
    let mut browser = Visitor::of(&site);
    browser.register("ada@example.org").await;
    let mut app = Visitor::of(there);
    app.log_in_app("ada@example.org").await;
    let (mut by_token, mut by_cookie) = (
        Socket::of(there, &app).await,
        Socket::of(there, &browser).await,
    );
    for socket in [&mut by_token, &mut by_cookie] {
        socket.subscribe("s", STATES).await;
    }

    let told = told_of_reports(&mut by_token, &mut browser, &heat).await;

    assert_eq!((&told["type"], &told["id"]), (&json!("next"), &json!("s")));
    let change = &told["payload"]["data"]["watchStateChanged"];
    assert_eq!(change["item"]["id"], json!(heat), "{told}");
    assert_eq!(change["state"]["plays"], 1, "{told}");
    assert!(
        change["state"]["position"].as_f64().unwrap() >= 2000.0,
        "{told}"
    );
    let told = told_of_reports(&mut by_cookie, &mut browser, &heat).await;
    assert_eq!(told["type"], "next", "{told}");

    // What is told is what is acknowledged last, whatever was told before it.
    jump(&mut browser, &heat, 6000).await;
    let began = Instant::now();
    loop {
        let told = by_token.next().await;
        let state = &told["payload"]["data"]["watchStateChanged"]["state"];
        if state["position"] == 6000.0 {
            break;
        }
        assert!(began.elapsed() < SOON, "{told}");
    }

    // Who has left is told nothing more.
    by_token
        .say(&json!({ "type": "complete", "id": "s" }))
        .await;
    by_token.say(&json!({ "type": "ping" })).await;
    while by_token.next().await["type"] != "pong" {}
    jump(&mut browser, &heat, 6100).await;
    let more = by_token.next_within(Duration::from_secs(1)).await;
    assert_eq!(more, None);
}

async fn nobody_is_told_of_anothers_reports(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let casino = site.id_of("film", "casino-1995").await;
    let (mut adas, mut bens) = (Socket::of(&site, &ada).await, Socket::of(&site, &ben).await);
    adas.subscribe("s", STATES).await;
    bens.subscribe("s", STATES).await;

    told_of_reports(&mut adas, &mut ada, &heat).await;
    let told = told_of_reports(&mut bens, &mut ben, &casino).await;

    let item = &told["payload"]["data"]["watchStateChanged"]["item"]["id"];
    assert_eq!(*item, json!(casino), "{told}");
}

async fn what_is_deleted_is_told_as_never_played(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let pilot = "{ series(slug: \"breaking-bad-2008\") { nextUp { id } } }";
    let pilot = ada.ask(pilot).await["series"]["nextUp"]["id"].clone();
    let states = "subscription { watchStateChanged { item { id } state { position plays }
        series { slug progress { episodesWatched } nextUp { id } } } }";
    let mut socket = Socket::of(&site, &ada).await;
    socket.subscribe("s", states).await;
    told_of_reports(&mut socket, &mut ada, pilot.as_str().unwrap()).await;

    let everything = json!({ "everything": true });
    ada.expect("deleteHistory", everything, "deletedPlays")
        .await;

    let began = Instant::now();
    let change = loop {
        let told = socket.next().await;
        let change = &told["payload"]["data"]["watchStateChanged"];
        if change["state"]["plays"] == 0 {
            break change.clone();
        }
        assert!(began.elapsed() < SOON, "{told}");
    };
    let series = json!({ "slug": "breaking-bad-2008", "progress": { "episodesWatched": 0 }, "nextUp": { "id": pilot } });
    let state = json!({ "position": 0.0, "plays": 0 });
    let expected = json!({ "item": { "id": pilot }, "state": state, "series": series });
    assert_eq!(change, expected);
}

async fn suggestions_that_change_are_told_with_what_they_are_now(on: On) {
    const CHANGED: &str = "subscription { recommendationsChanged { viewer { profile {
        hiddenTitles(first: 5) { nodes { slug } } recommendations(first: 1) { nodes { slug } } } } } }";
    let program = Program::seeded(on).await;
    let site = program.serve().await;
    let other = second(&program, on).await;
    let there = other.as_ref().unwrap_or(&site);
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let casino = site.id_of("film", "casino-1995").await;
    let mut socket = Socket::of(there, &ada).await;
    socket.subscribe("s", CHANGED).await;

    // What hides, shows and hides again is told until it is hidden: each change is one.
    let began = Instant::now();
    let profile = 'told: loop {
        for hidden in [false, true] {
            let input = json!({ "title": casino, "hidden": hidden });
            ada.expect("hideTitle", input, "").await;
        }
        while let Some(message) = socket.next_within(Duration::from_secs(3)).await {
            let told = &message["payload"]["data"]["recommendationsChanged"];
            let profile = &told["viewer"]["profile"];
            assert!(profile.is_object(), "{message}");
            if profile["hiddenTitles"]["nodes"] == json!([{ "slug": "casino-1995" }]) {
                break 'told profile.clone();
            }
        }
        assert!(began.elapsed() < SOON, "it is not told that it is hidden");
    };

    let first = &profile["recommendations"]["nodes"][0]["slug"];
    assert!(first.is_string(), "{profile}");
}

async fn titles_are_told_to_those_who_may_see_them(on: On) {
    let mut program = Program::seeded_without_graph(on).await;
    program.set("REELGRAPH_ANONYMOUS_MAX_AGE", "12");
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let (mut adult, mut stranger) = (
        Socket::of(&site, &ada).await,
        Socket::of(&site, &Visitor::of(&site)).await,
    );
    for socket in [&mut adult, &mut stranger] {
        socket.subscribe("s", CATALOGUE).await;
    }
    let folder = tempfile::tempdir().unwrap();

    // Loaded until both are told, because nothing says when a subscription has begun.
    let (mut for_adult, mut for_stranger) = (Vec::new(), Vec::new());
    let began = Instant::now();
    for turn in 0.. {
        let film = |slug: &str, age: &str| {
            format!(
                r#"{{"kind": "film", "slug": "{slug}", "title": "{slug} {turn}", "year": 1999, "genres": ["Drama"], "certifications": {{"DE": "{age}"}}}}"#
            )
        };
        let file = folder.path().join(format!("{turn}.ndjson"));
        let lines = [film("for-everybody", "0"), film("for-adults", "18")].join("\n");
        std::fs::write(&file, lines + "\n").unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
        for (socket, told) in [
            (&mut adult, &mut for_adult),
            (&mut stranger, &mut for_stranger),
        ] {
            while let Some(message) = socket.next_within(Duration::from_secs(3)).await {
                told.extend(slugs(&message));
            }
        }
        let has = |slug: &str| for_adult.iter().any(|told: &String| told == slug);
        if has("for-adults") && has("for-everybody") && !for_stranger.is_empty() {
            break;
        }
        assert!(began.elapsed() < SOON, "{for_adult:?} {for_stranger:?}");
    }

    for told in [&mut for_adult, &mut for_stranger] {
        told.sort();
        told.dedup();
    }
    assert_eq!(for_adult, ["for-adults", "for-everybody"]);
    assert_eq!(for_stranger, ["for-everybody"]);
}

#[tokio::test]
async fn a_document_is_sent_once() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let heat = site.id_of("film", "heat-1995").await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let mut socket = Socket::of(&site, &ada).await;
    let hash = DocumentHash::of(STATES).to_string();
    let named = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = json!({ "extensions": named });
    let subscribe =
        |id: &str, payload: &Value| json!({ "type": "subscribe", "id": id, "payload": payload });

    socket.say(&subscribe("unknown", &by_hash)).await;
    let told = socket.next().await;
    let code = &told["payload"][0]["extensions"]["code"];
    assert_eq!(*code, json!("PERSISTED_QUERY_NOT_FOUND"), "{told}");

    let with_text = json!({ "query": STATES, "extensions": named });
    socket.say(&subscribe("text", &with_text)).await;
    let told = told_of_reports(&mut socket, &mut ada, &heat).await;
    assert_eq!(told["id"], "text", "{told}");
    socket
        .say(&json!({ "type": "complete", "id": "text" }))
        .await;

    socket.say(&subscribe("hash", &by_hash)).await;
    let told = loop {
        let told = told_of_reports(&mut socket, &mut ada, &heat).await;
        if told["id"] == "hash" {
            break told;
        }
    };
    assert_eq!(told["type"], "next", "{told}");
}

/// The titles that a message tells of.
fn slugs(message: &Value) -> Vec<String> {
    let changed = &message["payload"]["data"]["catalogueChanged"]["changed"];
    let changed = changed.as_array().unwrap_or_else(|| panic!("{message}"));
    let slugs = changed.iter().map(|title| title["slug"].as_str().unwrap());
    slugs.map(str::to_owned).collect()
}
