//! Loads and scans as jobs: seen while they run, cancelled, killed, and over.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(
    a_load_is_seen_cancelled_and_taken_for_killed,
    the_command_cancels_loads_and_scans,
);

const JOBS: &str =
    "{ siteJobs(first: 5) { nodes { id commandId kind state reads created run endedAt cancelledBy
    error { code } } } }";
pub(crate) const CANCEL: &str =
    "mutation ($id: ID!) { cancelSiteJob(input: { id: $id }) { job { cancelledBy }
    userErrors { code field } } }";
pub(crate) const FILM: &str =
    r#"{"slug":"a-new-film-2001","title":"A New Film","year":2001,"runtime_minutes":96}"#;

/// A load that waits for its standard input, which is held open.
pub(crate) fn waiting(program: &Program) -> Child {
    let mut command: Command = program.command(&["load", "-"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    pipes.stderr(Stdio::piped()).spawn().unwrap()
}

/// What is said where something went wrong.
fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The latest job, once it is in a state.
pub(crate) async fn latest(curator: &mut Visitor, state: &str) -> Value {
    let started = Instant::now();
    loop {
        let data = curator.ask(JOBS).await;
        let job = data["siteJobs"]["nodes"][0].clone();
        if job["state"] == state {
            return job;
        }
        assert!(started.elapsed() < SOON, "not {state}: {job}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn a_load_is_seen_cancelled_and_taken_for_killed(on: On) {
    let program = Program::seeded_without_graph(on).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;

    // One that is cancelled.
    let load = waiting(&program);
    let job = latest(&mut curator, "RUNNING").await;
    assert_eq!(
        (&job["kind"], &job["reads"]),
        (&json!("LOAD"), &json!(["-"]))
    );
    let cancelled = curator.send(CANCEL, json!({ "id": job["id"] })).await;
    let cancelled = &cancelled.body["data"]["cancelSiteJob"];
    assert_eq!(cancelled["job"]["cancelledBy"], "CURATOR", "{cancelled}");
    // Its standard input is open still.
    let mut load = load;
    let _input = load.stdin.take();
    let ended = load.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let said = err(&ended);
    assert!(said.contains("cancelled by a curator"), "{said}");
    let over = latest(&mut curator, "CANCELLED").await;
    assert_eq!(over["id"], job["id"]);
    let again = curator.send(CANCEL, json!({ "id": job["id"] })).await;
    let again = &again.body["data"]["cancelSiteJob"]["userErrors"][0];
    assert_eq!(
        (&again["code"], &again["field"]),
        (&json!("CONFLICT"), &json!(["input", "id"]))
    );

    // One that is killed.
    let mut killed = waiting(&program);
    let job = latest(&mut curator, "RUNNING").await;
    killed.kill().await.unwrap();
    let failed = latest(&mut curator, "FAILED").await;
    assert_eq!(failed["id"], job["id"]);
    assert_eq!(failed["error"]["code"], "INTERRUPTED");

    // One that is through.
    let through = program.run_with_input(&["load", "-"], FILM).await;
    assert!(through.status.success(), "{through:?}");
    let done = latest(&mut curator, "DONE").await;
    assert_eq!(done["created"], 1);
    let said = String::from_utf8(through.stdout).unwrap();
    for name in ["commandId", "run"] {
        assert!(said.contains(done[name].as_str().unwrap()), "{said}");
    }
    let listed = program
        .expect(&["jobs", "--json", "--state", "failed"])
        .await;
    let listed: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], failed["commandId"]);
}

async fn the_command_cancels_loads_and_scans(on: On) {
    let program = Program::seeded_without_graph(on).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let mut curator = Visitor::of(&site);
    curator.log_in("curator@example.org").await;
    let id_of = |job: &Value| job["commandId"].as_str().unwrap().to_owned();
    let by_command = |job: &Value| (job["state"].clone(), job["cancelledBy"].clone());
    let cancelled = (json!("CANCELLED"), json!("COMMAND"));

    // A load.
    let mut load = waiting(&program);
    let _input = load.stdin.take();
    let id = id_of(&latest(&mut curator, "RUNNING").await);
    let said = program.expect(&["jobs", "cancel", &id]).await;
    assert!(said.contains(&id), "{said}");
    let ended = load.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    let said = err(&ended);
    assert!(
        said.contains("cancelled by `reelgraph jobs cancel`"),
        "{said}"
    );
    let job = latest(&mut curator, "CANCELLED").await;
    assert_eq!(
        (id_of(&job), by_command(&job)),
        (id.clone(), cancelled.clone())
    );
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (id, reason) in [
        (id.as_str(), "this job is over"),
        (nobody, "there is no such job"),
        ("x", "is no id of a job"),
    ] {
        let refused = program.run(&["jobs", "cancel", id]).await;
        assert!(
            !refused.status.success() && err(&refused).contains(reason),
            "{refused:?}"
        );
    }

    // A scan that writes nothing is none; one that writes is.
    let around = tempfile::tempdir().unwrap();
    let library = around.path().canonicalize().unwrap().join("library");
    fs::create_dir_all(library.join("Film")).unwrap();
    let video = b"\x1aE\xdf\xa3";
    fs::write(library.join("Film/Heat (1995).mkv"), video).unwrap();
    let folder = library.to_str().unwrap();
    program.expect(&["scan", folder]).await;
    assert_eq!(latest(&mut curator, "CANCELLED").await["kind"], "LOAD");
    program.expect(&["scan", folder, "--apply"]).await;
    let scan = latest(&mut curator, "DONE").await;
    let found = json!([scan["kind"], scan["reads"], scan["created"]]);
    assert_eq!(found, json!(["SCAN", [folder], 1]));

    // Reading so many bytes takes longer than anybody waits.
    let long = File::create(library.join("Film/Brazil (1985).mkv")).unwrap();
    long.write_all_at(video, 0).unwrap();
    long.set_len(1 << 36).unwrap();
    let mut command: Command = program.command(&["scan", folder, "--apply", "--full-hash"]);
    let pipes = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let scan = pipes.spawn().unwrap();
    let id = id_of(&latest(&mut curator, "RUNNING").await);
    program.expect(&["jobs", "cancel", &id]).await;
    let ended = scan.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    let said = err(&ended);
    assert!(
        said.contains("cancelled by `reelgraph jobs cancel`"),
        "{said}"
    );
    let job = latest(&mut curator, "CANCELLED").await;
    assert_eq!((id_of(&job), by_command(&job)), (id, cancelled));
    // The next has the folder to itself, and does what that one left.
    program.expect(&["scan", folder, "--apply"]).await;
    assert_eq!(latest(&mut curator, "DONE").await["created"], 1);
}
