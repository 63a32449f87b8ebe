//! What the suggestions of a viewer cost whom a server knows nothing of, seen from outside.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};

both_ways!(who_is_not_in_memory_costs_one_read_of_the_record);

/// How often a method of a store was called.
async fn calls(site: &Site, method: &str) -> u64 {
    let answer = site.get("/metrics").send().await.unwrap();
    let text = answer.text().await.unwrap();
    let label = format!("method=\"{method}\"");
    let counts = text.lines().filter(|line| {
        line.starts_with("store_call_duration_seconds_count{") && line.contains(&label)
    });
    let counts = counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    counts.sum()
}

async fn who_is_not_in_memory_costs_one_read_of_the_record(on: On) {
    let program = Program::seeded(on).await;
    program.expect(&["graph", "similar"]).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 10_000.0, "2026-01-01T20:00:00Z")
        .await;
    let cookie = site.cookie().map(str::to_owned);
    site.kill().await;
    program.expect(&["graph", "drain"]).await;
    let mut cold = program.serve().await;
    cold.set_cookie(cookie);

    let suggestions = "{ viewer { profile { recommendations(first: 20) { edges { node { slug } reasons { text } } } } } }";
    let found = cold.ask(suggestions, json!({})).await;

    assert_eq!(calls(&cold, "exclusions_with_taste").await, 1);
    for method in ["exclusions", "passed_over", "taste"] {
        assert_eq!(calls(&cold, method).await, 0, "{method}");
    }
    let found = &found["viewer"]["profile"]["recommendations"]["edges"];
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 20);
    let because = |edge: &Value| {
        let mut reasons = edge["reasons"].as_array().unwrap().iter();
        reasons.any(|reason| reason["text"] == "Because you watched Heat")
    };
    assert!(found.iter().any(because), "{found:?}");
    assert!(found.iter().all(|edge| edge["node"]["slug"] != "heat-1995"));

    // A page of rows is another: with the taste or, if that is still trusted, without.
    let rows = "{ viewer { profile { rows(first: 10) { items { nodes { slug } } } } } }";
    cold.ask(rows, json!({})).await;

    let reads = [
        calls(&cold, "exclusions_with_taste").await,
        calls(&cold, "exclusions").await,
    ];
    assert_eq!(reads.iter().sum::<u64>(), 2, "{reads:?}");
    assert_eq!(calls(&cold, "taste").await, 0);
}
