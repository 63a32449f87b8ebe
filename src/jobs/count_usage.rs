//! Counts what was played, within moments: on one server at a time.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::usage::{CountRound, UsageCounter};

/// How often to count. The rows of a busy day are long, and are written once in this time however much is watched.
const POLL: Duration = Duration::from_secs(1);

pub(super) struct CountUsage(pub(super) UsageCounter);

impl Job for CountUsage {
    const NAME: &'static str = "count_usage";
    /// It looks by itself: while anybody watches there is always something, and events would have it written row by row.
    const WAKES: &'static [Event] = &[];

    async fn round(&mut self) -> Round {
        match self.0.round().await {
            Ok(CountRound::More(_)) => Round::Again,
            Ok(CountRound::Counted(_) | CountRound::Nothing | CountRound::Elsewhere) => {
                Round::Due(POLL)
            }
            Err(error) => {
                // Another server may be able to, a later version for one.
                drop(self.0.leave().await);
                Round::failed(error)
            }
        }
    }

    /// So that another server need not wait. If that fails, it waits.
    async fn end(&mut self) {
        drop(self.0.leave().await);
    }
}
