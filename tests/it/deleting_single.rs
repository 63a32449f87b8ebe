//! Curators delete people and episodes: credits, lists and files go by it, until it is taken back.

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(
    a_person_is_deleted_and_comes_back,
    an_episode_is_deleted_and_comes_back,
);

const RECORDS: &str = r#"{"kind": "film", "slug": "heat", "title": "Heat", "cast": [{"name": "Ann Lee", "character": "Nate"}, "Al Pacino"], "directors": ["Ann Lee"]}
{"kind": "series", "slug": "dusk", "title": "Dusk"}
{"kind": "episode", "series": "dusk", "season": 1, "episode": 1, "title": "Pilot", "directors": ["Ann Lee"]}
{"kind": "episode", "series": "dusk", "season": 1, "episode": 2, "title": "Second", "runtime_minutes": 50}"#;
const CREDITS: &str =
    "{ heat: film(slug: \"heat\") { credits { edges { order character node { slug } } } }
    series(slug: \"dusk\") { seasons { episodes { nodes { name directors { slug } } } } }
    lee: person(slug: \"ann-lee\") { slug titles { totalCount } } }";
const EPISODES: &str =
    "{ series(slug: \"dusk\") { seasons { episodes { totalCount nodes { number name } } } } }";

fn refused(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

async fn a_person_is_deleted_and_comes_back(on: On) {
    let (program, site, mut curator) = with_records(on).await;
    let before = curator.ask(CREDITS).await;
    let lee = site.id_of("person", "ann-lee").await;

    for (input, expected) in [
        (json!({ "person": "x" }), refused("NOT_FOUND", "person")),
        (json!({ "person": lee }), refused("CONFLICT", "fromTitles")),
        (
            json!({ "person": lee, "fromTitles": true, "baseRevision": 99 }),
            refused("STALE_REVISION", "baseRevision"),
        ),
    ] {
        assert_eq!(curator.refused("deletePerson", input).await, expected);
    }
    let fields = "changes { field before after } changedTitles changedEpisodes run";
    let mut input = json!({ "person": lee, "fromTitles": true, "dryRun": true });
    let told = curator.expect("deletePerson", input.clone(), fields).await;
    let change = json!([{ "field": "deleted", "before": "false", "after": "true" }]);
    let expected = json!({
        "changes": change, "changedTitles": 1, "changedEpisodes": 1, "run": null, "userErrors": [],
    });
    assert_eq!(told, expected);
    assert_eq!(curator.ask(CREDITS).await, before);
    input["dryRun"] = json!(false);
    let done = curator.expect("deletePerson", input.clone(), fields).await;

    let is_gone = |seen: &Value| {
        let credits = seen["heat"]["credits"]["edges"].as_array();
        let directors = &seen["series"]["seasons"][0]["episodes"]["nodes"][0]["directors"];
        seen["lee"].is_null()
            && credits.is_some_and(|credits| credits.len() == 1)
            && *directors == json!([])
    };
    let now = curator.ask_until(CREDITS, is_gone).await;
    let pacino = json!([{ "order": 0, "character": null, "node": { "slug": "al-pacino" } }]);
    assert_eq!(now["heat"]["credits"]["edges"], pacino);
    let pilot = &now["series"]["seasons"][0]["episodes"]["nodes"][0];
    assert_eq!(*pilot, json!({ "name": "Pilot", "directors": [] }));
    let again = curator.refused("deletePerson", input).await;
    assert_eq!(again, refused("NOT_FOUND", "person"));
    // Whoever edits is told, and so is whoever loads.
    let heat = site.id_of("film", "heat").await;
    let credit = json!({ "name": "Ann Lee" });
    let edit = json!({ "titles": [{ "title": heat }], "add": { "cast": [credit] } });
    let edited = curator
        .call("editTitles", edit, "results { userErrors { code field } }")
        .await;
    let error = json!({ "code": "NOT_FOUND", "field": ["input", "add", "cast"] });
    assert_eq!(edited["results"][0]["userErrors"], json!([error]));
    let said = load(&program, RECORDS).await;
    assert!(said.contains("films: 0 new, 0 changed"), "{said}");
    assert!(said.contains("was deleted by hand; left out"), "{said}");
    let of_lee =
        r#"{"kind": "person", "slug": "ann-lee", "name": "Ann Lee", "born": "1970-01-02"}"#;
    let said = load(&program, of_lee).await;
    assert!(said.contains("was deleted by hand; left out"), "{said}");

    curator.revert(&done["run"]).await;
    curator.ask_until(CREDITS, |seen| *seen == before).await;
}

async fn an_episode_is_deleted_and_comes_back(on: On) {
    let (program, site, mut curator) = with_records(on).await;
    let second = curator
        .ask("{ series(slug: \"dusk\") { seasons { episodes { nodes { id } } } } }")
        .await;
    let second = &second["series"]["seasons"][0]["episodes"]["nodes"][1]["id"];
    let play = "22222222-0000-4000-8000-000000000001";
    let start = json!({ "item": second, "play": play, "event": "START", "position": 0.0 });
    let stop = json!({ "item": second, "play": play, "event": "STOP", "position": 600.0 });
    for report in [start, stop.clone()] {
        curator.expect("reportPlayback", report, "").await;
    }
    let history =
        "{ viewer { profile { history { nodes { item { ... on Episode { name } } } } } } }";
    let watched = curator.ask(history).await;
    let before = curator.ask(EPISODES).await;

    let stale = json!({ "episode": second, "baseRevision": 99 });
    let stale = curator.refused("deleteEpisode", stale).await;
    assert_eq!(stale, refused("STALE_REVISION", "baseRevision"));
    let nothing = json!({ "episode": "x" });
    let nothing = curator.refused("deleteEpisode", nothing).await;
    assert_eq!(nothing, refused("NOT_FOUND", "episode"));
    let fields = "episode { name series { slug } } changes { field before after } run";
    let mut input = json!({ "episode": second, "dryRun": true });
    let told = curator.expect("deleteEpisode", input.clone(), fields).await;
    let change = json!([{ "field": "deleted_from", "before": null, "after": "\"Dusk\"" }]);
    assert_eq!(told["changes"], change);
    assert_eq!(told["run"], Value::Null);
    assert_eq!(curator.ask(EPISODES).await, before);
    input["dryRun"] = json!(false);
    let done = curator.expect("deleteEpisode", input.clone(), fields).await;
    let episode = json!({ "name": "Second", "series": { "slug": "dusk" } });
    assert_eq!(done["episode"], episode);

    let season = |seen: &Value| seen["series"]["seasons"][0].clone();
    let is_gone = |seen: &Value| season(seen)["episodes"]["totalCount"] == 1;
    let now = curator.ask_until(EPISODES, is_gone).await;
    let pilot = json!([{ "number": 1, "name": "Pilot" }]);
    assert_eq!(season(&now)["episodes"]["nodes"], pilot);
    let again = curator.refused("deleteEpisode", input).await;
    assert_eq!(again, refused("NOT_FOUND", "episode"));
    let report = curator.refused("reportPlayback", stop).await;
    assert_eq!(report, refused("NOT_FOUND", "item"));
    // Its place is not free, for it may come back.
    let dusk = site.id_of("series", "dusk").await;
    let other = json!({ "series": dusk, "season": 1, "number": 2, "set": {} });
    let taken = curator.refused("createEpisode", other).await;
    assert_eq!(taken, refused("TAKEN", "number"));
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, RECORDS).unwrap();
    let output = program.run(&["load", file.to_str().unwrap()]).await;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("was merged or deleted by hand"), "{said}");
    let asked = json!({ "run": done["run"] });
    let query = "query ($run: String!) { revisions(filter: { run: $run }) { nodes { nodeName changes { field after } } } }";
    let told = curator.send(query, asked).await.body["data"]["revisions"]["nodes"].take();
    let change = json!({ "field": "deleted_from", "after": "\"Dusk\"" });
    assert_eq!(told, json!([{ "nodeName": "Second", "changes": [change] }]));

    curator.revert(&done["run"]).await;
    curator.ask_until(EPISODES, |seen| *seen == before).await;
    assert_eq!(curator.ask(history).await, watched);
}

async fn with_records(on: On) -> (Program, Site, Visitor) {
    let program = Program::new(on).await;
    load(&program, RECORDS).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    (program, site, curator)
}

/// Loads records; all that is told of it.
async fn load(program: &Program, records: &str) -> String {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, records).unwrap();
    let output = program.run(&["load", file.to_str().unwrap()]).await;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{said}");
    said
}
