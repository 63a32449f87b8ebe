//! Tells the search index, and whoever else keeps a copy, what changed in the catalogue.

use std::sync::Arc;
use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::catalog::{CatalogError, CatalogFollower, CatalogService};
use crate::domain::events::Event;

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(500);
/// How many changes are taken at once.
const BATCH: usize = 2000;

/// Those who keep a copy of the catalogue, and how far they have followed it.
pub struct CatalogFeed {
    catalog: CatalogService,
    followers: Vec<Arc<dyn CatalogFollower>>,
    sequence: u64,
}

impl CatalogFeed {
    /// A feed that nobody has followed yet.
    pub fn new(catalog: CatalogService, followers: Vec<Arc<dyn CatalogFollower>>) -> Self {
        Self {
            catalog,
            followers,
            sequence: 0,
        }
    }

    /// Follows everything that there is now.
    pub async fn catch_up(&mut self) -> Result<(), CatalogError> {
        while self.round().await? == BATCH {}
        Ok(())
    }

    async fn round(&mut self) -> Result<usize, CatalogError> {
        let changes = self.catalog.changes_after(self.sequence, BATCH).await?;
        if let Some(last) = changes.last() {
            for follower in &self.followers {
                follower.follow(&changes).await?;
            }
            self.sequence = last.sequence;
        }
        Ok(changes.len())
    }
}

pub(super) struct FollowCatalog(pub(super) CatalogFeed);

impl Job for FollowCatalog {
    const NAME: &'static str = "follow_catalog";
    const WAKES: &'static [Event] = &[Event::CatalogChanged];

    async fn round(&mut self) -> Round {
        match self.0.round().await {
            Ok(BATCH) => Round::Again,
            Ok(_) => Round::Due(POLL),
            Err(error) => Round::failed(error),
        }
    }
}
