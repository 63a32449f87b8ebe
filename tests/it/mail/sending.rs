//! What a sender makes of the answers of a mail server, with the time in our hands.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::argon2::Argon2Hasher;
use reelgraph::adapters::jwt::JwtTokens;
use reelgraph::adapters::mail::SmtpMailer;
use reelgraph::adapters::memory::{MemoryEvents, MemoryLimiter};
use reelgraph::adapters::sqlite::{
    SqliteAccounts, SqliteDb, SqliteOneTime, SqliteSessions, SqliteSigningKeys,
};
use reelgraph::domain::accounts::{
    AccountError, AccountPolicy, AccountPorts, AccountService, AccountStore, AccountStores,
    AccountWrite, EmailAddress, KeyRotation, Mail, MailError, MailKind, MailService, MailingError,
    OneTimeStore, ReadInTurn, Secret, User,
};
use reelgraph::domain::clock::Clock;
use reelgraph::domain::entropy::SystemEntropy;
use reelgraph::domain::ids::{MailId, UserId};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::{Client, Role};
use serde_json::json;
use tempfile::TempDir;

use super::{FROM, waiting};
use crate::support::SOON;
use crate::support::mail_server::{MailServer, token};

fn address(name: &str) -> EmailAddress {
    EmailAddress::parse(&format!("{name}@example.org")).unwrap()
}

fn policy() -> AccountPolicy {
    AccountPolicy::at("https://example.org/films".parse().unwrap())
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
    db: SqliteDb,
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
            one_time: SqliteOneTime::new(db.clone()),
            db,
        }
    }

    /// One who sends, by the server at this address.
    fn sender(&self, url: String) -> MailService {
        MailService::new(
            Arc::new(self.accounts.clone()),
            Arc::new(self.accounts.clone()),
            Arc::new(self.one_time.clone()),
            Arc::new(SmtpMailer::new(&url.into(), FROM).unwrap()),
            self.clock.clone(),
            Arc::new(SystemEntropy),
            policy(),
        )
    }

    /// What people do with accounts on the same file.
    fn service(&self) -> AccountService {
        let keys = Arc::new(SqliteSigningKeys::new(self.db.clone()));
        let sessions = Arc::new(SqliteSessions::new(self.db.clone()));
        let profiles = Arc::new(self.accounts.clone());
        AccountService::new(
            AccountPorts {
                accounts: AccountStores::on(Arc::new(self.accounts.clone())),
                owners: Arc::new(ReadInTurn::new(sessions.clone(), profiles)),
                sessions,
                one_time: Arc::new(self.one_time.clone()),
                access_tokens: Arc::new(JwtTokens::new(
                    keys,
                    self.clock.clone(),
                    "reelgraph".to_owned(),
                    KeyRotation::default(),
                    None,
                )),
                limiter: Arc::new(MemoryLimiter::new()),
                passwords: Arc::new(Argon2Hasher::new()),
                providers: Vec::new(),
                events: Arc::new(MemoryEvents::new()),
                clock: self.clock.clone(),
                entropy: Arc::new(SystemEntropy),
            },
            policy(),
        )
    }

    /// Somebody who is to confirm an address.
    async fn register(&self, number: u64, name: &str) {
        let now = self.clock.now();
        let user = User {
            id: UserId(number),
            email: Some(address(name)),
            email_verified: false,
            ways_in_trusted_since: None,
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
            asked: None,
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
        text.as_str().unwrap().contains(&format!("\n  {link}\r\n")),
        "{text}"
    );
    let link = link.replace('/', "&#x2f;");
    assert!(
        html.as_str().unwrap().contains(&format!("href=\"{link}\"")),
        "{html}"
    );

    let after = queue.clock.now() + TimeDelta::hours(24);
    let secret = Secret::parse(&token).unwrap().hash();
    let found = queue.one_time.find_one_time(&secret, after).await;
    assert_eq!(found.unwrap(), None);
    queue.pass(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let client = Client::default();
    let confirmed = queue.service().confirm_email(&token, None, &client).await;
    let user = confirmed.unwrap().user;
    assert_eq!(user.id, UserId(1));
    assert_eq!(user.email, Some(address("ada")));
    assert!(user.email_verified);
    let again = queue.service().confirm_email(&token, None, &client).await;
    assert!(
        matches!(again, Err(AccountError::InvalidToken)),
        "{again:?}"
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
    assert!(started.elapsed() < SOON);
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
