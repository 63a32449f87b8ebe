//! The commands, as an operator types them.

use std::process::Output;

use serde_json::{Value, json};

use crate::support::program::{On, PASSWORD, Program};
use crate::support::visitor::Visitor;

const HEAT: &str = r#"{"slug": "heat-1995", "title": "Heat", "runtime_minutes": 170}"#;

async fn create_user(program: &Program, email: &str, password: &str) -> Output {
    let arguments = ["users", "create", "--email", email, "--role", "curator"];
    let arguments = [&arguments[..], &["--password-stdin"]].concat();
    program.run_with_input(&arguments, password).await
}

#[tokio::test]
async fn an_account_from_the_shell_can_log_in_with_its_role() {
    let program = Program::seeded(On::Embedded).await;

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
async fn accounts_are_listed_as_a_table_and_as_json() {
    let program = Program::new(On::Embedded).await;
    program.create_user("ada@example.org", "admin").await;
    program.create_user("grace@example.org", "viewer").await;
    program
        .expect(&["users", "disable", "--email", "Grace@example.org"])
        .await;

    let table = program.expect(&["users", "list"]).await;
    let json = program.expect(&["users", "list", "--json"]).await;

    let mut lines: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let columns =
        |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let rows: Vec<_> = table.lines().map(columns).collect();
    assert_eq!(rows[0], ["ID", "EMAIL", "ROLE", "STATE", "CREATED"]);
    let row = |line: &Value, state: &str| -> Vec<String> {
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        let made = format!("{}Z", text("created_at").split('.').next().unwrap());
        vec![text("id"), text("email"), text("role"), state.into(), made]
    };
    assert_eq!(rows[1], row(&lines[0], "active"));
    assert_eq!(rows[2], row(&lines[1], "disabled"));
    assert_eq!(rows.len(), 3);
    for line in &mut lines {
        let line = line.as_object_mut().unwrap();
        assert!(line.remove("id").unwrap().is_string());
        assert!(line.remove("created_at").unwrap().is_string());
    }
    let line = |email: &str, role: &str, disabled: bool| json!({ "email": email, "email_verified": true, "role": role, "disabled": disabled });
    assert_eq!(
        lines,
        [
            line("ada@example.org", "admin", false),
            line("grace@example.org", "viewer", true)
        ]
    );
}

#[tokio::test]
async fn an_operator_changes_accounts_while_the_site_runs() {
    let program = Program::seeded(On::Embedded).await;
    program.create_user("eve@example.org", "viewer").await;
    let site = program.serve().await;
    let mut eve = Visitor::of(&site);
    eve.log_in("eve@example.org").await;
    let who = ["--email", "eve@example.org"];
    let users = async |command: &str, more: &[&str]| {
        program
            .expect(&[&["users", command], &who[..], more].concat())
            .await
    };

    let said = users("set-role", &["--role", "moderator"]).await;
    assert_eq!(said, "eve@example.org is now moderator\n");
    let data = eve
        .ask("{ viewer { user { role auditLog(first: 1) { nodes { action actor } } } } }")
        .await;
    let log = json!({ "nodes": [{ "action": "ROLE_CHANGED", "actor": "OPERATOR" }] });
    assert_eq!(
        data["viewer"]["user"],
        json!({ "role": "MODERATOR", "auditLog": log })
    );

    assert_eq!(users("disable", &[]).await, "disabled eve@example.org\n");
    assert_eq!(eve.who().await, None);
    assert_eq!(users("enable", &[]).await, "enabled eve@example.org\n");
    eve.log_in("eve@example.org").await;

    let reset = [
        "users",
        "reset-password",
        "--email",
        "eve@example.org",
        "--password-stdin",
    ];
    let weak = program.run_with_input(&reset, "short").await;
    let done = program
        .run_with_input(&reset, "another horse battery")
        .await;
    assert_eq!((weak.status.code(), done.status.code()), (Some(1), Some(0)));
    assert_eq!(eve.who().await, None, "all sessions have ended");
    let log_in = |password: &str| json!({ "email": "eve@example.org", "password": password });
    assert_eq!(
        eve.refused("logIn", log_in(PASSWORD)).await.0,
        "WRONG_CREDENTIALS"
    );
    eve.expect("logIn", log_in("another horse battery"), "")
        .await;

    let erased = users("erase", &[]).await;
    assert!(erased.starts_with("erased "), "{erased}");
    assert_eq!(eve.who().await, None);
    let refused = eve.refused("logIn", log_in("another horse battery"));
    assert_eq!(refused.await.0, "WRONG_CREDENTIALS");
    assert_eq!(program.expect(&["users", "list", "--json"]).await, "");
}

#[tokio::test]
async fn an_account_that_is_not_there_is_not_changed() {
    let program = Program::new(On::Embedded).await;

    let unknown = program
        .run(&["users", "disable", "--email", "no@example.org"])
        .await;
    let by_id = program.run(&["users", "enable", "--id", "1"]).await;
    let nobody = program.run(&["users", "set-role", "--role", "admin"]).await;

    assert_eq!(
        (unknown.status.code(), by_id.status.code()),
        (Some(1), Some(1))
    );
    assert!(
        String::from_utf8(unknown.stderr)
            .unwrap()
            .contains("there is no such account")
    );
    assert_eq!(nobody.status.code(), Some(2), "it does not say whom");
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
    assert_eq!(heat["similar"][0], "the-irishman-2019");
}
