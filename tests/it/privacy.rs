//! What is kept of people: every store that keeps something by profile or account is in the one list that erasures and
//! exports go by.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reelgraph::domain::accounts::{
    AccountWrite, ApiKey, EmailAddress, Erasure, Identity, Mail, MailKind, Scope, Secret,
};
use reelgraph::domain::catalog::{
    Author, CatalogBatch, CatalogNode, Genre, RevisionSource, Writer,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::commenting::{Comment, CommentState, Like};
use reelgraph::domain::entropy::{Entropy, SystemEntropy};
use reelgraph::domain::ids::{
    ApiKeyId, CommentId, ErasureId, GenreId, MailId, ProfileId, TitleId, UserId,
};
use reelgraph::domain::membership::{Grant, Membership, PlanId};
use reelgraph::domain::privacy::{Exported, Parts};
use reelgraph::domain::stamp::Stamp;
use serde_json::{Value, json};

use crate::importing;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::stores::{self, Stores};

/// Stores that are not called like the record that they keep.
const STORED_AS: &[(&str, &str)] = &[
    // What makes the writes of a profile's watched titles wait for its erasure.
    ("watching_profiles", "watched_titles"),
    ("session", "sessions"),
    ("sessions-of", "sessions"),
    ("one-time", "one_time_secrets"),
    ("one-time-of", "one_time_secrets"),
    ("Profile", "graph_profiles"),
    ("WATCHED", "graph_watched"),
];
/// What is played when traces are left.
pub(crate) const PLAY: &str = "00000000-0000-4000-8000-000000000001";
/// What columns that say whose a row is are called.
const WHOSE: &[&str] = &[
    "user",
    "user_id",
    "users",
    "profile",
    "profile_id",
    "profiles",
    "viewer",
    "viewer_id",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_kept_of_people_is_in_the_list_embedded() {
    whatever_is_kept_of_people_is_in_the_list(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_kept_of_people_is_in_the_list_on_the_servers() {
    whatever_is_kept_of_people_is_in_the_list(On::Servers).await;
}

async fn whatever_is_kept_of_people_is_in_the_list(on: On) {
    let mut program = Program::with_few_viewers(on).await;
    // So few that what counts them is kept for longer than this takes.
    program.set("REELGRAPH_PLAYS_PER_DAY", "10");
    program.set("REELGRAPH_UPLOADS", "accounts");
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let stores = stores::open(&program, on).await;
    let (user, profile) = leave_traces_everywhere(&site, &stores).await;
    program.expect(&["graph", "drain"]).await;
    let export = exported(&site).await;
    // Its one-time secret is made when the mail goes out.
    let started = Instant::now();
    while !kept(&program, on, &user.to_string())
        .await
        .contains("one_time_secrets")
    {
        assert!(started.elapsed() < SOON, "no link was sent");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // So that nobody carries it out.
    site.kill().await;
    ask_to_erase(&stores, profile).await;

    let mut kept = kept(&program, on, &user.to_string()).await;
    kept.extend(self::kept(&program, on, &profile.to_string()).await);
    // They name the profile by a one-way hash, and no text finds them.
    if stores.remembers(profile, PLAY).await {
        kept.insert("usage_sittings".to_owned());
    }

    let declared: BTreeSet<String> = Parts::records()
        .map(|record| record.name.to_owned())
        .collect();
    assert_eq!(kept, declared);
    for record in Parts::records() {
        match record.exported {
            Exported::As(pointer) => {
                let part = export
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("{} is not at {pointer} of the export", record.name));
                let is_there = match part {
                    Value::Array(rows) => !rows.is_empty(),
                    part => part.is_object(),
                };
                assert!(is_there, "{} is empty at {pointer}", record.name);
            }
            Exported::Not(reason) => assert!(!reason.is_empty(), "{}", record.name),
        }
    }
}

/// What nobody has written yet cannot be found by what is in it.
#[tokio::test]
async fn every_table_with_a_column_of_whose_it_is_is_in_the_list() {
    let program = Program::seeded(On::Embedded).await;

    let tables = stores::columns(&program);

    let of_people = tables.into_iter().filter(|(_, columns)| {
        let mut columns = columns.iter();
        columns.any(|column| WHOSE.contains(&column.as_str()))
    });
    let found: BTreeSet<String> = of_people.map(|(table, _)| table).collect();
    let declared: BTreeSet<String> = Parts::records()
        .map(|record| record.name.to_owned())
        .collect();
    assert!(found.len() > 10, "{found:?}");
    let strangers: Vec<&String> = found.difference(&declared).collect();
    assert!(strangers.is_empty(), "in no list: {strangers:?}");
}

/// The records that say something of whoever has this id; a store of no record is named as it is.
async fn kept(program: &Program, on: On, id: &str) -> BTreeSet<String> {
    let records: HashMap<&str, &str> = STORED_AS.iter().copied().collect();
    let rows = stores::rows(program, on).await;
    let of_this_one = rows.into_iter().filter(|row| row.text.contains(id));
    of_this_one
        .map(|row| match records.get(row.store.as_str()) {
            Some(record) => (*record).to_owned(),
            None => row.store,
        })
        .collect()
}

/// Makes somebody who is logged in leave something in every store.
pub(crate) async fn leave_traces_everywhere(site: &Site, stores: &Stores) -> (UserId, ProfileId) {
    let film = site.id_of("film", "heat-1995").await;
    site.watch(&film, PLAY, 6000.0, "2026-01-01T20:00:00Z")
        .await;
    let (rated, hidden, muted) = (
        site.id_of("film", "casino-1995").await,
        site.id_of("film", "taxi-driver-1976").await,
        site.id_of("genre", "crime").await,
    );
    let said = site
        .ask(
            "mutation ($rated: ID!, $hidden: ID!, $muted: ID!) {
                rateTitle(input: { title: $rated, liked: true }) { userErrors { code } }
                hideTitle(input: { title: $hidden, hidden: true }) { userErrors { code } }
                setWatchlisted(input: { title: $hidden, watchlisted: true }) { userErrors { code } }
                muteTaste(input: { source: $muted, muted: true }) { userErrors { code } } }",
            json!({ "rated": rated, "hidden": hidden, "muted": muted }),
        )
        .await;
    for done in said.as_object().unwrap().values() {
        assert_eq!(*done, json!({ "userErrors": [] }));
    }
    let diary = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n2024-03-05,Alien,1979,https://boxd.it/1,,,,2024-02-29\n";
    let import = importing::send(site, "diary.csv", diary).await;
    importing::begin(site, "startImport", &import).await;
    importing::wait_until(site, "DONE").await;
    let upload =
        "mutation { createUpload(input: { name: \"film.mp4\", size: 7 }) { userErrors { code } } }";
    let begun = site.ask(upload, json!({})).await;
    assert_eq!(begun["createUpload"], json!({ "userErrors": [] }));
    let export = exported(site).await;
    let id = |value: &Value| value["id"].as_str().unwrap().parse().unwrap();
    let user = UserId(id(&export["account"]));
    let profile = ProfileId(id(&export["profiles"][0]));
    let email = EmailAddress::parse(export["account"]["email"].as_str().unwrap()).unwrap();
    let now = SystemClock.now();
    stores
        .accounts
        .write(vec![
            AccountWrite::AddApiKey(ApiKey {
                id: ApiKeyId::random(&mut *SystemEntropy.rng()),
                user,
                name: "the living room".to_owned(),
                scopes: vec![Scope::Read],
                secret: Secret::random(&mut *SystemEntropy.rng()).hash(),
                last_used_at: None,
                expires_at: now + TimeDelta::days(1),
                created_at: now,
                updated_at: now,
            }),
            AccountWrite::AddIdentity(Identity {
                provider: "facebook".to_owned(),
                subject: email.as_str().to_owned(),
                user,
                created_at: now,
                updated_at: now,
            }),
            // Waits longer than any test.
            AccountWrite::AddMail(Mail {
                id: MailId::random(&mut *SystemEntropy.rng()),
                to: email,
                kind: MailKind::PasswordChanged,
                user: Some(user),
                asked: None,
                attempts: 0,
                due_at: now + TimeDelta::days(1),
                created_at: now,
                updated_at: now,
            }),
        ])
        .await
        .unwrap();
    change_the_catalogue(stores, user).await;
    write_a_comment(stores, profile).await;
    let mut membership = Membership::new(user);
    membership.revision = 1;
    membership.grants.push(Grant {
        plan: PlanId::parse("basic").unwrap(),
        from: now,
        until: None,
    });
    stores.membership.put_membership(&membership).await.unwrap();
    let started = Instant::now();
    while !stores.remembers(profile, PLAY).await {
        assert!(started.elapsed() < SOON, "what was played is not counted");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (user, profile)
}

/// Says something of a film in somebody's name, who likes it.
async fn write_a_comment(stores: &Stores, profile: ProfileId) {
    let now = SystemClock.now();
    let comment = Comment {
        id: CommentId::random(&mut *SystemEntropy.rng()),
        title: TitleId::of_slug("heat-1995"),
        root: None,
        author: Some(profile),
        body: "A trace".to_owned(),
        is_spoiler: false,
        at: Some(7),
        state: CommentState::Shown,
        likes: 0,
        replies: 0,
        edited_at: None,
        former: Vec::new(),
        moved: Vec::new(),
        stamp: Stamp::first(now),
    };
    stores.comments.put_comment(&comment).await.unwrap();
    let like = Like {
        comment: comment.id,
        profile,
        at: now,
    };
    stores.comments.like(&like).await.unwrap();
}

/// Adds a genre that nothing has, in somebody's name.
async fn change_the_catalogue(stores: &Stores, user: UserId) {
    let genre = Genre {
        id: GenreId::of_slug("a-trace"),
        slug: "a-trace".to_owned(),
        name: "A Trace".to_owned(),
        merged_into: None,
        deleted: false,
        stamp: Stamp::first(SystemClock.now()),
    };
    let writer = Writer::new(Author::User(user), RevisionSource::Edit);
    let batch = CatalogBatch {
        revisions: vec![writer.created(CatalogNode::Genre(genre.id), genre.stamp)],
        genres: vec![genre],
        ..CatalogBatch::default()
    };
    stores.curation.put(&batch).await.unwrap();
}

async fn ask_to_erase(stores: &Stores, profile: ProfileId) {
    let now = SystemClock.now();
    let erasure = Erasure {
        id: ErasureId::random(&mut *SystemEntropy.rng()),
        code: "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        profiles: vec![profile],
        created_at: now,
        updated_at: now,
        finished_at: None,
    };
    let asked = AccountWrite::AddErasure(erasure);
    stores.accounts.write(vec![asked]).await.unwrap();
}

/// Everything that is known of the account, as its owner gets it.
pub(crate) async fn exported(site: &Site) -> Value {
    let request = site
        .get("/account/export")
        .header("cookie", site.cookie().unwrap());
    request.send().await.unwrap().json().await.unwrap()
}
