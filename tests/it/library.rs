//! A library of files, looked through by `scan`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;
use tokio::time::timeout;

use crate::support::program::{On, Program};

const VIDEO: &str = "some bytes of a video";

/// Writes a file and the folders around it.
fn put(root: &Path, path: &str, bytes: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A library as people and programs leave it, beside something that is none of its business.
fn build(around: &Path) {
    let root = around.join("library");
    for path in [
        "Film/Heat (1995)/Heat (1995) - 1080p.mkv",
        "Film/Heat (1995)/trailers/First.mp4",
        "Film/Blade.Runner.2049.2017.2160p.UHD.x265-GRP.mkv",
        "TV/Firefly (2002)/Season 01/Firefly - S01E01-E02 - Serenity.mkv",
        "TV/Firefly (2002)/Season 01/Firefly - S01E01-E02 - Serenity.pt-BR.forced.srt",
        "TV/Firefly (2002)/season01-poster.jpg",
        "Skip/Home (2020).mkv",
        "Jaws (1975).mkv.part",
    ] {
        put(&root, path, VIDEO);
    }
    let nfo = "<movie><title>Heat</title><year>1995</year><uniqueid type=\"imdb\">tt0113277</uniqueid></movie>";
    put(&root, "Film/Heat (1995)/movie.nfo", nfo);
    let bomb = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><tvshow><title>&a;</title></tvshow>";
    put(&root, "TV/Firefly (2002)/tvshow.nfo", bomb);
    put(&root, "Skip/.ignore", "");
    put(&root, "Zero (1999).mkv", "");
    put(around, "secret.mkv", "a secret");
    fs::create_dir(root.join("Links")).unwrap();
    for (target, link) in [
        ("../../secret.mkv", "Links/Secret (2001).mkv"),
        ("../..", "Links/up"),
        (".", "Links/loop"),
        ("gone.mkv", "Links/Gone (2002).mkv"),
        ("../Film", "Links/films"),
        (
            "../Film/Heat (1995)/Heat (1995) - 1080p.mkv",
            "Links/Heat.mkv",
        ),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    let heat = root.join("Film/Heat (1995)/Heat (1995) - 1080p.mkv");
    fs::hard_link(heat, root.join("Links/Hard (1995).mkv")).unwrap();
    let pipe = root.join("Pipe (2011).mkv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let sparse = File::create(root.join("Sparse (2012).mkv")).unwrap();
    sparse.set_len(20 << 30).unwrap();
    let name = OsStr::from_bytes(b"Latin \xe9t\xe9 (2009).mkv");
    fs::write(root.join(name), VIDEO).unwrap();
}

/// Everything in a folder that is no folder, by its path, with what tells whether it was written.
fn listed(root: &Path) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                left.push(entry.path());
            } else {
                let path = entry.path();
                let path = path.strip_prefix(root).unwrap();
                let path = path.to_string_lossy().replace('\u{fffd}', "\\xE9");
                all.insert(path, about.len());
            }
        }
    }
    all
}

fn read_report(path: &Path) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["path"].as_str().unwrap().to_owned(), line)
    });
    lines.collect()
}

