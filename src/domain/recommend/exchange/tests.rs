//! A generation is taken as a whole or refused, with all that is wrong in it; and what others compute by is what we do.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufRead, Cursor, ErrorKind, Write};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::constants::{Constants, constants};
use super::folder::ExchangeFolder;
use super::generation::{CheckedGeneration, read};
use crate::domain::ids::TitleId;
use crate::domain::recommend::graph::{Incoming, Outgoing, Solution, Weight};
use crate::domain::text::hex;

/// Files that are in memory.
struct MemoryFolder(BTreeMap<String, String>);

impl ExchangeFolder for MemoryFolder {
    fn open(&self, name: &str) -> io::Result<Box<dyn BufRead + Send + '_>> {
        let text = self.0.get(name).ok_or(ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(text.as_bytes())))
    }

    fn create(&self, _: &str) -> io::Result<Box<dyn Write + Send + '_>> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A generation of one file, with a manifest that goes with it but for what `change` does.
fn generation(lines: &[&str], change: impl Fn(&mut Value)) -> MemoryFolder {
    let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
    let sha256 = hex(&Sha256::digest(text.as_bytes()));
    let mut manifest = json!({
        "format": "reelgraph.similar",
        "version": 1,
        "computed_at": "2026-03-01T12:00:00Z",
        "constants": constants(),
        "titles": 4,
        "watches": 7,
        "edges": lines.len(),
        "files": [{ "name": "edges-00000.ndjson", "edges": lines.len(), "sha256": sha256 }],
    });
    change(&mut manifest);
    MemoryFolder(BTreeMap::from([
        ("manifest.json".to_owned(), manifest.to_string()),
        ("edges-00000.ndjson".to_owned(), text),
    ]))
}

/// What is read, and all that is told.
fn check(folder: &MemoryFolder) -> (Option<CheckedGeneration>, Vec<String>) {
    let known: HashSet<TitleId> = (1..=200).map(TitleId).collect();
    let mut told = Vec::new();
    let found = read(folder, &known, at("2026-03-02T00:00:00Z"), &mut |problem| {
        told.push(problem.to_string());
    });
    (found, told)
}

#[test]
fn the_halves_of_edges_go_to_both_ends() {
    let folder = generation(
        &[
            r#"{"from":"1","to":"2","weight":-0.5,"genre":0.25,"affinity":2.0,"co_watches":3}"#,
            r#"{"from":"2","to":"1","affinity":1.5,"co_watches":3}"#,
        ],
        |_| {},
    );

    let (found, told) = check(&folder);

    assert_eq!(told, Vec::<String>::new());
    let weight = Weight {
        sum: -0.5,
        genre: 0.25,
        ..Weight::default()
    };
    let page = |to, affinity| Outgoing {
        to: TitleId(to),
        affinity,
        co_watches: 3,
    };
    let incoming = Incoming {
        from: TitleId(1),
        weight,
        co_watches: 3,
    };
    let expected = CheckedGeneration {
        solutions: vec![
            Solution {
                title: TitleId(1),
                incoming: vec![],
                page: vec![page(2, 2.0)],
            },
            Solution {
                title: TitleId(2),
                incoming: vec![incoming],
                page: vec![page(1, 1.5)],
            },
        ],
        computed_at: at("2026-03-01T12:00:00Z"),
        edges: 2,
        titles: 4,
    };
    assert_eq!(found, Some(expected));
}

