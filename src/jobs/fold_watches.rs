//! Folds what was recorded in the watch log, within moments.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::watching::WatchService;

/// How often to look for what may wait a little, and for what another server left.
const POLL: Duration = Duration::from_millis(500);

/// How long to wait for more.
const TOGETHER: Duration = Duration::from_millis(20);

/// How long to wait for more after a round that folded anything. A transaction of a hundred rows costs a store hardly more
/// than one of five, and what somebody reads of a profile is folded before. Whoever reports now and then does not wait.
/// What is folded is projected at once, so that with this, too, the graph follows within half a second.
const GATHER: Duration = Duration::from_millis(300);

pub(super) struct FoldWatches(pub(super) WatchService);

impl Job for FoldWatches {
    const NAME: &'static str = "fold_watches";
    const WAKES: &'static [Event] = &[Event::WatchesRecorded];

    async fn round(&mut self) -> Round {
        // What comes in the meantime is folded with it, in the same transactions.
        tokio::time::sleep(TOGETHER).await;
        match self.0.fold_due().await {
            Ok(false) => Round::Due(POLL),
            Ok(true) => Round::Soon(GATHER),
            Err(error) => Round::failed(error),
        }
    }

    /// So that what was recorded here need not be found by another server.
    async fn end(&mut self) {
        if let Err(error) = self.0.fold_own().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "What was watched last is not folded yet; the next server that starts does it"
            );
        }
    }
}
