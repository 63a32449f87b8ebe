//! Projects what was written into the graph, within moments of the write.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::recommend::GraphService;

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(250);

pub(super) struct ProjectGraph(pub(super) GraphService);

impl Job for ProjectGraph {
    const NAME: &'static str = "project_graph";
    const WAKES: &'static [Event] = &[Event::CatalogChanged, Event::WatchesChanged];

    async fn round(&mut self) -> Round {
        match self.0.project().await {
            Ok(0) => Round::Due(POLL),
            Ok(_) => Round::Again,
            Err(error) => Round::failed(error),
        }
    }
}
