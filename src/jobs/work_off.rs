//! Goes on with the jobs that somebody waits for.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::importing::ImportService;

/// How often to look for what another server was asked, or cannot go on with.
const POLL: Duration = Duration::from_secs(2);

pub(super) struct WorkOff(pub(super) ImportService);

impl Job for WorkOff {
    const NAME: &'static str = "work_off";
    const WAKES: &'static [Event] = &[Event::JobQueued];

    async fn round(&mut self) -> Round {
        match self.0.work_off().await {
            Ok(0) => Round::Due(POLL),
            Ok(_) => Round::Again,
            Err(error) => Round::failed(error),
        }
    }
}
