//! Every `SessionStore` keeps sessions as its documentation says. Times are near the real ones: Redis forgets by its
//! own clock.

use std::ops::Deref;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::redis::{RedisDb, RedisSessions};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteSessions};
use reelgraph::domain::accounts::{Session, SessionStore, SessionToken, TokenHash};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ProfileId, SessionId, UserId};
use tempfile::TempDir;

use super::Backend;
use crate::support::servers;

on_every_backend!(open on [sqlite, redis]:
    a_session_is_found_by_its_token,
    an_unknown_token_proves_nothing,
    a_touched_session_was_seen_and_ends_as_before,
    touching_brings_no_ended_session_back,
    sessions_of_an_account_come_latest_first_then_by_id,
    what_has_expired_is_not_there,
    what_expired_cannot_be_ended,
    an_ended_session_is_gone_and_the_others_stay,
    nobody_ends_a_session_of_somebody_else,
    the_store_answers,
);

struct Opened {
    store: Box<dyn SessionStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = dyn SessionStore;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::redis {
        let (url, prefix) = servers::redis_url();
        let db = RedisDb::open(&url, &prefix).unwrap();
        return Opened {
            store: Box::new(RedisSessions::new(db)),
            _folder: None,
        };
    }
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("it.db")).unwrap();
    Opened {
        store: Box::new(SqliteSessions::new(db)),
        _folder: Some(folder),
    }
}

async fn a_session_is_found_by_its_token(store: &Opened) {
    let now = SystemClock.now();
    let phone = session(1, 7, now);
    let unnamed = Session {
        device: None,
        ..session(u64::MAX >> 1, 7, now)
    };
    store.create_session(&phone).await.unwrap();
    store.create_session(&unnamed).await.unwrap();

    let found = store.find_session(&phone.token, now).await.unwrap();
    let found_unnamed = store.find_session(&unnamed.token, now).await.unwrap();

    assert_eq!(found, Some(phone));
    assert_eq!(found_unnamed, Some(unnamed));
}

async fn an_unknown_token_proves_nothing(store: &Opened) {
    let now = SystemClock.now();
    store.create_session(&session(1, 7, now)).await.unwrap();

    let found = store.find_session(&token(), now).await.unwrap();

    assert_eq!(found, None);
}

async fn a_touched_session_was_seen_and_ends_as_before(store: &Opened) {
    let now = SystemClock.now();
    let phone = session(1, 7, now);
    store.create_session(&phone).await.unwrap();

    let later = now + TimeDelta::minutes(3);
    store.touch_session(&phone, later).await.unwrap();

    let touched = Session {
        last_seen_at: later,
        ..phone.clone()
    };
    assert_eq!(
        store.find_session(&phone.token, later).await.unwrap(),
        Some(touched.clone())
    );
    assert_eq!(
        store.sessions_of_user(phone.user, later).await.unwrap(),
        [touched]
    );
    let end = phone.expires_at;
    assert_eq!(store.find_session(&phone.token, end).await.unwrap(), None);
}

async fn touching_brings_no_ended_session_back(store: &Opened) {
    let now = SystemClock.now();
    let phone = session(1, 7, now);
    store.create_session(&phone).await.unwrap();
    store.delete_session(phone.user, phone.id).await.unwrap();

    store.touch_session(&phone, now).await.unwrap();

    assert_eq!(store.find_session(&phone.token, now).await.unwrap(), None);
    assert_eq!(store.sessions_of_user(phone.user, now).await.unwrap(), []);
}

async fn sessions_of_an_account_come_latest_first_then_by_id(store: &Opened) {
    let now = SystemClock.now();
    let begun = |id, minutes| Session {
        created_at: now - TimeDelta::minutes(minutes),
        ..session(id, 7, now)
    };
    for session in [begun(5, 2), begun(9, 1), begun(2, 2), begun(4, 3)] {
        store.create_session(&session).await.unwrap();
    }
    store.create_session(&session(6, 8, now)).await.unwrap();

    let found = store.sessions_of_user(UserId(7), now).await.unwrap();

    let ids: Vec<u64> = found.iter().map(|session| session.id.0).collect();
    assert_eq!(ids, [9, 2, 5, 4]);
    assert_eq!(store.sessions_of_user(UserId(404), now).await.unwrap(), []);
}

async fn what_has_expired_is_not_there(store: &Opened) {
    let now = SystemClock.now();
    let short = Session {
        expires_at: now + TimeDelta::hours(1),
        ..session(1, 7, now)
    };
    let long = session(2, 7, now);
    store.create_session(&short).await.unwrap();
    store.create_session(&long).await.unwrap();

    let before = short.expires_at - TimeDelta::milliseconds(1);
    let end = short.expires_at;

    assert_eq!(
        store.find_session(&short.token, before).await.unwrap(),
        Some(short.clone())
    );
    assert_eq!(store.find_session(&short.token, end).await.unwrap(), None);
    let listed = store.sessions_of_user(UserId(7), end).await.unwrap();
    assert_eq!(listed, [long]);
}

