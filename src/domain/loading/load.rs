//! Loading files: three passes, so that the order of records and files does not matter, each in batches.
//!
//! People, films and series go first, then files that a map reads, then episodes, then watches. A record is laid over
//! what is stored: what it does not name stays. What says the same stays untouched, so a load is idempotent. A record
//! that is refused takes nothing else with it.

use std::collections::HashSet;

use super::options::{LoadError, LoadOptions, Phase, Source, Tell};
use super::run::Run;
use super::service::LoadService;
use super::summary::LoadSummary;
use super::watch::{LoadWatch, Unwatched};
use crate::domain::events::Event;

impl LoadService {
    /// Loads files. `tell` gets each message.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn load(
        &self,
        sources: &[Box<dyn Source>],
        options: LoadOptions,
        tell: Tell<'_>,
    ) -> Result<LoadSummary, LoadError> {
        self.load_watched(sources, options, tell, &Unwatched).await
    }

    /// The same, followed by somebody who may stop it between two batches: what was written by then stays.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn load_watched(
        &self,
        sources: &[Box<dyn Source>],
        options: LoadOptions,
        tell: Tell<'_>,
        watch: &dyn LoadWatch,
    ) -> Result<LoadSummary, LoadError> {
        let precedence = self.precedence().await?;
        let mut run = Run::new(self, &precedence, options, tell, watch);
        let loaded = run.load(sources).await;
        watch.follow(&run.summary);
        // Also one that broke off may have changed something.
        self.events.publish(Event::CatalogChanged);
        loaded.map(|()| run.summary)
    }
}

impl Run<'_> {
    async fn load(&mut self, sources: &[Box<dyn Source>]) -> Result<(), LoadError> {
        let read = self.read_all(sources).await;
        // Also where a file broke off: what was on its way is in the summary.
        self.finish_watches().await.and(read)
    }

    async fn read_all(&mut self, sources: &[Box<dyn Source>]) -> Result<(), LoadError> {
        let mut phases: Vec<HashSet<Phase>> = vec![HashSet::new(); sources.len()];
        for phase in [Phase::Titles, Phase::Episodes, Phase::Watches] {
            for (source, has) in sources.iter().zip(&mut phases) {
                let is_ours = source.column_map().is_none();
                if is_ours && (phase == Phase::Titles || has.contains(&phase)) {
                    self.read(source.as_ref(), phase, has).await?;
                }
            }
            if phase == Phase::Titles {
                self.write_parked().await?;
                self.load_mapped(sources).await?;
            }
        }
        Ok(())
    }
}
