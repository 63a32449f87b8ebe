//! Every document that outside programs rely on, unchanged, on both ways of running.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, Site};

const DOCUMENTS: &str = "tests/it/fixtures/contract";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() {
    every_document_answers(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers() {
    every_document_answers(On::Servers).await;
}

/// One visit to the site, from the home page to logging out.
async fn every_document_answers(on: On) {
    let program = Program::seeded(on).await;
    let mut site = program.serve().await;
    let mut documents = Documents::all();

    home(&site, &mut documents).await;
    search(&site, &mut documents).await;
    assert_eq!(
        site.ask(&documents.take("viewer"), json!({})).await,
        json!({ "viewer": null })
    );
    register(&mut site, &mut documents).await;
    log_in(&mut site, &mut documents).await;
    let who = site.ask(&Documents::read("viewer"), json!({})).await;
    assert_eq!(who["viewer"]["user"]["email"], "ada@example.org");
    assert_eq!(
        who["viewer"]["user"]["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|session| session["current"] == true)
            .count(),
        1
    );

    let heat = film(&site, &mut documents).await;
    let node = site
        .ask(&documents.take("node"), json!({ "id": heat }))
        .await;
    assert_eq!(
        node,
        json!({ "node": { "__typename": "Film", "id": heat } })
    );
    let episode = series(&site, &mut documents).await;
    report_playback(&site, &mut documents, &heat, &episode).await;
    for_you(&site, &mut documents, &heat).await;
    continue_watching(&site, &mut documents, &heat, &episode).await;

    let answer = site
        .ask_for_cookie(&documents.take("log_out"), json!({}))
        .await;
    assert_eq!(answer["data"]["logOut"]["userErrors"], json!([]));
    assert_eq!(
        site.ask(&Documents::read("viewer"), json!({})).await,
        json!({ "viewer": null })
    );
    assert_eq!(documents.0, HashSet::new(), "documents that were not sent");
}

async fn home(site: &Site, documents: &mut Documents) {
    let document = documents.take("home");
    let first = site.ask(&document, json!({})).await["titles"].clone();
    let next = site
        .ask(
            &document,
            json!({ "after": first["pageInfo"]["endCursor"] }),
        )
        .await["titles"]
        .clone();

    let slugs = |page: &Value| {
        page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| edge["node"]["slug"].to_string())
            .collect::<HashSet<_>>()
    };
    assert_eq!((slugs(&first).len(), slugs(&next).len()), (20, 20));
    assert!(slugs(&first).is_disjoint(&slugs(&next)));
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    for edge in first["edges"].as_array().unwrap() {
        let node = &edge["node"];
        assert!(
            node["name"].is_string() && node["genres"][0]["name"].is_string(),
            "{node}"
        );
        assert!(
            node["credits"]["edges"][0]["node"]["name"].is_string(),
            "{node}"
        );
    }
}

async fn search(site: &Site, documents: &mut Documents) {
    let document = documents.take("search");
    for (query, slug) in [
        ("godfathr", "the-godfather-1972"),
        ("amelie", "amelie-2001"),
        ("HEAT", "heat-1995"),
        ("breaking b", "breaking-bad-2008"),
    ] {
        let found = site.ask(&document, json!({ "query": query })).await;
        assert_eq!(found["search"]["edges"][0]["node"]["slug"], slug, "{query}");
    }
}

async fn register(site: &mut Site, documents: &mut Documents) {
    let document = documents.take("register");
    let input = json!({ "input": { "email": "ada@example.org", "password": "correct horse battery", "passwordConfirm": "correct horse battery" } });
    let answer = site.ask_for_cookie(&document, input.clone()).await;
    let again = site.ask(&document, input).await;

    let user = &answer["data"]["register"]["viewer"]["user"];
    assert_eq!(
        (&user["email"], &user["emailVerified"]),
        (&json!("ada@example.org"), &json!(false)),
        "{answer}"
    );
    assert!(site.cookie().unwrap().starts_with("reelgraph="));
    assert_eq!(again["register"]["userErrors"][0]["code"], "TAKEN");
}

async fn log_in(site: &mut Site, documents: &mut Documents) {
    let document = documents.take("log_in");
    let input = |password: &str, transport: &str| json!({ "input": { "email": "ada@example.org", "password": password, "transport": transport } });
    site.set_cookie(None);
    let wrong = site
        .ask(&document, input("wrong horse battery", "COOKIE"))
        .await;
    let bearer = site
        .ask(&document, input("correct horse battery", "BEARER"))
        .await;
    let answer = site
        .ask_for_cookie(&document, input("correct horse battery", "COOKIE"))
        .await;

    assert_eq!(wrong["logIn"]["viewer"], Value::Null);
    assert_eq!(wrong["logIn"]["userErrors"][0]["code"], "WRONG_CREDENTIALS");
    assert!(bearer["logIn"]["accessToken"].is_string() && bearer["logIn"]["expiresIn"].is_number());
    assert_eq!(answer["data"]["logIn"]["accessToken"], Value::Null);
    assert_eq!(
        answer["data"]["logIn"]["viewer"]["user"]["email"],
        "ada@example.org"
    );
}

/// The page of Heat; its id.
async fn film(site: &Site, documents: &mut Documents) -> String {
    let document = documents.take("film");
    let film = site.ask(&document, json!({ "slug": "heat-1995" })).await["film"].clone();

    assert_eq!(
        (&film["name"], &film["year"], &film["duration"]),
        (&json!("Heat"), &json!(1995), &json!(10_200))
    );
    let directors = film["credits"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|edge| edge["role"] == "DIRECTOR");
    assert_eq!(
        directors
            .map(|edge| &edge["node"]["name"])
            .collect::<Vec<_>>(),
        ["Michael Mann"]
    );
    let similar = film["similar"]["edges"].as_array().unwrap();
    assert_eq!(similar.len(), 10);
    similar.iter().for_each(reasons_add_up);
    assert_eq!(
        site.ask(&document, json!({ "slug": "no-such-film" })).await,
        json!({ "film": null })
    );
    film["id"].as_str().unwrap().to_owned()
}

/// The page of Breaking Bad; the id of its first episode.
async fn series(site: &Site, documents: &mut Documents) -> String {
    let series = site
        .ask(
            &documents.take("series"),
            json!({ "slug": "breaking-bad-2008" }),
        )
        .await["series"]
        .clone();

    let first = &series["seasons"][0]["episodes"]["nodes"][0];
    assert_eq!(
        (
            &first["number"],
            &first["name"],
            &first["watchState"]["watched"]
        ),
        (&json!(1), &json!("Pilot"), &json!(false))
    );
    assert_eq!(series["nextUp"], json!({ "id": first["id"], "number": 1 }));
    first["id"].as_str().unwrap().to_owned()
}

async fn report_playback(site: &Site, documents: &mut Documents, heat: &str, episode: &str) {
    let document = documents.take("report_playback");
    let report = |item: &str, play: u32, event: &str, position: f64, at: &str| {
        let play = format!("00000000-0000-4000-8000-{play:012}");
        json!({ "input": { "item": item, "play": play, "event": event, "position": position, "at": format!("2026-01-01T20:{at}Z") } })
    };
    let start = site
        .ask(&document, report(heat, 1, "START", 0.0, "00:00"))
        .await;
    let progress = report(heat, 1, "PROGRESS", 1200.0, "20:00");
    let first = site.ask(&document, progress.clone()).await;
    let again = site.ask(&document, progress).await;
    site.ask(&document, report(episode, 2, "START", 0.0, "30:00"))
        .await;
    let watched = site
        .ask(&document, report(episode, 2, "STOP", 3480.0, "59:00"))
        .await;

    assert_eq!(start["reportPlayback"]["state"]["plays"], 1);
    assert_eq!(first, again, "a repeated report changes nothing");
    let state = &first["reportPlayback"]["state"];
    assert_eq!(
        (
            &state["position"],
            &state["secondsWatched"],
            &state["completions"]
        ),
        (&json!(1200.0), &json!(1200.0), &json!(0))
    );
    assert_eq!(watched["reportPlayback"]["completedNow"], true);
    assert_eq!(watched["reportPlayback"]["state"]["completions"], 1);
}

async fn for_you(site: &Site, documents: &mut Documents, heat: &str) {
    let document = documents.take("for_you");
    let is_there = |data: &Value| {
        let edges = data["viewer"]["profile"]["recommendations"]["edges"]
            .as_array()
            .unwrap();
        edges.iter().any(|edge| {
            edge["reasons"]
                .as_array()
                .unwrap()
                .iter()
                .any(|reason| reason["source"]["slug"] == "heat-1995")
        })
    };
    let data = site.wait_for(SOON, &document, is_there).await;

    let profile = &data["viewer"]["profile"];
    let edges = profile["recommendations"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 20);
    edges.iter().for_each(reasons_add_up);
    assert!(
        edges
            .iter()
            .all(|edge| edge["node"]["id"] != heat && edge["node"]["slug"] != "breaking-bad-2008")
    );
    let rows = profile["rows"].as_array().unwrap();
    let items: Vec<String> = rows
        .iter()
        .flat_map(|row| row["items"]["edges"].as_array().unwrap())
        .map(|edge| edge["node"]["id"].to_string())
        .collect();
    assert_eq!(
        items.iter().collect::<HashSet<_>>().len(),
        items.len(),
        "no title twice on the page"
    );
    assert!(
        rows.len() >= 4
            && rows
                .iter()
                .all(|row| row["items"]["edges"].as_array().unwrap().len() >= 4),
        "{rows:?}"
    );
}

async fn continue_watching(site: &Site, documents: &mut Documents, heat: &str, episode: &str) {
    let data = site
        .ask(&documents.take("continue_watching"), json!({}))
        .await;

    let profile = &data["viewer"]["profile"];
    let resumable = profile["continueWatching"]["edges"].as_array().unwrap();
    assert_eq!(resumable.len(), 1);
    assert_eq!(
        (
            &resumable[0]["node"]["id"],
            &resumable[0]["state"]["position"]
        ),
        (&json!(heat), &json!(1200.0))
    );
    let next = &profile["nextUp"]["nodes"][0];
    assert_eq!(
        (&next["number"], &next["series"]["slug"]),
        (&json!(2), &json!("breaking-bad-2008"))
    );
    let history: Vec<&Value> = profile["history"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"]["item"]["id"])
        .collect();
    assert_eq!(history, [episode, heat]);
}

/// The contributions of the reasons add up to the score.
fn reasons_add_up(edge: &Value) {
    let reasons = edge["reasons"].as_array().unwrap();
    let sum: f64 = reasons
        .iter()
        .map(|reason| reason["contribution"].as_f64().unwrap())
        .sum();
    assert!(
        (sum - edge["score"].as_f64().unwrap()).abs() < 1e-9,
        "{edge}"
    );
    assert!(
        reasons
            .iter()
            .all(|reason| !reason["text"].as_str().unwrap().is_empty())
    );
}

/// The names of the documents that were not sent yet.
struct Documents(HashSet<String>);

impl Documents {
    fn all() -> Self {
        let files = std::fs::read_dir(DOCUMENTS).unwrap();
        Self(
            files
                .map(|file| {
                    file.unwrap()
                        .path()
                        .file_stem()
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned()
                })
                .collect(),
        )
    }

    fn take(&mut self, name: &str) -> String {
        assert!(self.0.remove(name), "{name} is there and was not sent yet");
        Self::read(name)
    }

    fn read(name: &str) -> String {
        std::fs::read_to_string(format!("{DOCUMENTS}/{name}.graphql")).unwrap()
    }
}
