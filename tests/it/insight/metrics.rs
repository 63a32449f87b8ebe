//! What the metrics say, and what they do not.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::support::program::{On, Program, Site};

async fn metrics(site: &Site) -> String {
    let answer = site.get("/metrics").send().await.unwrap();
    answer.text().await.unwrap()
}

/// Asks again until the metrics have a line that begins like this.
async fn wait_for(site: &Site, beginning: &str) -> String {
    let begun = std::time::Instant::now();
    loop {
        let text = metrics(site).await;
        if text.lines().any(|line| line.starts_with(beginning)) {
            return text;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{beginning} is not in {text}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The lines of a sample that have all of these labels.
fn lines<'a>(text: &'a str, name: &str, labels: &[&str]) -> Vec<&'a str> {
    let begins = format!("{name}{{");
    let has =
        |line: &&str| line.starts_with(&begins) && labels.iter().all(|label| line.contains(label));
    text.lines().filter(has).collect()
}

#[expect(clippy::too_many_lines, reason = "one list of all that is measured")]
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
    wait_for(&site, "similar_age_seconds").await;

    wait_for(&site, "usage_counted_viewings_total").await;

    // Its first round is the longest of all jobs.
    let round = "job_round_duration_seconds_count{job=\"keep_similar\",outcome=\"done\"}";
    wait_for(&site, round).await;
    // It reads all edges.
    let round = "job_round_duration_seconds_count{job=\"follow_graph\",outcome=\"done\"}";
    wait_for(&site, round).await;

    let text = wait_for(&site, "lease_held{lease=\"keep_similar\"} 1").await;

    for (store, method) in stores {
        let labels = [format!("store=\"{store}\""), format!("method=\"{method}\"")];
        let labels = [&*labels[0], &*labels[1], "outcome=\"answered\""];
        assert!(
            !lines(&text, "store_call_duration_seconds_count", &labels).is_empty(),
            "{labels:?} in {text}"
        );
    }
    for pool in pools {
        assert!(
            !lines(&text, "store_pool_wait_seconds_count", &[pool]).is_empty(),
            "{pool} in {text}"
        );
    }
    let operation = "graphql_operation_duration_seconds_count";
    let home = lines(
        &text,
        operation,
        &["operation=\"Home\"", "type=\"query\"", "outcome=\"ok\""],
    );
    assert!(home[0].ends_with(" 2"), "{home:?}");
    assert_eq!(
        lines(
            &text,
            operation,
            &["operation=\"Wrong\"", "outcome=\"errors\""]
        )
        .len(),
        1
    );
    assert!(
        !lines(
            &text,
            operation,
            &["operation=\"unnamed\"", "type=\"mutation\""]
        )
        .is_empty()
    );
    for cache in ["titles", "similar", "taste"] {
        let cache = format!("cache=\"{cache}\"");
        assert!(
            !lines(&text, "cache_reads_total", &[&cache]).is_empty(),
            "{cache} in {text}"
        );
    }
    for job in [
        "fold_watches",
        "count_usage",
        "project_graph",
        "keep_similar",
        "clear_away",
        "work_off",
        "erase",
        "follow_catalog",
        "follow_graph",
        "follow_thumbs",
        "follow_lately",
        "send_mail",
        "measure",
    ] {
        let job = format!("job=\"{job}\"");
        assert!(
            !lines(
                &text,
                "job_round_duration_seconds_count",
                &[&job, "outcome=\"done\""]
            )
            .is_empty(),
            "{job} in {text}"
        );
    }
    let folded = text
        .lines()
        .find_map(|line| line.strip_prefix("watch_log_folded_entries_total "));
    assert!(folded.is_some_and(|folded| folded != "0"), "{text}");
    for kind in ["titles", "watches", "departures"] {
        let kind = format!("kind=\"{kind}\"");
        assert_eq!(
            lines(&text, "projection_waiting_documents", &[&kind]).len(),
            1
        );
        assert_eq!(lines(&text, "projection_lag_seconds", &[&kind]).len(), 1);
    }
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
    let program = Program::new(On::Embedded).await;
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
    let program = Program::new(On::Embedded).await;
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
