//! Making the graph anew beside everything else that goes on: it ends, and keeps its lease as long as a step takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reelgraph::adapters::memory::{MemoryEvents, MemoryLeases};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::events::EventBus;
use reelgraph::domain::ids::ProfileId;
use reelgraph::domain::lease::Leases;
use reelgraph::domain::page::Window;
use reelgraph::domain::recommend::{GraphProjection, RebuildStep, WatchSource};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{FeedbackStore, HistoryStore, ListedTitle, TitleList};
use uuid::Uuid;

use super::support::{ANN, BEN, Server, at, server, store, watch};

/// How many steps are more than any of these takes.
const MANY: usize = 200;

/// Does all steps, and says from how many documents that was.
pub(super) async fn finish(server: &Server) -> u64 {
    for _ in 0..MANY {
        match step(server).await {
            RebuildStep::Finished(documents) => return documents,
            RebuildStep::Did(_) => {}
            other => panic!("{other:?}"),
        }
    }
    panic!("it does not end");
}

async fn step(server: &Server) -> RebuildStep {
    let pause = |_| std::future::pending();
    server.projector.rebuild_step(pause).await.unwrap()
}

#[tokio::test]
async fn what_is_written_meanwhile_keeps_nothing_from_its_end() {
    let store = store();
    let server = server(&store);
    server.record(&[watch(ANN, 1, 0)]).await;
    let others = |from| (from..from + 100).map(|film| watch(BEN, film, 0));
    server.source.record_meanwhile(others(100).collect());

    let drained = server.projector.drain().await.unwrap();
    let left = server.source.left();
    server.source.record_meanwhile(others(300).collect());
    server.projector.begin_rebuild().await.unwrap();
    let rebuilt = finish(&server).await;

    assert_eq!((drained, left), (1, 99));
    assert_eq!(rebuilt, 2);
    assert!(server.source.left() > 90);
}

#[tokio::test]
async fn the_rest_is_projected_whoever_has_the_turns() {
    let (store, leases) = (store(), MemoryLeases::new());
    let events = MemoryEvents::new();
    let bus: Arc<dyn EventBus> = Arc::new(events.clone());
    let shared: Arc<dyn Leases> = Arc::new(leases.clone());
    let server = Server::open_beside(store.path(), &events, &bus, shared);
    server.record(&[watch(ANN, 1, 0)]).await;
    // A round of departures, which are whoever's that has their lease.
    let films: Vec<_> = (1..=500).map(|film| watch(BEN, film, 0)).collect();
    server.record(&films).await;
    server.erase(BEN).await;
    let (another, minute) = (Uuid::from_u128(7), Duration::from_secs(60));
    for name in ["project:departures", "project:watches:1"] {
        assert!(leases.acquire(name, another, minute).await.unwrap());
    }
    server.projector.begin_rebuild().await.unwrap();

    let mut phases = Vec::new();
    let elsewhere = loop {
        match step(&server).await {
            RebuildStep::Did(phase) => phases.push(phase),
            other => break other,
        }
        assert!(phases.len() < MANY);
    };
    leases.release("project:departures", another).await.unwrap();
    let documents = finish(&server).await;

    assert_eq!(elsewhere, RebuildStep::Elsewhere("projecting"));
    assert_eq!(server.store.counts().await.unwrap().watched, 1);
    assert_eq!(documents, 1);
}

#[tokio::test]
async fn who_was_erased_is_erased_again_if_only_lists_of_titles_came_back() {
    for list in [TitleList::Hidden, TitleList::Watchlist] {
        let store = store();
        let server = server(&store);
        let listed = ListedTitle {
            profile: ANN,
            title: watch(ANN, 1, 0).title,
            stamp: Stamp::first(at(0)),
        };
        server.record.list_title(list, &listed, 9).await.unwrap();
        let tombstones = [ANN.tombstone()];
        server.record.put_tombstones(&tombstones).await.unwrap();

        server.projector.begin_rebuild().await.unwrap();
        finish(&server).await;

        let window = Window::first(9);
        let left = server.record.listed_titles(ANN, list, &window).await;
        assert_eq!(left.unwrap().rows, []);
        let recorded = server.record.profiles_after(None, 9).await.unwrap();
        assert_eq!(recorded, Vec::<ProfileId>::new());
    }
}

/// Leases that count how often that of the rebuild is asked for.
#[derive(Default)]
struct Counted {
    leases: MemoryLeases,
    asked: AtomicUsize,
}

#[async_trait]
impl Leases for Counted {
    async fn acquire(&self, name: &str, holder: Uuid, time: Duration) -> Result<bool, StoreError> {
        if name == "rebuild_graph" {
            self.asked.fetch_add(1, Ordering::SeqCst);
        }
        self.leases.acquire(name, holder, time).await
    }

    async fn release(&self, name: &str, holder: Uuid) -> Result<(), StoreError> {
        self.leases.release(name, holder).await
    }
}

#[tokio::test]
async fn the_lease_is_renewed_while_a_step_goes_on() {
    let (store, leases) = (store(), Arc::new(Counted::default()));
    let events = MemoryEvents::new();
    let bus: Arc<dyn EventBus> = Arc::new(events.clone());
    let server = Server::open_beside(store.path(), &events, &bus, leases.clone());
    server.record(&[watch(ANN, 1, 0)]).await;
    server.projector.begin_rebuild().await.unwrap();

    // However short a pause is, the step comes to its end. The first is over before the store can have answered.
    let pauses = AtomicUsize::new(0);
    let pause = |time: Duration| {
        assert!(time < Duration::from_secs(5), "{time:?}");
        let is_first = pauses.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if !is_first {
                tokio::task::yield_now().await;
            }
        }
    };
    server.projector.rebuild_step(pause).await.unwrap();

    assert!(leases.asked.load(Ordering::SeqCst) > 1);
}
