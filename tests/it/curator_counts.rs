//! What waits for curators, counted for a dashboard: after loads, scans and what curators decide.

use std::fs;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::site_jobs::{latest, waiting};
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(what_waits_is_counted_as_it_is_listed);

const COUNTS: &str = "{ curatorCounts { missingFacts { fact count } titleStates { state count }
    fileStates { state count } likelyDuplicates likelySamePeople runningJobs } }";
const FILES: &str = "{ files(first: 50) { nodes { id path } } }";
const NOTHING: &str =
    "mutation ($id: ID!) { matchFile(input: { file: $id }) { userErrors { code } } }";

/// The counts of a list, by what they are of.
fn of(counts: &Value, list: &str, by: &str) -> Vec<(String, u64)> {
    let rows = counts[list].as_array().unwrap().iter();
    let rows = rows.map(|row| {
        let of = row[by].as_str().unwrap().to_owned();
        (of, row["count"].as_u64().unwrap())
    });
    rows.collect()
}

fn named<const N: usize>(counts: [(&str, u64); N]) -> Vec<(String, u64)> {
    let counts = counts.map(|(of, count)| (of.to_owned(), count));
    counts.into()
}

async fn counts(curator: &mut Visitor) -> Value {
    curator.ask(COUNTS).await["curatorCounts"].clone()
}

async fn what_waits_is_counted_as_it_is_listed(on: On) {
    let program = Program::new(on).await;
    let film = |slug: &str, more: Value| {
        let mut film = json!({ "kind": "film", "slug": slug, "title": "Heat", "year": 1995 });
        let more = more.as_object().unwrap().clone();
        film.as_object_mut().unwrap().extend(more);
        film.to_string()
    };
    let whole = json!({ "overview": "A heist.", "directors": ["Ann Poe"], "runtime_minutes": 170,
        "certifications": { "US": "R" }, "ids": { "imdb": "tt0113277" } });
    let films = [
        film("heat-1995", whole),
        film(
            "heat-1995-2",
            json!({ "runtime_minutes": 170, "state": "draft" }),
        ),
        film("another", json!({ "title": "Another", "state": "hidden" })),
    ];
    let records = program.data().join("films.ndjson");
    fs::write(&records, films.join("\n")).unwrap();
    program.expect(&["load", records.to_str().unwrap()]).await;
    let library = program.data().join("library");
    fs::create_dir_all(library.join("Film")).unwrap();
    for name in ["Film/Nowhere (2001).mkv", "Film/Nobody (2002).mkv"] {
        fs::write(
            library.join(name),
            [b"\x1aE\xdf\xa3", name.as_bytes()].concat(),
        )
        .unwrap();
    }
    let library = library.to_str().unwrap().to_owned();
    program.expect(&["scan", &library, "--apply"]).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;

    let first = counts(&mut curator).await;
    let files = curator.ask(FILES).await;
    let id = &files["files"]["nodes"][0]["id"];
    let decided = curator.send(NOTHING, json!({ "id": id })).await;
    let second = counts(&mut curator).await;
    let mut load = waiting(&program);
    latest(&mut curator, "RUNNING").await;
    let third = counts(&mut curator).await;
    load.kill().await.unwrap();

    let facts = named([
        ("POSTER", 3),
        ("OVERVIEW", 2),
        ("DIRECTOR", 2),
        ("DURATION", 1),
        ("CERTIFICATION", 2),
        ("EXTERNAL_ID", 2),
    ]);
    assert_eq!(of(&first, "missingFacts", "fact"), facts);
    let states = named([("DRAFT", 1), ("PUBLISHED", 1), ("HIDDEN", 1)]);
    assert_eq!(of(&first, "titleStates", "state"), states);
    let files = |unmatched: u64, ignored: u64| {
        named([
            ("MATCHED", 0),
            ("AMBIGUOUS", 0),
            ("UNMATCHED", unmatched),
            ("IGNORED", ignored),
            ("MISSING", 0),
        ])
    };
    assert_eq!(of(&first, "fileStates", "state"), files(2, 0));
    assert_eq!(first["likelyDuplicates"], 1);
    assert_eq!(first["likelySamePeople"], 0);
    assert_eq!(first["runningJobs"], 0);
    // Who decides sees at once that less waits.
    assert_eq!(decided.body["data"]["matchFile"]["userErrors"], json!([]));
    assert_eq!(of(&second, "fileStates", "state"), files(1, 1));
    assert_eq!(third["runningJobs"], 1);
}
