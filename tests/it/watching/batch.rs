//! Reports that were kept while nobody could hear them.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(
    what_was_watched_offline_belongs_to_who_watched,
    a_batch_counts_once_however_often_it_is_sent,
);

const FIELDS: &str = "results { completedNow item { id } state { position plays secondsWatched } userErrors { code field } }";
const HISTORY: &str =
    "{ viewer { profile { history { totalCount nodes { secondsWatched item { id } } } } } }";

fn report(item: &str, play: u8, event: &str, position: f64) -> Value {
    json!({
        "item": item,
        "play": format!("00000000-0000-4000-8000-0000000000{play:02}"),
        "event": event,
        "position": position,
        "at": format!("2026-01-{play:02}T20:{:02}:00Z", (position / 60.0).min(59.0)),
    })
}

fn of(profile: &Value, mut report: Value) -> Value {
    report["profileId"] = profile.clone();
    report
}

async fn what_was_watched_offline_belongs_to_who_watched(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let added = async |visitor: &mut Visitor, input: Value| {
        let made = visitor.expect("createProfile", input, "profile { id }");
        made.await["profile"]["id"].clone()
    };
    let own = async |visitor: &mut Visitor| {
        let own = visitor.ask("{ viewer { profile { id } } }").await;
        own["viewer"]["profile"]["id"].clone()
    };
    let (first, of_ben) = (own(&mut ada).await, own(&mut ben).await);
    let kim = added(&mut ada, json!({ "name": "Kim" })).await;
    let locked = json!({ "name": "Locked", "pin": "4711" });
    let locked = added(&mut ada, locked).await;
    let (heat, casino) = (
        site.id_of("film", "heat-1995").await,
        site.id_of("film", "casino-1995").await,
    );

    let reports = json!([
        report(&heat, 1, "START", 0.0),
        of(&kim, report(&casino, 2, "START", 0.0)),
        of(&first, report(&heat, 1, "PROGRESS", 600.0)),
        of(&kim, report(&casino, 2, "STOP", 1200.0)),
        of(&locked, report(&heat, 3, "START", 0.0)),
        of(&of_ben, report(&heat, 4, "START", 0.0)),
        of(&json!("nonsense"), report("nonsense", 5, "START", 0.0)),
        report(&heat, 6, "STOP", 60_000.0),
    ]);
    let payload = ada
        .expect("reportPlaybackBatch", json!({ "reports": reports }), FIELDS)
        .await;

    let results = payload["results"].as_array().unwrap();
    let done = |result: &Value| {
        assert_eq!(result["userErrors"], json!([]), "{result}");
        (
            result["item"]["id"].clone(),
            result["state"]["plays"].clone(),
        )
    };
    assert_eq!(done(&results[0]), (json!(heat), json!(1)));
    assert_eq!(done(&results[1]), (json!(casino), json!(1)));
    assert_eq!(done(&results[2]), (json!(heat), json!(1)));
    assert_eq!(results[2]["state"]["position"], 600.0);
    assert_eq!(done(&results[3]), (json!(casino), json!(1)));
    let refused = |index: usize| {
        let errors = results[index]["userErrors"].as_array().unwrap();
        assert_eq!(results[index]["state"], Value::Null);
        errors
            .iter()
            .map(|error| (error["code"].clone(), error["field"].clone()))
            .collect::<Vec<_>>()
    };
    let at = |index: usize, code: &str, field: &str| {
        (
            json!(code),
            json!(["input", "reports", index.to_string(), field]),
        )
    };
    assert_eq!(refused(4), [at(4, "NOT_FOUND", "profileId")]);
    assert_eq!(refused(5), [at(5, "NOT_FOUND", "profileId")]);
    assert_eq!(
        refused(6),
        [at(6, "NOT_FOUND", "item"), at(6, "NOT_FOUND", "profileId")]
    );
    assert_eq!(refused(7), [at(7, "OUT_OF_RANGE", "position")]);

    let watched = |item: &str, seconds: f64| {
        let play = json!({ "secondsWatched": seconds, "item": { "id": item } });
        json!({ "viewer": { "profile": { "history": { "totalCount": 1, "nodes": [play] } } } })
    };
    assert_eq!(ada.ask(HISTORY).await, watched(&heat, 600.0));
    ada.expect("selectProfile", json!({ "profile": kim }), "")
        .await;
    assert_eq!(ada.ask(HISTORY).await, watched(&casino, 1200.0));
    let nothing =
        json!({ "viewer": { "profile": { "history": { "totalCount": 0, "nodes": [] } } } });
    assert_eq!(ben.ask(HISTORY).await, nothing);
}

async fn a_batch_counts_once_however_often_it_is_sent(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    // Ten plays of forty reports, the last of each first.
    let reports: Vec<Value> = (0..400_u16)
        .rev()
        .map(|number| {
            let play = u8::try_from(number % 10).unwrap() + 1;
            let minute = number / 10;
            let event = if minute == 0 { "START" } else { "PROGRESS" };
            report(&heat, play, event, f64::from(minute) * 60.0)
        })
        .collect();

    for _ in 0..2 {
        let input = json!({ "reports": reports });
        let payload = ada.expect("reportPlaybackBatch", input, FIELDS).await;

        let results = payload["results"].as_array().unwrap();
        assert_eq!(results.len(), 400);
        assert!(
            results
                .iter()
                .all(|result| result["userErrors"] == json!([]))
        );
        let state =
            "{ film(slug: \"heat-1995\") { watchState { plays secondsWatched position } } }";
        let state = &ada.ask(state).await["film"]["watchState"];
        let expected =
            json!({ "plays": 10, "secondsWatched": 10.0 * 39.0 * 60.0, "position": 39.0 * 60.0 });
        assert_eq!(*state, expected);
    }
    for count in [0, 501] {
        let one = report(&heat, 1, "START", 0.0);
        let input = json!({ "reports": vec![one; count] });
        let refused = ben.refused("reportPlaybackBatch", input).await;
        assert_eq!(refused, ("OUT_OF_RANGE".to_owned(), "reports".to_owned()));
    }
}
