//! Servers that project what waits take turns, and none waits for one that has its turn elsewhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use reelgraph::adapters::memory::{MemoryEvents, MemoryLeases};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::events::EventBus;
use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::lease::Leases;
use reelgraph::domain::recommend::{GraphProjection, Turns, WatchSource};
use tempfile::TempDir;
use uuid::Uuid;

use super::rebuilds::finish;
use super::support::{BEN, Server, store, watch};
use crate::support::SOON;

fn server(store: &TempDir, leases: &MemoryLeases) -> Server {
    open(store, Arc::new(leases.clone()))
}

fn open(store: &TempDir, leases: Arc<dyn Leases>) -> Server {
    let events = MemoryEvents::new();
    let bus: Arc<dyn EventBus> = Arc::new(events.clone());
    Server::open_beside(store.path(), &events, &bus, leases)
}

/// Leases that end only when they are released: whoever stands still for a while on a busy machine would lose another, and
/// then some of the work is done twice.
#[derive(Clone, Default)]
struct Unending(MemoryLeases);

#[async_trait]
impl Leases for Unending {
    async fn acquire(&self, name: &str, holder: Uuid, _: Duration) -> Result<bool, StoreError> {
        let hour = Duration::from_secs(3600);
        self.0.acquire(name, holder, hour).await
    }

    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        self.0.release(name, holder).await
    }
}

/// Projects until everything is in the graph, and says how many documents that were here.
async fn work(server: &Server, edges: u64) -> usize {
    let (mut turns, mut projected) = (Turns::default(), 0);
    let started = Instant::now();
    while server.store.counts().await.unwrap().watched < edges {
        assert!(started.elapsed() < SOON);
        match server.projector.project_in_turn(&mut turns).await.unwrap() {
            0 => tokio::time::sleep(Duration::from_millis(2)).await,
            more => projected += more,
        }
    }
    server.projector.leave_turns(&mut turns).await;
    projected
}

async fn record(server: &Server, profiles: u64, films: u64) {
    for profile in 1..=profiles {
        let watches: Vec<_> = (1..=films)
            .map(|film| watch(ProfileId(profile), film, 0))
            .collect();
        server.record(&watches).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_server_projects_what_another_does() {
    let (store, leases) = (store(), Unending::default());
    let server = || open(&store, Arc::new(leases.clone()));
    let servers = [server(), server()];

    let mut projected = 0;
    for round in 1..=5 {
        record(&servers[0], 40, 10 * round).await;
        let work = servers.iter().map(|server| work(server, 400 * round));
        projected += futures::future::join_all(work).await.iter().sum::<usize>();
    }

    // What was recorded again in a later round has not changed, so it did not wait again.
    assert_eq!(projected, 2000);
}

const WATCHES: &str = "project:watches";

#[tokio::test]
async fn what_is_another_servers_turn_waits_and_nothing_else() {
    let (store, leases) = (store(), MemoryLeases::new());
    let server = server(&store, &leases);
    record(&server, 16, 2).await;
    let (another, minute) = (Uuid::from_u128(7), Duration::from_secs(60));
    assert!(
        leases
            .acquire("project:titles", another, minute)
            .await
            .unwrap()
    );
    let mut turns = Turns::default();

    let projected = server.projector.project_in_turn(&mut turns).await.unwrap();
    let left = server.projector.project_in_turn(&mut turns).await.unwrap();

    assert_eq!((projected, left), (32, 0));
    // Where nothing is left to do, everything is free for others.
    assert!(leases.acquire(WATCHES, another, minute).await.unwrap());
}

#[tokio::test]
async fn what_another_leaves_is_done_once_that_is_over() {
    let (store, leases) = (store(), MemoryLeases::new());
    let server = server(&store, &leases);
    record(&server, 16, 2).await;
    let (another, minute) = (Uuid::from_u128(7), Duration::from_secs(60));
    assert!(leases.acquire(WATCHES, another, minute).await.unwrap());
    let mut turns = Turns::default();

    let refused = server.projector.project_in_turn(&mut turns).await.unwrap();
    leases.release(WATCHES, another).await.unwrap();

    assert_eq!(refused, 0);
    let started = Instant::now();
    let mut projected = 0;
    while projected == 0 {
        assert!(started.elapsed() < SOON);
        projected = server.projector.project_in_turn(&mut turns).await.unwrap();
    }
    assert_eq!(projected, 32);
}

#[tokio::test]
async fn who_has_no_turn_reads_no_more_than_it_takes_to_see_that() {
    let (store, leases) = (store(), MemoryLeases::new());
    let server = server(&store, &leases);
    record(&server, 8, 50).await;
    let (another, minute) = (Uuid::from_u128(7), Duration::from_secs(60));
    assert!(leases.acquire(WATCHES, another, minute).await.unwrap());

    let mut turns = Turns::default();
    let projected = server.projector.project_in_turn(&mut turns).await.unwrap();

    assert_eq!(projected, 0);
    assert_eq!(server.source.read(), 50, "of 400");
}

/// Leases that cannot be asked for, all or one of them.
struct Faulty {
    leases: MemoryLeases,
    is_away: bool,
}

#[async_trait]
impl Leases for Faulty {
    async fn acquire(&self, name: &str, holder: Uuid, time: Duration) -> Result<bool, StoreError> {
        if self.is_away {
            return Err(StoreError::unavailable("away"));
        }
        if name == WATCHES {
            return Err(StoreError::failed("broken"));
        }
        self.leases.acquire(name, holder, time).await
    }

    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        if self.is_away {
            return Err(StoreError::unavailable("away"));
        }
        self.leases.release(name, holder).await
    }
}

fn beside(store: &TempDir, leases: &MemoryLeases, is_away: bool) -> Server {
    let leases = Faulty {
        leases: leases.clone(),
        is_away,
    };
    open(store, Arc::new(leases))
}

#[tokio::test]
async fn leases_that_are_away_stop_no_work() {
    let (store, leases) = (store(), MemoryLeases::new());
    let server = beside(&store, &leases, true);
    record(&server, 16, 2).await;
    let mut turns = Turns::default();

    let projected = server.projector.project_in_turn(&mut turns).await.unwrap();
    let nothing = server.projector.project_in_turn(&mut turns).await.unwrap();
    server.projector.begin_rebuild().await.unwrap();
    let rebuilt = finish(&server).await;

    assert_eq!((projected, nothing, rebuilt), (32, 0, 32));
}

#[tokio::test]
async fn leases_that_were_got_beside_one_that_fails_are_left_again() {
    let (store, leases) = (store(), MemoryLeases::new());
    let server = beside(&store, &leases, false);
    record(&server, 2, 1).await;
    server.project().await;
    server.erase(BEN).await;
    record(&server, 1, 2).await;
    let mut turns = Turns::default();

    let failed = server.projector.project_in_turn(&mut turns).await;

    assert!(failed.is_err());
    let departures = server.record.unprojected_departures(9).await.unwrap();
    assert_eq!(departures, [], "a queue that fails keeps no other waiting");
    let (another, minute) = (Uuid::from_u128(7), Duration::from_secs(60));
    let departures = "project:departures";
    assert!(leases.acquire(departures, another, minute).await.unwrap());
}
