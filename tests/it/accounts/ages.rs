//! What only grows has an age or a number at which it ends.

use std::time::{Duration, Instant};

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use mongodb::Client;
use mongodb::options::ClientOptions;
use reelgraph::domain::accounts::{
    AccountWrite, Action, Actor, AuditEntry, EmailAddress, Erasure, Identity, PasswordHash,
    Profile, User,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{AuditId, ErasureId, ProfileId, UserId};
use reelgraph::domain::page::Window;
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::Role;
use rusqlite::Connection;
use serde_json::json;

use crate::support::SOON;
use crate::support::program::{On, Program};
use crate::support::stores::{self, Stores};
use crate::support::visitor::Visitor;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_session_too_many_the_oldest_ends_embedded() {
    with_one_session_too_many_the_oldest_ends(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_session_too_many_the_oldest_ends_on_the_servers() {
    with_one_session_too_many_the_oldest_ends(On::Servers).await;
}

async fn with_one_session_too_many_the_oldest_ends(on: On) {
    let mut program = match on {
        On::Embedded => Program::seeded(on).await,
        On::Servers => Program::without_graph(),
    };
    program.set("REELGRAPH_SESSIONS_PER_ACCOUNT", "3");
    let one = program.serve().await;
    let two = match on {
        On::Embedded => None,
        On::Servers => Some(program.serve().await),
    };
    let other = two.as_ref().unwrap_or(&one);
    let email = "ada@example.org";
    let mut app = Visitor::of(&one);
    Visitor::of(&one).register(email).await;
    app.log_in_app(email).await;
    let mut visitors = vec![app];
    for number in 0..3 {
        let mut visitor = Visitor::of(if number % 2 == 0 { other } else { &one });
        visitor.log_in(email).await;
        visitors.push(visitor);
    }

    let mut first = visitors.remove(0);
    let ended = first.send("{ __typename }", json!({})).await;
    let mut known = Vec::new();
    for visitor in &mut visitors {
        known.push(visitor.who().await);
    }

    assert_eq!(ended.status, 401, "it lasts longer, but is the oldest");
    assert_eq!(known, vec![Some(email.to_owned()); 3]);
    let query = "{ viewer { user { sessions { id } auditLog(first: 100) { nodes { action } } } } }";
    let seen = visitors[0].ask(query).await["viewer"]["user"].clone();
    assert_eq!(seen["sessions"].as_array().unwrap().len(), 3);
    let log = seen["auditLog"].to_string();
    assert_eq!(log.matches("SESSIONS_ENDED").count(), 2, "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_had_its_time_goes_embedded() {
    what_has_had_its_time_goes(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_had_its_time_goes_on_the_servers() {
    what_has_had_its_time_goes(On::Servers).await;
}

/// An account of so many days ago whose address nobody confirmed, and what is noted of it.
fn unconfirmed(id: u64, days: i64, now: DateTime<Utc>) -> Vec<AccountWrite> {
    let stamp = Stamp::first(now - TimeDelta::days(days));
    let email = format!("number{id}@example.org");
    let user = User {
        id: UserId(id),
        email: Some(EmailAddress::parse(&email).unwrap()),
        email_verified: false,
        ways_in_trusted_since: None,
        password: Some(PasswordHash("x".to_owned())),
        role: Role::Viewer,
        epoch: 1,
        disabled_at: None,
        stamp,
    };
    let profile = Profile::new(ProfileId(id), Some(user.id), email, stamp);
    vec![
        AccountWrite::AddUser(user),
        AccountWrite::AddProfile(profile),
        noted(100 + id, Some(id), days, Action::Registered, now),
    ]
}

fn entry(id: u64, user: Option<u64>, days: i64, now: DateTime<Utc>) -> AccountWrite {
    noted(id, user, days, Action::LogInFailed, now)
}

fn noted(
    id: u64,
    user: Option<u64>,
    days: i64,
    action: Action,
    now: DateTime<Utc>,
) -> AccountWrite {
    AccountWrite::AddAudit(AuditEntry {
        id: AuditId(id),
        user: user.map(UserId),
        at: now - TimeDelta::days(days),
        action,
        actor: Actor::Nobody,
        address: None,
        detail: None,
    })
}

fn erasure(id: u64, days: Option<i64>, now: DateTime<Utc>) -> AccountWrite {
    AccountWrite::AddErasure(Erasure {
        id: ErasureId(id),
        code: format!("code-{id}"),
        profiles: Vec::new(),
        created_at: now - TimeDelta::days(900),
        updated_at: now,
        finished_at: days.map(|days| now - TimeDelta::days(days)),
    })
}

async fn what_has_had_its_time_goes(on: On) {
    let mut program = match on {
        On::Embedded => Program::seeded(on).await,
        On::Servers => Program::without_graph(),
    };
    for (name, days) in [
        ("REELGRAPH_AUDIT_DAYS", "20"),
        ("REELGRAPH_AUDIT_OF_NOBODY_DAYS", "10"),
        ("REELGRAPH_UNCONFIRMED_DAYS", "5"),
        ("REELGRAPH_ERASURE_DAYS", "30"),
    ] {
        program.set(name, days);
    }
    program.create_user("root@example.org", "admin").await;
    let stores = stores::open(&program, on).await;
    let now = SystemClock.now();
    let mut writes = Vec::new();
    // More than go at once.
    for id in 0..600 {
        writes.push(entry(10_000 + id, None, 11, now));
    }
    writes.extend([
        entry(1, Some(1), 21, now),
        entry(2, Some(1), 19, now),
        entry(3, None, 9, now),
        erasure(1, Some(31), now),
        erasure(2, Some(29), now),
    ]);
    writes.extend(unconfirmed(4, 6, now));
    writes.extend(unconfirmed(5, 4, now));
    writes.extend(unconfirmed(6, 6, now));
    writes.push(AccountWrite::AddIdentity(Identity {
        provider: "facebook".to_owned(),
        subject: "6".to_owned(),
        user: UserId(6),
        created_at: now,
        updated_at: now,
    }));
    // Those that were used when the site was not in production yet: by a log-in, by a change, or nobody knows any more.
    for id in [7, 8] {
        writes.extend(unconfirmed(id, 6, now));
    }
    writes.push(noted(207, Some(7), 6, Action::LoggedIn, now));
    writes.extend(unconfirmed(9, 21, now));
    stores.accounts.write(writes).await.unwrap();
    let user = stores.accounts.users(&[UserId(8)]).await.unwrap().remove(0);
    let changed = User {
        stamp: user.stamp.next(user.stamp.updated_at),
        ..user
    };
    let put = vec![AccountWrite::PutUser(changed)];
    stores.accounts.write(put).await.unwrap();

    let arguments = [
        "--env",
        "production",
        "--public-url",
        "https://films.example",
        "--trusted-proxies",
        "127.0.0.1/32",
    ];
    let _site = program.serve_with(&arguments).await;

    let started = Instant::now();
    while left(&stores).await != (vec![2], vec![5, 6, 7, 8, 9], vec!["code-2".to_owned()])
        || nobodys(&program, on).await != 1
    {
        let (left, nobodys) = (left(&stores).await, nobodys(&program, on).await);
        assert!(started.elapsed() < SOON, "{left:?} {nobodys}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What is left: entries of account 1, accounts, erasures that were there before.
async fn left(stores: &Stores) -> (Vec<u64>, Vec<u64>, Vec<String>) {
    let entries = stores
        .accounts
        .audit_of_user(UserId(1), &Window::first(9))
        .await;
    let entries = entries.unwrap().rows;
    let users = [4, 5, 6, 7, 8, 9].map(UserId);
    let users = stores.accounts.users(&users).await.unwrap();
    let mut users: Vec<u64> = users.iter().map(|user| user.id.0).collect();
    users.sort_unstable();
    let mut erasures = Vec::new();
    for code in ["code-1", "code-2"] {
        let found = stores.accounts.find_erasure(code).await.unwrap();
        erasures.extend(found.map(|erasure| erasure.code));
    }
    let entries = entries.iter().map(|entry| entry.id.0).collect();
    (entries, users, erasures)
}

/// How many entries of nobody there are.
async fn nobodys(program: &Program, on: On) -> u64 {
    if on == On::Embedded {
        let path = program.data().join("reelgraph.sqlite");
        let connection = Connection::open(path).unwrap();
        let sql = "SELECT count(*) FROM audit WHERE user_id IS NULL";
        let count: i64 = connection.query_row(sql, (), |row| row.get(0)).unwrap();
        return u64::try_from(count).unwrap();
    }
    let options = ClientOptions::parse(program.variable("MONGODB_URI")).await;
    let client = Client::with_options(options.unwrap()).unwrap();
    let audit = client.default_database().unwrap();
    let audit = audit.collection::<Document>("audit");
    let of_nobody = doc! { "user": null };
    audit.count_documents(of_nobody).await.unwrap()
}
