//! Every `OneTimeStore` keeps one-time secrets as its documentation says. Times are near the real ones: stores have
//! clocks of their own.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use reelgraph::adapters::redis::{RedisDb, RedisOneTime};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteOneTime};
use reelgraph::domain::accounts::{
    EmailAddress, KeyedRequest, OAuthRequest, OAuthState, OneTime, OneTimeStore, Secret, TokenHash,
    Transport,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::entropy::{Entropy, SystemEntropy};
use reelgraph::domain::ids::UserId;
use tempfile::TempDir;

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, redis]:
    a_secret_stands_for_what_was_put,
    those_of_an_account_are_removed_together,
    who_looks_at_one_does_not_use_it,
    a_secret_can_be_used_once,
    of_twenty_who_use_one_at_the_same_time_one_does,
    an_unknown_secret_stands_for_nothing,
    what_has_expired_is_not_there,
);

struct Opened {
    store: Arc<dyn OneTimeStore>,
    _folder: Option<TempDir>,
}

impl Deref for Opened {
    type Target = Arc<dyn OneTimeStore>;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

async fn open(backend: Backend) -> Opened {
    if backend == Backend::redis {
        let (url, prefix) = servers::redis_url();
        let db = RedisDb::open(&url, &prefix, PATIENT).unwrap();
        return Opened {
            store: Arc::new(RedisOneTime::new(db)),
            _folder: None,
        };
    }
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("it.db")).unwrap();
    Opened {
        store: Arc::new(SqliteOneTime::new(db)),
        _folder: Some(folder),
    }
}

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

fn hash() -> TokenHash {
    Secret::random(&mut *SystemEntropy.rng()).hash()
}

fn a_reset() -> OneTime {
    OneTime::ResetPassword {
        user: UserId(u64::MAX >> 1),
        epoch: u32::MAX,
        email: EmailAddress::parse("ada@example.org").unwrap(),
    }
}

async fn a_secret_stands_for_what_was_put(store: &Opened) {
    let request = OAuthRequest {
        provider: "facebook".to_owned(),
        return_to: "app.example:/back?x=é".parse().unwrap(),
        transport: Transport::Bearer,
        remember: true,
        link_to: Some((UserId(7), u32::MAX)),
        challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
    };
    let all = [
        a_reset(),
        OneTime::ConfirmEmail {
            user: UserId(7),
            epoch: 0,
            replaces: None,
            email: EmailAddress::parse("grüße@example.org").unwrap(),
        },
        OneTime::OAuthTicket(request.clone()),
        OneTime::OAuthState(OAuthState {
            request: OAuthRequest {
                link_to: None,
                challenge: None,
                ..request
            },
            browser: hash(),
            verifier: "verifier".to_owned(),
            nonce: "nonce".to_owned(),
        }),
        OneTime::OAuthCode {
            user: UserId(7),
            epoch: 1,
            provider: "facebook".to_owned(),
            challenge: "challenge".to_owned(),
            links: Some("1234567890".to_owned()),
        },
        OneTime::Request(KeyedRequest {
            user: UserId(7),
            said: "a hash".to_owned(),
            makes: "title:grüße-1995".to_owned(),
            at: now(),
        }),
    ];
    let all = all.map(|means| (hash(), means));
    let now = now();
    let expires_at = now + TimeDelta::hours(1);

    for (secret, means) in &all {
        store.put_one_time(secret, means, expires_at).await.unwrap();
    }

    for (secret, means) in all {
        let found = store.find_one_time(&secret, now).await.unwrap();
        assert_eq!(found.as_ref(), Some(&means));
        let taken = store.take_one_time(&secret, now).await.unwrap();
        assert_eq!(taken, Some(means));
    }
}

async fn those_of_an_account_are_removed_together(store: &Opened) {
    let now = now();
    let expires_at = now + TimeDelta::hours(1);
    let of = |user: u64| OneTime::OAuthCode {
        user: UserId(user),
        epoch: 1,
        provider: "facebook".to_owned(),
        challenge: "challenge".to_owned(),
        links: None,
    };
    let (first, second, other) = (hash(), hash(), hash());
    for (secret, user) in [(&first, 41), (&second, 41), (&other, 42)] {
        store
            .put_one_time(secret, &of(user), expires_at)
            .await
            .unwrap();
    }

    store.delete_one_time_of_user(UserId(41)).await.unwrap();
    store.delete_one_time_of_user(UserId(404)).await.unwrap();

    assert_eq!(store.find_one_time(&first, now).await.unwrap(), None);
    assert_eq!(store.find_one_time(&second, now).await.unwrap(), None);
    assert_eq!(
        store.find_one_time(&other, now).await.unwrap(),
        Some(of(42))
    );
}

