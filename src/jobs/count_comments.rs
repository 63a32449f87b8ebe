//! Counts comments and their likes, within moments. Servers that do so at the same time count nothing twice.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::commenting::CommentService;
use crate::domain::events::Event;

/// How often to count. What many liked in this time is written once.
const POLL: Duration = Duration::from_secs(1);

pub(super) struct CountComments(pub(super) CommentService);

impl Job for CountComments {
    const NAME: &'static str = "count_comments";
    /// It looks by itself: so what is liked by many is not written once for each.
    const WAKES: &'static [Event] = &[];

    async fn round(&mut self) -> Round {
        match self.0.count_waiting().await {
            Ok(0) => Round::Due(POLL),
            Ok(_) => Round::Again,
            Err(error) => Round::failed(error),
        }
    }
}
