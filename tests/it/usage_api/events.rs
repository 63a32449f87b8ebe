//! What other players play: each event counts once, and bad ones change nothing.

use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::{Got, World, event, rfc3339};
use chrono::TimeDelta;

#[tokio::test]
async fn an_event_counts_once_however_often_it_is_sent() {
    let world = World::new(&[]).await;
    let mut second = event(2, "b", &world.episode);
    second["viewer"] = json!("somebody");
    second["country"] = json!("at");
    second["device"] = json!("tablet");
    let both = json!([event(1, "a", &world.film), second]);
    for _ in 0..3 {
        world.record(&both).await;
    }
    // The same name in another session is another event.
    world.record(&json!([event(1, "c", &world.film)])).await;

    let figures = world.wait_for_views("/usage/site", 3).await;

    assert_eq!(figures["plays"], 3);
    assert_eq!(figures["viewers"], 3);
    assert_eq!(figures["watchSeconds"], 180.0);
    assert_eq!(figures["averageSeconds"], 60.0);
    let film = world.get(&world.title()).await.json();
    assert_eq!((&film["views"], &film["plays"]), (&json!(2), &json!(2)));
    let episode = format!("/usage/episodes/{}", world.episode);
    let countries = world
        .get(&format!("{episode}/breakdown?dimension=country"))
        .await;
    assert_eq!(
        countries.json(),
        json!({ "shares": [{ "value": "AT", "plays": 1, "views": 1, "viewers": 1, "watchSeconds": 60.0 }] })
    );
    let curve = world.get(&format!("{episode}/retention?buckets=1")).await;
    assert_eq!(curve.json()["plays"], 1);
}

#[tokio::test]
async fn bad_events_are_named_and_nothing_is_counted() {
    let world = World::new(&[]).await;
    let with = |field: &str, value: Value| {
        let mut wrong = event(7, "bad", &world.film);
        wrong[field] = value;
        wrong
    };
    let old = rfc3339(super::now() - TimeDelta::days(8));
    // Film:1, which is nowhere.
    for (field, value) in [
        ("item", json!("RmlsbTox")),
        ("item", json!(world.film.to_lowercase())),
        ("from", json!(60)),
        ("to", json!(100_000)),
        ("at", json!(old)),
        ("session", json!("")),
        ("viewer", json!("é".repeat(65))),
        ("duration", json!(30)),
        ("country", json!("XX")),
        ("device", json!("fridge")),
        ("id", json!("7")),
        ("place", json!("here")),
    ] {
        let good = event(1, "good", &world.film);

        let got = world.post(&json!([good, with(field, value.clone())])).await;

        let what = (422, "INVALID".to_owned(), "events".to_owned());
        assert_eq!(got.refusal(), what, "{field}: {}", got.text);
        let errors = &got.json()["errors"];
        // A stretch that ends where it begins, or behind the end, is wrong by its end.
        let blamed = match field {
            "from" | "duration" => "to",
            field => field,
        };
        assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
        assert_eq!(errors[0]["index"], 1, "{errors}");
        assert_eq!(errors[0]["field"], blamed, "{value}: {errors}");
        assert!(errors[0]["detail"].as_str().unwrap().len() > 10, "{errors}");
    }
    world.record(&json!([event(9, "last", &world.film)])).await;

    let figures = world.wait_for_views("/usage/site", 1).await;

    assert_eq!(figures["plays"], 1);
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_by_what_it_is() {
    let world = World::new(&[]).await;
    let send = |kind: &'static str, body: String| {
        let request = world.site.post("/usage/events");
        let request = request.header(AUTHORIZATION, format!("Bearer {}", world.key));
        Got::of(request.header("content-type", kind).body(body))
    };
    let many: Vec<Value> = (0..1000)
        .map(|number| event(number, &"s".repeat(128), &world.film))
        .collect();
    let many = json!({ "events": many }).to_string();
    assert!(many.len() > 256 * 1024, "more than any other route takes");

    for (kind, body, status) in [
        ("application/json", many, 202),
        ("application/json; charset=utf-8", "{".to_owned(), 400),
        (
            "application/json",
            "{\"events\": [], \"events\": []}".to_owned(),
            400,
        ),
        ("application/json", "{}".to_owned(), 422),
        ("application/json", "{\"events\": []}".to_owned(), 422),
        ("text/plain", "{}".to_owned(), 415),
        ("application/json", " ".repeat(1024 * 1024 + 1), 413),
    ] {
        let got = send(kind, body).await;

        assert_eq!(got.status, status, "{kind}: {}", got.text);
        if status >= 400 {
            got.refusal();
        }
    }
}

#[tokio::test]
async fn pages_of_other_sites_send_no_events() {
    let world = World::new(&[]).await;
    let cookie = world.curator.cookie.clone().unwrap();
    let request = world.site.post("/usage/events").header("cookie", cookie);
    let request = request
        .header("content-type", "application/json")
        .header("sec-fetch-site", "cross-site");

    let got = Got::of(request.body("{}")).await;

    assert_eq!(got.refusal(), (403, "CROSS_SITE".into(), String::new()));
}
