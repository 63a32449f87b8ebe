//! What a server remembers of accounts is what they are: whoever writes, on whichever server, and whatever dies meanwhile.

use std::sync::Arc;

use bson::doc;
use reelgraph::adapters::memory::RememberedAccounts;
use reelgraph::adapters::mongo::{MongoAccounts, MongoDb};
use reelgraph::adapters::redis::{RedisAccountEpochs, RedisDb, RedisSessions};
use reelgraph::domain::accounts::{
    AccountEpochs, AccountStore, AccountWrite, Owned, Profile, ProfileStore, Session,
    SessionOwners, SessionStore, User,
};
use reelgraph::domain::ids::{ProfileId, UserId};
use reelgraph::domain::viewer::Role;
use secrecy::SecretString;
use uuid::Uuid;

use super::backend::database;
use super::samples::{next, profile, user};
use crate::conformance::sessions::{now, session};
use crate::support::servers::{self, PATIENT};

const ADA: UserId = UserId(1);
const HERS: ProfileId = ProfileId(11);
const FIRST: Uuid = Uuid::from_u128(1);
const SECOND: Uuid = Uuid::from_u128(2);

/// Two servers on one record, and the epochs between them.
struct Site {
    servers: [RememberedAccounts<MongoAccounts>; 2],
    epochs: RedisAccountEpochs,
    sessions: RedisSessions,
    uri: SecretString,
}

impl Site {
    /// With one account, which the first server remembers.
    async fn open() -> Self {
        let uri = servers::mongo_uri();
        let (url, prefix) = servers::redis_url();
        let redis = RedisDb::open(&url, &prefix, PATIENT).unwrap();
        let epochs = RedisAccountEpochs::new(redis.clone());
        let sessions = RedisSessions::new(redis);
        let store = MongoAccounts::new(MongoDb::open(&uri, PATIENT).await.unwrap());
        store.ensure_indexes().await.unwrap();
        let store = Arc::new(store);
        let server = || {
            RememberedAccounts::new(
                Arc::clone(&store),
                Arc::new(sessions.clone()),
                Arc::new(epochs.clone()),
            )
        };
        let site = Self {
            servers: [server(), server()],
            epochs,
            sessions,
            uri,
        };
        let writes = vec![
            AccountWrite::AddUser(user(ADA.0, "ada@example.org")),
            AccountWrite::AddProfile(profile(HERS.0, Some(ADA))),
        ];
        site.servers[1].write(writes).await.unwrap();
        site.seen().await;
        site
    }

    /// As the first server sees the account.
    async fn seen(&self) -> Option<(User, Profile)> {
        self.servers[0].with_owner(ADA, HERS).await.unwrap()
    }

    /// Whom the first server takes a session for.
    async fn owned(&self, session: &Session) -> Option<Owned> {
        let found = self.servers[0].owned_session(session.id, session.created_at);
        found.await.unwrap()
    }

    async fn role(&self) -> Role {
        self.seen().await.unwrap().0.role
    }

    /// Gives the account a role behind the back of both servers.
    async fn tamper(&self, role: &str) {
        let users = database(&self.uri)
            .await
            .collection::<bson::Document>("users");
        let given = users.update_many(doc! {}, doc! { "$set": { "role": role } });
        assert_eq!(given.await.unwrap().modified_count, 1);
    }

