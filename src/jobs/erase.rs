//! Forgets whom accounts are asked to forget.

use std::time::Duration;

use super::{AFTER_FAILURE, Health, Pace};
use crate::domain::events::Event;
use crate::domain::privacy::ErasureService;

/// How often to look for what another process was asked.
const POLL: Duration = Duration::from_secs(2);

pub(super) async fn run(erasures: ErasureService, mut pace: Pace) {
    let mut health = Health::of("erase");
    loop {
        let wait = match erasures.work_off().await {
            Ok(finished) => {
                health.succeeded();
                if finished > 0 {
                    tracing::info!(finished, "Finished {finished} erasures");
                    Duration::ZERO
                } else {
                    POLL
                }
            }
            Err(error) => {
                health.failed(&error);
                AFTER_FAILURE
            }
        };
        if !pace.wait(&[Event::ErasureRequested], wait).await {
            return;
        }
    }
}
