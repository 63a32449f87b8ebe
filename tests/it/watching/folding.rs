//! What is recorded wakes whoever folds it, once for all that waits.

use std::sync::Arc;

use reelgraph::adapters::memory::{CatalogSnapshot, MemoryEvents};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb, SqliteWatching};
use reelgraph::domain::catalog::{CatalogPorts, CatalogService};
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::events::Event;
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::watching::{WatchPorts, WatchRules, WatchService};

use crate::support::ports::recording;

#[tokio::test]
async fn whoever_folds_is_told_once_of_what_is_recorded_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
    let catalog = CatalogSnapshot::new(Arc::new(SqliteCatalog::new(db.clone())));
    let events = MemoryEvents::new();
    let mut told = events.subscribe();
    let watching = WatchService::new(
        WatchPorts::on(Arc::new(SqliteWatching::new(db)), recording()),
        CatalogService::new(CatalogPorts::on(Arc::new(catalog))),
        WatchRules::default(),
        Arc::new(SystemClock),
        Arc::new(events),
    );
    let mut heard = Vec::new();

    for liked in [true, false] {
        for profile in [1, 2, 3].map(ProfileId) {
            let thumb = [(TitleId(1), false, liked)];
            watching.bring_thumbs(profile, &thumb).await.unwrap();
        }
        assert!(watching.fold_due().await.unwrap());
        heard.extend(std::iter::from_fn(|| told.try_recv().ok()));
    }

    let of_a_round = [Event::WatchesRecorded, Event::WatchesChanged];
    assert_eq!(heard, [of_a_round.clone(), of_a_round].concat());
}
