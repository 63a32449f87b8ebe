//! The beginning of a list is the same, however much of the list is made.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::adapters::memory::{CatalogSnapshot, MemoryEvents, MemoryLists, TokioTasks};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb, SqliteGraph, SqliteWatching};
use reelgraph::domain::catalog::{CatalogBatch, CatalogPorts, CatalogService, Title, Visibility};
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::ids::{GenreId, ProfileId, TitleId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::page::MAX_PAGE;
use reelgraph::domain::recommend::{
    Extent, GraphProjection, Ranking, RecommendPorts, RecommendService, Recommendation,
    TastesInGraph, WatchedEdge, WatchersStore,
};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{
    FeedbackStore, Mute, MutedSource, WatchPorts, WatchRules, WatchService,
};
use tempfile::TempDir;

use crate::conformance::catalog::samples::film;
use crate::conformance::graph::{film_by, solved, then, watched};
use crate::support::ports::recording;

const TITLES: u64 = 700;
/// How many titles each of the viewers has watched.
const WATCHED: [u64; 4] = [1, 3, 20, 60];

/// Viewers, and titles of which some are well known and little speaks for them.
struct Site {
    _store: TempDir,
    recommend: RecommendService,
    watching: Arc<SqliteWatching>,
}

async fn site() -> Site {
    let store = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&store.path().join("reelgraph.sqlite")).unwrap();
    let mut random = StdRng::seed_from_u64(7);
    let titles = (1..=TITLES).map(|id| Title {
        genres: vec![GenreId(id % 5)],
        collection: None,
        ..film(id)
    });
    let catalog = Arc::new(SqliteCatalog::new(db.clone()));
    let batch = CatalogBatch {
        titles: titles.collect(),
        ..CatalogBatch::default()
    };
    catalog.put(&batch).await.unwrap();
    let viewers = (1..=TITLES).map(|id| (TitleId(id), random.random_range(0..1000)));
    let viewers: Vec<(TitleId, u64)> = viewers.collect();
    catalog.put_watchers(1, &viewers).await.unwrap();
    let graph = SqliteGraph::new(db.clone());
    let nodes: Vec<_> = (1..=TITLES).map(|id| film_by(id, &[], &[])).collect();
    graph.put_titles(&nodes).await.unwrap();
    for many in WATCHED {
        // The viewer is called like the number of titles watched.
        let edges: Vec<_> = (1..=many).map(|id| liked(many, id)).collect();
        graph.put_watched(&edges).await.unwrap();
    }
    // Small enough for popularity to matter.
    let mut weights = || -> Vec<(u64, f64)> {
        let from = 1..=60;
        from.map(|from| (from, random.random_range(-0.01..0.1)))
            .collect()
    };
    let solutions: Vec<_> = (1..=TITLES)
        .map(|title| solved(title, &weights(), &[]))
        .collect();
    graph.replace_similar(&solutions, then()).await.unwrap();
    let watching = Arc::new(SqliteWatching::new(db));
    let (catalog, rules) = (
        CatalogService::new(CatalogPorts::on(Arc::new(CatalogSnapshot::new(catalog)))),
        WatchRules::default(),
    );
    let events = Arc::new(MemoryEvents::new());
    let service = WatchService::new(
        WatchPorts::on(Arc::clone(&watching), recording()),
        catalog.clone(),
        rules,
        Arc::new(SystemClock),
        events,
    );
    Site {
        _store: store,
        recommend: RecommendService::new(
            RecommendPorts {
                tastes: Arc::new(TastesInGraph::new(Arc::new(graph.clone()))),
                graph: Arc::new(graph),
                lists: Arc::new(MemoryLists::new()),
                clock: Arc::new(SystemClock),
                tasks: Arc::new(TokioTasks),
            },
            catalog,
            service,
            rules,
            Ranking::default(),
        ),
        watching,
    }
}

fn liked(profile: u64, title: u64) -> WatchedEdge {
    WatchedEdge {
        liked: Some(true),
        ..watched(profile, title, 1.0)
    }
}

impl Site {
    async fn list(&self, viewer: u64, extent: Extent) -> Arc<[Recommendation]> {
        let everything = Visibility::everything();
        let list = self
            .recommend
            .recommendations(&everything, ProfileId(viewer), None, extent);
        list.await.unwrap()
    }
}

#[tokio::test]
async fn a_page_is_the_beginning_of_the_whole() {
    let site = site().await;

    for viewer in WATCHED {
        // In this order, for what is kept of the whole serves for a page.
        let short = site.list(viewer, Extent::ShortPage).await;
        let page = site.list(viewer, Extent::Page).await;
        let whole = site.list(viewer, Extent::Whole).await;

        assert_eq!(whole.len(), 300, "{viewer}");
        assert!(short.len() > 30 && page.len() > MAX_PAGE, "{viewer}");
        assert_eq!(*short, whole[..short.len()], "{viewer}");
        assert_eq!(*page, whole[..page.len()], "{viewer}");
    }
}

#[tokio::test]
async fn a_page_is_the_beginning_of_the_whole_for_who_has_muted_something() {
    let site = site().await;
    for viewer in WATCHED {
        let mute = Mute {
            profile: ProfileId(viewer),
            source: MutedSource::Genre(GenreId(1)),
            stamp: Stamp::first(then()),
        };
        site.watching.put_mute(&mute, 10).await.unwrap();

        let page = site.list(viewer, Extent::Page).await;
        let whole = site.list(viewer, Extent::Whole).await;

        assert_eq!(*page, whole[..page.len()], "{viewer}");
    }
}

#[tokio::test]
async fn for_who_knows_much_a_page_costs_less_than_the_whole() {
    let site = site().await;

    let short = site.list(60, Extent::ShortPage).await;
    let page = site.list(60, Extent::Page).await;

    assert_eq!((short.len(), page.len()), (31, MAX_PAGE + 1));
}