#[test]
fn each_line_that_is_wrong_is_named() {
    let good = r#"{"from":"1","to":"9","affinity":1.5,"co_watches":3}"#;
    let late = r#"{"from":"9","to":"1","affinity":1.5,"co_watches":3}"#;
    for (line, reason) in [
        ("", "it is no edge: EOF"),
        ("[]", "it is no edge: invalid"),
        (
            r#"{"from":"2","to":"1","co_watches":3}"#,
            "it has neither a weight nor an affinity",
        ),
        (
            r#"{"from":"2","to":"2","weight":1.0,"co_watches":3}"#,
            "it leads from a title to itself",
        ),
        (
            r#"{"from":"2","to":"777","weight":1.0,"co_watches":3}"#,
            "there is no title with the id 777",
        ),
        (
            r#"{"from":"2","to":"03","weight":1.0,"co_watches":3}"#,
            r#"it is no edge: "03" is no id"#,
        ),
        (
            r#"{"from":2,"to":"3","weight":1.0,"co_watches":3}"#,
            "it is no edge: invalid type",
        ),
        (
            r#"{"from":"2","to":"3","weight":1e999,"co_watches":3}"#,
            "it is no edge: number out of range",
        ),
        (
            r#"{"from":"2","to":"3","weight":NaN,"co_watches":3}"#,
            "it is no edge: expected value",
        ),
        (
            r#"{"from":"2","to":"3","weight":null,"co_watches":3}"#,
            "it is no edge: invalid type: null",
        ),
        (
            r#"{"from":"2","to":"3","affinity":-1.0,"co_watches":3}"#,
            "the affinity is below 0",
        ),
        (
            r#"{"from":"2","to":"3","weight":1.0,"co_watches":-3}"#,
            "it is no edge: invalid value",
        ),
        (
            r#"{"from":"2","to":"3","weight":1.0}"#,
            "it is no edge: missing field `co_watches`",
        ),
        (
            r#"{"from":"2","to":"3","weight":1.0,"weight":2.0,"co_watches":3}"#,
            "it is no edge: duplicate field",
        ),
        (
            r#"{"from":"2","to":"3","weight":1.0,"co_watches":3,"more":1}"#,
            "it is no edge: unknown field `more`",
        ),
        (good, "the edge is there twice"),
        (
            r#"{"from":"1","to":"3","weight":1.0,"co_watches":3}"#,
            "it is not in order",
        ),
    ] {
        let (found, told) = check(&generation(&[good, line, late], |_| {}));

        assert_eq!(found, None, "{line}");
        let expected = format!("edges-00000.ndjson:2: {reason}");
        assert!(
            told.iter().any(|told| told.starts_with(&expected)),
            "{line}: {told:?}"
        );
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

#[test]
fn a_title_has_no_more_edges_than_a_computation_here_gives_it() {
    let line = |from: u64, to: u64, what: &str| {
        format!(r#"{{"from":"{from}","to":"{to}","{what}":1.0,"co_watches":3}}"#)
    };
    let page: Vec<String> = (2..=103).map(|to| line(1, to, "affinity")).collect();
    let into: Vec<String> = (2..=102).map(|from| line(from, 1, "weight")).collect();
    let page: Vec<&str> = page.iter().map(String::as_str).collect();
    let into: Vec<&str> = into.iter().map(String::as_str).collect();

    let too_many_out = check(&generation(&page, |_| {}));
    let too_many_in = check(&generation(&into, |_| {}));
    let just_enough = check(&generation(&into[..100], |_| {}));

    assert_eq!(
        too_many_out.1,
        ["edges-00000.ndjson:101: the page of the title 1 has more than 100 titles"]
    );
    assert_eq!(
        too_many_in.1,
        ["edges-00000.ndjson:101: more than 100 weights lead to the title 1"]
    );
    assert!(just_enough.0.is_some());
}

/// What makes a manifest wrong.
type Change = fn(&mut Value);

#[test]
fn a_manifest_that_does_not_go_with_the_program_or_the_files_is_refused() {
    let edge = r#"{"from":"1","to":"9","affinity":1.5,"co_watches":3}"#;
    let cases: [(Change, &str); 12] = [
        (
            |it| it["format"] = "else".into(),
            "manifest.json: is of the format \"else\"",
        ),
        (
            |it| it["version"] = 2.into(),
            "manifest.json: is of version 2; this program reads version 1",
        ),
        (
            |it| it["more"] = 2.into(),
            "manifest.json: is no manifest: unknown field `more`",
        ),
        (
            |it| it["computed_at"] = "soon".into(),
            "manifest.json: is no manifest: ",
        ),
        (
            |it| it["computed_at"] = "2026-03-03T00:00:00Z".into(),
            "manifest.json: computed_at is 2026-03-03 00:00:00 UTC, which is to come",
        ),
        (
            |it| it["constants"]["regularisation"] = json!(400.0),
            "manifest.json: the constant regularisation is 400, and 500 in this program",
        ),
        (
            |it| drop(it["constants"].as_object_mut().unwrap().remove("edges")),
            "manifest.json: the constant edges is missing, and 100 in this program",
        ),
        (
            |it| it["constants"]["luck"] = json!(7.0),
            "manifest.json: the constant luck is 7, and missing in this program",
        ),
        (
            |it| it["edges"] = 2.into(),
            "manifest.json: it has 2 edges, and its files 1",
        ),
        (
            |it| it["files"][0]["edges"] = 2.into(),
            "edges-00000.ndjson: it has 1 lines, and 2 edges by manifest.json",
        ),
        (
            |it| it["files"][0]["sha256"] = "00".into(),
            "edges-00000.ndjson: its SHA-256 is ",
        ),
        (
            |it| it["files"][0]["name"] = "../edges.ndjson".into(),
            "manifest.json: the file \"../edges.ndjson\" is not called",
        ),
    ];
    for (change, expected) in cases {
        let (found, told) = check(&generation(&[edge], change));

        assert_eq!(found, None, "{expected}");
        assert!(
            told.iter().any(|told| told.starts_with(expected)),
            "{expected}: {told:?}"
        );
    }
}

#[test]
fn what_is_missing_or_cut_off_is_named() {
    let edge = r#"{"from":"1","to":"9","affinity":1.5,"co_watches":3}"#;
    let mut folder = generation(&[edge, edge], |_| {});
    let text = folder.0.get_mut("edges-00000.ndjson").unwrap();
    text.truncate(text.len() - 1);

    let (found, told) = check(&folder);
    assert_eq!(found, None);
    assert_eq!(
        told[0],
        "edges-00000.ndjson:2: it does not end: the file was cut off"
    );

    drop(folder.0.remove("edges-00000.ndjson"));
    assert!(check(&folder).1[0].starts_with("edges-00000.ndjson: cannot be read: "));
    drop(folder.0.remove("manifest.json"));
    assert!(check(&folder).1[0].starts_with("manifest.json: cannot be opened: "));
}

/// The job of `spark/` reads its constants from there.
#[test]
fn the_job_elsewhere_has_the_same_constants() {
    let text = include_str!("../../../../spark/reelgraph_spark/constants.json");
    let theirs: Constants = serde_json::from_str(text).unwrap();

    assert_eq!(theirs, constants());
}
