//! The viewer is in charge: thumbs, "not interested", watches that must not count, muted genres and people.

use serde_json::{Value, json};
use std::time::Duration;

use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

const SUGGESTIONS: &str =
    "{ viewer { profile { recommendations(first: 20) { nodes { id slug viewerLiked } } } } }";
const HIDDEN: &str =
    "{ viewer { profile { hiddenTitles { totalCount nodes { slug } edges { cursor } } } } }";
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_or_rated_is_suggested_no_more_embedded() {
    what_is_hidden_or_rated_is_suggested_no_more(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_or_rated_is_suggested_no_more_on_the_servers() {
    what_is_hidden_or_rated_is_suggested_no_more(On::Servers).await;
}

async fn what_is_hidden_or_rated_is_suggested_no_more(on: On) {
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let mut ada = Visitor::of(&site);
    ada.log_in("ada@example.org").await;
    let (heat, casino) = (
        site.id_of("film", "heat-1995").await,
        site.id_of("film", "casino-1995").await,
    );
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 10_000.0, "2026-01-01T20:00:00Z")
        .await;
    program.expect(&["graph", "drain"]).await;
    let before = suggested(&mut ada).await;
    let (first, second) = (&before[0], &before[1]);
    let like_heat = "{ film(slug: \"heat-1995\") { similar(first: 100) { nodes { slug } } } }";
    assert!(
        slugs(&ada.ask(like_heat).await["film"]["similar"]).contains(&"casino-1995".to_owned())
    );

    let input = json!({ "title": first["id"], "hidden": true });
    let payload = ada.expect("hideTitle", input, "title { slug }").await;
    assert_eq!(payload["title"]["slug"], first["slug"]);
    // So that one is later than the other.
    tokio::time::sleep(Duration::from_millis(5)).await;
    let input = json!({ "title": casino, "hidden": true });
    ada.expect("hideTitle", input, "").await;

    assert!(!suggested(&mut ada).await.contains(first));
    assert!(
        !slugs(&ada.ask(like_heat).await["film"]["similar"]).contains(&"casino-1995".to_owned())
    );
    let mut nobody = Visitor::of(&site);
    let to_nobody = nobody.ask(like_heat).await;
    assert!(slugs(&to_nobody["film"]["similar"]).contains(&"casino-1995".to_owned()));
    let hidden = &ada.ask(HIDDEN).await["viewer"]["profile"]["hiddenTitles"];
    assert_eq!(
        slugs(hidden),
        ["casino-1995", first["slug"].as_str().unwrap()]
    );
    assert_eq!(hidden["totalCount"], 2);
    let cursor = hidden["edges"][0]["cursor"].as_str().unwrap();
    let rest = format!(
        "{{ viewer {{ profile {{ hiddenTitles(first: 1, after: \"{cursor}\") {{ nodes {{ slug }} pageInfo {{ hasNextPage }} }} }} }} }}"
    );
    let rest = &ada.ask(&rest).await["viewer"]["profile"]["hiddenTitles"];
    assert_eq!(slugs(rest), [first["slug"].as_str().unwrap()]);
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);

    let input = json!({ "title": first["id"], "hidden": false });
    ada.expect("hideTitle", input, "").await;
    assert!(suggested(&mut ada).await.contains(first));

    // Who rates has seen it.
    let input = json!({ "title": second["id"], "liked": true });
    ada.expect("rateTitle", input, "").await;
    assert!(!suggested(&mut ada).await.contains(second));
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    let input = json!({ "title": second["id"], "liked": null });
    ada.expect("rateTitle", input, "").await;
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
    program.expect(&["graph", "rebuild"]).await;
    program.expect(&["graph", "verify"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thumb_is_the_viewers_own() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let series = "{ titles(filter: { kind: [SERIES] }, first: 1) { nodes { id slug } } }";
    let series = ada.ask(series).await["titles"]["nodes"][0].take();
    let query = format!(
        "{{ film(slug: \"heat-1995\") {{ viewerLiked watchers }} series(slug: {}) {{ viewerLiked }} titles(first: 100) {{ nodes {{ slug viewerLiked }} }} }}",
        series["slug"]
    );
    let watchers = ada.ask(&query).await["film"]["watchers"].as_u64().unwrap();

    let fields = "title { slug viewerLiked }";
    let input = json!({ "title": heat, "liked": true });
    let payload = ada.expect("rateTitle", input, fields).await;
    let expected = json!({ "slug": "heat-1995", "viewerLiked": true });
    assert_eq!(payload["title"], expected);
    let input = json!({ "title": series["id"], "liked": false });
    ada.expect("rateTitle", input, fields).await;

    let seen = ada.ask(&query).await;
    assert_eq!(seen["film"]["viewerLiked"], true);
    assert_eq!(seen["series"]["viewerLiked"], false);
    let nodes = seen["titles"]["nodes"].as_array().unwrap();
    let said = nodes.iter().filter(|node| !node["viewerLiked"].is_null());
    for node in said {
        let slug = node["slug"].as_str().unwrap();
        assert!(slug == "heat-1995" || *slug == series["slug"], "{slug}");
    }
    let mut nobody = Visitor::of(&site);
    for other in [&mut ben, &mut nobody] {
        let seen = other.ask(&query).await;
        assert_eq!(seen["film"]["viewerLiked"], Value::Null);
        assert_eq!(seen["series"]["viewerLiked"], Value::Null);
    }
    // Nothing was played: there is neither a history nor a next episode.
    let listed = "{ viewer { profile { history { totalCount } nextUp { nodes { id } } } } }";
    let listed = &ada.ask(listed).await["viewer"]["profile"];
    let nothing = json!({ "history": { "totalCount": 0 }, "nextUp": { "nodes": [] } });
    assert_eq!(*listed, nothing);
    // Who rates has seen it, and stays so.
    site.wait_for(SOON, &query, |seen| {
        seen["film"]["watchers"] == watchers + 1
    })
    .await;

    ada.expect("rateTitle", json!({ "title": heat }), "").await;

    let seen = ada.ask(&query).await;
    assert_eq!(seen["film"]["viewerLiked"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_that_must_not_count_stays_in_the_history_embedded() {
    a_watch_that_must_not_count_stays_in_the_history(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_that_must_not_count_stays_in_the_history_on_the_servers() {
    a_watch_that_must_not_count_stays_in_the_history(On::Servers).await;
}

async fn a_watch_that_must_not_count_stays_in_the_history(on: On) {
    const HISTORY: &str = "{ viewer { profile { history { nodes { id influencesRecommendations completed } } } } film(slug: \"heat-1995\") { watchState { plays completions watched } } }";
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let mut ada = Visitor::of(&site);
    ada.log_in("ada@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let play = "00000000-0000-4000-8000-000000000001";
    site.watch(&heat, play, 5000.0, "2026-01-01T20:00:00Z")
        .await;
    let seen = ada.ask(HISTORY).await;
    let id = seen["viewer"]["profile"]["history"]["nodes"][0]["id"].clone();

    let input = json!({ "play": id, "influencesRecommendations": false });
    let fields = "play { id influencesRecommendations }";
    let payload = ada.expect("editPlay", input.clone(), fields).await;
    assert_eq!(payload["play"], input_as_play(&input));
    // The player goes on.
    site.watch(&heat, play, 10_200.0, "2026-01-01T22:50:00Z")
        .await;

    let node = json!({ "id": id, "influencesRecommendations": false, "completed": true });
    let expected = json!({
        "viewer": { "profile": { "history": { "nodes": [node] } } },
        "film": { "watchState": { "plays": 1, "completions": 1, "watched": true } },
    });
    assert_eq!(ada.ask(HISTORY).await, expected);
    assert_eq!(weight(&site).await.to_bits(), 0);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    let input = json!({ "play": id, "influencesRecommendations": true });
    ada.expect("editPlay", input, "").await;

    assert!(weight(&site).await > 0.0);
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_muted_is_listed_until_it_is_unmuted() {
    const MUTED: &str = "{ viewer { profile { mutedTastes { totalCount nodes { __typename } edges { mutedAt node { ... on Genre { id name } ... on Person { id name } } } } } } }";
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let sources = ada.ask("{ genre(slug: \"crime\") { id } film(slug: \"heat-1995\") { credits(role: [DIRECTOR]) { nodes { id } } } }").await;
    let crime = &sources["genre"]["id"];
    let mann = &sources["film"]["credits"]["nodes"][0]["id"];

    for source in [crime, mann, crime] {
        let input = json!({ "source": source, "muted": true });
        let fields = "source { ... on Genre { id } ... on Person { id } }";
        let payload = ada.expect("muteTaste", input, fields).await;
        assert_eq!(payload["source"]["id"], *source);
        // So that one is later than the other.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    let muted = &ada.ask(MUTED).await["viewer"]["profile"]["mutedTastes"];
    assert_eq!(muted["totalCount"], 2);
    let edges = muted["edges"].as_array().unwrap();
    let names = edges.iter().map(|edge| edge["node"]["name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["Michael Mann", "Crime"]);
    assert!(edges.iter().all(|edge| edge["mutedAt"].is_string()));

    let input = json!({ "source": mann, "muted": false });
    ada.expect("muteTaste", input, "").await;

    let muted = &ada.ask(MUTED).await["viewer"]["profile"]["mutedTastes"];
    assert_eq!(muted["nodes"], json!([{ "__typename": "Genre" }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_said_stands_where_it_was_said_of() {
    const SEEN: &str = "{ film(slug: \"heat-1995\") { viewerHidden genres { slug viewerMuted } credits(role: [DIRECTOR]) { nodes { viewerMuted } } }
        titles(first: 100) { nodes { slug viewerHidden } } }";
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let (mut ada, mut nobody) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    let found = ada.ask("{ film(slug: \"heat-1995\") { id credits(role: [DIRECTOR]) { nodes { id } } } genre(slug: \"crime\") { id } }").await;
    let (heat, crime) = (&found["film"]["id"], &found["genre"]["id"]);
    let mann = &found["film"]["credits"]["nodes"][0]["id"];

    for said in [true, false] {
        let input = json!({ "title": heat, "hidden": said });
        let fields = "title { viewerHidden }";
        let payload = ada.expect("hideTitle", input, fields).await;
        assert_eq!(payload["title"]["viewerHidden"], said);
        for source in [crime, mann] {
            let input = json!({ "source": source, "muted": said });
            let fields = "source { ... on Genre { viewerMuted } ... on Person { viewerMuted } }";
            let payload = ada.expect("muteTaste", input, fields).await;
            assert_eq!(payload["source"]["viewerMuted"], said);
        }

        let seen = ada.ask(SEEN).await;
        assert_eq!(seen["film"]["viewerHidden"], said);
        for genre in seen["film"]["genres"].as_array().unwrap() {
            let is_muted = said && genre["slug"] == "crime";
            assert_eq!(genre["viewerMuted"], is_muted, "{genre}");
        }
        assert_eq!(seen["film"]["credits"]["nodes"][0]["viewerMuted"], said);
        let nodes = seen["titles"]["nodes"].as_array().unwrap();
        let hidden = nodes.iter().filter(|node| node["viewerHidden"] == true);
        assert_eq!(hidden.count(), usize::from(said));
        let to_nobody = nobody.ask(SEEN).await;
        assert_eq!(to_nobody["film"]["viewerHidden"], Value::Null);
        assert_eq!(to_nobody["film"]["genres"][0]["viewerMuted"], Value::Null);
    }

    let report = json!({ "item": heat, "play": "00000000-0000-4000-8000-000000000001", "event": "PROGRESS", "position": 600.0 });
    let fields = "state { id position } item { __typename id watchState { id position } }";
    let payload = ada.expect("reportPlayback", report, fields).await;
    let expected = json!({ "__typename": "Film", "id": heat, "watchState": payload["state"] });
    assert_eq!(payload["item"], expected);
    assert_eq!(payload["state"]["position"], 600.0);
    let beyond = json!({ "item": heat, "play": "00000000-0000-4000-8000-000000000002", "event": "PROGRESS", "position": 6e6 });
    let payload = ada.call("reportPlayback", beyond, "item { id }").await;
    assert_eq!(payload["item"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_cannot_be_spoken_of() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let (mut ada, mut ben) = (Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    let heat = site.id_of("film", "heat-1995").await;
    let crime = site.id_of("genre", "crime").await;
    let report = json!({ "item": heat, "play": "00000000-0000-4000-8000-000000000001", "event": "START", "position": 0.0 });
    ben.expect("reportPlayback", report, "").await;
    let history = "{ viewer { profile { history { nodes { id } } } } }";
    let history = ben.ask(history).await;
    let of_ben = &history["viewer"]["profile"]["history"]["nodes"][0]["id"];
    // The ids of a film and of a genre that do not exist.
    let (film, genre) = ("RmlsbToxMjM", "R2VucmU6MTIz");

    let not_found = |field: &str| ("NOT_FOUND".to_owned(), field.to_owned());
    for title in [film, &crime, "nonsense"] {
        let input = json!({ "title": title, "liked": true });
        assert_eq!(ada.refused("rateTitle", input).await, not_found("title"));
        let input = json!({ "title": title, "hidden": true });
        assert_eq!(ada.refused("hideTitle", input).await, not_found("title"));
    }
    for play in [of_ben.as_str().unwrap(), &heat, "nonsense"] {
        let input = json!({ "play": play, "influencesRecommendations": false });
        let refused = ada.refused("editPlay", input).await;
        assert_eq!(refused, not_found("play"));
    }
    for source in [genre, &heat, "nonsense"] {
        let input = json!({ "source": source, "muted": true });
        assert_eq!(ada.refused("muteTaste", input).await, not_found("source"));
    }
}

async fn suggested(visitor: &mut Visitor) -> Vec<Value> {
    let mut data = visitor.ask(SUGGESTIONS).await;
    let nodes = data["viewer"]["profile"]["recommendations"]["nodes"].take();
    nodes.as_array().unwrap().clone()
}

fn slugs(list: &Value) -> Vec<String> {
    let nodes = list["nodes"].as_array().unwrap().iter();
    let slug = |node: &Value| node["slug"].as_str().unwrap().to_owned();
    nodes.map(slug).collect()
}

fn input_as_play(input: &Value) -> Value {
    json!({ "id": input["play"], "influencesRecommendations": input["influencesRecommendations"] })
}

/// What the viewer's only title weighs.
async fn weight(site: &Site) -> f64 {
    let file = site
        .get("/account/export")
        .header("cookie", site.cookie().unwrap());
    let file: Value = file.send().await.unwrap().json().await.unwrap();
    let titles = file["profiles"][0]["titles"].as_array().unwrap();
    assert_eq!(titles.len(), 1);
    titles[0]["weight"].as_f64().unwrap()
}
