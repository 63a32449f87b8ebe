//! What is next between seasons, and when a series is watched again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(a_series_is_watched_with_its_specials_and_again_from_its_beginning);

const SAGA: &str =
    "{ series(slug: \"saga\") { nextUp { name } again: nextUp(rewatch: true) { name }
        progress { episodesAired episodesWatched rewatchStartedAt episodesRewatched } }
    viewer { profile { nextUp { nodes { name } } } } }";

/// A series of two seasons, with a special between them, one behind them, and one that belongs nowhere.
fn saga() -> String {
    let episode = |season: u8, number: u8, title: &str, after: Option<u8>| {
        let mut line = json!({
            "series": "saga", "season": season, "episode": number, "title": title,
            "runtime_minutes": 50,
        });
        if let Some(after) = after {
            line["airs_after_season"] = json!(after);
        }
        line
    };
    let lines = [
        json!({ "kind": "series", "slug": "saga", "title": "Saga" }),
        episode(0, 1, "Between", Some(1)),
        episode(0, 2, "After", Some(2)),
        episode(0, 3, "Nowhere", None),
        episode(1, 1, "One", None),
        episode(1, 2, "Two", None),
        episode(2, 1, "Three", None),
    ];
    lines.map(|line| line.to_string()).join("\n")
}

/// Somebody, the ids of the episodes by name, and how many plays there were.
struct Watcher {
    ada: Visitor,
    episodes: BTreeMap<String, String>,
    plays: u32,
}

impl Watcher {
    async fn of(mut ada: Visitor) -> Self {
        let listed = "{ series(slug: \"saga\") { seasons(includeSpecials: true) { episodes { nodes { id name } } } } }";
        let seen = ada.ask(listed).await;
        let seasons = seen["series"]["seasons"].as_array().unwrap().iter();
        let episodes = seasons.flat_map(|season| season["episodes"]["nodes"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            episodes: episodes
                .map(|it| (text(&it["name"]), text(&it["id"])))
                .collect(),
            ada,
            plays: 0,
        }
    }

    /// Watches the whole of an episode, a minute after the one before, and reports it twice.
    async fn watch(&mut self, name: &str) {
        self.plays += 1;
        let input = json!({
            "item": self.episodes[name],
            "play": format!("00000000-0000-4000-8000-{:012}", self.plays),
            "event": "STOP",
            "position": 3000.0,
            "at": format!("2026-01-01T20:{:02}:00Z", self.plays),
        });
        for _ in 0..2 {
            self.ada.expect("reportPlayback", input.clone(), "").await;
        }
    }

    /// What is next, what is next of watching it again, what the list says, and when that began, with how many.
    async fn stands(&mut self) -> (Value, Value, Value, Value, Value) {
        let seen = self.ada.ask(SAGA).await;
        let series = &seen["series"];
        let progress = &series["progress"];
        assert_eq!(progress["episodesAired"], 3);
        (
            series["nextUp"]["name"].clone(),
            series["again"]["name"].clone(),
            seen["viewer"]["profile"]["nextUp"]["nodes"].clone(),
            progress["rewatchStartedAt"].clone(),
            progress["episodesRewatched"].clone(),
        )
    }
}

/// What [`Watcher::stands`] says of a series that is not watched again.
fn once(next: &str, again: &str) -> (Value, Value, Value, Value, Value) {
    (
        json!(next),
        json!(again),
        json!([{ "name": next }]),
        Value::Null,
        json!(0),
    )
}

/// The same where everything was watched.
fn all(again: &str) -> (Value, Value, Value, Value, Value) {
    let (_, again, ..) = once("", again);
    (Value::Null, again, json!([]), Value::Null, json!(0))
}

async fn a_series_is_watched_with_its_specials_and_again_from_its_beginning(on: On) {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let file = program.data().join("saga.ndjson");
    std::fs::write(&file, saga()).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let mut ada = Watcher::of(ada).await;

    // Who has watched no special passes over them.
    ada.watch("One").await;
    assert_eq!(ada.stands().await, once("Two", "Two"));
    ada.watch("Two").await;
    assert_eq!(ada.stands().await, once("Three", "Three"));
    ada.watch("Three").await;
    assert_eq!(ada.stands().await, all("One"));
    ada.watch("Nowhere").await;
    assert_eq!(ada.stands().await, once("After", "After"), "after the last");
    ada.watch("After").await;
    assert_eq!(ada.stands().await, all("One"), "what lies between is over");

    ada.watch("Two").await;
    assert_eq!(ada.stands().await, all("One"), "it is not the beginning");
    for (number, (watched, next)) in [("One", "Two"), ("Two", "Between"), ("Between", "Three")]
        .into_iter()
        .enumerate()
    {
        ada.watch(watched).await;
        let regular = json!([1, 2, 2][number]);
        let nodes = json!([{ "name": next }]);
        let began = json!("2026-01-01T20:07:00.000Z");
        let expected = (Value::Null, json!(next), nodes, began, regular);
        assert_eq!(ada.stands().await, expected, "{watched}");
    }
    ada.watch("Three").await;
    assert_eq!(ada.stands().await.1, "After");
    ada.watch("After").await;
    assert_eq!(ada.stands().await, all("One"));

    // A play that is deleted began nothing.
    ada.watch("One").await;
    assert_eq!(ada.stands().await.1, "Two");
    let history = "{ viewer { profile { history(first: 1) { nodes { id } } } } }";
    let seen = ada.ada.ask(history).await;
    let latest = &seen["viewer"]["profile"]["history"]["nodes"][0]["id"];
    let input = json!({ "play": latest });
    ada.ada.expect("deleteHistory", input, "").await;
    assert_eq!(ada.stands().await, all("One"));
}