async fn what_expired_cannot_be_ended(store: &Opened) {
    let now = SystemClock.now();
    let short = Session {
        expires_at: now + TimeDelta::milliseconds(200),
        ..session(1, 7, now)
    };
    store.create_session(&short).await.unwrap();
    while SystemClock.now() <= short.expires_at {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let was_there = store.delete_session(short.user, short.id).await.unwrap();

    assert!(!was_there);
}

async fn an_ended_session_is_gone_and_the_others_stay(store: &Opened) {
    let now = SystemClock.now();
    // One id begins like the other.
    let (phone, laptop) = (session(1, 7, now), session(12, 7, now));
    store.create_session(&phone).await.unwrap();
    store.create_session(&laptop).await.unwrap();

    let was_there = store.delete_session(phone.user, phone.id).await.unwrap();
    let again = store.delete_session(phone.user, phone.id).await.unwrap();

    assert!(was_there);
    assert!(!again);
    assert_eq!(store.find_session(&phone.token, now).await.unwrap(), None);
    let listed = store.sessions_of_user(UserId(7), now).await.unwrap();
    assert_eq!(listed, std::slice::from_ref(&laptop));
    let found = store.find_session(&laptop.token, now).await.unwrap();
    assert_eq!(found, Some(laptop));
}

async fn nobody_ends_a_session_of_somebody_else(store: &Opened) {
    let now = SystemClock.now();
    let mine = session(1, 7, now);
    store.create_session(&mine).await.unwrap();
    store.create_session(&session(2, 8, now)).await.unwrap();

    let was_there = store.delete_session(UserId(8), mine.id).await.unwrap();

    assert!(!was_there);
    let found = store.find_session(&mine.token, now).await.unwrap();
    assert_eq!(found, Some(mine));
}

async fn the_store_answers(store: &Opened) {
    store.ping_sessions().await.unwrap();
}

/// Two stores with prefixes of their own on one server do not see each other.
#[tokio::test]
async fn a_prefix_keeps_sites_apart() {
    let now = SystemClock.now();
    let (one, other) = (open(Backend::redis).await, open(Backend::redis).await);
    let phone = session(1, 7, now);
    one.create_session(&phone).await.unwrap();

    let found = other.find_session(&phone.token, now).await.unwrap();

    assert_eq!(found, None);
    assert_eq!(other.sessions_of_user(phone.user, now).await.unwrap(), []);
}

#[tokio::test]
async fn redis_forgets_the_keys_of_sessions_that_ended_by_themselves() {
    let (url, prefix) = servers::redis_url();
    let store = RedisSessions::new(RedisDb::open(&url, &prefix).unwrap());
    let now = SystemClock.now();
    let short = Session {
        expires_at: now + TimeDelta::milliseconds(200),
        ..session(1, 7, now)
    };
    store.create_session(&short).await.unwrap();
    assert_eq!(keys(&prefix).await.len(), 2);

    while SystemClock.now() <= short.expires_at {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    assert_eq!(keys(&prefix).await, Vec::<String>::new());
}

#[tokio::test]
async fn redis_that_cannot_be_reached_is_unavailable_in_time() {
    // Nothing listens on the first; the second takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for url in [
        "redis://127.0.0.1:1".to_owned(),
        format!("redis://127.0.0.1:{port}"),
    ] {
        let db = RedisDb::open(&url.into(), "it:").unwrap();
        let store = RedisSessions::new(db);
        let start = Instant::now();

        let failed = store.find_session(&token(), SystemClock.now()).await;

        assert!(
            matches!(failed, Err(StoreError::Unavailable(_))),
            "{failed:?}"
        );
        assert!(start.elapsed() < Duration::from_millis(4500));
    }
}

async fn keys(prefix: &str) -> Vec<String> {
    use secrecy::ExposeSecret;
    let (url, _) = servers::redis_url();
    let client = redis::Client::open(url.expose_secret()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd("KEYS")
        .arg(format!("{prefix}*"))
        .query_async(&mut connection)
        .await
        .unwrap()
}

fn session(id: u64, user: u64, now: DateTime<Utc>) -> Session {
    Session {
        id: SessionId(id),
        token: token(),
        user: UserId(user),
        profile: ProfileId(user + 100),
        device: Some("Mozilla/5.0 (tests) “é”".to_owned()),
        created_at: now,
        last_seen_at: now,
        expires_at: now + TimeDelta::days(30),
    }
}

fn token() -> TokenHash {
    SessionToken::random(&mut rand::rng()).hash()
}
