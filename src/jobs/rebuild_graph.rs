//! Looks whether record and graph are of one time, and goes on with the making anew of the graph that was begun, here or
//! elsewhere, and is not finished.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::events::Event;
use crate::domain::recommend::{GraphService, ProjectionProgress, RebuildStep};

/// How often to look whether one was begun.
const POLL: Duration = Duration::from_secs(2);

/// What goes on with it, and where it is noted for whoever asks.
pub(super) struct RebuildGraph {
    pub(super) graph: GraphService,
    pub(super) progress: ProjectionProgress,
}

impl Job for RebuildGraph {
    const NAME: &'static str = "rebuild_graph";
    const WAKES: &'static [Event] = &[];
    /// To compute the `SIMILAR` edges may take minutes; what is broken off is begun again.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        // While the graph is away there is nothing to compare, and others say that it is.
        match self.graph.check_epoch().await {
            Err(error) if error.code() != ErrorCode::UpstreamUnavailable => {
                return Round::failed(error);
            }
            Ok(()) | Err(_) => {}
        }
        let step = self.graph.rebuild_step(tokio::time::sleep).await;
        if let Ok(age) = self.graph.rebuild_age().await {
            metrics::gauge!("projection_rebuild_seconds").set(age.as_seconds_f64());
        }
        match step {
            Ok(RebuildStep::Nothing) => {
                self.progress.see_rebuild(None);
                Round::Due(POLL)
            }
            Ok(RebuildStep::Elsewhere(phase)) => {
                self.progress.see_rebuild(Some(phase));
                Round::Due(POLL)
            }
            Ok(RebuildStep::Did(phase)) => {
                self.progress.see_rebuild(Some(phase));
                Round::Again
            }
            Ok(RebuildStep::Finished(documents)) => {
                self.progress.see_rebuild(None);
                tracing::info!(documents, "Made the graph anew from {documents} documents");
                Round::Again
            }
            Err(error) => {
                if let Ok(Some(under_way)) = self.graph.rebuild_under_way().await {
                    self.progress.see_rebuild(Some(under_way.phase.name()));
                }
                Round::failed(error)
            }
        }
    }

    /// So that another server need not wait. If that fails, it waits.
    async fn end(&mut self) {
        drop(self.graph.leave_rebuild().await);
    }
}
