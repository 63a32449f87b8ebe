//! How long things are: what the catalogue does not know, what players measure, and other cuts.

use serde_json::{Value, json};

use super::player::Player;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

const EPISODES: &str = "episodes(first: 2) { nodes { id duration durationSource } }";

async fn episodes(visitor: &mut Visitor, series: &str) -> Vec<Value> {
    let query =
        format!("{{ series(slug: \"{series}\") {{ seasons(first: 1) {{ {EPISODES} }} }} }}");
    let data = visitor.ask(&query).await;
    let nodes = &data["series"]["seasons"][0]["episodes"]["nodes"];
    nodes.as_array().unwrap().clone()
}

fn id(node: &Value) -> &str {
    node["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_episode_without_a_length_of_its_own_has_the_usual_one_of_its_series() {
    let program = Program::seeded(On::Embedded).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;

    let pilot = episodes(&mut ada, "breaking-bad-2008").await.remove(0);
    let mut player = Player::of(&mut ada, id(&pilot));
    let begun = player.at("START", 0.0).await;
    let playing = player.at("PROGRESS", 3.0).await;
    let half = player.at("PROGRESS", 1410.0).await;
    let beyond = player.at("PROGRESS", 2900.0).await;

    let expected = json!({ "id": pilot["id"], "duration": 2820, "durationSource": "USUAL" });
    assert_eq!(pilot, expected);
    assert_eq!((begun, playing), ((0.0, 0.0, false), (0.0, 0.0, false)));
    assert_eq!(half, (1410.0, 50.0, false));
    assert_eq!(beyond, (0.0, 100.0, true));
    let usual = "{ titles(filter: { kind: [SERIES] }) { nodes { slug ... on Series { episodeDuration } } } }";
    let usual = ada.ask(usual).await["titles"]["nodes"].take();
    let minutes = |slug: &str| {
        let nodes = usual.as_array().unwrap().iter();
        let mut nodes = nodes.filter(|node| node["slug"] == slug);
        nodes.next().unwrap()["episodeDuration"].as_u64().unwrap() / 60
    };
    let slugs = ["breaking-bad-2008", "game-of-thrones-2011", "dark-2017"];
    assert_eq!(slugs.map(minutes), [47, 57, 53]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_players_measure_is_the_length_until_the_catalogue_knows_better() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("lengths.ndjson");
    let load = async |minutes: Option<u32>| {
        let series = json!({ "kind": "series", "slug": "unknown", "title": "Unknown" });
        let episode = json!({
            "series": "unknown", "season": 1, "episode": 1, "title": "One",
            "runtime_minutes": minutes,
        });
        std::fs::write(&file, format!("{series}\n{episode}\n")).unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
    };
    load(None).await;
    let site = program.serve().await;
    let (mut ada, mut ben, mut cleo) = (Visitor::of(&site), Visitor::of(&site), Visitor::of(&site));
    ada.register("ada@example.org").await;
    ben.register("ben@example.org").await;
    cleo.register("cleo@example.org").await;
    let unknown = episodes(&mut ada, "unknown").await.remove(0);
    let said = |node: &Value| (node["duration"].clone(), node["durationSource"].clone());

    let mut player = Player::of(&mut ada, id(&unknown));
    let playing = player.at("PROGRESS", 600.0).await;
    let stopped = player.at("STOP", 1500.0).await;
    let mut player = Player::of(&mut ben, id(&unknown));
    player.duration = Some(3000.4);
    let measured = player.at("PROGRESS", 1500.2).await;
    let by_players = episodes(&mut cleo, "unknown").await.remove(0);
    let mut player = Player::of(&mut cleo, id(&unknown));
    let by_others = player.at("PROGRESS", 750.1).await;

    assert_eq!(said(&unknown), (Value::Null, Value::Null));
    assert_eq!(playing, (600.0, 0.0, false));
    assert_eq!(stopped, (0.0, 100.0, true));
    assert_eq!(measured, (1500.2, 50.0, false));
    assert_eq!(said(&by_players), (json!(3000), json!("PLAYERS")));
    assert_eq!(by_others, (750.1, 25.0, false));
    drop(site);
    load(Some(40)).await;
    let site = program.serve().await;
    let mut cleo = cleo.at(&site);
    let by_catalogue = episodes(&mut cleo, "unknown").await.remove(0);
    assert_eq!(said(&by_catalogue), (json!(2400), json!("CATALOGUE")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_cut_is_the_plays_own_length_and_a_late_stop_is_the_end() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("films.ndjson");
    let film = |slug: &str, minutes: u32| {
        json!({ "kind": "film", "slug": slug, "title": slug, "runtime_minutes": minutes })
            .to_string()
            + "\n"
    };
    let films = [film("extended", 178), film("late", 170)].concat();
    std::fs::write(&file, films).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    let site = program.serve().await;
    let (extended, late) = (
        site.id_of("film", "extended").await,
        site.id_of("film", "late").await,
    );
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;

    let mut player = Player::of(&mut ada, &extended);
    player.duration = Some(13_680.0);
    player.at("START", 0.0).await;
    // Once is enough.
    player.duration = None;
    let half = player.at("PROGRESS", 6840.0).await;
    let beyond = player.at("PROGRESS", 12_000.0).await;
    let end = player.at("STOP", 13_600.0).await;
    let mut player = Player::of(&mut ada, &late);
    player.at("START", 9000.0).await;
    let too_far = player.report("PROGRESS", 10_240.0).await;
    let stopped = player.at("STOP", 10_240.0).await;
    let far_too_far = player.report("STOP", 10_321.0).await;

    assert_eq!(half, (6840.0, 50.0, false));
    assert_eq!(beyond, (12_000.0, 12_000.0 / 13_680.0 * 100.0, false));
    assert_eq!(end, (0.0, 100.0, true));
    assert_eq!(stopped, (0.0, 100.0, true));
    for refused in [too_far, far_too_far] {
        let error = &refused["userErrors"][0];
        assert_eq!(error["code"], "OUT_OF_RANGE");
        assert_eq!(error["field"], json!(["input", "position"]));
    }
    let catalogue = ada.ask("{ film(slug: \"extended\") { duration durationSource } }");
    let expected = json!({ "duration": 10_680, "durationSource": "CATALOGUE" });
    assert_eq!(catalogue.await["film"], expected);
}
