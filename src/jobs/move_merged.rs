//! Moves what profiles have of titles that were merged into others, and brings it back when that is undone.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::merging::MergeService;

/// How often to look. It is a look into memory while nothing is merged.
const POLL: Duration = Duration::from_secs(1);

pub(super) struct MoveMerged(pub(super) MergeService);

impl Job for MoveMerged {
    const NAME: &'static str = "move_merged";
    /// It looks by itself: of all that changes in the catalogue hardly anything is a merge.
    const WAKES: &'static [Event] = &[];
    /// A great title takes minutes; what is broken off is done again.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        match self.0.go_on().await {
            Ok(0) => Round::Due(POLL),
            Ok(steps) => {
                tracing::info!(steps, "Moved what profiles have of merged titles");
                Round::Again
            }
            Err(error) => Round::failed(error),
        }
    }

    /// So that another server need not wait. If that fails, it waits.
    async fn end(&mut self) {
        drop(self.0.leave().await);
    }
}
