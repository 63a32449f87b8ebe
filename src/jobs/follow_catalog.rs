//! Tells the search index, and whoever else keeps a copy, what changed in the catalogue.

use std::sync::Arc;
use std::time::Duration;

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::catalog::{CatalogError, CatalogFollower, CatalogStore};
use crate::domain::events::Event;

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(500);
/// How many changes are taken at once.
const BATCH: usize = 2000;

pub(super) async fn run(
    catalog: Arc<dyn CatalogStore>,
    followers: Vec<Arc<dyn CatalogFollower>>,
    mut pace: Pace,
) {
    let mut health = Health::of("follow_catalog");
    let mut sequence = 0;
    loop {
        let wait = match round(&*catalog, &followers, &mut sequence).await {
            Ok(changes) => {
                health.succeeded();
                if changes == BATCH {
                    Duration::ZERO
                } else {
                    POLL
                }
            }
            Err(error) => {
                health.failed(&error);
                AFTER_FAILURE
            }
        };
        let wanted: &[Event] = if wait == AFTER_FAILURE {
            &[]
        } else {
            &[Event::CatalogChanged]
        };
        if !pace.wait(wanted, wait).await {
            return;
        }
    }
}

async fn round(
    catalog: &dyn CatalogStore,
    followers: &[Arc<dyn CatalogFollower>],
    sequence: &mut u64,
) -> Result<usize, CatalogError> {
    let changes = catalog.changes_after(*sequence, BATCH).await?;
    if let Some(last) = changes.last() {
        for follower in followers {
            follower.follow(&changes).await?;
        }
        *sequence = last.sequence;
    }
    Ok(changes.len())
}
