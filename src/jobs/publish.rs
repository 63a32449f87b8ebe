//! Sends what was watched, and titles, to topics: on one server at a time, and whoever is slow there delays nothing else.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::recommend::{PublishRound, PublishService, Publishing};

/// How often to look for what was written, and for who was erased: readers of topics are in no hurry.
const POLL: Duration = Duration::from_secs(5);

pub(super) struct Publish {
    service: PublishService,
    publishing: Option<Publishing>,
}

impl Publish {
    pub(super) fn new(service: PublishService) -> Self {
        Self {
            service,
            publishing: None,
        }
    }
}

impl Job for Publish {
    const NAME: &'static str = "publish";
    /// It looks by itself: there is always something.
    const WAKES: &'static [Event] = &[];
    /// A broker that is away keeps a round waiting; what is broken off is sent again.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        match self.service.publish(&mut self.publishing).await {
            Ok(PublishRound::More(_)) => Round::Again,
            Ok(PublishRound::Done(_) | PublishRound::Elsewhere) => Round::Due(POLL),
            Err(error) => Round::failed(error),
        }
    }

    /// So that another server need not wait. If that fails, it waits.
    async fn end(&mut self) {
        drop(self.service.leave().await);
    }
}
