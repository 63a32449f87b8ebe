//! Moves what profiles have of titles that were merged into others, and brings it back when that is undone; and mends what
//! names something that went while it was written.

use std::time::{Duration, Instant};

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::merging::MergeService;

/// How often to look. It is a look into memory while nothing is merged.
const POLL: Duration = Duration::from_secs(1);

/// How often it is looked for what names something that is not there any more. What is written at that very moment is known
/// to memory within seconds.
const MEND: Duration = Duration::from_secs(5);

pub(super) struct MoveMerged {
    merging: MergeService,
    /// When it was looked for what is to be mended; `None`: not yet.
    looked: Option<Instant>,
}

impl MoveMerged {
    pub(super) fn new(merging: MergeService) -> Self {
        Self {
            merging,
            looked: None,
        }
    }
}

impl Job for MoveMerged {
    const NAME: &'static str = "move_merged";
    /// It looks by itself: of all that changes in the catalogue hardly anything is a merge.
    const WAKES: &'static [Event] = &[];
    /// A great title takes minutes; what is broken off is done again.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        if self.looked.is_none_or(|looked| looked.elapsed() >= MEND) {
            // Also if that fails, so that profiles do not wait for it.
            self.looked = Some(Instant::now());
            match self.merging.mend_names().await {
                Ok(0) => {}
                Ok(mended) => {
                    tracing::info!(
                        mended,
                        "Mended what named something that is not there any more"
                    );
                }
                Err(error) => return Round::failed(error),
            }
        }
        match self.merging.go_on().await {
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
        drop(self.merging.leave().await);
    }
}
