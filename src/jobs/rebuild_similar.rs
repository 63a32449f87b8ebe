//! Computes the `SIMILAR` edges when there are none yet, and again when enough has changed.

use std::time::{Duration, Instant};

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::recommend::{GraphCounts, GraphService};

/// How often to look whether it is due.
const POLL: Duration = Duration::from_secs(5);
/// The least time between two computations.
const REST: Duration = Duration::from_secs(300);
/// The share of new titles or watches that makes another computation due.
const DRIFT: f64 = 0.02;

pub(super) async fn run(graph: GraphService, mut pace: Pace) {
    let mut health = Health::of("rebuild_similar");
    let mut last: Option<(Instant, GraphCounts)> = None;
    loop {
        let wait = match round(&graph, &mut last).await {
            Ok(()) => {
                health.succeeded();
                POLL
            }
            Err(error) => {
                health.failed(&error);
                AFTER_FAILURE
            }
        };
        if !pace.wait(&[], wait).await {
            return;
        }
    }
}

async fn round(
    graph: &GraphService,
    last: &mut Option<(Instant, GraphCounts)>,
) -> Result<(), crate::domain::recommend::RecommendError> {
    let counts = graph.counts().await?;
    let is_due = match last {
        _ if counts.titles < 2 => false,
        _ if counts.similar == 0 => {
            last.is_none_or(|(at, before)| before.titles != counts.titles && at.elapsed() > POLL)
        }
        None => false,
        Some((at, before)) => at.elapsed() > REST && drift(before, &counts) > DRIFT,
    };
    if is_due {
        let started = Instant::now();
        let edges = graph.similar().await?;
        tracing::info!(
            edges,
            seconds = started.elapsed().as_secs_f64(),
            "Computed the SIMILAR edges"
        );
    }
    if is_due || last.is_none() {
        *last = Some((Instant::now(), counts));
    }
    Ok(())
}

/// The greater share of titles and watches that came since.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn drift(before: &GraphCounts, now: &GraphCounts) -> f64 {
    let share = |before: u64, now: u64| now.abs_diff(before) as f64 / before.max(1) as f64;
    share(before.titles, now.titles).max(share(before.watched, now.watched))
}
