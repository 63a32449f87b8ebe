//! A store, and servers that have it open.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::memory::{
    CachedGraph, CatalogSnapshot, MemoryEvents, MemoryLeases, ObservedWatching, Tastes,
};
use reelgraph::adapters::sqlite::{
    SqliteCatalog, SqliteDb, SqliteGraph, SqliteNotes, SqliteWatching,
};
use reelgraph::domain::catalog::{CatalogPorts, CatalogService};
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::events::EventBus;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::lease::Leases;
use reelgraph::domain::recommend::{
    Freshness, GraphFollower, GraphProjection, GraphService, ProjectionPorts, SimilarService,
    Taste, TasteGraph,
};
use reelgraph::domain::watching::{
    Change, ImportedWatch, Recorder, Touched, WatchPorts, WatchRules, WatchService, WatchedItem,
};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::support::ports::recording;

use super::counting::CountingGraph;
use super::history::CountingHistory;
use super::source::CountingSource;

pub(super) const ANN: ProfileId = ProfileId(1);
pub(super) const BEN: ProfileId = ProfileId(2);

/// How long a taste is trusted: longer than any test takes, so that one is read anew only if something says that it is to
/// be, however busy the machine is.
const TRUSTED: Duration = Duration::from_secs(3600);

/// A server: its caches, in front of a graph and a history that count what they are asked.
pub(super) struct Server {
    pub(super) graph: CachedGraph,
    /// The graph itself, which is written to.
    pub(super) store: SqliteGraph,
    pub(super) asked: Arc<CountingGraph>,
    /// What tastes are read from.
    pub(super) history: Arc<CountingHistory>,
    pub(super) watching: ObservedWatching,
    /// The record that all of it is made from.
    pub(super) record: Arc<SqliteWatching>,
    /// The same as the projector reads it.
    pub(super) source: Arc<CountingSource>,
    pub(super) projector: GraphService,
    /// Observes events as the job does.
    _observing: JoinSet<()>,
}

/// An empty folder for an embedded store.
pub(super) fn store() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A server of its own.
pub(super) fn server(store: &TempDir) -> Server {
    let events = MemoryEvents::new();
    let bus: Arc<dyn EventBus> = Arc::new(events.clone());
    Server::open(store.path(), &events, &bus)
}

impl Server {
    /// Forgets a profile, in the order that erasures do.
    pub(super) async fn erase(&self, profile: ProfileId) {
        self.store.erase_profile(profile).await.unwrap();
        self.watching.erase_profile(profile).await.unwrap();
    }

    /// Opens a store. What is said in `received` is observed, what is written is published on `bus`.
    pub(super) fn open(folder: &Path, received: &MemoryEvents, bus: &Arc<dyn EventBus>) -> Self {
        Self::open_beside(folder, received, bus, Arc::new(MemoryLeases::new()))
    }

    /// The same for a server that takes turns with those that have the same leases.
    pub(super) fn open_beside(
        folder: &Path,
        received: &MemoryEvents,
        bus: &Arc<dyn EventBus>,
        leases: Arc<dyn Leases>,
    ) -> Self {
        let db = SqliteDb::open(&folder.join("reelgraph.db")).unwrap();
        let store = SqliteGraph::new(db.clone());
        let asked = Arc::new(CountingGraph::new(store.clone()));
        let record = Arc::new(SqliteWatching::new(db.clone()));
        let ports = WatchPorts::on(Arc::clone(&record), recording());
        let history = Arc::new(CountingHistory::new(Arc::clone(&ports.history)));
        let tastes = Tastes::trusted_for(history.clone(), TRUSTED);
        let graph = CachedGraph::new(asked.clone(), tastes.clone());
        let watching = ObservedWatching::new(ports.recorder, ports.feedback, tastes);
        let mut observing = JoinSet::new();
        let (follower, mut events) = (graph.clone(), received.subscribe());
        observing.spawn(async move {
            while let Ok(event) = events.recv().await {
                follower.observe(&event);
            }
        });
        let source = Arc::new(CountingSource::new(Arc::clone(&record)));
        let watches = Arc::clone(&source);
        Self {
            projector: projector(&store, &db, Arc::clone(&record), watches, bus, leases),
            record,
            source,
            graph,
            store,
            asked,
            history,
            watching,
            _observing: observing,
        }
    }