    async fn end(self) {
        database(&self.uri).await.drop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_written_is_not_read_again() {
    let site = Site::open().await;

    site.tamper("admin").await;

    assert_eq!(site.role().await, Role::Viewer);
    site.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_writes_is_seen_at_once() {
    let site = Site::open().await;
    let (ada, hers) = site.seen().await.unwrap();

    let curator = User {
        role: Role::Curator,
        ..next(&ada)
    };
    let writes = vec![AccountWrite::PutUser(curator)];
    site.servers[1].write(writes).await.unwrap();
    assert_eq!(site.role().await, Role::Curator);

    let child = Profile {
        max_age: Some(6),
        stamp: hers.stamp.next(hers.stamp.updated_at),
        ..hers
    };
    let writes = vec![AccountWrite::PutProfile(child)];
    site.servers[1].write(writes).await.unwrap();
    assert_eq!(site.seen().await.unwrap().1.max_age, Some(6));

    let writes = vec![AccountWrite::DeleteProfile(HERS)];
    site.servers[1].write(writes).await.unwrap();
    assert_eq!(site.seen().await, None);
    site.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_somebody_writes_everything_is_read() {
    let site = Site::open().await;

    site.epochs.begin_write(&[ADA], FIRST).await.unwrap();
    assert_eq!(site.role().await, Role::Viewer);
    site.tamper("curator").await;
    assert_eq!(site.role().await, Role::Curator);
    // Who dies here leaves it like that for a while.
    site.tamper("admin").await;
    assert_eq!(site.role().await, Role::Admin);
    site.epochs.end_write(&[ADA], FIRST).await.unwrap();
    assert_eq!(site.role().await, Role::Admin);
    site.tamper("viewer").await;
    assert_eq!(site.role().await, Role::Admin, "it is remembered again");
    site.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_write_at_once_either_may_end_first() {
    for last in [FIRST, SECOND] {
        let first = if last == FIRST { SECOND } else { FIRST };
        let site = Site::open().await;

        site.epochs.begin_write(&[ADA], FIRST).await.unwrap();
        site.epochs.begin_write(&[ADA], SECOND).await.unwrap();
        site.epochs.end_write(&[ADA], first).await.unwrap();
        // Remembered or not, it is not what the last one has written.
        assert_eq!(site.role().await, Role::Viewer);
        site.tamper("curator").await;
        site.epochs.end_write(&[ADA], last).await.unwrap();

        assert_eq!(site.role().await, Role::Curator);
        site.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_is_over() {
    let site = Site::open().await;
    let (ada, _) = site.seen().await.unwrap();

    let stale = vec![AccountWrite::PutUser(ada)];
    site.servers[1].write(stale).await.unwrap_err();
    site.role().await;
    site.tamper("admin").await;

    assert_eq!(site.role().await, Role::Viewer);
    site.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_as_it_is_now_and_whose_it_is_not_read_again() {
    let site = Site::open().await;
    let (ada, hers) = site.seen().await.unwrap();
    let begun = session(7, ADA.0, now());
    site.sessions.create_session(&begun).await.unwrap();
    let begun = Session {
        profile: HERS,
        ..begun
    };
    site.sessions.update_session(&begun).await.unwrap();

    site.tamper("admin").await;
    for _ in 0..3 {
        let owned = (begun.clone(), Some((ada.clone(), hers.clone())));
        assert_eq!(site.owned(&begun).await, Some(owned));
    }

    // What other servers do acts on the next request.
    let gone_on = Session {
        profile: ProfileId(404),
        ..begun.clone()
    };
    site.sessions.update_session(&gone_on).await.unwrap();
    assert_eq!(site.owned(&begun).await, Some((gone_on, None)));
    site.sessions.update_session(&begun).await.unwrap();
    let disabled = User {
        disabled_at: Some(ada.stamp.updated_at),
        ..next(&ada)
    };
    let writes = vec![AccountWrite::PutUser(disabled.clone())];
    site.servers[1].write(writes).await.unwrap();
    assert_eq!(site.owned(&begun).await.unwrap().1.unwrap().0, disabled);
    site.sessions.delete_session(ADA, begun.id).await.unwrap();
    assert_eq!(site.owned(&begun).await, None);
    assert_eq!(site.owned(&session(8, ADA.0, now())).await, None);
    site.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_given_again_is_of_whom_it_is_now() {
    let site = Site::open().await;
    let hers = Session {
        profile: HERS,
        ..session(7, ADA.0, now())
    };
    let others = Session {
        user: UserId(2),
        ..hers.clone()
    };
    site.sessions.create_session(&hers).await.unwrap();
    assert!(site.owned(&hers).await.unwrap().1.is_some());

    site.sessions.delete_session(ADA, hers.id).await.unwrap();
    site.sessions.create_session(&others).await.unwrap();

    assert_eq!(site.owned(&hers).await, Some((others, None)));
    site.end().await;
}
