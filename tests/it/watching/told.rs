//! What viewers say by hand that they have watched, or have not.

use chrono::TimeDelta;
use reelgraph::domain::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_film_is_watched_by_what_is_said,
    a_series_follows_what_is_said_of_it,
    what_was_played_is_unwatched_until_it_is_played_again,
);

const FILM: &str = "{ film(slug: \"heat-1995\") { watchState { watched percent plays completions lastPlayedAt secondsWatched } }
    viewer { profile { history { totalCount } continueWatching { totalCount nodes { id } } } } }";
const SERIES: &str = "{ series(slug: \"breaking-bad-2008\") { nextUp { id number season { number } } progress { episodesAired episodesWatched watched lastWatchedAt }
        seasons { id progress { episodesAired episodesWatched watched lastWatchedAt } episodes { nodes { id number watchState { watched } } } } }
    viewer { profile { nextUp { nodes { number series { slug } } } history { totalCount } } } }";

async fn a_film_is_watched_by_what_is_said(on: On) {
    let program = Program::with_few_viewers(on).await;
    let (site, mut ada) = start(&program).await;
    let heat = site.id_of("film", "heat-1995").await;
    let film = |state: Value| {
        json!({ "film": { "watchState": state }, "viewer": { "profile": {
        "history": { "totalCount": 0 }, "continueWatching": { "totalCount": 0, "nodes": [] } } } })
    };
    let watched = |times: u32, at: Value| {
        film(json!({ "watched": true, "percent": 100.0, "plays": times,
        "completions": times, "lastPlayedAt": at, "secondsWatched": 0.0 }))
    };
    let before = ada.ask(FILM).await;

    for _ in 0..2 {
        let input = json!({ "item": heat, "watched": true });
        let fields = "item { ... on Film { id watchState { watched plays lastPlayedAt } } }";
        let payload = ada.expect("setWatched", input, fields).await;
        let state = json!({ "watched": true, "plays": 1, "lastPlayedAt": null });
        assert_eq!(payload["item"], json!({ "id": heat, "watchState": state }));
        assert_eq!(ada.ask(FILM).await, watched(1, Value::Null));
    }
    for _ in 0..2 {
        let input = json!({ "item": heat, "watched": true, "watchedAt": "2020-02-03T20:00:00Z" });
        ada.expect("setWatched", input, "").await;
        let at = json!("2020-02-03T20:00:00.000Z");
        assert_eq!(ada.ask(FILM).await, watched(1, at));
    }
    // It counts as watched elsewhere: it is suggested no more, and shapes the taste.
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    let taste = "{ viewer { profile { tasteWeights(first: 50) { node { ... on Genre { slug } } } recommendations(first: 50) { nodes { slug } } } } }";
    let seen = ada.ask(taste).await;
    let profile = &seen["viewer"]["profile"];
    assert!(
        profile["tasteWeights"].to_string().contains("\"crime\""),
        "{seen}"
    );
    assert!(
        !profile["recommendations"].to_string().contains("heat-1995"),
        "{seen}"
    );

    for _ in 0..2 {
        let input = json!({ "item": heat, "watched": false });
        ada.expect("setWatched", input, "").await;
        assert_eq!(ada.ask(FILM).await, before);
    }
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    let mut refused = async |input| ada.refused("setWatched", input).await;
    let of = |code: &str, field: &str| (code.to_owned(), field.to_owned());
    for at in ["2100-01-01T00:00:00Z", "1960-01-01T00:00:00Z"] {
        let input = json!({ "item": heat, "watched": true, "watchedAt": at });
        assert_eq!(refused(input).await, of("OUT_OF_RANGE", "watchedAt"));
    }
    for item in ["nonsense", "RmlsbToxMjM", "R2VucmU6MTIz"] {
        let input = json!({ "item": item, "watched": true });
        assert_eq!(refused(input).await, of("NOT_FOUND", "item"));
    }
}

