//! Every `SigningKeyStore` keeps keys as its documentation says.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use reelgraph::adapters::redis::{RedisDb, RedisSigningKeys};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteSigningKeys};
use reelgraph::domain::accounts::{SigningKey, SigningKeyStore};
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, redis]:
    keys_come_by_number,
    a_number_is_given_once,
    of_twenty_who_add_one_number_at_the_same_time_one_does,
    what_has_expired_is_not_there,
    adding_removes_what_has_expired,
);

struct Opened {
    store: Arc<dyn SigningKeyStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = Arc<dyn SigningKeyStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::redis {
        let (url, prefix) = servers::redis_url();
        let db = RedisDb::open(&url, &prefix, PATIENT).unwrap();
        return Opened {
            store: Arc::new(RedisSigningKeys::new(db)),
            _folder: None,
        };
    }
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("it.db")).unwrap();
    Opened {
        store: Arc::new(SqliteSigningKeys::new(db)),
        _folder: Some(folder),
    }
}

fn at(day: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-01T12:34:56.789Z".parse().unwrap();
    start + TimeDelta::days(day)
}

fn key(number: u32, until: i64) -> SigningKey {
    SigningKey {
        number,
        private: (0..=255).collect(),
        public: vec![u8::try_from(number % 256).unwrap(); 32],
        created_at: at(0),
        updated_at: at(1),
        expires_at: at(until),
    }
}

async fn keys_come_by_number(store: &Opened) {
    assert_eq!(store.signing_keys(at(0)).await.unwrap(), []);
    for number in [10, 9, u32::MAX] {
        assert!(
            store
                .add_signing_key(&key(number, 60), at(0))
                .await
                .unwrap()
        );
    }

    let keys = store.signing_keys(at(0)).await.unwrap();

    assert_eq!(keys, [key(9, 60), key(10, 60), key(u32::MAX, 60)]);
}

async fn a_number_is_given_once(store: &Opened) {
    let first = key(1, 60);
    let second = SigningKey {
        public: vec![2; 32],
        expires_at: at(90),
        ..first.clone()
    };
    assert!(store.add_signing_key(&first, at(0)).await.unwrap());

    let added = store.add_signing_key(&second, at(0)).await.unwrap();

    assert!(!added);
    assert_eq!(store.signing_keys(at(0)).await.unwrap(), [first]);
}

async fn of_twenty_who_add_one_number_at_the_same_time_one_does(store: &Opened) {
    let keys: Vec<SigningKey> = (0..20)
        .map(|server| SigningKey {
            public: vec![server; 32],
            ..key(1, 60)
        })
        .collect();

    let add = keys.iter().map(|key| {
        let (store, key) = (store.store.clone(), key.clone());
        tokio::spawn(async move { store.add_signing_key(&key, at(0)).await.unwrap() })
    });
    let added: Vec<bool> = join_all(add)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();

    let won: Vec<SigningKey> = keys
        .into_iter()
        .zip(&added)
        .filter_map(|(key, added)| added.then_some(key))
        .collect();
    assert_eq!(won.len(), 1);
    assert_eq!(store.signing_keys(at(0)).await.unwrap(), won);
}

async fn what_has_expired_is_not_there(store: &Opened) {
    store.add_signing_key(&key(1, 30), at(0)).await.unwrap();
    store.add_signing_key(&key(2, 60), at(0)).await.unwrap();

    let before = at(30) - TimeDelta::milliseconds(1);

    let keys = store.signing_keys(before).await.unwrap();
    assert_eq!(keys, [key(1, 30), key(2, 60)]);
    assert_eq!(store.signing_keys(at(30)).await.unwrap(), [key(2, 60)]);
}

async fn adding_removes_what_has_expired(store: &Opened) {
    store.add_signing_key(&key(1, 30), at(0)).await.unwrap();
    store.add_signing_key(&key(2, 60), at(0)).await.unwrap();

    assert!(store.add_signing_key(&key(3, 90), at(30)).await.unwrap());

    // Also for somebody whose clock is behind.
    let keys = store.signing_keys(at(0)).await.unwrap();
    assert_eq!(keys, [key(2, 60), key(3, 90)]);
    assert!(store.add_signing_key(&key(2, 99), at(60)).await.unwrap());
    let keys = store.signing_keys(at(60)).await.unwrap();
    assert_eq!(keys, [key(2, 99), key(3, 90)]);
}
