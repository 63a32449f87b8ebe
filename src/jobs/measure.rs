//! Measures how far the graph lags behind the record and how old its `SIMILAR` edges are, for the metrics and for
//! `/readyz`.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::job::{Job, Round};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::events::Event;
use crate::domain::recommend::{BacklogService, SimilarSource};

/// How often to look: as often as metrics are usually read.
const POLL: Duration = Duration::from_secs(15);

/// What is looked at, and where it is noted.
pub struct Measure {
    /// What waits for projection.
    pub backlog: BacklogService,
    pub graph: Arc<dyn SimilarSource>,
    pub clock: Arc<dyn Clock>,
}

impl Job for Measure {
    const NAME: &'static str = "measure";
    const WAKES: &'static [Event] = &[];
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        // What the record says does not depend on the graph.
        match self.projection().await.and(self.similar().await) {
            Ok(()) => Round::Due(POLL),
            Err(error) => Round::failed(error),
        }
    }
}

impl Measure {
    async fn projection(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let backlog = self.backlog.look(now).await?;
        for (sort, waiting) in backlog.sorts() {
            #[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
            metrics::gauge!("projection_waiting_documents", "kind" => sort)
                .set(waiting.documents as f64);
            metrics::gauge!("projection_lag_seconds", "kind" => sort)
                .set(waiting.lag(now).as_seconds_f64());
        }
        let still = self.backlog.standstill(now).unwrap_or(TimeDelta::zero());
        metrics::gauge!("projection_standstill_seconds").set(still.as_seconds_f64());
        Ok(())
    }

    async fn similar(&self) -> Result<(), StoreError> {
        let version = self.graph.similar_version().await?;
        if version.generation > 0 {
            let age = self.clock.now() - version.computed_at;
            metrics::gauge!("similar_age_seconds").set(age.as_seconds_f64());
        }
        Ok(())
    }
}
