//! Counts what viewers make of titles, which each server keeps in its memory for its lists: thumbs, and apart from them
//! who watched lately, so that neither waits for what only the other needs.

use std::time::{Duration, Instant};

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::recommend::ReceptionService;

/// How often the thumbs are counted, at the most.
const THUMBS: Duration = Duration::from_secs(2);
/// Counting them rests so many times as long as it took: on a great site it is done more seldom.
const THUMBS_REST: u32 = 20;
/// How often who watched lately is counted, at the most: it is counted for seven days, and more slowly.
const LATELY: Duration = Duration::from_secs(10);
/// How many times as long as it took that rests: each server does it, and takes a hundredth of a core for it.
const LATELY_REST: u32 = 100;
/// It rests no longer: suggestions count it themselves when nobody has for five minutes, and lists would show another.
const LONGEST_REST: Duration = Duration::from_secs(4 * 60);

pub(super) struct FollowThumbs(pub(super) ReceptionService);

impl Job for FollowThumbs {
    const NAME: &'static str = "follow_thumbs";
    /// It looks by itself: of all that is watched few things are thumbs.
    const WAKES: &'static [Event] = &[];
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        let began = Instant::now();
        match self.0.count_thumbs().await {
            Ok(()) => Round::Due(THUMBS.max(began.elapsed() * THUMBS_REST)),
            Err(error) => Round::failed(error),
        }
    }
}

pub(super) struct FollowLately(pub(super) ReceptionService);

impl Job for FollowLately {
    const NAME: &'static str = "follow_lately";
    /// It looks by itself: somebody watches all the time.
    const WAKES: &'static [Event] = &[];
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        let began = Instant::now();
        match self.0.count_lately().await {
            Ok(()) => {
                let rest = began.elapsed() * LATELY_REST;
                Round::Due(rest.clamp(LATELY, LONGEST_REST))
            }
            Err(error) => Round::failed(error),
        }
    }
}
