//! What viewers delete of their history, and what a paused one keeps.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::privacy::exported;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    what_is_deleted_was_never_played,
    what_was_said_by_hand_stays_unless_everything_goes,
    everything_is_also_what_was_said_not_to_be_watched,
    what_says_nothing_deletes_nothing,
    a_paused_history_keeps_nothing,
    what_goes_on_after_a_pause_has_a_gap,
);

const SEEN: &str = "{ film(slug: \"heat-1995\") { viewerLiked watchState { position percent watched plays completions lastPlayedAt secondsWatched } }
    series(slug: \"breaking-bad-2008\") { nextUp { number } progress { episodesWatched lastWatchedAt } }
    viewer { profile { history { totalCount nodes { id } } continueWatching { totalCount nodes { ... on Film { slug } } }
        nextUp { nodes { number } } tasteWeights(first: 50) { node { ... on Genre { slug } } } } } }";
const DELETED: &str = "deletedPlays deletedIds profile { history { totalCount } }";
const REPORTED: &str = "recorded completedNow state { position plays secondsWatched }";

async fn start(program: &Program) -> (Site, Visitor, Value, Value) {
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let heat = json!(site.id_of("film", "heat-1995").await);
    let pilot = "{ series(slug: \"breaking-bad-2008\") { nextUp { id } } }";
    let pilot = ada.ask(pilot).await["series"]["nextUp"]["id"].clone();
    (site, ada, heat, pilot)
}

/// Stops somewhere, on the first evening of the year.
fn report(item: &Value, play: u8, position: f64) -> Value {
    json!({
        "item": item,
        "play": format!("00000000-0000-4000-8000-0000000000{play:02}"),
        "event": "STOP",
        "position": position,
        "duration": 5000.0,
        "at": "2026-01-01T20:00:00Z",
    })
}

/// The same play, as it is now.
fn report_now(item: &Value, event: &str, position: f64) -> Value {
    let mut report = report(item, 77, position);
    report["event"] = json!(event);
    report.as_object_mut().unwrap().remove("at");
    report
}

async fn pause(visitor: &mut Visitor, paused: bool) -> Value {
    // So that nothing happens in the same millisecond.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let input = json!({ "paused": paused });
    let payload = visitor
        .expect("setHistoryPaused", input, "profile { historyPausedAt }")
        .await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    payload["profile"]["historyPausedAt"].clone()
}

