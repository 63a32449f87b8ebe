//! Every `PersistedStore` keeps what its documentation says, and no more. It goes by a clock of its own, so what must not
//! happen in the meantime is given a month, and what must pass passes.

use std::sync::Arc;
use std::time::Duration;

use reelgraph::adapters::memory::MemoryPersisted;
use reelgraph::adapters::redis::{RedisDb, RedisPersisted};
use reelgraph::domain::persisted::{Bounds, DocumentHash, OVERHEAD, PersistedStore};

use super::Backend;
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [memory, redis]:
    what_was_put_is_there_by_its_hash,
    to_put_it_again_takes_no_more_room,
    what_was_not_used_for_the_longest_time_is_forgotten_first,
    the_bounds_hold_whatever_is_put,
    what_is_larger_than_the_bounds_is_not_kept,
    what_nobody_uses_is_forgotten_in_time,
);

/// A site without any.
struct Opened {
    redis: Option<RedisDb>,
}

impl Opened {
    fn store(&self, bounds: Bounds) -> Arc<dyn PersistedStore> {
        match &self.redis {
            Some(redis) => Arc::new(RedisPersisted::new(redis.clone(), bounds)),
            None => Arc::new(MemoryPersisted::new(bounds)),
        }
    }
}

async fn open(backend: Backend) -> Opened {
    let (url, prefix) = servers::redis_url();
    let redis = || RedisDb::open(&url, &prefix, PATIENT).unwrap();
    Opened {
        redis: (backend == Backend::redis).then(redis),
    }
}

/// A text of 100 bytes, another one for each number.
fn text(number: usize) -> String {
    format!("{number:0100}")
}

async fn put(store: &dyn PersistedStore, text: &str) {
    let hash = DocumentHash::of(text);
    store.put_persisted(hash, text).await.unwrap();
}

async fn found(store: &dyn PersistedStore, text: &str) -> Option<String> {
    store.persisted(DocumentHash::of(text)).await.unwrap()
}

/// Room for so many of those texts.
fn room_for(count: usize) -> Bounds {
    Bounds {
        bytes: count * (100 + OVERHEAD),
        ..Bounds::default()
    }
}

async fn what_was_put_is_there_by_its_hash(site: &Opened) {
    let store = site.store(Bounds::default());
    let texts = [
        "{ __typename }",
        "query Ä { film(slug: \"ä\\n\") { name } }",
        "",
    ];

    for text in texts {
        assert_eq!(found(&*store, text).await, None);
        put(&*store, text).await;
    }

    for text in texts {
        assert_eq!(found(&*store, text).await.as_deref(), Some(text));
    }
    assert_eq!(found(&*store, "{ other }").await, None);
}

async fn to_put_it_again_takes_no_more_room(site: &Opened) {
    let store = site.store(room_for(2));
    put(&*store, &text(1)).await;

    for _ in 0..10 {
        put(&*store, &text(2)).await;
    }

    assert_eq!(found(&*store, &text(1)).await, Some(text(1)));
    assert_eq!(found(&*store, &text(2)).await, Some(text(2)));
}

async fn what_was_not_used_for_the_longest_time_is_forgotten_first(site: &Opened) {
    let store = site.store(room_for(3));
    for number in 1..=3 {
        put(&*store, &text(number)).await;
    }

    found(&*store, &text(1)).await;
    put(&*store, &text(2)).await;
    put(&*store, &text(4)).await;

    assert_eq!(found(&*store, &text(3)).await, None);
    for number in [1, 2, 4] {
        assert_eq!(found(&*store, &text(number)).await, Some(text(number)));
    }
}

async fn the_bounds_hold_whatever_is_put(site: &Opened) {
    let store = site.store(room_for(7));

    for number in 0..100 {
        put(&*store, &text(number)).await;
    }

    let mut kept = Vec::new();
    for number in 0..100 {
        kept.extend(found(&*store, &text(number)).await.map(|_| number));
    }
    assert_eq!(kept, (93..100).collect::<Vec<_>>());
}

async fn what_is_larger_than_the_bounds_is_not_kept(site: &Opened) {
    let store = site.store(room_for(2));

    put(&*store, &"x".repeat(2_000)).await;
    put(&*store, &text(1)).await;

    assert_eq!(found(&*store, &"x".repeat(2_000)).await, None);
    assert_eq!(found(&*store, &text(1)).await, Some(text(1)));
}

async fn what_nobody_uses_is_forgotten_in_time(site: &Opened) {
    let store = site.store(Bounds {
        idle: Duration::from_millis(300),
        ..Bounds::default()
    });
    put(&*store, &text(1)).await;

    tokio::time::sleep(Duration::from_secs(1)).await;

    assert_eq!(found(&*store, &text(1)).await, None);
}
