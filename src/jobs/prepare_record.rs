//! Makes what the record lacks while the site answers: indexes that a newer version wants, of many documents.

use std::time::Duration;

use futures::future::BoxFuture;

use super::job::{Job, Round};
use crate::domain::error::StoreError;
use crate::domain::events::Event;

/// How long to wait before it is tried again: what has failed after all documents were read may fail so again.
const RETRY: Duration = Duration::from_secs(600);

/// What is done to the record, as often as it takes.
pub type Preparation = Box<dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// Does it once. Until then everything works, and is slow.
pub(super) struct PrepareRecord {
    preparation: Option<Preparation>,
}

impl PrepareRecord {
    pub(super) fn new(preparation: Preparation) -> Self {
        tracing::warn!("Indexes of the record are missing; they are made in the background");
        Self {
            preparation: Some(preparation),
        }
    }
}

impl Job for PrepareRecord {
    const NAME: &'static str = "prepare_record";
    const WAKES: &'static [Event] = &[];
    /// The server goes on making an index whoever waits for it.
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        let Some(preparation) = &self.preparation else {
            return Round::Due(Duration::MAX);
        };
        match preparation().await {
            Ok(()) => {
                tracing::info!("All indexes of the record are made");
                self.preparation = None;
                Round::Due(Duration::MAX)
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "Indexes of the record cannot be made; it is tried again, or run “reelgraph migrate”"
                );
                Round::Due(RETRY)
            }
        }
    }
}
