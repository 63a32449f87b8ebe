//! What one server writes is seen on the others at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reelgraph::adapters::memory::MemoryEvents;
use reelgraph::adapters::redis::{RedisDb, RedisEvents};
use reelgraph::domain::events::{Event, EventBus};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::{ANN, Server, store, watch};
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
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
            assert!(started.elapsed() < SOON, "film {film}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    // It was told each time, and did not just ask all the time.
    assert_eq!(other.history.tastes(), 6);
}

/// What each of two servers suggests to the same viewer.
async fn suggested([here, there]: [&Site; 2]) -> [Value; 2] {
    tokio::join!(list(here), list(there)).into()
}

async fn list(site: &Site) -> Value {
    let query = "{ viewer { profile { recommendations(first: 20) { nodes { slug } } } } }";
    let mut seen = site.ask(query, json!({})).await;
    seen["viewer"]["profile"]["recommendations"]["nodes"].take()
}

/// Two servers of one site, as they are run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn suggestions_follow_a_watch_on_another_server() {
    let program = Program::seeded(On::Servers).await;
    let mut one = program.serve().await;
    let mut other = program.serve().await;
    one.register("ada@example.org").await;
    other.set_cookie(one.cookie().map(str::to_owned));
    let servers = [&one, &other];
    let [nothing_known, same] = suggested(servers).await;
    assert_eq!(nothing_known, same);

    // A machine that has much else to do may be late with one of them.
    let mut late = Vec::new();
    for (number, slug) in (1..).zip(["heat-1995", "casino-1995", "the-godfather-1972"]) {
        let film = one.id_of("film", slug).await;
        let [before, _] = suggested(servers).await;
        let play = format!("00000000-0000-4000-8000-{number:012}");
        let at = format!("2026-01-0{number}T20:00:00Z");
        one.watch(&film, &play, 10_000.0, &at).await;
        let started = Instant::now();
        let [at_once, _] = suggested(servers).await;
        assert_ne!(at_once, before);
        loop {
            // What is projected moves one or the other on both.
            let [here, there] = suggested(servers).await;
            if there == here && there != before {
                break;
            }
            assert!(started.elapsed() < SOON, "{slug}: still {there}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if started.elapsed() < BEFORE_DISTRUST {
            return;
        }
        late.push(started.elapsed());
    }
    panic!("it is followed only once it is not trusted any more: {late:?}");
}
