//! What one server writes is seen on the others at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reelgraph::adapters::memory::MemoryEvents;
use reelgraph::adapters::redis::{RedisDb, RedisEvents};
use reelgraph::domain::events::{Event, EventBus};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::{ANN, Server, store, watch};
use crate::support::program::{On, Program};
use crate::support::servers::{self, PATIENT};

/// Sooner than a taste that was read is too old to be trusted: what is seen by then was told.
const BEFORE_DISTRUST: Duration = Duration::from_secs(12);

/// A server of a site, which others can talk to already.
async fn server(store: &TempDir, prefix: &str) -> Server {
    let (url, _) = servers::redis_url();
    let local = MemoryEvents::new();
    let mut received = local.subscribe();
    let db = RedisDb::open(&url, prefix, PATIENT).unwrap();
    let bus: Arc<dyn EventBus> = Arc::new(RedisEvents::new(db, Arc::new(local.clone())));
    let server = Server::open(store.path(), &local, &bus);
    assert_eq!(received.recv().await.unwrap(), Event::Missed);
    server
}

#[tokio::test]
async fn a_watch_is_seen_on_every_server_at_once() {
    let store = store();
    let (_, prefix) = servers::redis_url();
    let one = server(&store, &prefix).await;
    let other = server(&store, &prefix).await;
    let projecting = server(&store, &prefix).await;
    for server in [&one, &other] {
        assert_eq!(server.tasted(ANN).await, [0; 0]);
    }

    for film in 1..=5 {
        one.record(&[watch(ANN, film, 0)]).await;
        assert_eq!(one.tasted(ANN).await.len() as u64, film);
        projecting.project().await;
        let started = Instant::now();
        while other.tasted(ANN).await.len() as u64 != film {
            assert!(started.elapsed() < BEFORE_DISTRUST, "film {film}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    // It was told each time, and did not just ask all the time.
    assert_eq!(other.history.tastes(), 6);
}

/// Two servers of one site, as they are run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suggestions_follow_a_watch_on_another_server() {
    let program = Program::seeded(On::Servers).await;
    let mut one = program.serve().await;
    let mut other = program.serve().await;
    one.register("ada@example.org").await;
    other.set_cookie(one.cookie().map(str::to_owned));
    let suggestions = "{ viewer { profile { recommendations(first: 20) { nodes { slug } } } } }";
    let list = |data: &Value| data["viewer"]["profile"]["recommendations"]["nodes"].clone();
    let heat = one.id_of("film", "heat-1995").await;
    let before = [&one, &other].map(|site| site.ask(suggestions, json!({})));
    let [before, same] = futures::future::join_all(before).await.try_into().unwrap();
    assert_eq!(list(&before), list(&same));

    let play = "00000000-0000-4000-8000-000000000001";
    one.watch(&heat, play, 10_000.0, "2026-01-01T20:00:00Z")
        .await;
    let at_once = one.ask(suggestions, json!({})).await;

    assert_ne!(list(&at_once), list(&before));
    let followed = other.wait_for(BEFORE_DISTRUST, suggestions, |data| {
        list(data) == list(&at_once)
    });
    assert_eq!(list(&followed.await), list(&at_once));
}
