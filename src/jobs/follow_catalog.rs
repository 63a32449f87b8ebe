//! Tells the search index, and whoever else keeps a copy, what changed in the catalogue, and how popular its titles are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::job::{Job, Round};
use crate::domain::catalog::{CatalogError, CatalogFollower, CatalogService};
use crate::domain::events::Event;

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(250);
/// How many changes are taken at once.
const BATCH: usize = 2000;
/// How many counts before the last one that is known are asked for again: one that was begun before others may be put
/// after them.
const OVERLAP: u64 = 10;
/// How often everything that was counted is asked for, for one that was put later still.
const ALL: Duration = Duration::from_secs(300);

/// Those who keep a copy of the catalogue, and how far they have followed it.
pub struct CatalogFeed {
    catalog: CatalogService,
    followers: Vec<Arc<dyn CatalogFollower>>,
    sequence: u64,
    /// The last count of watchers that is known.
    count: u64,
    /// When all counts were asked for.
    all: Option<Instant>,
}

impl CatalogFeed {
    /// The feed from a place on: the followers have what was before.
    pub fn new(
        catalog: CatalogService,
        followers: Vec<Arc<dyn CatalogFollower>>,
        from: u64,
    ) -> Self {
        Self {
            catalog,
            followers,
            sequence: from,
            count: 0,
            all: None,
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
        if changes.len() < BATCH {
            self.follow_watchers().await?;
        }
        Ok(changes.len())
    }

    async fn follow_watchers(&mut self) -> Result<(), CatalogError> {
        let is_recent = self.all.is_some_and(|at| at.elapsed() < ALL);
        let from = if is_recent {
            self.count.saturating_sub(OVERLAP)
        } else {
            0
        };
        let began = Instant::now();
        let counted = self.catalog.watchers_after(from).await?;
        for follower in &self.followers {
            follower.follow_watchers(&counted);
        }
        if !is_recent {
            self.all = Some(began);
        }
        let last = counted.last().map_or(0, |last| last.count);
        self.count = self.count.max(last);
        Ok(())
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
