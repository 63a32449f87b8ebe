//! Keeps what this server caches of the graph fresh.

use std::sync::Arc;
use std::time::Duration;

use super::job::{Job, Round};
use super::pace::Pace;
use crate::domain::events::Event;
use crate::domain::recommend::GraphFollower;

/// How often to look for what nobody told of.
const POLL: Duration = Duration::from_secs(1);

/// Follows the `SIMILAR` edges.
pub(super) struct FollowGraph(pub(super) Arc<dyn GraphFollower>);

impl Job for FollowGraph {
    const NAME: &'static str = "follow_graph";
    const WAKES: &'static [Event] = &[Event::SimilarChanged];
    /// The first round reads all of them, which may take minutes.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        match self.0.refresh().await {
            Ok(()) => Round::Due(POLL),
            Err(error) => Round::failed(error),
        }
    }
}

/// Hands on every event, also while a round lasts. What was told before anybody listened was missed.
pub(super) async fn observe(follower: Arc<dyn GraphFollower>, mut pace: Pace) {
    follower.observe(&Event::Missed);
    while let Some(event) = pace.event().await {
        follower.observe(&event);
    }
}
