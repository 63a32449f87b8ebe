//! Mail, by a real mail server: once, later if need be, and with nothing secret where it waits.

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::mail::SmtpMailer;
use reelgraph::adapters::sqlite::{SqliteAccounts, SqliteDb, SqliteOneTime};
use reelgraph::domain::accounts::{
    AccountPolicy, AccountStore, AccountWrite, EmailAddress, Mail, MailError, MailKind,
    MailService, MailingError, OneTime, OneTimeStore, Secret, User,
};
use reelgraph::domain::clock::Clock;
use reelgraph::domain::ids::{MailId, UserId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::Role;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::mail_server::{MailServer, token};
use crate::support::program::{On, Program};

const FROM: &str = "Example <no-reply@example.org>";

fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{name}@example.org")).unwrap()
}

/// A clock that stands still until it is moved.
struct SetClock(Mutex<DateTime<Utc>>);

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A queue in a database file of its own.
struct Queue {
    folder: TempDir,
    clock: Arc<SetClock>,
    accounts: SqliteAccounts,
    one_time: SqliteOneTime,
}

impl Queue {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("reelgraph.sqlite")).unwrap();
        let now = "2026-01-01T12:00:00Z".parse().unwrap();
        Self {
            folder,
            clock: Arc::new(SetClock(Mutex::new(now))),
            accounts: SqliteAccounts::new(db.clone()),
            one_time: SqliteOneTime::new(db),
        }
    }

    /// One who sends, by the server at this address.
    fn sender(&self, url: String) -> MailService {
        MailService::new(
            Arc::new(self.accounts.clone()),
            Arc::new(self.one_time.clone()),
            Arc::new(SmtpMailer::new(&url.into(), FROM).unwrap()),
            self.clock.clone(),
            AccountPolicy::at("https://example.org/films".parse().unwrap()),
        )
    }

    /// Somebody who is to confirm an address.
    async fn register(&self, number: u64, name: &str) {
        let now = self.clock.now();
        let user = User {
            id: UserId(number),
            email: Some(address(name)),
            email_verified: false,
            password: None,
            role: Role::Viewer,
            epoch: 1,
            disabled_at: None,
            stamp: Stamp::first(now),
        };
        let mail = Mail {
            id: MailId(number),
            to: address(name),
            kind: MailKind::ConfirmEmail,
            user: Some(user.id),
            attempts: 0,
            due_at: now,
            created_at: now,
            updated_at: now,
        };
        let writes = vec![AccountWrite::AddUser(user), AccountWrite::AddMail(mail)];
        self.accounts.write(writes).await.unwrap();
    }

    fn pass(&self, time: TimeDelta) {
        *self.clock.0.lock().unwrap() += time;
    }

    fn waiting(&self) -> Vec<String> {
        waiting(self.folder.path())
    }
}

/// The mail in the queue of a database file, as everything that its rows say.
fn waiting(folder: &Path) -> Vec<String> {
    rows(folder, "SELECT * FROM mails ORDER BY id")
}

fn rows(folder: &Path, query: &str) -> Vec<String> {
    let connection = Connection::open(folder.join("reelgraph.sqlite")).unwrap();
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
        Ok(format!("{:?}", cells.collect::<Result<Vec<_>, _>>()?))
    };
    let rows = statement.query_map([], read).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Asks again until it is so.
async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(40), "never {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn is_unavailable(sent: &Result<usize, MailingError>) -> bool {
    matches!(sent, Err(MailingError::Mail(MailError::Unavailable(_))))
}

