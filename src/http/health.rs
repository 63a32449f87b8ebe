//! Whether the process lives, and whether it can serve.

use std::sync::Arc;

use serde::Serialize;

use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::ping::Ping;
use crate::domain::recommend::ProjectionProgress;

/// What is asked whether requests can be served.
#[derive(Clone)]
pub struct Stores {
    pub record: Arc<dyn Ping>,
    pub sessions: Arc<dyn Ping>,
    pub graph: Arc<dyn Ping>,
    /// Whether the graph follows the record.
    pub progress: ProjectionProgress,
    pub clock: Arc<dyn Clock>,
}

/// Which stores answer, and whether the graph follows the record.
#[derive(Debug, Serialize)]
pub(super) struct Readiness {
    record: Answer,
    sessions: Answer,
    graph: Answer,
    projection: Projection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok,
    Unavailable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Projection {
    Ok,
    /// The graph is made anew, and is whole meanwhile: the phase of it.
    Rebuilding {
        phase: &'static str,
    },
    /// Something waits, and for so many seconds nothing was projected.
    StandsStill {
        seconds: i64,
    },
}

impl Readiness {
    /// Whether requests can be served. Without the graph they can (suggestions fall back on what is popular), and what
    /// waits for it is not lost, so that is said and does not count: a load balancer would otherwise take every server
    /// away at once.
    pub(super) fn is_ready(&self) -> bool {
        self.record == Answer::Ok && self.sessions == Answer::Ok
    }
}

/// Answers as long as the process lives, whatever the stores do.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// Asks all stores at once, and how the projection gets on.
pub(super) async fn readiness(stores: &Stores) -> Readiness {
    let (record, sessions, graph) = tokio::join!(
        stores.record.ping(),
        stores.sessions.ping(),
        stores.graph.ping()
    );
    let standstill = stores.progress.standstill(stores.clock.now());
    Readiness {
        record: answer(&record),
        sessions: answer(&sessions),
        graph: answer(&graph),
        projection: match (standstill, stores.progress.rebuild()) {
            (Some(still), _) => Projection::StandsStill {
                seconds: still.num_seconds(),
            },
            (None, Some(phase)) => Projection::Rebuilding { phase },
            (None, None) => Projection::Ok,
        },
    }
}

fn answer(result: &Result<(), StoreError>) -> Answer {
    if result.is_ok() {
        Answer::Ok
    } else {
        Answer::Unavailable
    }
}
