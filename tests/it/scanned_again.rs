//! What a scan asks once more of files that are as they were: nothing, as long as nothing of the catalogue was written. And
//! what it tells that it would write down.

use std::fs;
use std::path::Path;

use reelgraph::adapters::mongo::{MongoDb, MongoLibrary};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteLibrary};
use reelgraph::domain::library::{FileFilter, FileState, LibraryStore};
use reelgraph::domain::page::Window;
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};
use crate::support::servers::PATIENT;

both_ways!(
    files_are_matched_once_more_if_the_catalogue_or_the_rules_are_others,
    what_would_be_written_down_is_told_and_not_written,
);

/// What keeps the files of an installation.
async fn library_of(program: &Program, on: On) -> Box<dyn LibraryStore> {
    match on {
        On::Embedded => {
            let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
            Box::new(SqliteLibrary::new(db))
        }
        On::Servers => {
            let uri = program.variable("MONGODB_URI").into();
            let db = MongoDb::open(&uri, PATIENT).await.unwrap();
            Box::new(MongoLibrary::new(db))
        }
    }
}

/// Says that the only file may be one of several, which nobody else says: a scan that matches it says otherwise.
async fn doubt(store: &dyn LibraryStore) {
    let all = Window::first(10);
    let page = store.list_files(&FileFilter::default(), &all).await;
    let [mut file] = <[_; 1]>::try_from(page.unwrap().rows).unwrap();
    file.state = FileState::Ambiguous;
    file.revision += 1;
    store.put_files(&[file]).await.unwrap();
}

async fn load(program: &Program, folder: &Path, slug: &str, title: &str) {
    let file = folder.join(format!("{slug}.ndjson"));
    let film = format!(r#"{{"slug":"{slug}","title":"{title}","year":1995}}"#);
    fs::write(&file, film).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
}

async fn empty(on: On) -> Program {
    match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    }
}

/// What a report says that becomes of files: the path, what, from where, how the file stands then.
fn changes(report: &Path) -> Vec<Value> {
    let text = fs::read_to_string(report).unwrap();
    let lines = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        json!([line["path"], line["change"], line["from"], line["state"]])
    });
    lines.collect()
}

/// The paths of all files that are kept.
async fn kept(store: &dyn LibraryStore) -> Vec<String> {
    let all = Window::first(10);
    let page = store.list_files(&FileFilter::default(), &all).await;
    let rows = page.unwrap().rows.into_iter();
    rows.map(|file| file.path).collect()
}

async fn what_would_be_written_down_is_told_and_not_written(on: On) {
    let mut program = empty(on).await;
    // What is asked for by a word is written down by no setting.
    program.set("REELGRAPH_SCAN_APPLY", "true");
    let around = tempfile::tempdir().unwrap();
    let root = around.path().canonicalize().unwrap().join("library");
    fs::create_dir_all(root.join("Film")).unwrap();
    fs::write(root.join("Heat (1995).mkv"), b"\x1aE\xdf\xa3 heat").unwrap();
    fs::write(root.join("Jaws (1975).mkv"), b"\x1aE\xdf\xa3 jaws").unwrap();
    load(&program, around.path(), "heat", "Heat").await;
    let report = around.path().join("report.ndjson");
    let (folder, file) = (root.to_str().unwrap(), report.to_str().unwrap());
    let (tell, write) = (
        ["scan", folder, "--changes", "--report", file],
        ["scan", folder, "--report", file],
    );
    let new = [
        json!(["Heat (1995).mkv", ["new"], null, "MATCHED"]),
        json!(["Jaws (1975).mkv", ["new"], null, "UNMATCHED"]),
    ];

    let told = program.expect(&tell).await;

    assert!(told.contains("would be: 2 files, 0 of them in"), "{told}");
    assert!(
        told.contains("matched 1, ambiguous 0, unmatched 1"),
        "{told}"
    );
    assert_eq!(changes(&report), new);
    let store = library_of(&program, on).await;
    assert_eq!(kept(&*store).await, [""; 0]);
    assert_eq!(store.roots().await.unwrap(), []);
    program.expect(&write).await;
    assert_eq!(changes(&report), new);

    let (before, then) = ("Heat (1995).mkv", "Film/Heat (1995).mkv");
    fs::rename(root.join(before), root.join(then)).unwrap();
    fs::remove_file(root.join("Jaws (1975).mkv")).unwrap();
    let told = program.expect(&tell).await;
    let moved = format!("would be moved: {folder}/{before} to {folder}/{then}");
    assert!(told.contains(&moved), "{told}");
    assert!(told.contains("0 new, 1 moved, 0 changed, 1 gone"), "{told}");
    let states = "matched 1, ambiguous 0, unmatched 0, ignored 0, missing 1";
    assert!(told.contains(states), "{told}");
    let from = format!("{folder}/{before}");
    let expected = [
        json!([then, ["moved"], from, "MATCHED"]),
        json!(["Jaws (1975).mkv", ["gone"], null, "MISSING"]),
    ];
    assert_eq!(changes(&report), expected);
    assert_eq!(kept(&*store).await, ["Heat (1995).mkv", "Jaws (1975).mkv"]);
}

async fn files_are_matched_once_more_if_the_catalogue_or_the_rules_are_others(on: On) {
    let program = empty(on).await;
    let around = tempfile::tempdir().unwrap();
    let root = around.path().canonicalize().unwrap().join("library");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("Heat (1995).mkv"), b"\x1aE\xdf\xa3 heat").unwrap();
    let scan = ["scan", root.to_str().unwrap(), "--apply"];
    let scanned = async |expected: &str| {
        let told = program.expect(&scan).await;
        assert!(told.contains(expected), "{expected} is not in {told}");
    };

    scanned("matched 0, ambiguous 0, unmatched 1").await;
    let store = library_of(&program, on).await;
    doubt(&*store).await;
    // Nothing of the catalogue was written: the file is as the last scan has left it, or somebody since then.
    scanned("matched 0, ambiguous 1, unmatched 0").await;
    load(&program, around.path(), "jaws", "Jaws").await;
    scanned("matched 0, ambiguous 0, unmatched 1").await;
    load(&program, around.path(), "heat", "Heat").await;
    scanned("matched 1, ambiguous 0, unmatched 0").await;

    doubt(&*store).await;
    scanned("matched 0, ambiguous 1, unmatched 0").await;
    // A version with other rules has scanned.
    let mut root = store.roots().await.unwrap().remove(0);
    let with = root.matched_with.as_mut().unwrap();
    with.rules -= 1;
    root.revision += 1;
    store.put_root(&root).await.unwrap();
    scanned("matched 1, ambiguous 0, unmatched 0").await;
}
