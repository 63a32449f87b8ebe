//! What suggestions cost for a viewer of whom nothing is in memory.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use reelgraph::adapters::memory::{CatalogSnapshot, MemoryEvents, MemoryLists, TokioTasks};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb, SqliteWatching};
use reelgraph::domain::catalog::{CatalogBatch, CatalogPorts, CatalogService, Title, Visibility};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::error::{Coded, ErrorCode};
use reelgraph::domain::ids::{GenreId, ProfileId, TitleId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::recommend::{
    Extent, GraphFollower, GraphProjection, Ranking, ReasonKind, RecommendPorts, RecommendService,
    Recommendation,
};
use reelgraph::domain::watching::{MOST_READ, WatchPorts, WatchRules, WatchService};
use tempfile::TempDir;

use super::support::{ANN, BEN, Server, at, server, store, watch};
use crate::conformance::catalog::samples::film;
use crate::conformance::graph::{solved, then};
use crate::support::ports::recording;

const CAT: ProfileId = ProfileId(3);
/// What those who watched the films 1 and 2 watch next.
const NEXT: TitleId = TitleId(3);

/// A clock that stands, so that a list stays fresh however busy the machine is.
struct Standing;

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        at(10)
    }
}

/// A site with films, viewers and edges, all of it in the stores alone.
async fn site() -> TempDir {
    let store = store();
    let db = SqliteDb::open(&store.path().join("reelgraph.db")).unwrap();
    let titles = (1..=40).map(|id| Title {
        genres: vec![GenreId(id % 5)],
        collection: None,
        ..film(id)
    });
    let batch = CatalogBatch {
        titles: titles.collect(),
        ..CatalogBatch::default()
    };
    SqliteCatalog::new(db).put(&batch).await.unwrap();
    let writing = server(&store);
    for viewer in [ANN, BEN, CAT] {
        let watches = [watch(viewer, 1, 0), watch(viewer, 2, 5)];
        writing.record(&watches).await;
    }
    writing.project().await;
    let solution = solved(NEXT.0, &[(1, 5.0), (2, 5.0)], &[]);
    let edges = writing.store.replace_similar(&[solution], then()).await;
    assert_eq!(edges.unwrap(), 2);
    store
}

/// The suggestions of a server.
fn suggesting(store: &TempDir, server: &Server) -> RecommendService {
    let db = SqliteDb::open(&store.path().join("reelgraph.db")).unwrap();
    let catalog = CatalogSnapshot::new(Arc::new(SqliteCatalog::new(db.clone())));
    let catalog = CatalogService::new(CatalogPorts::on(Arc::new(catalog)));
    let watching = WatchService::new(
        WatchPorts {
            history: server.history.clone(),
            ..WatchPorts::on(Arc::new(SqliteWatching::new(db)), recording())
        },
        catalog.clone(),
        WatchRules::default(),
        Arc::new(SystemClock),
        Arc::new(MemoryEvents::new()),
    );
    RecommendService::new(
        RecommendPorts {
            graph: Arc::new(server.graph.clone()),
            tastes: Arc::new(server.graph.clone()),
            lists: Arc::new(MemoryLists::new()),
            clock: Arc::new(Standing),
            tasks: Arc::new(TokioTasks),
        },
        catalog,
        watching,
        WatchRules::default(),
        Ranking::default(),
    )
}

async fn list(recommend: &RecommendService, viewer: ProfileId) -> Arc<[Recommendation]> {
    let everything = Visibility::everything();
    let list = recommend.recommendations(&everything, viewer, None, Extent::ShortPage);
    list.await.unwrap()
}

#[tokio::test]
async fn a_viewer_of_whom_nothing_is_known_costs_one_read_of_the_record() {
    let store = site().await;
    let cold = server(&store);
    let recommend = suggesting(&store, &cold);
    cold.graph.refresh().await.unwrap();
    let loaded = cold.asked.similar_reads();
    let everything = Visibility::everything();

    let of_ann = list(&recommend, ANN).await;
    assert_eq!((cold.history.calls(), cold.history.tastes()), (1, 1));
    let material = recommend.material(&everything, Some(BEN)).await.unwrap();
    let rows = material.rows(10, 10);
    assert_eq!((cold.history.calls(), cold.history.tastes()), (2, 2));
    // What was made a moment ago is there.
    assert!(Arc::ptr_eq(&of_ann, &list(&recommend, ANN).await));
    assert_eq!(cold.history.calls(), 2);

    assert_eq!(of_ann[0].title, NEXT);
    assert!(of_ann.iter().all(|found| found.title > TitleId(2)));
    assert!(!rows.is_empty());
    assert_eq!(
        (cold.asked.tastes(), cold.asked.similar_reads()),
        (0, loaded)
    );

    // Nor is the graph missed, as long as its edges are in memory.
    cold.asked.go_down();
    assert_eq!(list(&recommend, CAT).await, of_ann);
    let unread = server(&store);
    unread.asked.go_down();
    let popular = list(&suggesting(&store, &unread), CAT).await;
    assert!(!popular.is_empty());
    let mut kinds = popular.iter().map(|found| found.reasons[0].kind);
    assert!(kinds.all(|kind| kind == ReasonKind::Popular));
}

#[tokio::test]
async fn what_fails_is_asked_once_and_what_was_read_is_kept() {
    let store = site().await;
    let everything = Visibility::everything();
    let cold = server(&store);
    let recommend = suggesting(&store, &cold);
    cold.graph.refresh().await.unwrap();

    // A list and rows of one request. The answer is held back until both have asked: an embedded store may have it
    // before the second does.
    cold.history.hold();
    let (of_ann, material, ()) = tokio::join!(
        list(&recommend, ANN),
        recommend.material(&everything, Some(ANN)),
        async {
            cold.history.wait_for_held(1).await;
            cold.history.release();
        },
    );
    assert_eq!((cold.history.calls(), cold.history.tastes()), (1, 1));
    assert_eq!(of_ann[0].title, NEXT);
    assert!(!material.unwrap().rows(10, 10).is_empty());

    // The graph is needed for more titles than one read says, and not for what is left out.
    let films = 1000..=1000 + MOST_READ as u64;
    let watches: Vec<_> = films.map(|film| watch(CAT, film, 9)).collect();
    server(&store).record(&watches).await;
    cold.asked.go_down();
    let popular = list(&recommend, CAT).await;
    assert!(popular.iter().all(|found| found.title > TitleId(2)));
    assert!(!popular.is_empty());
    assert_eq!((cold.history.calls(), cold.history.tastes()), (3, 2));
    assert_eq!(cold.asked.tastes(), 1);

    // Without the record nothing is suggested, and nobody waits for it twice.
    cold.history.go_down();
    let failed = recommend.recommendations(&everything, BEN, None, Extent::ShortPage);
    let error = failed.await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::UpstreamUnavailable);
    assert_eq!((cold.history.calls(), cold.history.tastes()), (4, 3));
}
