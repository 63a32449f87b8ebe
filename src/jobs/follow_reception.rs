//! Counts what viewers make of titles, which each server keeps in its memory for its lists.

use std::time::{Duration, Instant};

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::recommend::ReceptionService;

/// How often the thumbs are counted, at the most.
const THUMBS: Duration = Duration::from_secs(2);
/// The same of who watched lately: it is counted for seven days, and more slowly.
const LATELY: Duration = Duration::from_secs(10);
/// Counting rests so many times as long as it took: on a great site it is done more seldom.
const RESTS: u32 = 20;

pub(super) struct FollowReception {
    reception: ReceptionService,
    /// When to count again who watched lately; `None`: it never was.
    lately: Option<Instant>,
}

impl FollowReception {
    pub(super) fn new(reception: ReceptionService) -> Self {
        Self {
            reception,
            lately: None,
        }
    }
}

impl Job for FollowReception {
    const NAME: &'static str = "follow_reception";
    /// It looks by itself: of all that is watched few things are thumbs.
    const WAKES: &'static [Event] = &[];
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        let began = Instant::now();
        if let Err(error) = self.reception.count_thumbs().await {
            return Round::failed(error);
        }
        let rest = THUMBS.max(began.elapsed() * RESTS);
        let began = Instant::now();
        if self.lately.is_none_or(|due| began >= due) {
            if let Err(error) = self.reception.count_lately().await {
                return Round::failed(error);
            }
            self.lately = Some(Instant::now() + LATELY.max(began.elapsed() * RESTS));
        }
        Round::Due(rest)
    }
}
