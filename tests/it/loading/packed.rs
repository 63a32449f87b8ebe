//! Packed files and the standard input, what a dry run tells, and the report of a load.

use serde_json::{Value, json};

use super::{bad, slugs};
use crate::support::program::{On, Program};

#[tokio::test]
async fn packed_files_and_the_standard_input_load_beside_one_that_is_cut_off() {
    let program = Program::new(On::Embedded).await;
    let at = |name: &str| program.data().join(name).to_str().unwrap().to_owned();
    let films = "{\"slug\": \"a\", \"title\": \"A\", \"year\": 1998}\n{\"slug\": \"b\", \"title\": \"B\", \"year\": \"1999\"}\n";
    std::fs::write(
        at("films.ndjson.zst"),
        zstd::encode_all(films.as_bytes(), 1).unwrap(),
    )
    .unwrap();
    let cut_off = bad("80_truncated.ndjson.gz");
    let (cut_off, packed) = (cut_off.to_str().unwrap(), at("films.ndjson.zst"));
    let report = at("report.ndjson");
    let arguments = ["load", cut_off, &packed, "-", "--report", &report];

    let loaded = program.run_with_input(&arguments, "slug,title\nc,C").await;

    assert_eq!(loaded.status.code(), Some(1));
    let summary = String::from_utf8(loaded.stdout).unwrap();
    assert!(summary.starts_with("films: 2 new"), "{summary}");
    assert!(summary.contains("2 refused"), "{summary}");
    let report = std::fs::read_to_string(report).unwrap();
    let report: Vec<Value> = report
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(report.len(), 3, "{report:?}");
    assert_eq!(report[0]["file"], cut_off);
    let reason = report[0]["reason"].as_str().unwrap();
    assert!(reason.contains("unexpected end"), "{reason}");
    let refused = json!({
        "file": packed, "line": 2, "sort": "refused", "field": "year", "value": "1999",
        "reason": "is \"1999\", not a whole number",
    });
    assert_eq!(report[1], refused);
    // The last line says by what the load is taken back, as the summary does.
    assert_eq!(report[2]["sort"], "run", "{report:?}");
    let run = report[2]["value"].as_str().unwrap();
    assert!(summary.contains(run), "{summary}");

    let changed = "{\"slug\": \"a\", \"title\": \"A\", \"year\": 1999, \"genres\": [\"Crime\"]}";
    std::fs::write(at("changed.ndjson"), changed).unwrap();
    let rehearsed = program
        .run(&["load", "--dry-run", &at("changed.ndjson")])
        .await;

    // A report lies in the folder that is loaded only the first time.
    let folder = at("folder");
    let reported = at("folder/report.ndjson");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(at("folder/films.ndjson"), "{\"slug\": \"d\"}\n").unwrap();
    let arguments = ["load", &folder, "--report", &reported];
    let beside = program.run(&arguments).await;
    let beside_report = std::fs::read_to_string(&reported).unwrap();
    let over = program.run(&arguments).await;

    let summary = String::from_utf8(beside.stdout).unwrap();
    assert!(summary.contains("1 refused"), "{summary}");
    assert_eq!(over.status.code(), Some(1));
    let why = String::from_utf8(over.stderr).unwrap();
    assert!(why.contains("is among what is loaded"), "{why}");
    assert_eq!(std::fs::read_to_string(&reported).unwrap(), beside_report);
    let told = String::from_utf8(rehearsed.stderr).unwrap();
    for change in [
        ":1: would change: year of “a” is 1998, would be 1999\n",
        ":1: would change: genres of “a” is [], would be [\"Crime\"]\n",
    ] {
        assert!(told.contains(change), "{told}");
    }
    assert_eq!(slugs(&program).await, ["a", "c"]);
}
