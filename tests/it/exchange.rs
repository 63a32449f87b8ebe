//! What goes out for computing `SIMILAR` edges elsewhere, and what comes back: both ways of running, by the commands.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use chrono::{DateTime, Utc};
use reelgraph::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use reelgraph::domain::recommend::similar::{Histories, Ridge, solve_all};
use reelgraph::domain::recommend::{Features, edges_by_start};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::program::{On, Program};

/// From and to, and the numbers of the edge.
type Edges = BTreeMap<(u64, u64), [f64; 6]>;

/// How far a number may be from what it was before it was written and read.
const ROUNDING: f64 = 1e-14;

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn id(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

fn ids(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(id).collect()
}

async fn export(program: &Program, name: &str, arguments: &[&str]) -> std::path::PathBuf {
    let folder = program.data().join(name);
    let all = [&["graph", "export"], arguments, &[folder.to_str().unwrap()]].concat();
    program.expect(&all).await;
    folder
}

async fn import(program: &Program, folder: &Path) -> Output {
    let arguments = ["graph", "import", folder.to_str().unwrap()];
    program.run(&arguments).await
}

/// The edges of a generation in files.
fn edges(folder: &Path) -> Edges {
    let number = |edge: &Value, part: &str| edge.get(part).map_or(0.0, |it| it.as_f64().unwrap());
    let edge = |edge: &Value| {
        let parts = [
            "weight",
            "director",
            "actor",
            "genre",
            "affinity",
            "co_watches",
        ];
        let key = (id(&edge["from"]), id(&edge["to"]));
        (key, parts.map(|part| number(edge, part)))
    };
    lines(&folder.join("edges.ndjson"))
        .iter()
        .map(edge)
        .collect()
}

/// The edges that exported messages give when they are computed in one go.
fn computed(folder: &Path) -> Edges {
    let mut histories = Histories::default();
    for line in lines(&folder.join("reelgraph.titles.ndjson")) {
        let title = &line["value"];
        assert_eq!(line["key"], title["title"]);
        histories.put_title(Features {
            id: TitleId(id(&title["title"])),
            directors: ids(&title["directors"]).into_iter().map(PersonId).collect(),
            actors: ids(&title["actors"]).into_iter().map(PersonId).collect(),
            genres: ids(&title["genres"]).into_iter().map(GenreId).collect(),
            decade: title["decade"].as_i64().map(|it| it.try_into().unwrap()),
            watchers: 0,
        });
    }
    let mut watched: BTreeMap<u64, Vec<(DateTime<Utc>, TitleId, bool)>> = BTreeMap::new();
    for line in lines(&folder.join("reelgraph.watches.ndjson")) {
        let watch = &line["value"];
        let (profile, title) = (id(&watch["profile"]), id(&watch["title"]));
        assert_eq!(line["key"], json!(format!("{profile}:{title}")));
        if watch["weight"].as_f64().unwrap() > 0.0 || !watch["liked"].is_null() {
            let at = watch["last_at"].as_str().unwrap().parse().unwrap();
            let liked = watch["liked"] == json!(true);
            watched
                .entry(profile)
                .or_default()
                .push((at, TitleId(title), liked));
        }
    }
    for (profile, watched) in watched {
        histories.put_latest(ProfileId(profile), watched);
    }
    let solutions = solve_all(&histories, &Ridge::default());
    let mut found = Edges::new();
    for (from, edges) in edges_by_start(&solutions) {
        for edge in edges {
            let weight = edge.weight;
            let both = f64::from(edge.co_watches);
            let numbers = [
                weight.sum,
                weight.director,
                weight.actor,
                weight.genre,
                edge.affinity,
                both,
            ];
            found.insert((from.0, edge.to.0), numbers);
        }
    }
    found
}

fn assert_same(one: &Edges, other: &Edges) {
    assert!(one.len() > 1000, "there are edges");
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    for (key, numbers) in one {
        for (a, b) in numbers.iter().zip(other[key]) {
            let size = a.abs().max(b.abs());
            assert!((a - b).abs() <= ROUNDING * size, "{key:?}: {a} and {b}");
        }
    }
}

/// Writes other edges in the place of a generation's.
fn put(folder: &Path, lines: &[Value]) {
    let mut text = lines
        .iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    text.push('\n');
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let hash = Sha256::digest(text.as_bytes());
    let digits: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    manifest["edges"] = lines.len().into();
    manifest["files"][0]["edges"] = lines.len().into();
    manifest["files"][0]["sha256"] = digits.concat().into();
    fs::write(path, manifest.to_string()).unwrap();
    fs::write(folder.join("edges.ndjson"), text).unwrap();
}

async fn goes_out_and_comes_back(on: On) {
    let program = Program::seeded(on).await;
    program.expect(&["graph", "similar"]).await;

    // The messages carry all that the computation uses.
    let messages = export(&program, "messages", &[]).await;
    let before = export(&program, "before", &["--edges"]).await;
    assert_same(&edges(&before), &computed(&messages));

    // A generation that was changed is served as it is.
    let changed = export(&program, "changed", &["--edges"]).await;
    let fewer: Vec<Value> = lines(&changed.join("edges.ndjson"))
        .into_iter()
        .step_by(3)
        .collect();
    put(&changed, &fewer);
    let imported = import(&program, &changed).await;
    assert!(imported.status.success(), "{imported:?}");
    let served = export(&program, "served", &["--edges"]).await;
    assert_same(&edges(&changed), &edges(&served));

    // One that is wrong is refused, each line of it named, and changes nothing.
    let wrong = export(&program, "wrong", &["--edges"]).await;
    let mut with_faults = fewer.clone();
    with_faults[4]["to"] = "7".into();
    with_faults[9]["from"] = with_faults[9]["to"].clone();
    put(&wrong, &with_faults);
    let refused = import(&program, &wrong).await;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    for fault in [
        "edges.ndjson:5: there is no title with the id 7",
        "edges.ndjson:10: it leads from a title to itself",
        "the edges are what they were",
    ] {
        assert!(said.contains(fault), "{fault}: {said}");
    }
    let after = export(&program, "after", &["--edges"]).await;
    assert_same(&edges(&served), &edges(&after));
}

#[tokio::test]
async fn edges_go_out_and_come_back_embedded() {
    goes_out_and_comes_back(On::Embedded).await;
}

#[tokio::test]
async fn edges_go_out_and_come_back_on_servers() {
    goes_out_and_comes_back(On::Servers).await;
}

#[tokio::test]
async fn a_server_that_is_told_to_import_computes_no_edges() {
    let mut program = Program::new(On::Embedded).await;
    program.set("REELGRAPH_SIMILAR", "import");
    let mut site = program.serve().await;
    site.wait_for_status("/readyz", 200).await;
    // What was empty has the demo catalogue.
    site.id_of("film", "heat-1995").await;
    site.stop().await;

    let folder = program.data().join("edges");
    let arguments = ["graph", "export", "--edges", folder.to_str().unwrap()];
    let none = program.run(&arguments).await;

    assert_eq!(none.status.code(), Some(1));
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(said.contains("there are no SIMILAR edges yet"), "{said}");
}

#[tokio::test]
async fn an_export_goes_to_an_empty_folder_only() {
    let program = Program::new(On::Embedded).await;
    let folder = program.data().join("full");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("manifest.json"), "{}").unwrap();

    let refused = program
        .run(&["graph", "export", folder.to_str().unwrap()])
        .await;

    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("is not empty"), "{said}");
}
