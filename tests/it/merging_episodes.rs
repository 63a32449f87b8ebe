//! A curator makes two episodes of a series one, on both ways of running: what was watched follows, and it can be undone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::merging::{fields, load, report};
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(episodes_become_one_and_are_taken_apart_again);

const RECORDS: &str = r#"
{"kind": "series", "slug": "dusk", "title": "Dusk"}
{"series": "dusk", "season": 1, "episode": 1, "title": "Pilot", "runtime_minutes": 50}
{"series": "dusk", "season": 1, "episode": 2, "title": "Pilot", "overview": "A boy is gone.", "runtime_minutes": 50}
{"series": "dusk", "season": 1, "episode": 3, "title": "Third", "runtime_minutes": 50}
{"kind": "series", "slug": "dawn", "title": "Dawn"}
{"series": "dawn", "season": 1, "episode": 1, "title": "First"}
{"series": "dawn", "season": 1, "episode": 2, "title": "Second"}
{"series": "dawn", "season": 1, "episode": 3, "title": "Third"}
"#;
/// What a viewer is told of the series.
const SEEN: &str = "{ series(slug: \"dusk\") { viewerLiked seasons(first: 9) {
    episodes(first: 9) { nodes { number overview watchState { plays } } } } } }";
const IDS: &str = "query ($slug: String) { series(slug: $slug) { id seasons(first: 9) { episodes(first: 9) { nodes { id } } } } }";
const MERGED: &str = "episode { number } episodeId changes { field } warnings run";

async fn episodes_become_one_and_are_taken_apart_again(on: On) {
    let mut program = Program::new(on).await;
    // It is asked again and again until all has moved.
    program.set("REELGRAPH_BUDGET", "false");
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let dusk = site.ask(IDS, json!({ "slug": "dusk" })).await;
    let dawn = site.ask(IDS, json!({ "slug": "dawn" })).await;
    let id = |of: &Value, place: usize| {
        let episodes = &of["series"]["seasons"][0]["episodes"]["nodes"];
        episodes[place]["id"].as_str().unwrap().to_owned()
    };
    let (stays, gone, other) = (id(&dusk, 0), id(&dusk, 1), id(&dawn, 0));
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    report(&mut ada, &gone, 1, 3000.0).await;
    report(&mut ada, &stays, 2, 600.0).await;
    let liked = json!({ "title": dusk["series"]["id"], "liked": true });
    ada.expect("rateTitle", liked, "").await;
    let apart = seen(
        true,
        &[(1, None, 1), (2, Some("A boy is gone."), 1), (3, None, 0)],
    );
    wait_for(&mut ada, &apart).await;

    for (input, code, field) in [
        (
            json!({ "episode": "x", "into": stays }),
            "NOT_FOUND",
            "episode",
        ),
        (json!({ "episode": gone, "into": "x" }), "NOT_FOUND", "into"),
        (json!({ "episode": gone, "into": gone }), "INVALID", "into"),
        (json!({ "episode": gone, "into": other }), "INVALID", "into"),
        (
            json!({ "episode": gone, "into": stays, "baseRevision": 99 }),
            "STALE_REVISION",
            "into",
        ),
    ] {
        let refused = curator.refused("mergeEpisodes", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    let mut input = json!({ "episode": gone, "into": stays, "dryRun": true });
    let would = curator.expect("mergeEpisodes", input.clone(), MERGED).await;
    assert_eq!(fields(&would), ["overview"]);
    assert_eq!(
        (&would["episodeId"], &would["run"]),
        (&json!(gone), &Value::Null)
    );
    assert_eq!(told(&mut ada).await, apart);
    input["dryRun"] = json!(false);
    let merged = curator.expect("mergeEpisodes", input.clone(), MERGED).await;
    assert_eq!(merged["episode"], json!({ "number": 1 }));

    let one = seen(true, &[(1, Some("A boy is gone."), 2), (3, None, 0)]);
    wait_for(&mut ada, &one).await;
    let node = "query ($id: ID!) { node(id: $id) { ... on Episode { number } } }";
    let found = site.ask(node, json!({ "id": gone })).await;
    assert_eq!(found["node"], json!({ "number": 1 }));
    // Either id means the one that they are now.
    let again = curator.refused("mergeEpisodes", input).await;
    assert_eq!(again, ("INVALID".to_owned(), "into".to_owned()));
    // A player that knows the other id goes on.
    report(&mut ada, &gone, 3, 300.0).await;
    let more = seen(true, &[(1, Some("A boy is gone."), 3), (3, None, 0)]);
    wait_for(&mut ada, &more).await;

    let undo = json!({ "id": merged["run"] });
    let undone = curator
        .expect(
            "undoMerge",
            undo.clone(),
            "title { slug } changedEpisodes run",
        )
        .await;
    assert_eq!(undone["title"], json!({ "slug": "dusk" }));
    assert_eq!(undone["changedEpisodes"], 1);

    // What was watched of it since stays with the one that stood for it.
    let apart = seen(
        true,
        &[(1, None, 2), (2, Some("A boy is gone."), 1), (3, None, 0)],
    );
    wait_for(&mut ada, &apart).await;
    let again = curator.refused("undoMerge", undo).await;
    assert_eq!(again, ("NOT_FOUND".to_owned(), "id".to_owned()));
    let of_dawn = [0, 1, 2].map(|place| id(&dawn, place));
    what_became_of_the_one_that_stays_is_said(&mut curator, &of_dawn).await;
}

/// An undo that has to wait says for what.
async fn what_became_of_the_one_that_stays_is_said(
    curator: &mut Visitor,
    [first, second, third]: &[String; 3],
) {
    let mut runs = Vec::new();
    for (gone, into) in [(second, third), (third, first)] {
        let input = json!({ "episode": gone, "into": into });
        let mut merged = curator.expect("mergeEpisodes", input, "run").await;
        runs.push(merged["run"].take());
    }
    let deletion = json!({ "episode": first });
    curator.expect("deleteEpisode", deletion, "run").await;

    for (run, said) in [
        (&runs[0], "“Third” was merged itself since"),
        (&runs[1], "“First” was deleted since"),
    ] {
        let undo = json!({ "id": run });
        let errors = "errors: userErrors { code message }";
        let payload = curator.call("undoMerge", undo, errors).await;
        let error = &payload["errors"][0];
        assert_eq!(error["code"], "CONFLICT", "{payload}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
    }
}

/// The series with these episodes: the number, what is told of it, and how often it was played.
fn seen(liked: bool, episodes: &[(u32, Option<&str>, u32)]) -> Value {
    let episodes = episodes.iter().map(|(number, overview, plays)| {
        json!({ "number": number, "overview": overview, "watchState": { "plays": plays } })
    });
    let nodes: Vec<Value> = episodes.collect();
    let seasons = json!([{ "episodes": { "nodes": nodes } }]);
    json!({ "viewerLiked": liked, "seasons": seasons })
}

async fn told(viewer: &mut Visitor) -> Value {
    viewer.ask(SEEN).await["series"].take()
}

/// Waits until the viewer is told so.
async fn wait_for(viewer: &mut Visitor, wanted: &Value) {
    let started = Instant::now();
    loop {
        let now = told(viewer).await;
        if now == *wanted {
            return;
        }
        assert!(started.elapsed() < SOON, "still {now}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
