//! What the metrics say, and what they do not.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::SOON;
use crate::support::program::{On, Program, Site};

async fn metrics(site: &Site) -> String {
    let answer = site.get("/metrics").send().await.unwrap();
    answer.text().await.unwrap()
}

/// The lines of a sample that have all of these labels.
fn lines<'a>(text: &'a str, name: &str, labels: &[&str]) -> Vec<&'a str> {
    let begins = format!("{name}{{");
    let has =
        |line: &&str| line.starts_with(&begins) && labels.iter().all(|label| line.contains(label));
    text.lines().filter(has).collect()
}

const OPERATIONS: &str = "graphql_operation_duration_seconds_count";
const ROUNDS: &str = "job_round_duration_seconds_count";
/// Jobs that have had a round soon after the start, and after somebody has come and watched.
const JOBS: [&str; 16] = [
    "fold_watches",
    "count_usage",
    "count_comments",
    "project_graph",
    "keep_similar",
    "move_merged",
    "clear_away",
    "work_off",
    "erase",
    "follow_catalog",
    "follow_graph",
    "follow_thumbs",
    "follow_lately",
    "send_mail",
    "sweep_uploads",
    "measure",
];

/// What is to come and is not among the metrics yet: of calls of stores, pools, operations, caches and jobs.
fn missing(text: &str, stores: &[(&str, &str)], pools: &[&str]) -> Vec<String> {
    let mut wanted: Vec<(&str, Vec<String>)> = Vec::new();
    for (store, method) in stores {
        let labels = [format!("store=\"{store}\""), format!("method=\"{method}\"")];
        let labels = [&labels[..], &["outcome=\"answered\"".to_owned()]].concat();
        wanted.push(("store_call_duration_seconds_count", labels));
    }
    for pool in pools {
        wanted.push(("store_pool_wait_seconds_count", vec![(*pool).to_owned()]));
    }
    for labels in [
        ["operation=\"Wrong\"", "outcome=\"errors\""],
        ["operation=\"unnamed\"", "type=\"mutation\""],
    ] {
        wanted.push((OPERATIONS, labels.map(str::to_owned).to_vec()));
    }
    for cache in ["titles", "similar", "taste"] {
        wanted.push(("cache_reads_total", vec![format!("cache=\"{cache}\"")]));
    }
    for job in JOBS {
        let labels = [format!("job=\"{job}\""), "outcome=\"done\"".to_owned()];
        wanted.push((ROUNDS, labels.to_vec()));
    }
    for kind in ["titles", "watches", "departures"] {
        let kind = format!("kind=\"{kind}\"");
        wanted.push(("projection_waiting_documents", vec![kind.clone()]));
        wanted.push(("projection_lag_seconds", vec![kind]));
    }
    let mut missing = Vec::new();
    for (name, labels) in wanted {
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        if lines(text, name, &labels).is_empty() {
            missing.push(format!("{name} with {labels:?}"));
        }
    }
    for beginning in [
        "similar_age_seconds",
        "usage_counted_viewings_total",
        "watch_log_lag_seconds",
        "lease_held{lease=\"keep_similar\"} 1",
    ] {
        if !text.lines().any(|line| line.starts_with(beginning)) {
            missing.push(beginning.to_owned());
        }
    }
    let folded = text
        .lines()
        .find_map(|line| line.strip_prefix("watch_log_folded_entries_total "));
    if folded.is_none_or(|folded| folded == "0") {
        missing.push("watch_log_folded_entries_total".to_owned());
    }
    let home = ["operation=\"Home\"", "type=\"query\"", "outcome=\"ok\""];
    let home = lines(text, OPERATIONS, &home);
    if home.first().is_none_or(|line| !line.ends_with(" 2")) {
        missing.push("two of the operation Home".to_owned());
    }
    missing
}

