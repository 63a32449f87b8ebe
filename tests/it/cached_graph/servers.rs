//! What one server writes is seen on the others, within a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reelgraph::adapters::memory::MemoryEvents;
use reelgraph::adapters::redis::{RedisDb, RedisEvents};
use reelgraph::domain::events::Event;
use tempfile::TempDir;

use super::support::{ANN, Server, store, watch};
use crate::support::servers;

/// A server of a site, which others can talk to already.
async fn server(store: &TempDir, prefix: &str) -> Server {
    let (url, _) = servers::redis_url();
    let local = MemoryEvents::new();
    let mut heard = local.subscribe();
    let db = RedisDb::open(&url, prefix).unwrap();
    let bus = Arc::new(RedisEvents::new(db, Arc::new(local.clone())));
    let server = Server::open(store.path(), &local, bus);
    assert_eq!(heard.recv().await.unwrap(), Event::Missed);
    server
}

#[tokio::test]
async fn a_watch_is_seen_on_every_server_within_a_second() {
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
            assert!(started.elapsed() < Duration::from_secs(1), "film {film}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    // It was told each time, and did not just ask all the time.
    assert_eq!(other.asked.tastes(), 6);
}