#[tokio::test]
async fn a_scan_tells_what_every_file_is_and_writes_nothing() {
    let around = tempfile::tempdir().unwrap();
    build(around.path());
    let library = around.path().join("library");
    let before = listed(&library);
    let program = Program::new(On::Embedded).await;
    let report = around.path().join("report.ndjson");
    let (folder, file) = (library.to_str().unwrap(), report.to_str().unwrap());

    let scanned = program.run(&["scan", folder, "--report", file]).await;

    assert!(scanned.status.success(), "{scanned:?}");
    let told = read_report(&report);
    assert_eq!(
        told.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    for (path, expected) in [
        ("Film/Heat (1995)/Heat (1995) - 1080p.mkv", "VIDEO"),
        ("Film/Heat (1995)/trailers/First.mp4", "EXTRA"),
        ("Film/Heat (1995)/movie.nfo", "SIDECAR"),
        ("TV/Firefly (2002)/season01-poster.jpg", "PICTURE"),
        ("TV/Firefly (2002)/tvshow.nfo", "SIDECAR"),
        ("Skip/Home (2020).mkv", "IGNORED"),
        ("Jaws (1975).mkv.part", "UNFINISHED"),
        ("Zero (1999).mkv", "DAMAGED"),
        ("Sparse (2012).mkv", "DAMAGED"),
        ("Pipe (2011).mkv", "REFUSED"),
        ("Links/Secret (2001).mkv", "REFUSED"),
        ("Links/up", "REFUSED"),
        ("Links/Gone (2002).mkv", "REFUSED"),
        ("Links/loop", "DUPLICATE"),
        ("Links/films", "DUPLICATE"),
        ("Links/Heat.mkv", "DUPLICATE"),
        ("Links/Hard (1995).mkv", "DUPLICATE"),
        ("Latin \\xE9t\\xE9 (2009).mkv", "VIDEO"),
    ] {
        assert_eq!(told[path]["taken_for"], expected, "{}", told[path]);
    }
    let heat = &told["Film/Heat (1995)/Heat (1995) - 1080p.mkv"];
    let imdb = json!([{ "provider": "imdb", "value": "tt0113277" }]);
    assert_eq!(
        heat["item"],
        json!({ "of": "film", "name": "Heat", "original_name": null, "year": 1995, "external_ids": imdb })
    );
    assert_eq!(
        (&heat["version"], &heat["certainty"], &heat["size"]),
        (&json!("1080p"), &json!("SURE"), &json!(VIDEO.len()))
    );
    let runner = &told["Film/Blade.Runner.2049.2017.2160p.UHD.x265-GRP.mkv"]["item"];
    assert_eq!(
        (&runner["name"], &runner["year"]),
        (&json!("Blade Runner 2049"), &json!(2017))
    );
    let subtitle =
        &told["TV/Firefly (2002)/Season 01/Firefly - S01E01-E02 - Serenity.pt-BR.forced.srt"];
    assert_eq!(subtitle["item"]["numbers"], json!([1, 2]));
    assert_eq!(subtitle["track"]["language"], "pt-BR");
    assert_eq!(subtitle["track"]["is_forced"], true);
    let text = fs::read_to_string(&report).unwrap();
    assert!(
        !text.contains("root:") && !text.contains("a secret"),
        "{text}"
    );
    assert_eq!(listed(&library), before);

    let quiet = program.run(&["scan", folder, "--quiet"]).await;

    let (out, err) = (
        String::from_utf8(quiet.stdout).unwrap(),
        String::from_utf8(quiet.stderr).unwrap(),
    );
    assert_eq!((out.as_str(), quiet.status.success()), ("", true));
    assert!(err.contains("Zero (1999).mkv: has no bytes"), "{err}");
    assert!(
        err.contains("DOCTYPE") && !err.contains("trailers"),
        "{err}"
    );
}

#[tokio::test]
async fn a_scan_that_finds_nothing_or_would_write_into_a_library_fails() {
    let around = tempfile::tempdir().unwrap();
    let library = around.path().join("library");
    put(&library, "notes.md", "no video");
    let program = Program::new(On::Embedded).await;
    let folder = library.to_str().unwrap();
    let inside = library.join("report.ndjson");
    let gone = around.path().join("gone");

    for (arguments, reason) in [
        (vec!["scan", folder], "has no film and no episode"),
        (
            vec!["scan", folder, "--report", inside.to_str().unwrap()],
            "nothing is written",
        ),
        (vec!["scan", gone.to_str().unwrap()], "cannot be read"),
    ] {
        let failed = program.run(&arguments).await;

        let said = String::from_utf8(failed.stderr).unwrap();
        assert!(said.contains(reason), "{said}");
        assert_eq!(failed.status.code(), Some(1), "{said}");
    }
    assert!(!inside.exists());
}

/// Waits until a line that a command prints has this in it.
async fn told(lines: &mut Lines<BufReader<ChildStdout>>, what: &str) {
    let found = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(what) {
                return;
            }
        }
        panic!("it ended before it said “{what}”");
    };
    let said = timeout(Duration::from_secs(120), found).await;
    said.unwrap_or_else(|_| panic!("it never said “{what}”"));
}

#[tokio::test]
async fn a_library_that_is_watched_is_scanned_again_when_something_changes() {
    let around = tempfile::tempdir().unwrap();
    let library = around.path().join("library");
    put(&library, "Film/Heat (1995).mkv", VIDEO);
    let program = Program::new(On::Embedded).await;
    let folder = library.to_str().unwrap();

    let refused = program.run(&["scan", folder, "--watch"]).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("give --apply, too"), "{said}");
    assert_eq!(refused.status.code(), Some(1), "{said}");

    let arguments = ["scan", folder, "--apply", "--watch", "--settle", "1"];
    let mut watching = program.command(&arguments);
    let mut watching = watching.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    told(
        &mut lines,
        "1 files, 0 of them in folders that are as they were: 1 new",
    )
    .await;
    put(
        &library,
        "TV/Firefly/Season 01/Firefly S01E01.mkv",
        "another video",
    );
    told(
        &mut lines,
        "2 files, 1 of them in folders that are as they were: 1 new",
    )
    .await;
    fs::remove_file(library.join("Film/Heat (1995).mkv")).unwrap();
    told(&mut lines, "gone: ").await;
    told(&mut lines, "1 gone").await;

    let process = watching.id().unwrap().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-TERM", &process]).status().unwrap().success());
    let ended = timeout(Duration::from_secs(120), watching.wait()).await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(0));
}
