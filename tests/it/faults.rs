//! Power cuts and servers that are away: nothing acknowledged is lost or counted twice, and every answer says what is
//! the matter.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, STORE_TIMEOUT, Site};
use crate::support::proxy::Wire;

const STATE: &str = "query ($slug: String) { film(slug: $slug) { watchState { plays completions secondsWatched position } } }";
const REPORT: &str = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { state { plays secondsWatched } completedNow userErrors { code field message } } }";

fn report(item: &str, play: usize, event: &str, position: f64) -> Value {
    let play = format!("00000000-0000-4000-8000-{play:012}");
    json!({ "input": { "item": item, "play": play, "event": event, "position": position, "at": "2026-01-01T20:00:00Z" } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_every_answered_report_once_embedded() {
    a_killed_server_has_every_answered_report_once(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_every_answered_report_once_on_the_servers() {
    a_killed_server_has_every_answered_report_once(On::Servers).await;
}

/// Reports go on from a client that tries again until it is answered, while the server is killed over and over.
async fn a_killed_server_has_every_answered_report_once(on: On) {
    let program = Program::new(on).await;
    let films = r#"{"slug": "heat-1995", "title": "Heat", "runtime_minutes": 170}"#;
    std::fs::write(program.data().join("films.ndjson"), films).unwrap();
    program
        .expect(&[
            "load",
            program.data().join("films.ndjson").to_str().unwrap(),
        ])
        .await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let cookie = site.cookie().map(str::to_owned);
    let heat = site.id_of("film", "heat-1995").await;

    for round in 0..4 {
        for play in round * 5..round * 5 + 5 {
            site.ask(REPORT, report(&heat, play, "START", 0.0)).await;
            site.ask(REPORT, report(&heat, play, "STOP", 600.0)).await;
        }
        // The last one may be on its way when the power goes.
        let on_its_way = site
            .post("/graphql")
            .header("content-type", "application/json")
            .header("cookie", cookie.clone().unwrap());
        let body = json!({ "query": REPORT, "variables": report(&heat, round * 5, "STOP", 600.0) })
            .to_string();
        let on_its_way = tokio::spawn(on_its_way.body(body).send());
        site.kill().await;
        drop(on_its_way.await);
        site = program.serve().await;
        site.set_cookie(cookie.clone());
    }
    // Everything once more: an answer that never arrived makes a client repeat itself.
    for play in 0..20 {
        site.ask(REPORT, report(&heat, play, "START", 0.0)).await;
        site.ask(REPORT, report(&heat, play, "STOP", 600.0)).await;
    }

    let state = site.ask(STATE, json!({ "slug": "heat-1995" })).await["film"]["watchState"].clone();
    assert_eq!(
        state,
        json!({ "plays": 20, "completions": 0, "secondsWatched": 12_000.0, "position": 600.0 })
    );
    drop(site);
    program.expect(&["graph", "drain"]).await;
    let verified = program.expect(&["graph", "verify"]).await;
    assert!(verified.contains("1 profiles, 1 WATCHED"), "{verified}");
}

/// An installation on the servers, with films and without the graph.
async fn with_films() -> Program {
    let program = Program::without_graph();
    let films = program.data().join("films.ndjson");
    let lines = [
        r#"{"slug": "heat-1995", "title": "Heat", "runtime_minutes": 170}"#,
        r#"{"slug": "alien-1979", "title": "Alien", "runtime_minutes": 117}"#,
    ];
    std::fs::write(&films, lines.join("\n")).unwrap();
    program.expect(&["load", films.to_str().unwrap()]).await;
    program
}

/// A site on the servers, one of them behind a wire.
async fn behind_a_wire(program: Program, variable: &'static str) -> (Program, Wire, Site) {
    let (program, wire) = wired(program, variable).await;
    let site = program.serve().await;
    (program, wire, site)
}

/// An installation on the servers that reaches one of them by a wire.
async fn wired(mut program: Program, variable: &'static str) -> (Program, Wire) {
    let address = program.variable(variable).to_owned();
    let (scheme, rest) = address.split_once("://").unwrap();
    let (credentials, rest) = rest
        .rsplit_once('@')
        .map_or(("", rest), |(credentials, rest)| (credentials, rest));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let wire = Wire::to(&rest[..end]).await;
    let at = if credentials.is_empty() {
        String::new()
    } else {
        format!("{credentials}@")
    };
    // A replica set tells clients where its members are, and they would go round the wire.
    let rest = rest[end..].replace("replicaSet=rs0", "directConnection=true");
    program.set(
        variable,
        &format!("{scheme}://{at}127.0.0.1:{}{rest}", wire.port),
    );
    program.set(STORE_TIMEOUT, &LIMIT.as_secs().to_string());
    (program, wire)
}

/// The time limit of the stores here: longer than a busy machine lets those wait for an answer that are well, and shorter
/// than a request may take.
const LIMIT: Duration = Duration::from_secs(10);
/// When whoever asks has been told that a server does not answer: after that limit, and what a busy machine adds. Without
/// one the request would end first, and say something else.
const IN_TIME: Duration = Duration::from_secs(50);

/// Sends an operation, which must be answered in time. Gives the answer.
async fn answer_in_time(site: &Site, query: &str, variables: Value) -> Value {
    let started = Instant::now();
    let answer = site.send(query, variables).await;
    assert!(
        started.elapsed() < IN_TIME,
        "{answer} took {:?}",
        started.elapsed()
    );
    answer
}

fn assert_unavailable(answer: &Value) {
    let errors = answer["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("no errors in {answer}"));
    assert!(
        errors
            .iter()
            .all(|error| error["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"),
        "{answer}"
    );
    let text = answer.to_string();
    assert!(
        !text.contains("127.0.0.1") && !text.contains("localhost"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_mongodb_the_catalogue_is_read_and_nothing_is_acknowledged() {
    let (_program, wire, mut site) = behind_a_wire(with_films().await, "MONGODB_URI").await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;

    for hang in [false, true] {
        if hang {
            wire.silence().await;
        } else {
            wire.cut().await;
        }
        let film = "{ film(slug: \"alien-1979\") { name credits { nodes { name } } } }";
        let film = answer_in_time(&site, film, json!({})).await;
        assert_eq!(film["data"]["film"]["name"], "Alien", "{film}");
        let history = "{ viewer { profile { history { nodes { id } } } } }";
        assert_unavailable(&answer_in_time(&site, history, json!({})).await);
        assert_unavailable(&answer_in_time(&site, REPORT, report(&heat, 1, "START", 0.0)).await);
        // What is silent is found to be so by whoever looks each second.
        site.wait_for_status("/readyz", 503).await;
        assert_eq!(site.get("/healthz").send().await.unwrap().status(), 200);
        wire.mend();
        site.wait_for_answer(history).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_nobody_is_taken_for_logged_in_or_out() {
    let (_program, wire, mut site) = behind_a_wire(with_films().await, "REDIS_URL").await;
    site.register("ada@example.org").await;

    let who = "{ viewer { user { id } } }";
    for hang in [false, true] {
        if hang {
            wire.silence().await;
        } else {
            wire.cut().await;
        }
        assert_unavailable(&answer_in_time(&site, who, json!({})).await);
        wire.mend();
        site.wait_for_answer(who).await;
        assert!(site.ask(who, json!({})).await["viewer"]["user"]["id"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_graph_suggestions_and_watches_go_on() {
    let program = Program::seeded(On::Servers).await;
    let (_program, wire, mut site) = behind_a_wire(program, "NEO4J_URI").await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let suggestions = "{ viewer { profile { recommendations(first: 20) { edges { reasons { kind } node { slug } } } } } }";

    wire.cut().await;
    site.watch(
        &heat,
        "00000000-0000-4000-8000-000000000001",
        10_000.0,
        "2026-01-01T20:00:00Z",
    )
    .await;
    let answer = answer_in_time(&site, suggestions, json!({})).await;
    let edges = answer["data"]["viewer"]["profile"]["recommendations"]["edges"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(edges.len(), 20);
    // By what was recorded, if the edges of the graph are in memory already, and else by what is popular.
    assert!(edges.iter().all(|edge| edge["node"]["slug"] != "heat-1995"));
    let page = "{ viewer { profile { rows { kind items { nodes { slug } } } } } }";
    let page = answer_in_time(&site, page, json!({})).await;
    let rows = page["data"]["viewer"]["profile"]["rows"].as_array();
    assert!(rows.is_some_and(|rows| !rows.is_empty()), "{page}");
    let similar = answer_in_time(
        &site,
        "{ film(slug: \"alien-1979\") { similar(first: 5) { nodes { slug } } } }",
        json!({}),
    )
    .await;
    assert_eq!(
        similar["data"]["film"]["similar"]["nodes"]
            .as_array()
            .map(Vec::len),
        Some(5),
        "{similar}"
    );

    let is_there = |data: &Value| {
        let edges = data["viewer"]["profile"]["recommendations"]["edges"]
            .as_array()
            .unwrap();
        edges.iter().any(|edge| {
            edge["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .any(|reason| reason["kind"] == "WATCHED")
        })
    };
    wire.mend();
    site.wait_for(SOON, suggestions, is_there).await;

    // What is in memory goes on; what is not, falls back.
    wire.silence().await;
    let answer = answer_in_time(&site, suggestions, json!({})).await;
    let edges = &answer["data"]["viewer"]["profile"]["recommendations"]["edges"];
    assert_eq!(edges.as_array().map(Vec::len), Some(20), "{answer}");
    // The graph is known to hang by now: ten pages and ten looks at the state together take less than one time limit.
    let detail = async || site.get("/readyz").send().await.unwrap();
    let began = Instant::now();
    while detail().await.json::<Value>().await.unwrap()["graph"] != "unavailable" {
        assert!(began.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Unless a busy machine holds them up: if one of them waited, one of each ten would.
    let began = Instant::now();
    loop {
        let started = Instant::now();
        for _ in 0..10 {
            let strangers =
                "{ film(slug: \"alien-1979\") { similar(first: 5) { nodes { slug } } } }";
            site.ask(strangers, json!({})).await;
            assert_eq!(detail().await.status(), 200);
        }
        if started.elapsed() < LIMIT {
            break;
        }
        assert!(began.elapsed() < SOON, "{:?}", started.elapsed());
    }
    let play = "00000000-0000-4000-8000-000000000002";
    let started = Instant::now();
    site.watch(&heat, play, 10_000.0, "2026-01-02T20:00:00Z")
        .await;
    assert!(started.elapsed() < IN_TIME);
    wire.cut().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_only_some_servers_it_does_not_start() {
    let mut program = Program::new(On::Embedded).await;
    program.set("REDIS_URL", "redis://127.0.0.1:1");

    let output = program.run(&["serve"]).await;

    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("MONGODB_URI and NEO4J_URI not set")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_started_before_mongodb_is_ready_once_that_is_there() {
    let (program, wire) = wired(with_films().await, "MONGODB_URI").await;
    wire.cut().await;

    let starting = tokio::spawn(async move {
        let site = program.serve().await;
        (program, site)
    });
    tokio::time::sleep(LIMIT + Duration::from_secs(2)).await;
    assert!(!starting.is_finished());
    wire.mend();
    let (_program, site) = tokio::time::timeout(SOON, starting).await.unwrap().unwrap();

    site.ask("{ film(slug: \"alien-1979\") { name } }", json!({}))
        .await;
    site.wait_for_status("/readyz", 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_while_a_server_hangs_it_ends_in_time() {
    let (_program, wire, mut site) = behind_a_wire(with_films().await, "MONGODB_URI").await;
    site.register("ada@example.org").await;
    wire.silence().await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    let told = Instant::now();
    let status = site.stop().await;

    assert!(status.success(), "{status}");
    // Ten seconds are the limit for all of it; the rest is what a busy machine adds, and is less than supervisors wait (90 s).
    assert!(
        told.elapsed() < Duration::from_secs(60),
        "{:?}",
        told.elapsed()
    );
}
