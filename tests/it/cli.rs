//! The commands, as an operator types them.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::support::program::{On, Program};

const HEAT: &str = r#"{"slug": "heat-1995", "title": "Heat", "runtime_minutes": 170}"#;

async fn create_user(program: &Program, email: &str, password: &str) -> Output {
    let arguments = ["users", "create", "--email", email, "--role", "curator"];
    let mut command = program.command(&[&arguments[..], &["--password-stdin"]].concat());
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(format!("{password}\n").as_bytes())
        .await
        .unwrap();
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

#[tokio::test]
async fn an_account_from_the_shell_can_log_in_with_its_role() {
    let program = Program::new(On::Embedded).await;

    let created = create_user(&program, "eve@example.org", "correct horse battery").await;

    assert!(created.status.success());
    let site = program.serve().await;
    let query = "mutation ($input: LogInInput!) { logIn(input: $input) { viewer { user { role emailVerified } } userErrors { code } } }";
    let input = json!({ "email": "eve@example.org", "password": "correct horse battery" });
    let answer = site.ask(query, json!({ "input": input })).await;
    let user = json!({ "role": "CURATOR", "emailVerified": true });
    assert_eq!(
        answer["logIn"],
        json!({ "viewer": { "user": user }, "userErrors": [] })
    );
}

#[tokio::test]
async fn an_account_that_is_taken_or_too_weak_is_refused() {
    let program = Program::new(On::Embedded).await;
    create_user(&program, "eve@example.org", "correct horse battery").await;

    let taken = create_user(&program, "Eve@Example.org", "another horse battery").await;
    let weak = create_user(&program, "adam@example.org", "short").await;

    assert_eq!(
        (taken.status.code(), weak.status.code()),
        (Some(1), Some(1))
    );
    assert!(
        String::from_utf8(taken.stderr)
            .unwrap()
            .contains("exists already")
    );
    assert!(
        String::from_utf8(weak.stderr)
            .unwrap()
            .contains("at least 15 characters")
    );
}

#[tokio::test]
async fn verify_fails_until_what_waits_is_projected() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("films.ndjson");
    std::fs::write(&file, HEAT).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;

    let before = program.run(&["graph", "verify"]).await;
    program.expect(&["graph", "drain"]).await;
    let after = program.run(&["graph", "verify"]).await;

    assert_eq!(
        (before.status.code(), after.status.code()),
        (Some(1), Some(0))
    );
    assert!(
        String::from_utf8(before.stdout)
            .unwrap()
            .contains("is not as in the catalogue")
    );
}

#[tokio::test]
async fn suggest_and_similar_write_a_list_a_line() {
    let program = Program::seeded(On::Embedded).await;
    let read = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(program.data().join(name)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let path = |name: &str| program.data().join(name).to_str().unwrap().to_owned();

    program
        .expect(&["suggest", "--all", "--top", "10", "--out", &path("suggest")])
        .await;
    program
        .expect(&["similar", "--all", "--top", "10", "--out", &path("similar")])
        .await;

    let (suggested, similar) = (read("suggest"), read("similar"));
    assert_eq!(
        (suggested.len(), similar.len()),
        (400, 187),
        "viewers and titles of the seed"
    );
    assert!(
        suggested
            .iter()
            .all(|line| line["user"].is_string() && line["films"].as_array().unwrap().len() == 10)
    );
    let heat = similar
        .iter()
        .find(|line| line["film"] == "heat-1995")
        .unwrap();
    assert_eq!(heat["similar"][0], "goodfellas-1990");
}
