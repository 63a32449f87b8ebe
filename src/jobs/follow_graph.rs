//! Keeps what this server remembers of the graph fresh.

use std::sync::Arc;
use std::time::Duration;

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::events::Event;
use crate::domain::recommend::GraphFollower;

/// How often to look for what nobody told of.
const POLL: Duration = Duration::from_secs(1);

/// Follows the `SIMILAR` edges.
pub(super) async fn run(follower: Arc<dyn GraphFollower>, mut pace: Pace) {
    let mut health = Health::of("follow_graph");
    loop {
        // The first round reads all of them, which may take minutes.
        let Some(refreshed) = pace.unless_stopped(follower.refresh()).await else {
            return;
        };
        let wait = match refreshed {
            Ok(()) => {
                health.succeeded();
                POLL
            }
            Err(error) => {
                health.failed(&error);
                AFTER_FAILURE
            }
        };
        let wanted: &[Event] = if wait == AFTER_FAILURE {
            &[]
        } else {
            &[Event::SimilarChanged]
        };
        if !pace.wait(wanted, wait).await {
            return;
        }
    }
}

/// Hands on every event, also while a round lasts.
pub(super) async fn hear(follower: Arc<dyn GraphFollower>, mut pace: Pace) {
    while let Some(event) = pace.event().await {
        follower.hear(&event);
    }
}