async fn what_is_deleted_was_never_played(on: On) {
    let program = Program::with_few_viewers(on).await;
    let (site, mut ada, heat, pilot) = start(&program).await;
    let series = json!(site.id_of("series", "breaking-bad-2008").await);
    let before = ada.ask(SEEN).await;

    for round in 0..4_u8 {
        let evening = [
            report(&heat, round * 2 + 1, 2000.0),
            report(&pilot, round * 2 + 2, 4900.0),
        ];
        for report in &evening {
            let payload = ada.expect("reportPlayback", report.clone(), REPORTED).await;
            assert_eq!(payload["recorded"], true, "{payload}");
        }
        let seen = ada.ask(SEEN).await;
        let profile = &seen["viewer"]["profile"];
        assert_eq!(profile["history"]["totalCount"], 2, "{seen}");
        assert_eq!(profile["continueWatching"]["totalCount"], 1, "{seen}");
        assert_eq!(profile["nextUp"]["nodes"], json!([{ "number": 2 }]));
        let plays = profile["history"]["nodes"].as_array().unwrap();
        let inputs: Vec<Value> = match round {
            0 => plays
                .iter()
                .map(|play| json!({ "play": play["id"] }))
                .collect(),
            1 => vec![json!({ "item": heat }), json!({ "item": series })],
            2 => vec![json!({ "before": "2026-01-01T20:00:01Z" })],
            _ => vec![json!({ "everything": true })],
        };
        for wanted in [2, 0] {
            let (mut deleted, mut gone, mut left) = (0, BTreeSet::new(), Value::Null);
            for input in &inputs {
                let payload = ada.expect("deleteHistory", input.clone(), DELETED).await;
                deleted += payload["deletedPlays"].as_i64().unwrap();
                let ids = payload["deletedIds"].as_array().unwrap().iter();
                gone.extend(ids.map(|id| id.as_str().unwrap().to_owned()));
                left = payload["profile"]["history"]["totalCount"].clone();
            }
            assert_eq!(deleted, wanted, "{round}");
            let named = plays.iter().filter(|_| wanted > 0);
            let named = named.map(|play| play["id"].as_str().unwrap().to_owned());
            let named: BTreeSet<String> = named.collect();
            assert_eq!((gone, left), (named, json!(0)), "{round}");
        }
        for report in &evening {
            let payload = ada.expect("reportPlayback", report.clone(), REPORTED).await;
            let state = json!({ "position": 0.0, "plays": 0, "secondsWatched": 0.0 });
            let nothing = json!({ "recorded": false, "completedNow": false, "state": state, "userErrors": [] });
            assert_eq!(payload, nothing);
        }
        program.expect(&["graph", "drain"]).await;
        assert_eq!(ada.ask(SEEN).await, before, "{round}");
    }
    // What began at that moment did not begin before it.
    let kept = report(&heat, 50, 2000.0);
    ada.expect("reportPlayback", kept, "").await;
    let input = json!({ "before": "2026-01-01T20:00:00Z" });
    let payload = ada.expect("deleteHistory", input, DELETED).await;
    assert_eq!(payload["deletedPlays"], 0);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

async fn what_was_said_by_hand_stays_unless_everything_goes(on: On) {
    let program = Program::with_few_viewers(on).await;
    let (_site, mut ada, heat, _) = start(&program).await;
    ada.expect("reportPlayback", report(&heat, 1, 2000.0), "")
        .await;
    let told = json!({ "item": heat, "watched": true });
    ada.expect("setWatched", told, "").await;
    let liked = json!({ "title": heat, "liked": true });
    ada.expect("rateTitle", liked, "").await;

    ada.expect("deleteHistory", json!({ "item": heat }), "")
        .await;
    let seen = ada.ask(SEEN).await;
    let state = &seen["film"]["watchState"];
    assert_eq!(
        (&state["watched"], &state["plays"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(seen["viewer"]["profile"]["history"]["totalCount"], 0);

    ada.expect("deleteHistory", json!({ "everything": true }), "")
        .await;
    let seen = ada.ask(SEEN).await;
    let state = &seen["film"]["watchState"];
    assert_eq!(
        (&state["watched"], &state["plays"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(seen["film"]["viewerLiked"], true);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

async fn everything_is_also_what_was_said_not_to_be_watched(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let tell =
        "mutation ($input: SetWatchedInput!) { setWatched(input: $input) { userErrors { code } } }";
    for watched in [true, false] {
        let input = json!({ "item": heat, "watched": watched });
        let told = site.ask(tell, json!({ "input": input })).await;
        assert_eq!(told["setWatched"]["userErrors"], json!([]), "{told}");
    }
    let before = exported(&site).await;
    let items = before["profiles"][0]["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{before}");

    let delete = "mutation { deleteHistory(input: { everything: true }) { deletedPlays userErrors { code } } }";
    let deleted = site.ask(delete, json!({})).await;

    let none = json!({ "deletedPlays": 0, "userErrors": [] });
    assert_eq!(deleted["deleteHistory"], none);
    let after = exported(&site).await;
    assert_eq!(after["profiles"][0]["items"], json!([]), "{after}");
}

async fn what_says_nothing_deletes_nothing(on: On) {
    let program = Program::seeded(on).await;
    let (site, mut ada, heat, _) = start(&program).await;
    let mut ben = Visitor::of(&site);
    ben.register("ben@example.org").await;
    ben.expect("reportPlayback", report(&heat, 1, 2000.0), "")
        .await;
    let of_ben = ben.ask(SEEN).await["viewer"]["profile"]["history"]["nodes"][0]["id"].clone();
    let genre = json!(site.id_of("genre", "crime").await);

    for (input, code, field) in [
        (json!({}), "INVALID", "everything"),
        (json!({ "play": null }), "INVALID", "everything"),
        (json!({ "everything": false }), "INVALID", "everything"),
        (
            json!({ "item": heat, "everything": true }),
            "INVALID",
            "item",
        ),
        (
            json!({ "before": "2026-01-01T20:00:00Z", "everything": true }),
            "INVALID",
            "before",
        ),
        (json!({ "play": of_ben, "item": heat }), "INVALID", "play"),
        (json!({ "play": "nonsense" }), "NOT_FOUND", "play"),
        (json!({ "play": of_ben }), "NOT_FOUND", "play"),
        (json!({ "item": "nonsense" }), "NOT_FOUND", "item"),
        (json!({ "item": genre }), "NOT_FOUND", "item"),
    ] {
        let refused = ada.refused("deleteHistory", input.clone()).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()), "{input}");
    }
    let seen = ben.ask(SEEN).await;
    assert_eq!(seen["viewer"]["profile"]["history"]["totalCount"], 1);
}

async fn a_paused_history_keeps_nothing(on: On) {
    let program = Program::with_few_viewers(on).await;
    let (_site, mut ada, heat, pilot) = start(&program).await;
    let kim = ada
        .expect(
            "createProfile",
            json!({ "name": "Kim" }),
            "profile { id historyPausedAt }",
        )
        .await["profile"]
        .take();
    assert_eq!(kim["historyPausedAt"], Value::Null);
    let before = ada.ask(SEEN).await;

    let since = pause(&mut ada, true).await;
    assert!(since.is_string(), "{since}");
    assert_eq!(pause(&mut ada, true).await, since);
    for report in [
        report(&pilot, 2, 4900.0),
        report_now(&heat, "PROGRESS", 900.0),
    ] {
        let payload = ada.expect("reportPlayback", report, REPORTED).await;
        let state = json!({ "position": 0.0, "plays": 0, "secondsWatched": 0.0 });
        let nothing =
            json!({ "recorded": false, "completedNow": false, "state": state, "userErrors": [] });
        assert_eq!(payload, nothing);
    }
    let mut of_kim = report(&heat, 3, 2000.0);
    of_kim["profileId"] = kim["id"].clone();
    let batch = json!({ "reports": [report(&heat, 4, 2000.0), of_kim] });
    let fields = "results { recorded userErrors { code } }";
    let payload = ada.expect("reportPlaybackBatch", batch, fields).await;
    let result = |recorded: bool| json!({ "recorded": recorded, "userErrors": [] });
    assert_eq!(payload["results"], json!([result(false), result(true)]));
    assert_eq!(ada.ask(SEEN).await, before);

    assert_eq!(pause(&mut ada, false).await, Value::Null);
    // What was played meanwhile and comes now is not kept either.
    let mut late = report(&heat, 5, 2000.0);
    late["at"] = since;
    let payload = ada.expect("reportPlayback", late, "recorded").await;
    assert_eq!(payload["recorded"], false);
    assert_eq!(ada.ask(SEEN).await, before);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    for report in [report(&heat, 4, 2000.0), report_now(&pilot, "START", 0.0)] {
        let payload = ada.expect("reportPlayback", report, "recorded").await;
        assert_eq!(payload["recorded"], true);
    }
    let seen = ada.ask(SEEN).await;
    assert_eq!(seen["viewer"]["profile"]["history"]["totalCount"], 2);
}

async fn what_goes_on_after_a_pause_has_a_gap(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let (_site, mut ada, heat, _) = start(&program).await;
    let reported = async |ada: &mut Visitor, event: &str, position: f64| {
        let report = report_now(&heat, event, position);
        let payload = ada.expect("reportPlayback", report, REPORTED).await;
        assert_eq!(payload["recorded"], true, "{payload}");
        payload["state"].clone()
    };
    reported(&mut ada, "START", 0.0).await;
    pause(&mut ada, true).await;
    pause(&mut ada, false).await;

    let there = reported(&mut ada, "PROGRESS", 600.0).await;
    let gone_on = reported(&mut ada, "PROGRESS", 610.0).await;

    let state = |position: f64, seconds: f64| json!({ "position": position, "plays": 1, "secondsWatched": seconds });
    assert_eq!(there, state(600.0, 0.0));
    assert_eq!(gone_on, state(610.0, 10.0));
}
