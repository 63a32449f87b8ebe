//! Projects what was written into the graph, within moments of the write.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::recommend::{GraphService, Turns};

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(250);
/// After a round of fewer documents the next begins when more is folded: a round costs as much as one of several times as
/// many, and entries of the log are gathered before they are folded. Whoever reports now and then does not wait. Of titles
/// no more than these are projected in a round, so that with so many there may be others.
const FEW: usize = 500;
/// For how long that is waited for, and the lease kept: for longer than two folds are apart, and so short that what
/// another server folds, which tells nobody here, is in the graph within a second. What a viewer reports is in the taste
/// of that server at once.
const NEXT_FOLD: Duration = Duration::from_millis(500);

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
            Ok(..FEW) => Round::Due(NEXT_FOLD),
            Ok(_) => Round::Again,
            Err(error) => Round::failed(error),
        }
    }

    /// So that another server need not wait.
    async fn end(&mut self) {
        self.graph.leave_turns(&mut self.turns).await;
    }
}