async fn a_series_follows_what_is_said_of_it(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let (site, mut ada) = start(&program).await;
    let series = site.id_of("series", "breaking-bad-2008").await;
    let seen = ada.ask(SERIES).await;
    let seasons = seen["series"]["seasons"].clone();
    let (first, second) = (&seasons[0], &seasons[1]);
    let pilot = &first["episodes"]["nodes"][0]["id"];
    let watched = |seen: &Value| {
        let of = |progress: &Value| progress["episodesWatched"].as_u64().unwrap();
        let seasons = seen["series"]["seasons"].as_array().unwrap().iter();
        let seasons: Vec<u64> = seasons.map(|season| of(&season["progress"])).collect();
        (of(&seen["series"]["progress"]), seasons)
    };
    let next = |seen: &Value| {
        let up = &seen["viewer"]["profile"]["nextUp"]["nodes"][0];
        let of_series = &seen["series"]["nextUp"];
        assert_eq!(up["number"], of_series["number"], "{seen}");
        of_series["number"].as_u64()
    };

    say(&mut ada, pilot, true).await;
    let seen = ada.ask(SERIES).await;
    assert_eq!((watched(&seen), next(&seen)), ((1, vec![1, 0]), Some(2)));
    say(&mut ada, &first["id"], true).await;
    let seen = ada.ask(SERIES).await;
    assert_eq!((watched(&seen), next(&seen)), ((7, vec![7, 0]), Some(1)));
    let whole = |seen: &Value| {
        let series = &seen["series"];
        let seasons = [&series["seasons"][0], &series["seasons"][1]];
        [series, seasons[0], seasons[1]].map(|one| one["progress"]["watched"].clone())
    };
    assert_eq!(whole(&seen), [json!(false), json!(true), json!(false)]);
    assert_eq!(seen["series"]["progress"]["lastWatchedAt"], Value::Null);
    say(&mut ada, &json!(series), true).await;
    say(&mut ada, &json!(series), true).await;
    let seen = ada.ask(SERIES).await;
    assert_eq!((watched(&seen), next(&seen)), ((20, vec![7, 13]), None));
    assert_eq!(whole(&seen), [json!(true), json!(true), json!(true)]);
    assert_eq!(seen["viewer"]["profile"]["history"]["totalCount"], 0);

    say(&mut ada, &second["episodes"]["nodes"][12]["id"], false).await;
    let seen = ada.ask(SERIES).await;
    assert_eq!((watched(&seen), next(&seen)), ((19, vec![7, 12]), Some(13)));
    say(&mut ada, &json!(series), false).await;
    let seen = ada.ask(SERIES).await;
    assert_eq!(watched(&seen), (0, vec![0, 0]));
    assert_eq!(seen["viewer"]["profile"]["nextUp"]["nodes"], json!([]));

    // Specials are their own: of a series they take no part.
    let who = site.id_of("series", "doctor-who-2005").await;
    say(&mut ada, &json!(who), true).await;
    let specials = "{ series(slug: \"doctor-who-2005\") { progress { episodesWatched }
        seasons(includeSpecials: true) { id number progress { episodesWatched } } } }";
    let seen = ada.ask(specials).await;
    let season = |seen: &Value| seen["series"]["seasons"][0].clone();
    assert_eq!(
        (
            season(&seen)["number"].as_u64(),
            &season(&seen)["progress"]["episodesWatched"]
        ),
        (Some(0), &json!(0))
    );
    assert_eq!(seen["series"]["progress"]["episodesWatched"], 26);
    say(&mut ada, &season(&seen)["id"], true).await;
    let seen = ada.ask(specials).await;
    assert_eq!(season(&seen)["progress"]["episodesWatched"], 2);
    assert_eq!(seen["series"]["progress"]["episodesWatched"], 26);
}

async fn what_was_played_is_unwatched_until_it_is_played_again(on: On) {
    let program = Program::with_few_viewers(on).await;
    let (site, mut ada) = start(&program).await;
    let heat = json!(site.id_of("film", "heat-1995").await);
    assert_eq!(
        play(&mut ada, &heat, 1, 3000.0, "2026-01-01T20:00:00Z").await,
        (false, 3000.0)
    );
    let seen = ada.ask(FILM).await;
    assert_eq!(
        seen["viewer"]["profile"]["continueWatching"]["totalCount"],
        1
    );
    say(&mut ada, &heat, true).await;
    let seen = ada.ask(FILM).await;
    assert_eq!(
        seen["viewer"]["profile"]["continueWatching"]["totalCount"],
        0
    );
    assert_eq!(seen["film"]["watchState"]["watched"], true);
    say(&mut ada, &heat, false).await;
    // What was played before and is reported now takes nothing back.
    assert_eq!(
        play(&mut ada, &heat, 2, 10_200.0, "2026-01-02T20:00:00Z").await,
        (false, 0.0)
    );
    let later = SystemClock.now() + TimeDelta::seconds(60);
    assert_eq!(
        play(&mut ada, &heat, 3, 10_200.0, &later.to_rfc3339()).await,
        (true, 0.0)
    );

    say(&mut ada, &heat, false).await;

    let state = &ada.ask(FILM).await["film"]["watchState"];
    assert_eq!(
        (&state["watched"], &state["plays"], &state["completions"]),
        (&json!(false), &json!(3), &json!(2))
    );
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    say(&mut ada, &heat, true).await;
    let state = &ada.ask(FILM).await["film"]["watchState"];
    assert_eq!(
        (&state["watched"], &state["plays"]),
        (&json!(true), &json!(3))
    );
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

async fn start(program: &Program) -> (Site, Visitor) {
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    (site, ada)
}

/// Plays up to a position: whether it is watched, and where to resume.
async fn play(
    visitor: &mut Visitor,
    item: &Value,
    play: u8,
    position: f64,
    at: &str,
) -> (bool, f64) {
    let play = format!("00000000-0000-4000-8000-00000000000{play}");
    let input =
        json!({ "item": item, "play": play, "event": "STOP", "position": position, "at": at });
    let fields = "state { watched position }";
    let payload = visitor.expect("reportPlayback", input, fields).await;
    let state = &payload["state"];
    (
        state["watched"] == true,
        state["position"].as_f64().unwrap(),
    )
}

async fn say(visitor: &mut Visitor, item: &Value, watched: bool) {
    let input = json!({ "item": item, "watched": watched });
    visitor.expect("setWatched", input, "").await;
}
