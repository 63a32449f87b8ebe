//! Whether the process lives, and whether it can serve.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::domain::catalog::Begun;
use crate::domain::clock::Clock;
use crate::domain::pulse::{Health, Pulse};
use crate::domain::recommend::ProjectionProgress;

/// How long whoever asks waits for stores that nobody has asked before.
const AT_FIRST: Duration = Duration::from_millis(250);

/// What is known of whether requests can be served.
#[derive(Clone)]
pub struct Stores {
    pub record: Pulse,
    pub sessions: Pulse,
    pub graph: Pulse,
    /// Where the bytes of pictures are.
    pub blobs: Pulse,
    /// Whether the catalogue was read.
    pub catalog: Begun,
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
    blobs: Answer,
    catalog: Catalog,
    projection: Projection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok,
    Unavailable,
    /// It is read, and nothing is written.
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Catalog {
    Ok,
    /// It is being read: lists wait for it, and search is not answered.
    Beginning,
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
    /// waits for it is not lost; without pictures too. So that is said and does not count: a load balancer would otherwise
    /// take every server away at once.
    pub(super) fn is_ready(&self) -> bool {
        self.record == Answer::Ok && self.sessions == Answer::Ok && self.catalog == Catalog::Ok
    }

    /// Whether nothing is wrong but that the catalogue is still being read.
    pub(super) fn is_beginning(&self) -> bool {
        self.record == Answer::Ok
            && self.sessions == Answer::Ok
            && self.catalog == Catalog::Beginning
    }

    /// Whether what is wrong is that there is no room left.
    pub(super) fn is_full(&self) -> bool {
        self.record == Answer::Full || self.sessions == Answer::Full
    }
}

/// Answers as long as the process lives, whatever the stores do.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// What is known of the stores, at once, and how the projection gets on.
pub(super) async fn readiness(stores: &Stores) -> Readiness {
    let pulses = [
        &stores.record,
        &stores.sessions,
        &stores.graph,
        &stores.blobs,
    ];
    let asked = Instant::now();
    for pulse in pulses {
        pulse.look();
    }
    let is_unknown = |pulse: &&Pulse| pulse.health() == Health::Unknown;
    while asked.elapsed() < AT_FIRST && pulses.iter().any(is_unknown) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let [record, sessions, graph, blobs] = pulses.map(|pulse| answer(pulse.health()));
    let standstill = stores.progress.standstill(stores.clock.now());
    Readiness {
        record,
        sessions,
        graph,
        blobs,
        catalog: if stores.catalog.has_begun() {
            Catalog::Ok
        } else {
            Catalog::Beginning
        },
        projection: match (standstill, stores.progress.rebuild()) {
            (Some(still), _) => Projection::StandsStill {
                seconds: still.num_seconds(),
            },
            (None, Some(phase)) => Projection::Rebuilding { phase },
            (None, None) => Projection::Ok,
        },
    }
}

fn answer(health: Health) -> Answer {
    match health {
        Health::Answers => Answer::Ok,
        Health::Full => Answer::Full,
        Health::Unknown | Health::Silent => Answer::Unavailable,
    }
}
