//! The background jobs on the services, and what they need read before.

use std::sync::Arc;

use anyhow::Context;

use super::App;
use crate::domain::catalog::{CatalogFollower, CatalogTeller, Receptions};
use crate::domain::entropy::unique_name;
use crate::domain::privacy::ErasureService;
use crate::domain::recommend::{BacklogService, ReceptionService};
use crate::domain::usage::UsageCounter;
use crate::jobs::{CatalogFeed, Jobs, Keeper, Measure};

/// So many titles and people are indexed at a time.
const AT_A_TIME: usize = 2_000;
/// And the episodes of so many titles: a series may have hundreds.
const SERIES_AT_A_TIME: usize = 100;

impl App {
    /// Reads the whole catalogue into memory and into the search index, which answers from then on, and starts the
    /// background jobs.
    pub async fn start_jobs(&self) -> anyhow::Result<Jobs> {
        let snapshot = &self.stores.catalog.snapshot;
        let cannot = "the catalogue cannot be read";
        let from = snapshot.read().await.context(cannot)?;
        let titles = snapshot.titles_and_people(AT_A_TIME);
        for part in titles.chain(snapshot.all_episodes(SERIES_AT_A_TIME)) {
            self.search.follow(&part).await.context(cannot)?;
        }
        // Whoever is told of a change finds it.
        let followers: Vec<Arc<dyn CatalogFollower>> = vec![
            Arc::new(snapshot.clone()),
            Arc::new(self.search.clone()),
            Arc::new(CatalogTeller::new(Arc::clone(&self.stores.bus))),
        ];
        let mut feed = CatalogFeed::new(self.catalog.clone(), followers, from);
        feed.catch_up().await.context(cannot)?;
        self.search.begun().begin();
        let erasures = ErasureService::new(
            self.accounts.clone(),
            self.parts(),
            Arc::clone(&self.stores.bus),
        );
        let mut jobs = Jobs::start(
            &self.graph,
            &self.progress,
            Keeper {
                similar: self.similar.clone(),
                leases: Arc::clone(&self.stores.leases),
            },
            self.watching.clone(),
            self.usage_counter(),
            self.accounts.clone(),
            (
                self.importing.clone(),
                self.work.clone(),
                self.revising.clone(),
            ),
            erasures,
            feed,
            &self.follower,
            ReceptionService::new(
                self.watching.clone(),
                self.recommend.clone(),
                Receptions::new(Arc::new(snapshot.clone()), self.search.clone()),
            ),
            self.mail.clone(),
            Measure {
                backlog: BacklogService::new(
                    Arc::clone(&self.stores.backlog),
                    self.progress.clone(),
                ),
                graph: Arc::clone(&self.stores.graph),
                clock: Arc::clone(&self.clock),
            },
            vec![
                self.stores.pulses.record.clone(),
                self.stores.pulses.sessions.clone(),
                self.stores.pulses.graph.clone(),
                self.blobs.pulse.clone(),
            ],
            || self.events.subscribe(),
        );
        jobs.move_merged(self.merging.clone(), self.events.subscribe());
        jobs.sweep_uploads(self.uploads.clone(), unique_name(), self.events.subscribe());
        jobs.count_comments(self.commenting.clone(), self.events.subscribe());
        if let Some(publish) = &self.publish {
            jobs.publish(publish.clone(), self.events.subscribe());
        }
        if !self.stores.is_prepared {
            let preparation = Arc::clone(&self.stores.preparation);
            jobs.prepare(Box::new(move || preparation()), self.events.subscribe());
        }
        Ok(jobs)
    }

    /// Counts what is played, under a name of its own.
    fn usage_counter(&self) -> UsageCounter {
        UsageCounter::new(
            Arc::clone(&self.stores.usage),
            Arc::clone(&self.stores.leases),
            Arc::clone(&self.clock),
            unique_name(),
        )
    }
}
