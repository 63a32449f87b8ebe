//! The program and its mail: a server that is dead, and a process that dies.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use reelgraph::domain::accounts::Secret;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{FROM, rows, waiting};
use crate::support::SOON;
use crate::support::mail_server::{MailServer, token};
use crate::support::program::{On, Program};

/// An installation with a film in it, so that it does not load the demo catalogue first.
async fn installed(on: On) -> Program {
    let program = match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    };
    let films = program.data().join("films.ndjson");
    std::fs::write(&films, r#"{"slug": "heat-1995", "title": "Heat"}"#).unwrap();
    program.expect(&["load", films.to_str().unwrap()]).await;
    program
}

/// Asks again until it is so.
async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < SOON, "never {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_is_followed_by_one_mail_whose_link_confirms_it() {
    let server = MailServer::start();
    let mut program = installed(On::Embedded).await;
    program.set("SMTP_URL", &server.url());
    let mut site = program.serve().await;

    site.register("ada@example.org").await;

    let mail = server.wait_for(1).await.remove(0);
    assert_eq!(mail["to"], json!(["ada@example.org"]));
    wait_until("empty", || waiting(program.data()).is_empty()).await;
    assert_eq!(server.received().len(), 1);
    let is_verified = async || {
        let query = "{ viewer { user { emailVerified } } }";
        site.ask(query, json!({})).await["viewer"]["user"]["emailVerified"].clone()
    };
    assert_eq!(is_verified().await, json!(false));
    let token = token(&mail);
    let page = site.get(&format!("/confirm-email?token={token}"));
    assert_eq!(page.send().await.unwrap().status(), 200);
    assert_eq!(is_verified().await, json!(false), "only looked at");
    let form = site
        .post("/confirm-email")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}"));
    assert_eq!(form.send().await.unwrap().status(), 200);
    assert_eq!(is_verified().await, json!(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_sends_each_mail() {
    let server = MailServer::start();
    let mut program = installed(On::Servers).await;
    program.set("SMTP_URL", &server.url());
    let mut sites = [program.serve().await, program.serve().await];
    let addresses: Vec<_> = (0..6)
        .map(|number| format!("user{number}@example.org"))
        .collect();

    for (number, address) in addresses.iter().enumerate() {
        let site = &mut sites[number % 2];
        site.set_cookie(None);
        site.register(address).await;
    }

    server.wait_for(6).await;
    // Until each has looked once more.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let received = server.received();
    let mut receivers: Vec<_> = received
        .iter()
        .map(|mail| mail["to"][0].as_str().unwrap())
        .collect();
    receivers.sort_unstable();
    assert_eq!(receivers, addresses);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_waits_for_a_dead_server_with_no_secret_in_it() {
    let server = MailServer::stopped();
    let mut program = installed(On::Embedded).await;
    program.set("SMTP_URL", &server.url());
    let mut site = program.serve().await;

    site.register("ada@example.org").await;
    let is_tried = || {
        let tried = "SELECT id FROM mails WHERE attempts >= 1 AND due_at > updated_at";
        !rows(program.data(), tried).is_empty()
    };
    wait_until("tried", is_tried).await;
    let queued = waiting(program.data()).remove(0);
    server.start_again();
    let mail = server.wait_for(1).await.remove(0);

    assert_eq!(mail["to"], json!(["ada@example.org"]));
    let token = token(&mail);
    assert!(!queued.contains(&token), "{queued}");
    let secrets = rows(
        program.data(),
        "SELECT means, hex(hash) FROM one_time_secrets",
    );
    assert!(!secrets.is_empty());
    assert!(!secrets.concat().contains(&token), "{secrets:?}");
    wait_until("empty", || waiting(program.data()).is_empty()).await;
    assert_eq!(server.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_outlives_the_process_that_was_sending_it() {
    let server = MailServer::start();
    server.behave("rcpt * hang");
    let mut program = installed(On::Embedded).await;
    program.set("SMTP_URL", &server.url());
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let claimed = "SELECT id FROM mails WHERE attempts = 1";
    wait_until("claimed", || !rows(program.data(), claimed).is_empty()).await;

    site.kill().await;
    server.behave("");
    // As if its claim had ended.
    let connection = Connection::open(program.data().join("reelgraph.sqlite")).unwrap();
    let changed = connection.execute("UPDATE mails SET due_at = due_at - 60000", []);
    assert_eq!(changed, Ok(1));
    drop(connection);
    let _site = program.serve().await;

    let mail = server.wait_for(1).await.remove(0);
    assert_eq!(mail["to"], json!(["ada@example.org"]));
    wait_until("empty", || waiting(program.data()).is_empty()).await;
    assert_eq!(server.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_secret_on_its_way_and_the_server_knows_who_sends() {
    let server = MailServer::start();
    let log_in = "reelgraph:mail%20secret";
    for (round, url) in [server.starttls_url(log_in), server.tls_url(log_in)]
        .iter()
        .enumerate()
    {
        let mut program = installed(On::Embedded).await;
        program.set("SMTP_URL", url);
        program.set("SSL_CERT_FILE", &server.certificate());
        program.set("REELGRAPH_MAIL_FROM", FROM);
        let mut site = program.serve().await;

        site.register("ada@example.org").await;

        let mail = server.wait_for(round + 1).await.remove(round);
        assert_eq!(mail["tls"], Value::Bool(true), "{url}");
        assert_eq!(mail["user"], "reelgraph", "{url}");
        assert_eq!(mail["headers"]["from"], FROM);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_said_once_and_loses_no_mail() {
    let server = MailServer::start();
    let mut program = installed(On::Embedded).await;
    program.set("SMTP_URL", &server.tls_url("ada%40example.org:wrong"));
    program.set("SSL_CERT_FILE", &server.certificate());
    let log = program.data().join("log");
    let mut site = program.serve_logging(&log).await;

    site.register("ada@example.org").await;

    let logged = || std::fs::read_to_string(&log).unwrap();
    wait_until("logged", || logged().contains("the log-in was 535")).await;
    assert_eq!(waiting(program.data()).len(), 1);
    let logged = logged();
    assert!(
        !logged.contains("ada@") && !logged.contains("ada%40") && !logged.contains("wrong"),
        "{logged}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_mail_is_in_files_that_the_log_names() {
    let program = installed(On::Embedded).await;
    let log = program.data().join("log");
    let mut site = program.serve_logging(&log).await;

    site.register("ada@example.org").await;

    let logged = || std::fs::read_to_string(&log).unwrap();
    wait_until("logged", || logged().contains("Wrote mail to ")).await;
    let logged = logged();
    let (_, path) = logged.split_once("Wrote mail to ").unwrap();
    let path = Path::new(path.split_whitespace().next().unwrap());
    let folder = path.parent().unwrap();
    assert_eq!(folder, program.data().join("mail"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("To: ada@example.org\r\n"), "{text}");
    let (_, rest) = text.split_once("/confirm-email?token=").unwrap();
    let (token, _) = rest.split_once("\r\n").unwrap();
    assert!(Secret::parse(token).is_some(), "{token}");
    assert!(
        !logged.contains("ada@") && !logged.contains(token),
        "{logged}"
    );
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(folder), mode(path)), (0o700, 0o600));
    let files = std::fs::read_dir(folder).unwrap();
    assert_eq!(files.count(), 1);
    wait_until("empty", || waiting(program.data()).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_does_not_start_with_a_mail_server_that_anybody_could_read_along() {
    let mut program = installed(On::Embedded).await;
    program.set("SMTP_URL", "smtp://ada:secret-word@mail.example.org:25");

    let output = program.run(&["serve"]).await;

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("write smtps://"), "{said}");
    assert!(!said.contains("secret-word"), "{said}");
}
