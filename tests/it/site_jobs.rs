//! Loads and scans as jobs: seen while they run, cancelled, killed, and over.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

both_ways!(a_load_is_seen_cancelled_and_taken_for_killed);

const JOBS: &str =
    "{ siteJobs(first: 5) { nodes { id commandId kind state reads created run endedAt cancelledBy
    error { code } } } }";
const CANCEL: &str = "mutation ($id: ID!) { cancelSiteJob(input: { id: $id }) { job { cancelledBy }
    userErrors { code field } } }";
const FILM: &str =
    r#"{"slug":"a-new-film-2001","title":"A New Film","year":2001,"runtime_minutes":96}"#;

/// A load that waits for its standard input, which is held open.
fn waiting(program: &Program) -> Child {
    let mut command: Command = program.command(&["load", "-"]);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    pipes.stderr(Stdio::piped()).spawn().unwrap()
}

/// The latest job, once it is in a state.
async fn latest(curator: &mut Visitor, state: &str) -> Value {
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
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
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
