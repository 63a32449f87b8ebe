//! Carries out the erasures that accounts were asked for.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::privacy::ErasureService;

/// How often to look for what another process was asked.
const POLL: Duration = Duration::from_secs(2);

pub(super) struct Erase(pub(super) ErasureService);

impl Job for Erase {
    const NAME: &'static str = "erase";
    const WAKES: &'static [Event] = &[Event::ErasureRequested];

    async fn round(&mut self) -> Round {
        match self.0.work_off().await {
            Ok(0) => Round::Due(POLL),
            Ok(finished) => {
                tracing::info!(finished, "Finished {finished} erasures");
                Round::Again
            }
            Err(error) => Round::failed(error),
        }
    }
}
