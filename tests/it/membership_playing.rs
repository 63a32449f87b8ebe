//! What is for members is played by members alone, and by nobody once they are none.

use serde_json::json;

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(what_is_for_members_is_played_as_long_as_they_are_some);

const OFFER: &str = r#"{"plan":"basic","name":"Basic","price":499,"currency":"EUR","interval":"month"}
{"film":"heat-1995","access":"members"}
"#;
const PLAYBACK: &str = "{ film(slug: \"heat-1995\") { playback { sources { url } } } }";

async fn what_is_for_members_is_played_as_long_as_they_are_some(on: On) {
    let program = Program::seeded_without_graph(on).await;
    program.create_user("ada@example.org", "viewer").await;
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().canonicalize().unwrap();
    let film = folder.join("library/Film/Heat (1995)");
    std::fs::create_dir_all(&film).unwrap();
    std::fs::write(film.join("Heat (1995).mkv"), b"\x1aE\xdf\xa3 heat").unwrap();
    let library = folder.join("library");
    program
        .expect(&["scan", library.to_str().unwrap(), "--apply"])
        .await;
    let offer = folder.join("offer.ndjson");
    std::fs::write(&offer, OFFER).unwrap();
    program
        .expect(&["plans", "load", offer.to_str().unwrap()])
        .await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.log_in("ada@example.org").await;

    // Whoever has nothing is told what would open it.
    let told = ada.send(PLAYBACK, json!({})).await.body;
    assert_eq!(told["data"], json!({ "film": { "playback": null } }));
    let error = &told["errors"][0];
    assert_eq!(error["extensions"]["code"], "MEMBERSHIP_REQUIRED", "{told}");
    assert_eq!(error["message"], "it is for members: Basic would open it");

    program
        .expect(&["members", "grant", "ada@example.org", "--plan", "basic"])
        .await;
    let opened = ada.ask(PLAYBACK).await;
    let url = opened["film"]["playback"]["sources"][0]["url"].as_str();
    let url = url.unwrap();
    let played = site.get(url).send().await.unwrap();
    assert_eq!(played.status(), 200);
    assert_eq!(
        played.bytes().await.unwrap().as_ref(),
        b"\x1aE\xdf\xa3 heat"
    );

    // An address that was given out ends with the membership.
    program
        .expect(&["members", "revoke", "ada@example.org", "--plan", "basic"])
        .await;
    let ended = site.get(url).send().await.unwrap();
    assert_eq!(ended.status(), 403);
    let told = ada.send(PLAYBACK, json!({})).await.body;
    assert_eq!(told["data"], json!({ "film": { "playback": null } }));
}
