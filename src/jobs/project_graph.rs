//! Carries what was written into the graph, within moments of the write.

use std::time::Duration;

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::events::Event;
use crate::domain::recommend::GraphService;

/// How often to look for what another process wrote.
const POLL: Duration = Duration::from_millis(250);

pub(super) async fn run(graph: GraphService, mut pace: Pace) {
    let mut health = Health::of("project_graph");
    loop {
        let wait = match graph.project().await {
            Ok(projected) => {
                health.succeeded();
                if projected > 0 { Duration::ZERO } else { POLL }
            }
            Err(error) => {
                health.failed(&error);
                AFTER_FAILURE
            }
        };
        if !pace
            .wait(&[Event::CatalogChanged, Event::WatchesChanged], wait)
            .await
        {
            return;
        }
    }
}