async fn who_looks_at_one_does_not_use_it(store: &Opened) {
    let (secret, now) = (hash(), now());
    let expires_at = now + TimeDelta::hours(1);
    store
        .put_one_time(&secret, &a_reset(), expires_at)
        .await
        .unwrap();

    for _ in 0..3 {
        let found = store.find_one_time(&secret, now).await.unwrap();
        assert_eq!(found, Some(a_reset()));
    }

    let taken = store.take_one_time(&secret, now).await.unwrap();
    assert_eq!(taken, Some(a_reset()));
}

async fn a_secret_can_be_used_once(store: &Opened) {
    let (secret, other, now) = (hash(), hash(), now());
    let expires_at = now + TimeDelta::hours(1);
    store
        .put_one_time(&secret, &a_reset(), expires_at)
        .await
        .unwrap();
    store
        .put_one_time(&other, &a_reset(), expires_at)
        .await
        .unwrap();
    store.take_one_time(&secret, now).await.unwrap();

    let again = store.take_one_time(&secret, now).await.unwrap();
    let found = store.find_one_time(&secret, now).await.unwrap();

    assert_eq!((again, found), (None, None));
    let other = store.find_one_time(&other, now).await.unwrap();
    assert_eq!(other, Some(a_reset()));
}

async fn of_twenty_who_use_one_at_the_same_time_one_does(store: &Opened) {
    let (secret, now) = (hash(), now());
    let expires_at = now + TimeDelta::hours(1);
    store
        .put_one_time(&secret, &a_reset(), expires_at)
        .await
        .unwrap();

    let use_it = (0..20).map(|_| {
        let store = store.store.clone();
        tokio::spawn(async move { store.take_one_time(&secret, now).await.unwrap() })
    });
    let told = join_all(use_it)
        .await
        .into_iter()
        .filter_map(Result::unwrap);

    assert_eq!(told.collect::<Vec<_>>(), [a_reset()]);
}

async fn an_unknown_secret_stands_for_nothing(store: &Opened) {
    let now = now();
    let expires_at = now + TimeDelta::hours(1);
    store
        .put_one_time(&hash(), &a_reset(), expires_at)
        .await
        .unwrap();

    assert_eq!(store.find_one_time(&hash(), now).await.unwrap(), None);
    assert_eq!(store.take_one_time(&hash(), now).await.unwrap(), None);
}

async fn what_has_expired_is_not_there(store: &Opened) {
    let end = now() + TimeDelta::hours(1);
    let before = end - TimeDelta::milliseconds(1);
    let (found, taken, late) = (hash(), hash(), hash());
    for secret in [found, taken, late] {
        store.put_one_time(&secret, &a_reset(), end).await.unwrap();
    }
    let past = hash();
    store.put_one_time(&past, &a_reset(), now()).await.unwrap();

    assert_eq!(
        store.find_one_time(&found, before).await.unwrap(),
        Some(a_reset())
    );
    assert_eq!(store.find_one_time(&found, end).await.unwrap(), None);
    assert_eq!(
        store.take_one_time(&taken, before).await.unwrap(),
        Some(a_reset())
    );
    assert_eq!(store.take_one_time(&late, end).await.unwrap(), None);
    assert_eq!(store.find_one_time(&past, now()).await.unwrap(), None);
}

#[tokio::test]
async fn redis_forgets_what_has_expired() {
    let (url, prefix) = servers::redis_url();
    let store = RedisOneTime::new(RedisDb::open(&url, &prefix, PATIENT).unwrap());
    // Again where a busy machine has not looked at what is there before that goes.
    for _ in 0..7 {
        let end = now() + TimeDelta::seconds(5);
        store.put_one_time(&hash(), &a_reset(), end).await.unwrap();
        let begun = servers::redis_keys(&prefix).await.len();
        let is_in_time = now() < end;
        while now() <= end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let left = servers::redis_keys(&prefix).await;
        assert_eq!(left, Vec::<String>::new());
        if is_in_time {
            assert_eq!(begun, 2);
            return;
        }
    }
    panic!("the machine is too busy for any of them");
}
