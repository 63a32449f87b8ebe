//! Creations that name a key of their own are done once, however often they are asked for. A part of the test of editing,
//! which has the site.

use futures::join;
use serde_json::{Value, json};

use crate::support::visitor::Visitor;

const TITLE: &str = "title { id slug } changes { field } warnings run";
const EPISODE: &str = "episode { id number } warnings run";

pub(crate) async fn creations_with_a_key_are_done_once(curator: &mut Visitor) {
    titles(curator).await;
    episodes(curator).await;
}

fn film(name: &str, year: u32, key: &str) -> Value {
    json!({ "kind": "FILM", "set": { "name": name, "year": year }, "idempotencyKey": key })
}

fn conflict() -> (String, String) {
    ("CONFLICT".to_owned(), "idempotencyKey".to_owned())
}

fn assert_is_told(again: &Value) {
    let warning = "`idempotencyKey` was given before: this is what was made then";
    assert_eq!(again["warnings"], json!([warning]));
    assert_eq!(again["run"], Value::Null);
}

async fn titles(curator: &mut Visitor) {
    let mut rehearsal = film("Tenet", 2020, "tenet");
    rehearsal["dryRun"] = json!(true);
    curator.expect("createTitle", rehearsal, TITLE).await;

    let tenet = film("Tenet", 2020, "tenet");
    let first = curator.expect("createTitle", tenet.clone(), TITLE).await;
    let again = curator.expect("createTitle", tenet, TITLE).await;

    assert_eq!(first["title"]["slug"], "tenet-2020");
    assert_eq!(first["warnings"], json!([]));
    assert_eq!(again["title"], first["title"]);
    assert_eq!(again["changes"], json!([]));
    assert_is_told(&again);
    let second = curator
        .ask("{ film(slug: \"tenet-2020-2\") { slug } }")
        .await;
    assert_eq!(second["film"], Value::Null);
    let other = film("Tenet", 2021, "tenet");
    assert_eq!(curator.refused("createTitle", other).await, conflict());
    let long = film("Tenet", 2020, &"k".repeat(65));
    let too_long = ("TOO_LONG".to_owned(), "idempotencyKey".to_owned());
    assert_eq!(curator.refused("createTitle", long).await, too_long);
    // What was refused made nothing, so that it can be put right.
    let wrong = film("Dune", 1700, "dune");
    let refused = curator.refused("createTitle", wrong).await;
    assert_eq!(refused.0, "INVALID");
    let right = film("Dune", 2021, "dune");
    let made = curator.expect("createTitle", right, TITLE).await;
    assert_eq!(made["title"]["slug"], "dune-2021");
    // Of two who come at the same time one makes it.
    let (mut one, mut two) = (curator.clone(), curator.clone());
    let nope = || film("Nope", 2022, "nope");
    let (one, two) = join!(
        one.expect("createTitle", nope(), TITLE),
        two.expect("createTitle", nope(), TITLE)
    );
    assert_eq!(one["title"]["slug"], "nope-2022");
    assert_eq!(one["title"], two["title"]);
}

async fn episodes(curator: &mut Visitor) {
    let series = curator.ask("{ series(slug: \"dark-2017\") { id } }").await;
    let place = |number: u32, key: &str| {
        let series = &series["series"]["id"];
        json!({ "series": series, "season": 1, "number": number, "set": {}, "idempotencyKey": key })
    };

    let first = curator
        .expect("createEpisode", place(7, "e7"), EPISODE)
        .await;
    let again = curator
        .expect("createEpisode", place(7, "e7"), EPISODE)
        .await;

    assert_eq!(again["episode"], first["episode"]);
    assert_is_told(&again);
    for other in [place(8, "e7"), place(8, "tenet")] {
        assert_eq!(curator.refused("createEpisode", other).await, conflict());
    }
    // What another has added is not what this would.
    let taken = ("TAKEN".to_owned(), "number".to_owned());
    let another = place(7, "another");
    assert_eq!(curator.refused("createEpisode", another).await, taken);
}
