//! What is counted of viewers' reports, and what of their requests says where they watch.

use std::time::Instant;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{World, now, rfc3339};
use crate::support::SOON;
use crate::support::visitor::Visitor;

const TELEVISION: &str = "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0 Safari/537.36";

/// A viewer who watched the first two minutes of a film, and then the first once more.
async fn watch(world: &World, viewer: &mut Visitor) {
    let began = now() - TimeDelta::minutes(10);
    for (event, position, second) in [
        ("START", 0.0, 0),
        ("PROGRESS", 120.0, 120),
        ("SEEK", 0.0, 121),
        ("STOP", 60.0, 181),
    ] {
        let input = json!({
            "item": world.film,
            "play": "7d1c1f6e-0d3b-4c0a-8a53-0c1f6e0d3b4c",
            "event": event,
            "position": position,
            "at": rfc3339(began + TimeDelta::seconds(second)),
        });
        viewer.expect("reportPlayback", input, "").await;
    }
}

/// What a curator sees of the film, once all of the three minutes are counted.
async fn stats(world: &mut World, viewer: &mut Visitor, fields: &str) -> Value {
    let began = Instant::now();
    loop {
        // Whoever reads of a profile has what waits of it folded first.
        viewer
            .ask("{ film(slug: \"heat-1995\") { watchState { position } } }")
            .await;
        let asked = format!(
            "{{ film(slug: \"heat-1995\") {{ stats {{ summary {{ watchSeconds }} {fields} }} }} }}"
        );
        let stats = world.curator.ask(&asked).await["film"]["stats"].take();
        if stats["summary"]["watchSeconds"] == 180.0 {
            // What was asked for beside it may have been read before it was counted.
            return world.curator.ask(&asked).await["film"]["stats"].take();
        }
        assert!(began.elapsed() < SOON, "still {stats}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

fn shares(stats: &Value) -> Vec<Value> {
    ["countries", "devices", "clients"]
        .into_iter()
        .map(|field| stats[field][0]["value"].clone())
        .collect()
}

const SHARES: &str = "countries: breakdown(dimension: COUNTRY) { value views watchSeconds }
    devices: breakdown(dimension: DEVICE) { value } clients: breakdown(dimension: CLIENT) { value }";

#[tokio::test]
async fn what_viewers_report_is_counted_with_where_they_watch() {
    let proxies = ["--trusted-proxies", "127.0.0.0/8"];
    let header = ["--country-header", "CF-IPCountry"];
    let mut world = World::new(&[proxies, header].concat()).await;
    let mut viewer = Visitor::of(&world.site)
        .with_header("cf-ipcountry", "de")
        .with_header("user-agent", TELEVISION)
        .with_header("apollographql-client-name", "living-room");
    viewer.register("viewer@example.org").await;
    watch(&world, &mut viewer).await;

    let stats = stats(
        &mut world,
        &mut viewer,
        &format!(
            "all: summary {{ plays views viewers watchSeconds averageSeconds peak }}
            series(metric: VIEWS) {{ value }} {SHARES}
            retention(buckets: 170) {{ plays duration points {{ second viewers percent replays }} }}"
        ),
    )
    .await;

    assert_eq!(
        stats["all"],
        json!({ "plays": 1, "views": 1, "viewers": 1, "watchSeconds": 180.0, "averageSeconds": 180.0, "peak": 1 })
    );
    let days = stats["series"].as_array().unwrap();
    let views: f64 = days.iter().map(|day| day["value"].as_f64().unwrap()).sum();
    assert!((28..=29).contains(&days.len()), "{}", days.len());
    assert!((views - 1.0).abs() < f64::EPSILON, "{views}");
    assert_eq!(
        stats["countries"],
        json!([{ "value": "DE", "views": 1, "watchSeconds": 180.0 }])
    );
    assert_eq!(shares(&stats), ["DE", "television", "living-room"]);
    let retention = &stats["retention"];
    assert_eq!(retention["plays"], 1);
    assert_eq!(retention["duration"], 10_200.0);
    let point = |second, viewers, replays| json!({ "second": second, "viewers": viewers, "percent": viewers * 100.0, "replays": replays });
    let points = retention["points"].as_array().unwrap();
    assert_eq!(points.len(), 170);
    assert_eq!(
        points[..4],
        [
            point(0.0, 1.0, 1.0),
            point(60.0, 1.0, 0.0),
            point(120.0, 0.0, 0.0),
            point(180.0, 0.0, 0.0)
        ]
    );
    assert!(points[4..].iter().all(|point| point["viewers"] == 0.0));
    let top = "{ topTitles(metric: WATCH_SECONDS, first: 1) { title { slug } plays views watchSeconds } siteStats { summary { views } retention { plays } } }";
    assert_eq!(
        world.curator.ask(top).await,
        json!({
            "topTitles": [{ "title": { "slug": "heat-1995" }, "plays": 1, "views": 1, "watchSeconds": 180.0 }],
            "siteStats": { "summary": { "views": 1 }, "retention": null },
        })
    );
}

#[tokio::test]
async fn whoever_is_no_trusted_proxy_is_in_no_country() {
    let mut world = World::new(&["--country-header", "CF-IPCountry"]).await;
    let mut viewer = Visitor::of(&world.site)
        .with_header("cf-ipcountry", "DE")
        .with_header("user-agent", TELEVISION);
    viewer.register("viewer@example.org").await;
    watch(&world, &mut viewer).await;

    let stats = stats(&mut world, &mut viewer, SHARES).await;

    assert_eq!(
        shares(&stats),
        [Value::Null, json!("television"), json!("Chrome")]
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_its_argument() {
    let mut world = World::new(&[]).await;
    let series = "series(slug: \"breaking-bad-2008\")";
    for (query, code, field) in [
        (
            "{ siteStats { summary(from: \"2026-02-01T00:00:00Z\", to: \"2026-01-01T00:00:00Z\") { views } } }".to_owned(),
            "OUT_OF_RANGE",
            "from",
        ),
        (
            "{ siteStats { series(metric: VIEWS, from: \"2026-01-01T00:00:00Z\", to: \"2026-03-01T00:00:00Z\", by: HOUR) { value } } }".to_owned(),
            "OUT_OF_RANGE",
            "from",
        ),
        (
            "{ siteStats { retention(buckets: 1001) { plays } } }".to_owned(),
            "OUT_OF_RANGE",
            "buckets",
        ),
        (
            "{ topTitles(metric: PEAK) { views } }".to_owned(),
            "INVALID",
            "metric",
        ),
        (
            "{ topTitles(metric: VIEWS, first: 101) { views } }".to_owned(),
            "OUT_OF_RANGE",
            "first",
        ),
    ] {
        let answer = world.curator.send(&query, json!({})).await;

        let extensions = &answer.body["errors"][0]["extensions"];
        assert_eq!(extensions["code"], code, "{query}: {}", answer.body);
        assert_eq!(extensions["field"], field, "{query}");
    }
    let none = format!(
        "{{ {series} {{ stats {{ retention {{ plays }} summary {{ plays viewers averageSeconds }} }} }} }}"
    );
    let data = world.curator.ask(&none).await;
    assert_eq!(
        data["series"]["stats"],
        json!({ "retention": null, "summary": { "plays": 0, "viewers": 0, "averageSeconds": 0.0 } })
    );
}