    pub(super) async fn taste(&self, profile: ProfileId) -> Arc<Taste> {
        self.graph.taste(profile).await.unwrap()
    }

    /// The titles of a profile's taste.
    pub(super) async fn tasted(&self, profile: ProfileId) -> Vec<u64> {
        let taste = self.taste(profile).await;
        taste.edges.iter().map(|edge| edge.title.0).collect()
    }

    pub(super) async fn record(&self, watches: &[ImportedWatch]) {
        let (touched, change) = importing(watches);
        self.watching.maintain(&touched, change).await.unwrap();
    }

    /// Carries everything into the graph, and waits until it is observed.
    pub(super) async fn project(&self) {
        self.projector.drain().await.unwrap();
        // The listener is on the same thread, so it has its turn in between.
        tokio::task::yield_now().await;
    }
}

/// The rows that recording watches touches, and what it does to them.
pub(super) fn importing(watches: &[ImportedWatch]) -> (Vec<Touched>, Change) {
    let play_refs: Vec<_> = watches.iter().map(ImportedWatch::play_ref).collect();
    let touched: Vec<Touched> = play_refs.iter().copied().map(Touched::from).collect();
    let pairs: Vec<_> = play_refs.iter().copied().zip(watches.to_vec()).collect();
    let change: Change = Arc::new(move |ledger| {
        pairs.iter().try_for_each(|(play_ref, watch)| {
            ledger.import(&WatchRules::default(), play_ref, watch, at(0))
        })
    });
    (touched, change)
}

/// A moment, in minutes after some evening.
pub(super) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
}

/// A whole film, watched at a moment.
pub(super) fn watch(profile: ProfileId, film: u64, minutes: i64) -> ImportedWatch {
    ImportedWatch {
        profile,
        item: WatchedItem::Film(TitleId(film)),
        title: TitleId(film),
        at: at(minutes),
        completion: 1.0,
        liked: None,
        duration: Some(3600.0),
        day: None,
    }
}

/// The same watch, of which nothing was seen after all.
pub(super) fn nothing_of(watch: &ImportedWatch) -> ImportedWatch {
    ImportedWatch {
        completion: 0.0,
        ..watch.clone()
    }
}

/// What projects the record into a graph.
fn projector(
    graph: &SqliteGraph,
    db: &SqliteDb,
    record: Arc<SqliteWatching>,
    watches: Arc<CountingSource>,
    bus: &Arc<dyn EventBus>,
    leases: Arc<dyn Leases>,
) -> GraphService {
    let catalog = Arc::new(SqliteCatalog::new(db.clone()));
    let ports = ProjectionPorts {
        graph: Arc::new(graph.clone()),
        titles: catalog.clone(),
        watches,
        watchers: catalog.clone(),
        notes: Arc::new(SqliteNotes::new(db.clone())),
        leases,
    };
    let catalog = CatalogService::new(CatalogPorts::on(Arc::new(CatalogSnapshot::new(catalog))));
    let watching = WatchService::new(
        WatchPorts::on(record, recording()),
        catalog.clone(),
        WatchRules::default(),
        Arc::new(SystemClock),
        Arc::clone(bus),
    );
    let similar = SimilarService::new(
        ports.clone(),
        catalog.clone(),
        watching.clone(),
        Arc::clone(bus),
        Arc::new(SystemClock),
        Freshness::default(),
    );
    let clock = Arc::new(SystemClock);
    GraphService::new(ports, catalog, watching, similar, Arc::clone(bus), clock)
}
