//! What Redis alone does: keys that go by themselves, prefixes, and a server that is not there.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reelgraph::adapters::redis::{RedisDb, RedisSessions};
use reelgraph::domain::accounts::{Session, SessionStore};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{SessionId, UserId};

use super::{now, open, session, short, succession, wait_for_the_end_of};
use crate::conformance::Backend;
use crate::support::servers::{self, PATIENT};

/// How long an operation may take where a server never answers.
const SHORT: Duration = Duration::from_secs(1);

fn on_a_prefix() -> (RedisSessions, String) {
    let (url, prefix) = servers::redis_url();
    (
        RedisSessions::new(RedisDb::open(&url, &prefix, PATIENT).unwrap()),
        prefix,
    )
}

/// When a key goes by itself, in milliseconds since 1970.
async fn end_of(key: &str) -> i64 {
    let mut ask = redis::cmd("PEXPIRETIME");
    let mut connection = servers::redis_connection().await;
    ask.arg(key).query_async(&mut connection).await.unwrap()
}

/// Two stores with prefixes of their own on one server do not see each other.
#[tokio::test]
async fn a_prefix_keeps_sites_apart() {
    let now = now();
    let (one, other) = (open(Backend::redis).await, open(Backend::redis).await);
    let phone = session(1, 7, now);
    one.create_session(&phone).await.unwrap();

    let found = other.find_session(phone.id, now).await.unwrap();

    assert_eq!(found, None);
    assert_eq!(other.sessions_of_user(phone.user, now).await.unwrap(), []);
}

#[tokio::test]
async fn the_keys_of_sessions_that_ended_by_themselves_go() {
    let (store, prefix) = on_a_prefix();
    // Again where a busy machine has not looked at what is there before that goes.
    for id in 1..=7 {
        let short = short(id, 7);
        store.create_session(&short).await.unwrap();
        let begun = servers::redis_keys(&prefix).await.len();
        let is_in_time = now() < short.expires_at;
        wait_for_the_end_of(&short).await;
        let left = servers::redis_keys(&prefix).await;
        assert_eq!(left, Vec::<String>::new());
        if is_in_time {
            assert_eq!(begun, 2);
            return;
        }
    }
    panic!("the machine is too busy for any of them");
}

#[tokio::test]
async fn the_keys_of_ended_sessions_go() {
    let (store, prefix) = on_a_prefix();
    for id in 1..=3 {
        store.create_session(&session(id, 7, now())).await.unwrap();
    }

    store.delete_session(UserId(7), SessionId(1)).await.unwrap();
    store
        .delete_sessions_of_user(UserId(7), None)
        .await
        .unwrap();

    assert_eq!(servers::redis_keys(&prefix).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_accounts_set_lives_as_long_as_its_last_session() {
    let (store, prefix) = on_a_prefix();
    let shard = servers::redis_tag("0");
    let (key, set) = (
        format!("{prefix}session{shard}:1"),
        format!("{prefix}sessions-of{shard}:7"),
    );
    let now = now();
    let until = |days| Session {
        expires_at: now + TimeDelta::days(days),
        ..session(1, 7, now)
    };
    let millis = |days| until(days).expires_at.timestamp_millis();
    store.create_session(&until(10)).await.unwrap();
    let other = Session {
        id: SessionId(2),
        ..until(5)
    };
    store.create_session(&other).await.unwrap();
    assert_eq!(
        (end_of(&key).await, end_of(&set).await),
        (millis(10), millis(10))
    );

    store.touch_session(&until(15)).await.unwrap();
    assert_eq!(
        (end_of(&key).await, end_of(&set).await),
        (millis(15), millis(15))
    );

    store.update_session(&until(20)).await.unwrap();
    assert_eq!(
        (end_of(&key).await, end_of(&set).await),
        (millis(20), millis(20))
    );

    let prolonged = until(30);
    let found = store
        .find_session(SessionId(1), now)
        .await
        .unwrap()
        .unwrap();
    let next = succession(found.refresh.unwrap(), now);
    let _ = store.rotate_session(&prolonged, &next).await.unwrap();
    assert_eq!(
        (end_of(&key).await, end_of(&set).await),
        (millis(30), millis(30))
    );

    // An earlier end of one is not that of the other.
    store.update_session(&until(1)).await.unwrap();
    assert_eq!(
        (end_of(&key).await, end_of(&set).await),
        (millis(1), millis(5))
    );
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_unavailable_in_time() {
    // Nothing listens on the first; the second takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for url in [
        "redis://127.0.0.1:1".to_owned(),
        format!("redis://127.0.0.1:{port}"),
    ] {
        let db = RedisDb::open(&url.into(), "it:", SHORT).unwrap();
        let store = RedisSessions::new(db);
        let start = Instant::now();

        let failed = store.find_session(SessionId(1), now()).await;

        assert!(
            matches!(failed, Err(StoreError::Unavailable(_))),
            "{failed:?}"
        );
        // Far from a wait for ever, so that it holds on a busy machine too.
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
