//! What viewers do not want to go on with.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(what_is_taken_off_comes_back_when_it_is_watched_on);

const LISTS: &str = "{ film(slug: \"heat-1995\") { watchState { position } }
    viewer { profile { continueWatching { totalCount nodes { ... on Film { slug } ... on Episode { number } } } nextUp { nodes { series { slug } } } history { totalCount } } } }";

async fn what_is_taken_off_comes_back_when_it_is_watched_on(on: On) {
    let program = Program::with_few_viewers(on).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let series = site.id_of("series", "breaking-bad-2008").await;
    let pilot = "{ series(slug: \"breaking-bad-2008\") { nextUp { id } } }";
    let pilot = ada.ask(pilot).await["series"]["nextUp"]["id"].clone();
    play(&mut ada, &json!(heat), 1, 1000.0, 1).await;
    play(&mut ada, &pilot, 2, 600.0, 2).await;
    let both = (
        2,
        json!([{ "number": 1 }, { "slug": "heat-1995" }]),
        json!([{ "series": { "slug": "breaking-bad-2008" } }]),
    );
    assert_eq!(lists(&mut ada).await, both);

    for _ in 0..2 {
        let input = json!({ "item": heat });
        let fields = "item { id watchState { position } } profile { continueWatching { nodes { ... on Episode { number } } } }";
        let payload = ada
            .expect("removeFromContinueWatching", input, fields)
            .await;
        assert_eq!(
            payload["item"],
            json!({ "id": heat, "watchState": { "position": 1000.0 } })
        );
        let left = &payload["profile"]["continueWatching"]["nodes"];
        assert_eq!(*left, json!([{ "number": 1 }]));
        let input = json!({ "series": series });
        let fields = "series { id } profile { nextUp { nodes { number } } }";
        let payload = ada.expect("hideFromNextUp", input, fields).await;
        assert_eq!(payload["series"]["id"], series);
        assert_eq!(payload["profile"]["nextUp"]["nodes"], json!([]));
    }
    assert_eq!(
        lists(&mut ada).await,
        (1, json!([{ "number": 1 }]), json!([]))
    );
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    let input = json!({ "item": heat, "removed": false });
    ada.expect("removeFromContinueWatching", input, "").await;
    let input = json!({ "series": series, "hidden": false });
    ada.expect("hideFromNextUp", input, "").await;
    assert_eq!(lists(&mut ada).await, both);

    ada.expect("removeFromContinueWatching", json!({ "item": heat }), "")
        .await;
    ada.expect("hideFromNextUp", json!({ "series": series }), "")
        .await;
    play(&mut ada, &pilot, 2, 900.0, 3).await;
    play(&mut ada, &json!(heat), 1, 1300.0, 4).await;
    let again = (
        2,
        json!([{ "slug": "heat-1995" }, { "number": 1 }]),
        both.2.clone(),
    );
    assert_eq!(lists(&mut ada).await, again);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    // What was never played is on no list.
    let casino = site.id_of("film", "casino-1995").await;
    ada.expect("removeFromContinueWatching", json!({ "item": casino }), "")
        .await;
    assert_eq!(lists(&mut ada).await, again);
}

/// How much can be resumed, what that is, and which series go on; neither makes a play.
async fn lists(visitor: &mut Visitor) -> (u64, Value, Value) {
    let mut seen = visitor.ask(LISTS).await;
    let profile = &mut seen["viewer"]["profile"];
    assert_eq!(profile["history"]["totalCount"], 2);
    let resumable = profile["continueWatching"].take();
    let total = resumable["totalCount"].as_u64().unwrap();
    (
        total,
        resumable["nodes"].clone(),
        profile["nextUp"]["nodes"].take(),
    )
}

async fn play(visitor: &mut Visitor, item: &Value, play: u8, position: f64, minute: u8) {
    let play = format!("00000000-0000-4000-8000-00000000000{play}");
    let at = format!("2026-01-01T20:{minute:02}:00Z");
    let input = json!({ "item": item, "play": play, "event": "PAUSE", "position": position, "duration": 5000.0, "at": at });
    visitor.expect("reportPlayback", input, "").await;
}
