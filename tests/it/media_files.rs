//! Files of a library: scanned by the command, found in the catalogue, decided by a curator, moved, gone and back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

both_ways!(files_are_matched_decided_moved_missed_and_never_forgotten);

const FILES: &str = "{ files(first: 50) { totalCount nodes { id path state matchedBy matches { __typename ... on Film { slug } }
    candidates { score item { ... on Film { slug } } } history { kind from state } } } }";
const NODE: &str = include_str!("fixtures/contract/node.graphql");

const HEAT: &str = "Film/Heat (1995)/Heat (1995).mkv";
const SOLARIS: &str = "Film/Solaris.mkv";
const NOWHERE: &str = "Film/A Film That Is Nowhere (2001).mkv";
const PILOT: &str = "TV/Breaking Bad/Season 01/Breaking Bad S01E01.mkv";
const PILOT_COPY: &str = "Film/A Copy (2003).mkv";
/// Where two of them lie later.
const HEAT_LATER: &str = "Movies/Heat (1995)/Heat (1995).mkv";
const SOLARIS_LATER: &str = "Film/Another Name (1999).mkv";

/// Puts a video there that is like no other.
fn put(root: &Path, path: &str) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    let name = place.file_name().unwrap().as_encoded_bytes();
    fs::write(&place, [&b"\x1aE\xdf\xa3"[..], name].concat()).unwrap();
}