/// Asks again until nothing is missing: no job says when it has its round.
async fn wait_for_everything(site: &Site, stores: &[(&str, &str)], pools: &[&str]) -> String {
    let begun = Instant::now();
    loop {
        let text = metrics(site).await;
        let missing = missing(&text, stores, pools);
        if missing.is_empty() {
            return text;
        }
        assert!(begun.elapsed() < SOON, "{missing:#?} are not in {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn each_part_of_the_program_is_measured(on: On, stores: &[(&str, &str)], pools: &[&str]) {
    let program = Program::seeded(on).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    site.watch(
        &heat,
        "00000000-0000-4000-8000-000000000001",
        10_000.0,
        "2026-01-01T20:00:00Z",
    )
    .await;
    let home = "query Home { viewer { profile { recommendations(first: 3) { nodes { name } } } } }";
    for _ in 0..2 {
        site.ask(home, json!({})).await;
    }
    site.send("query Wrong { film(id: \"x\") { name } }", json!({}))
        .await;
    let text = wait_for_everything(&site, stores, pools).await;

    for kind in ["titles", "watches", "departures"] {
        let kind = format!("kind=\"{kind}\"");
        assert_eq!(
            lines(&text, "projection_waiting_documents", &[&kind]).len(),
            1
        );
        assert_eq!(lines(&text, "projection_lag_seconds", &[&kind]).len(), 1);
    }
    let wrong = ["operation=\"Wrong\"", "outcome=\"errors\""];
    assert_eq!(lines(&text, OPERATIONS, &wrong).len(), 1);
    assert!(
        text.contains("password_hashes{state=\"waiting\"} 0\n"),
        "{text}"
    );
    // How strong the password is, and its hash: both wait in the same queue.
    assert!(
        text.contains("password_hash_wait_seconds_count 2\n"),
        "{text}"
    );
    assert_everything_is_described(&text);
    for secret in ["ada@example.org", "correct horse", "heat-1995"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// Each sample has a text that says what it is, and durations are counted by what they took.
fn assert_everything_is_described(text: &str) {
    let of = |beginning: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(beginning));
        lines
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    };
    assert!(
        text.contains("# TYPE http_request_duration_seconds histogram"),
        "{text}"
    );
    assert_eq!(of("# TYPE "), of("# HELP "));
}

#[tokio::test]
async fn each_part_of_the_program_is_measured_embedded() {
    let stores = [
        ("sqlite", "part_after"),
        ("sqlite", "write"),
        ("sqlite", "append"),
        ("sqlite", "fold"),
        ("sqlite", "commit"),
        ("sqlite", "create_session"),
        ("sqlite", "similar_version"),
        ("sqlite", "backlog"),
        ("memory", "take"),
        ("memory", "acquire"),
    ];
    let pools = ["pool=\"reader\"", "pool=\"writer\""];
    each_part_of_the_program_is_measured(On::Embedded, &stores, &pools).await;
}

#[tokio::test]
async fn each_part_of_the_program_is_measured_on_the_servers() {
    let stores = [
        ("mongo", "part_after"),
        ("mongo", "write"),
        ("mongo", "append"),
        ("mongo", "fold"),
        ("mongo", "commit"),
        ("redis", "create_session"),
        ("neo4j", "similar_version"),
        ("mongo", "backlog"),
        ("redis", "take"),
        ("redis", "acquire"),
    ];
    let pools = ["pool=\"connections\""];
    each_part_of_the_program_is_measured(On::Servers, &stores, &pools).await;
}

#[tokio::test]
async fn clients_cannot_make_the_metrics_grow() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let operations = |text: &str| {
        let lines = lines(text, "graphql_operation_duration_seconds_count", &[]);
        lines.len()
    };

    for n in 0..150 {
        site.ask(&format!("query Made{n}Up {{ __typename }}"), json!({}))
            .await;
    }
    let before = metrics(&site).await;
    for n in 150..200 {
        site.ask(&format!("query Made{n}Up {{ __typename }}"), json!({}))
            .await;
        site.get(&format!("/made/{n}/up")).send().await.unwrap();
    }
    let after = metrics(&site).await;

    assert_eq!(operations(&before), 101, "a hundred, and the others");
    assert_eq!(operations(&after), 101);
    assert!(!after.contains("/made/"), "{after}");
}

#[tokio::test]
async fn the_names_of_a_site_are_told_apart_and_no_others() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve_with(&["--operations", "Home,Film"]).await;

    for name in ["Home", "Other", "Another"] {
        site.ask(&format!("query {name} {{ __typename }}"), json!({}))
            .await;
    }

    let text = metrics(&site).await;
    let count = |name: &str| {
        let operation = format!("operation=\"{name}\"");
        let lines = lines(
            &text,
            "graphql_operation_duration_seconds_count",
            &[&operation],
        );
        lines
            .first()
            .map(|line| line.rsplit(' ').next().unwrap().to_owned())
    };
    assert_eq!(count("Home").as_deref(), Some("1"));
    assert_eq!(count("other").as_deref(), Some("2"));
    assert_eq!(count("Another"), None);
}