/// The error with everything that it comes from, as it is logged.
fn in_full(sent: Result<usize, MailingError>) -> String {
    let error = sent.unwrap_err();
    let first: &dyn std::error::Error = &error;
    std::iter::successors(Some(first), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_arrives_with_all_its_parts_and_a_link_that_confirms() {
    let server = MailServer::start();
    let queue = Queue::new();
    queue.register(1, "ada").await;
    let sender = queue.sender(server.url());

    assert_eq!(sender.send_due().await.unwrap(), 1);
    assert_eq!(sender.send_due().await.unwrap(), 0);

    let received = server.received();
    assert_eq!(received.len(), 1);
    let mail = &received[0];
    assert_eq!(mail["from"], "no-reply@example.org");
    assert_eq!(mail["to"], json!(["ada@example.org"]));
    assert_eq!(mail["type"], "multipart/alternative");
    let headers = &mail["headers"];
    assert_eq!(headers["from"], FROM);
    assert_eq!(headers["to"], "ada@example.org");
    assert_eq!(
        headers["subject"],
        "Confirm your e-mail address for Example"
    );
    assert_eq!(headers["message-id"], "<1@example.org>");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert!(headers["date"].is_string());
    let token = token(mail);
    let link = format!("https://example.org/films/confirm-email?token={token}");
    let (text, html) = (&mail["parts"]["text/plain"], &mail["parts"]["text/html"]);
    assert!(
        text.as_str().unwrap().contains(&format!("\n  {link}\n")),
        "{text}"
    );
    let link = link.replace('/', "&#x2f;");
    assert!(
        html.as_str().unwrap().contains(&format!("href=\"{link}\"")),
        "{html}"
    );

    let secret = Secret::parse(&token).unwrap().hash();
    let now = queue.clock.now();
    let nearly = now + TimeDelta::hours(24) - TimeDelta::seconds(1);
    assert_eq!(
        queue.one_time.find_one_time(&secret, nearly).await.unwrap(),
        Some(OneTime::ConfirmEmail {
            user: UserId(1),
            epoch: 1,
            email: address("ada"),
        })
    );
    let after = now + TimeDelta::hours(24);
    assert_eq!(
        queue.one_time.find_one_time(&secret, after).await.unwrap(),
        None
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_refuses_is_given_up_and_what_it_postpones_goes_out_later() {
    let server = MailServer::start();
    let queue = Queue::new();
    for (number, name) in ["ada", "bob", "cy", "dan"].into_iter().enumerate() {
        queue.register(number as u64, name).await;
    }
    let sender = queue.sender(server.url());
    server.behave(
        "rcpt ada@example.org 550 5.1.1 <ada@example.org> is not known here\n\
         data bob@example.org 554 5.7.1 That looks like spam, bob@example.org\n\
         rcpt cy@example.org 450 4.2.0 <cy@example.org> is greylisted\n",
    );

    let sent = sender.send_due().await;

    assert!(is_unavailable(&sent), "{sent:?}");
    let cause = in_full(sent);
    assert_eq!(
        cause,
        "mail cannot be sent now: the mail server's answer to the receiver was 450 (4.2.0)"
    );
    assert_eq!(server.received().len(), 1, "one that went out at once");
    assert_eq!(queue.waiting().len(), 1, "{:?}", queue.waiting());
    assert!(queue.waiting()[0].contains("cy@"), "{:?}", queue.waiting());

    server.behave("");
    queue.pass(TimeDelta::seconds(9));
    assert_eq!(sender.send_due().await.unwrap(), 0, "not due yet");
    queue.pass(TimeDelta::seconds(1));
    assert_eq!(sender.send_due().await.unwrap(), 1);
    let received = server.received();
    let receivers: Vec<_> = received.iter().map(|mail| &mail["to"][0]).collect();
    assert_eq!(receivers, ["dan@example.org", "cy@example.org"]);
    assert_eq!(queue.waiting(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_of_the_settings_loses_no_mail() {
    let server = MailServer::start();
    let queue = Queue::new();
    queue.register(1, "ada").await;
    let pause = TimeDelta::hours(1);

    server.behave("mail * 553 5.7.1 no-reply@example.org is not yours");
    let sent = queue.sender(server.url()).send_due().await;
    assert!(in_full(sent).contains("to the sender was 553 (5.7.1)"));

    server.behave("rcpt * 530 5.7.0 Log in first");
    queue.pass(pause);
    let sent = queue.sender(server.url()).send_due().await;
    assert!(in_full(sent).contains("to the receiver was 530"));

    // A certificate that nobody vouches for.
    for url in [server.tls_url("u:p"), server.starttls_url("u:p")] {
        queue.pass(pause);
        let sent = queue.sender(url).send_due().await;
        assert!(is_unavailable(&sent), "{sent:?}");
    }

    server.behave("");
    queue.pass(pause);
    assert_eq!(queue.sender(server.url()).send_due().await.unwrap(), 1);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_holds_nobody_up_and_a_second_copy_is_known_as_one() {
    let server = MailServer::start();
    let queue = Queue::new();
    for (number, name) in ["ada", "bob", "cy"].into_iter().enumerate() {
        queue.register(number as u64, name).await;
    }
    let sender = queue.sender(server.url());
    // It takes Ada's and the answer is lost; Bob's it does not even take.
    server.behave("data ada@example.org lose\nrcpt bob@example.org hang");

    let started = Instant::now();
    let sent = sender.send_due().await;

    assert!(is_unavailable(&sent), "{sent:?}");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(queue.waiting().len(), 2, "{:?}", queue.waiting());
    server.behave("");
    queue.pass(TimeDelta::seconds(10));
    assert_eq!(sender.send_due().await.unwrap(), 2);
    let received = server.received();
    let ids_to = |name: &str| -> Vec<String> {
        let to = json!([address(name).as_str()]);
        let mails = received.iter().filter(|mail| mail["to"] == to);
        mails
            .map(|mail| mail["headers"]["message-id"].to_string())
            .collect()
    };
    assert_eq!(
        ids_to("ada"),
        ["\"<0@example.org>\"", "\"<0@example.org>\""]
    );
    assert_eq!(ids_to("bob"), ["\"<1@example.org>\""]);
    assert_eq!(ids_to("cy"), ["\"<2@example.org>\""]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_send_at_the_same_time_send_each_mail_once() {
    let server = MailServer::start();
    let queue = Queue::new();
    for number in 0..40 {
        queue.register(number, &format!("user{number}")).await;
    }

    let senders = (0..4).map(|_| {
        let sender = queue.sender(server.url());
        tokio::spawn(async move { while sender.send_due().await.unwrap() > 0 {} })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }

    let received = server.received();
    let receivers: HashSet<_> = received.iter().map(|mail| mail["to"].to_string()).collect();
    assert_eq!((received.len(), receivers.len()), (40, 40));
    assert_eq!(queue.waiting(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_tried_ever_more_rarely_and_given_up_after_three_days() {
    let server = MailServer::stopped();
    let queue = Queue::new();
    queue.register(1, "ada").await;
    let sender = queue.sender(server.url());
    let started = queue.clock.now();

    let mut pauses = Vec::new();
    let mut last = started;
    while !queue.waiting().is_empty() {
        let sent = sender.send_due().await;
        if is_unavailable(&sent) {
            pauses.push((queue.clock.now() - last).num_seconds());
            last = queue.clock.now();
        }
        queue.pass(TimeDelta::seconds(10));
        // The steps in between are of no use once the pauses are long.
        if pauses.len() > 11 {
            queue.pass(TimeDelta::minutes(30));
        }
    }

    assert_eq!(pauses[..7], [0, 10, 20, 40, 80, 160, 320]);
    assert!(pauses.iter().all(|pause| *pause < 4 * 3600), "{pauses:?}");
    let days = (queue.clock.now() - started).num_hours();
    assert!((72..76).contains(&days), "{days} hours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_is_followed_by_one_mail() {
    let server = MailServer::start();
    let mut program = Program::new(On::Embedded).await;
    program.set("SMTP_URL", &server.url());
    let mut site = program.serve().await;

    site.register("ada@example.org").await;

    let mail = server.wait_for(1).await.remove(0);
    assert_eq!(mail["to"], json!(["ada@example.org"]));
    assert!(Secret::parse(&token(&mail)).is_some());
    wait_until("empty", || waiting(program.data()).is_empty()).await;
    assert_eq!(server.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_waits_for_a_dead_server_with_no_secret_in_it() {
    let server = MailServer::stopped();
    let mut program = Program::new(On::Embedded).await;
    program.set("SMTP_URL", &server.url());
    let mut site = program.serve().await;

    site.register("ada@example.org").await;
    let is_tried = || {
        let tried = "SELECT id FROM mails WHERE attempts = 1 AND due_at > updated_at";
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
    let mut program = Program::new(On::Embedded).await;
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
        let mut program = Program::new(On::Embedded).await;
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
    let mut program = Program::new(On::Embedded).await;
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
    let program = Program::new(On::Embedded).await;
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
    let mut program = Program::new(On::Embedded).await;
    program.set("SMTP_URL", "smtp://ada:secret-word@mail.example.org:25");

    let output = program.run(&["serve"]).await;

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("write smtps://"), "{said}");
    assert!(!said.contains("secret-word"), "{said}");
}