fn rename(root: &Path, from: &str, to: &str) {
    fs::create_dir_all(root.join(to).parent().unwrap()).unwrap();
    fs::rename(root.join(from), root.join(to)).unwrap();
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files that the curator sees, by path.
async fn files(curator: &mut Visitor) -> BTreeMap<String, Value> {
    let mut data = curator.ask(FILES).await;
    let nodes = data["files"]["nodes"].take();
    let nodes = nodes.as_array().unwrap();
    assert_eq!(data["files"]["totalCount"], json!(nodes.len()));
    let nodes = nodes.iter().map(|node| {
        let path = node["path"].as_str().unwrap().to_owned();
        (path, node.clone())
    });
    nodes.collect()
}

/// Whether only whoever keeps the catalogue knows of a file.
async fn check_that_viewers_know_nothing(site: &Site, file: &Value) {
    let mut viewer = Visitor::of(site);
    viewer.register("viewer@example.org").await;
    let answer = viewer.send(NODE, json!({ "id": file["id"] })).await;
    assert_eq!(answer.body["data"], json!({ "node": null }));
    let nothing = "{ files { totalCount } }";
    let answer = viewer.send(nothing, json!({})).await;
    assert_eq!(answer.code(), "FORBIDDEN");
}

async fn files_are_matched_decided_moved_missed_and_never_forgotten(on: On) {
    let mut program = Program::seeded(on).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let around = tempfile::tempdir().unwrap();
    let around = around.path().canonicalize().unwrap();
    let root = around.join("library");
    for path in [HEAT, SOLARIS, NOWHERE, PILOT] {
        put(&root, path);
    }
    let folder = root.to_str().unwrap();
    let scan = ["scan", folder, "--apply"];

    // Without being told to, a scan writes nothing.
    program.expect(&["scan", folder]).await;
    assert_eq!(files(&mut curator).await.len(), 0);
    // Of two at the same time one may be refused, and each file is there once.
    let (one, other) = tokio::join!(program.run(&scan), program.run(&scan));
    let refused = "another scan of this folder is under way";
    for output in [&one, &other] {
        assert!(
            output.status.success() || err(output).contains(refused),
            "{output:?}"
        );
    }
    let both = out(&one) + &out(&other);
    assert_eq!(both.matches(": 4 new, 0 moved").count(), 1, "{both}");
    assert!(
        both.contains("matched 2, ambiguous 1, unmatched 1"),
        "{both}"
    );

    let first = files(&mut curator).await;
    check_what_was_found(&first);
    let (heat, solaris, pilot) = (&first[HEAT], &first[SOLARIS], &first[PILOT]);
    check_that_viewers_know_nothing(&site, heat).await;
    check_that_titles_know_their_files(&mut curator).await;

    decide(&mut curator, &site, &first).await;
    // What is decided is doubted no more.
    let is_doubted = |output: &Output| err(output).contains(SOLARIS);
    assert!(is_doubted(&one) && is_doubted(&other));
    let quiet = program.run(&["scan", folder, "--apply", "--quiet"]).await;
    assert!(quiet.status.success() && !is_doubted(&quiet), "{quiet:?}");
    for (from, to) in [(HEAT, HEAT_LATER), (SOLARIS, SOLARIS_LATER)] {
        rename(&root, from, to);
    }
    fs::remove_file(root.join(PILOT)).unwrap();
    let moved = program.expect(&scan).await;
    assert!(
        moved.contains("0 new, 2 moved, 0 changed, 1 gone"),
        "{moved}"
    );
    let second = files(&mut curator).await;
    assert_eq!(second.len(), 4);
    let from = format!("{folder}/{SOLARIS}");
    let is_later = &second[SOLARIS_LATER];
    assert_eq!(
        (
            &is_later["id"],
            &is_later["matchedBy"],
            &is_later["history"][0]
        ),
        (
            &solaris["id"],
            &json!("CURATOR"),
            &json!({ "kind": "MOVED", "from": from, "state": "MATCHED" })
        )
    );
    assert_eq!(second[HEAT_LATER]["id"], heat["id"]);
    assert_eq!(second[HEAT_LATER]["matches"], heat["matches"]);
    assert_eq!(second[NOWHERE]["state"], "IGNORED");
    assert_eq!(
        (&second[PILOT]["state"], &second[PILOT]["matches"]),
        (&json!("MISSING"), &pilot["matches"])
    );

    // What is as it was is passed over, and what comes back is known.
    let same = program.expect(&scan).await;
    assert!(same.contains("3 files, 3 of them in folders that are as they were: 0 new, 0 moved, 0 changed, 0 gone, 0 back"), "{same}");
    put(&root, PILOT);
    program.set("REELGRAPH_SCAN_APPLY", "true");
    let back = program.expect(&["scan", folder]).await;
    assert!(back.contains("0 gone, 1 back"), "{back}");
    let third = files(&mut curator).await;
    assert_eq!(third[PILOT]["matchedBy"], "NAME");

    take_the_disk_away(&program, &root).await;
    assert_eq!(files(&mut curator).await, third);
    let quiet = [&scan[..], &["--quiet", "--full-hash"]].concat();
    assert_eq!(program.expect(&quiet).await, "");
    release(&mut curator, &solaris["id"], folder).await;
    come_back_twice(&program, &root).await;
    let last = files(&mut curator).await;
    assert_eq!(last[PILOT]["id"], pilot["id"]);
    assert_ne!(last[PILOT_COPY]["id"], pilot["id"]);
}

/// What was missing is back where it was, and a copy of it is another file.
async fn come_back_twice(program: &Program, root: &Path) {
    let scan = ["scan", root.to_str().unwrap(), "--apply"];
    fs::remove_file(root.join(PILOT)).unwrap();
    let gone = program.expect(&scan).await;
    assert!(gone.contains("1 gone, 0 back"), "{gone}");
    put(root, PILOT);
    fs::copy(root.join(PILOT), root.join(PILOT_COPY)).unwrap();
    let twice = program.expect(&scan).await;
    assert!(
        twice.contains("1 new, 0 moved, 0 changed, 0 gone, 1 back"),
        "{twice}"
    );
}

/// What became of the files when they were first seen.
fn check_what_was_found(files: &BTreeMap<String, Value>) {
    assert_eq!(files.len(), 4);
    let (heat, solaris, pilot) = (&files[HEAT], &files[SOLARIS], &files[PILOT]);
    assert_eq!(
        (&heat["matchedBy"], &heat["matches"], &heat["history"]),
        (
            &json!("NAME_AND_YEAR"),
            &json!([{ "__typename": "Film", "slug": "heat-1995" }]),
            &json!([{ "kind": "SEEN", "from": null, "state": "MATCHED" }])
        )
    );
    assert_eq!(
        (&pilot["matchedBy"], &pilot["matches"]),
        (&json!("NAME"), &json!([{ "__typename": "Episode" }]))
    );
    let candidates = json!([{ "score": 0.5, "item": { "slug": "solaris-1972" } }]);
    assert_eq!(
        (&solaris["state"], &solaris["candidates"]),
        (&json!("AMBIGUOUS"), &candidates)
    );
    assert_eq!(files[NOWHERE]["state"], "UNMATCHED");
}

/// Each film lists its own files, and a series none of its episodes.
async fn check_that_titles_know_their_files(curator: &mut Visitor) {
    let query = "{
        heat: film(slug: \"heat-1995\") { files { nodes { path } pageInfo { hasNextPage } } }
        solaris: film(slug: \"solaris-1972\") { files { nodes { path } pageInfo { hasNextPage } } }
        series(slug: \"breaking-bad-2008\") { files { nodes { path } }
            seasons(first: 1) { episodes(first: 2) { nodes { files(last: 5) { nodes { path } } } } } } }";
    let found = curator.ask(query).await;
    let files =
        |paths: Value| json!({ "files": { "nodes": paths, "pageInfo": { "hasNextPage": false } } });
    assert_eq!(found["heat"], files(json!([{ "path": HEAT }])));
    assert_eq!(found["solaris"], files(json!([])));
    assert_eq!(found["series"]["files"]["nodes"], json!([]));
    let episodes = &found["series"]["seasons"][0]["episodes"]["nodes"];
    let expected = json!([
        { "files": { "nodes": [{ "path": PILOT }] } },
        { "files": { "nodes": [] } },
    ]);
    assert_eq!(*episodes, expected);
}

/// Nothing is written down of a library whose disk is not mounted.
async fn take_the_disk_away(program: &Program, root: &Path) {
    let away = root.with_file_name("away");
    fs::rename(root, &away).unwrap();
    fs::create_dir(root).unwrap();
    let empty = ["scan", root.to_str().unwrap(), "--apply"];
    let empty = program.run(&empty).await;
    assert_eq!(empty.status.code(), Some(1));
    assert!(err(&empty).contains("is the disk mounted?"), "{empty:?}");
    fs::remove_dir(root).unwrap();
    fs::rename(&away, root).unwrap();
}

/// What is undecided is matched at once, and found among what waits.
async fn release(curator: &mut Visitor, solaris: &Value, folder: &str) {
    let input = json!({ "file": solaris, "undecided": true });
    let fields = "file { state matchedBy path fullHash }";
    let released = curator.expect("matchFile", input, fields).await;
    let full_hash = released["file"]["fullHash"].as_str().unwrap();
    assert_eq!(full_hash.len(), 64);
    assert_eq!(
        (&released["file"]["state"], &released["file"]["matchedBy"]),
        (&json!("UNMATCHED"), &Value::Null)
    );
    let below =
        format!("{{ files(path: \"{folder}/Film\", state: [UNMATCHED]) {{ nodes {{ path }} }} }}");
    let below = curator.ask(&below).await;
    assert_eq!(below["files"]["nodes"], json!([{ "path": SOLARIS_LATER }]));
}

/// Decides of the film with the candidates that it is the likeliest, and of the one that nobody knows that it is nothing.
async fn decide(curator: &mut Visitor, site: &Site, files: &BTreeMap<String, Value>) {
    let (solaris, nowhere) = (&files[SOLARIS]["id"], &files[NOWHERE]["id"]);
    let film = site.id_of("film", "solaris-1972").await;
    for (input, code, field) in [
        (json!({ "file": "x" }), "NOT_FOUND", "file"),
        (
            json!({ "file": solaris, "title": "x" }),
            "NOT_FOUND",
            "title",
        ),
        (
            json!({ "file": solaris, "episode": film }),
            "NOT_FOUND",
            "episode",
        ),
        (
            json!({ "file": solaris, "title": film, "episode": "x" }),
            "INVALID",
            "title",
        ),
        (
            json!({ "file": solaris, "title": film, "undecided": true }),
            "INVALID",
            "undecided",
        ),
    ] {
        let refused = curator.refused("matchFile", input).await;
        assert_eq!(refused, (code.to_owned(), field.to_owned()));
    }
    let fields = "file { state matchedBy matches { ... on Film { slug } } }";
    let input = json!({ "file": solaris, "title": film });
    curator.expect("matchFile", input.clone(), fields).await;
    // Who says so once more changes nothing.
    let fields = "file { state matchedBy matches { ... on Film { slug } } history { kind } }";
    let decided = curator.expect("matchFile", input, fields).await;
    let history = json!([{ "kind": "DECIDED" }, { "kind": "SEEN" }]);
    let expected = json!({ "history": history, "state": "MATCHED", "matchedBy": "CURATOR", "matches": [{ "slug": "solaris-1972" }] });
    assert_eq!(decided["file"], expected);
    let fields = "file { state matchedBy matches { ... on Film { slug } } }";
    let input = json!({ "file": nowhere });
    let decided = curator.expect("matchFile", input, fields).await;
    let expected = json!({ "state": "IGNORED", "matchedBy": "CURATOR", "matches": [] });
    assert_eq!(decided["file"], expected);
}
