//! How lists are written, and leafed through.

use serde_json::{Value, json};

use super::{World, event};

/// Three titles and an episode of which something is watched.
async fn watched() -> World {
    let mut world = World::new(&[]).await;
    let data = world
        .curator
        .ask("{ casino: film(slug: \"casino-1995\") { id } taxi: film(slug: \"taxi-driver-1976\") { id } }")
        .await;
    let mut named = event(1, "a", &world.film);
    named["client"] = json!("=cmd()");
    let others = ["casino", "taxi"].map(|film| data[film]["id"].as_str().unwrap());
    world
        .record(&json!([
            named,
            event(2, "b", &world.film),
            event(3, "c", others[0]),
            event(4, "d", others[1]),
            event(5, "e", &world.episode),
        ]))
        .await;
    world.wait_for_views("/usage/site", 5).await;
    world
}

#[tokio::test]
async fn a_list_is_json_csv_or_a_json_object_a_line() {
    let world = watched().await;
    let path = format!("{}/breakdown?dimension=client", world.title());
    let accepting = |kind: &'static str| {
        let request = world.request(&path).header("accept", kind);
        super::Got::of(request)
    };

    let json = accepting("application/json").await;
    let csv = accepting("text/csv").await;
    let lines = accepting("application/x-ndjson").await;
    let asked = world.get(&format!("{path}&format=csv")).await;
    let neither = accepting("image/png").await;

    let share = |value: Value| json!({ "value": value, "plays": 1, "views": 1, "viewers": 1, "watchSeconds": 60.0 });
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(
        json.json(),
        json!({ "shares": [share(Value::Null), share(json!("=cmd()"))] })
    );
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(
        csv.text,
        "value,plays,views,viewers,watchSeconds\n,1,1,1,60\n'=cmd(),1,1,1,60\n"
    );
    assert_eq!(asked.text, csv.text);
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let rows: Vec<Value> = lines
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows, json.json()["shares"].as_array().unwrap().clone());
    assert_eq!(neither.refusal().1, "NOT_ACCEPTABLE");
}

#[tokio::test]
async fn days_are_leafed_through_without_a_gap() {
    let world = watched().await;
    let whole = world.get("/usage/days").await.json();
    let whole = whole["days"].as_array().unwrap().clone();
    let kinds: Vec<&str> = whole
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "film").count(), 3);
    assert_eq!(kinds.iter().filter(|kind| **kind == "series").count(), 1);
    assert_eq!(kinds.iter().filter(|kind| **kind == "episode").count(), 1);

    for first in [1, 2, 5] {
        let mut found = Vec::new();
        let mut path = format!("/usage/days?first={first}");
        loop {
            let page = world.get(&path).await;
            let body = page.json();
            let rows = body["days"].as_array().unwrap().clone();
            assert!(!rows.is_empty(), "{path}");
            found.extend(rows);
            let Some(next) = body["next"].as_str() else {
                assert!(!page.headers.contains_key("link"));
                break;
            };
            let link = page.header("link");
            assert!(link.contains(next) && link.ends_with("; rel=\"next\""));
            path = link[1..link.find('>').unwrap()].to_owned();
        }
        assert_eq!(found, whole, "{first} a page");
    }
    let csv = world.get("/usage/days?format=csv&first=2").await;
    assert!(csv.text.starts_with("day,kind,id,plays,"), "{}", csv.text);
    assert!(csv.header("link").contains("format=csv"));
}

#[tokio::test]
async fn what_is_watched_most_comes_first() {
    let world = watched().await;

    let top = world.get("/usage/titles?metric=views&first=2").await.json();
    let series = world.get("/usage/site/series?metric=plays&by=hour").await;

    let titles = top["titles"].as_array().unwrap();
    assert_eq!(titles.len(), 2);
    assert_eq!(titles[0]["name"], "Heat");
    assert_eq!(titles[0]["id"], world.film);
    assert_eq!(titles[0]["views"], 2);
    let series = series.json();
    let points = series["points"].as_array().unwrap();
    assert_eq!(points.len(), 28 * 24);
    let plays: f64 = points.iter().map(|at| at["value"].as_f64().unwrap()).sum();
    assert!((plays - 5.0).abs() < f64::EPSILON, "{plays}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_by_its_parameter() {
    let mut world = World::new(&[]).await;
    let data = world
        .curator
        .ask("{ series(slug: \"breaking-bad-2008\") { id } }")
        .await;
    let series = data["series"]["id"].as_str().unwrap();
    let (film, episode) = (&world.film, &world.episode);
    for (path, status, code, field) in [
        ("site?from=yesterday".to_owned(), 400, "INVALID", "from"),
        ("site?form=csv".to_owned(), 400, "INVALID", "form"),
        (
            "site?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z".to_owned(),
            400,
            "OUT_OF_RANGE",
            "from",
        ),
        ("site/series".to_owned(), 400, "INVALID", "metric"),
        ("titles?metric=peak".to_owned(), 400, "INVALID", "metric"),
        (
            "titles?metric=plays&first=0".to_owned(),
            400,
            "OUT_OF_RANGE",
            "first",
        ),
        ("days?first=1001".to_owned(), 400, "OUT_OF_RANGE", "first"),
        ("days?after=nonsense".to_owned(), 400, "BAD_CURSOR", "after"),
        (
            format!("titles/{film}/retention?buckets=86401"),
            400,
            "OUT_OF_RANGE",
            "buckets",
        ),
        (format!("titles/{series}/retention"), 404, "NOT_FOUND", "id"),
        (format!("titles/{episode}"), 404, "NOT_FOUND", "id"),
        (format!("episodes/{film}"), 404, "NOT_FOUND", "id"),
        ("titles/RmlsbTox".to_owned(), 404, "NOT_FOUND", "id"),
        ("titles/%ff".to_owned(), 404, "NOT_FOUND", "id"),
    ] {
        let got = world.get(&format!("/usage/{path}")).await;

        let expected = (status, code.to_owned(), field.to_owned());
        assert_eq!(got.refusal(), expected, "{path}: {}", got.text);
    }
    let nobody = world.get(&format!("/usage/titles/{film}/retention")).await;
    let none = json!({ "plays": 0, "duration": null, "points": [] });
    assert_eq!((nobody.status, nobody.json()), (200, none));
    let csv = world.request("/usage/site").header("accept", "text/csv");
    assert_eq!(super::Got::of(csv).await.refusal().0, 406);
}
