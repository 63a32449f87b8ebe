//! Projects what was written into the graph, within moments of the write.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::recommend::{GraphService, Turns};

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(250);
/// A round of fewer documents is worth while to wait a moment for more of them: it costs as much as one of several times
/// as many. Whoever reports now and then does not wait, for the first round begins at once.
const FEW: usize = 1000;
/// How long that moment is: as long as entries of the log are gathered to be folded, so that a round comes on each fold
/// and the lease is kept; what a viewer reports is in the taste of that server at once.
const GATHER: Duration = Duration::from_millis(200);

pub(super) struct ProjectGraph {
    graph: GraphService,
    turns: Turns,
}

impl ProjectGraph {
    pub(super) fn new(graph: GraphService) -> Self {
        Self {
            graph,
            turns: Turns::default(),
        }
    }
}

impl Job for ProjectGraph {
    const NAME: &'static str = "project_graph";
    const WAKES: &'static [Event] = &[Event::CatalogChanged, Event::WatchesChanged];

    async fn round(&mut self) -> Round {
        match self.graph.project_in_turn(&mut self.turns).await {
            Ok(0) => Round::Due(POLL),
            Ok(..FEW) => Round::Soon(GATHER),
            Ok(_) => Round::Again,
            Err(error) => Round::failed(error),
        }
    }

    /// So that another server need not wait.
    async fn end(&mut self) {
        self.graph.leave_turns(&mut self.turns).await;
    }
}
