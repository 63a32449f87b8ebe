//! The use cases of the log of watching: folding what was recorded, and removing what has stood there for long enough.

use std::sync::atomic::Ordering;

use super::error::WatchError;
use super::service::WatchService;
use crate::domain::events::Event;

impl WatchService {
    /// Folds what is due of the log. Says whether there was anything.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn fold_due(&self) -> Result<bool, WatchError> {
        // Before it looks: of what is recorded from now on it is told again.
        self.is_told.swap(false, Ordering::AcqRel);
        let is_any = self.ports.settling.fold_due().await?;
        if is_any {
            self.events.publish(Event::WatchesChanged);
        }
        Ok(is_any)
    }

    /// Wakes whoever folds, once for all that is recorded until it begins: each event wakes every job for a moment.
    pub(super) fn tell_folding(&self) {
        if !self.is_told.swap(true, Ordering::AcqRel) {
            self.events.publish(Event::WatchesRecorded);
        }
    }

    /// Folds what was recorded by this process.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn fold_own(&self) -> Result<(), WatchError> {
        Ok(self.ports.settling.fold_own().await?)
    }

    /// Folds everything that was recorded, by whomever. Says how many entries.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn settle_all(&self) -> Result<usize, WatchError> {
        Ok(self.ports.settling.settle_all().await?)
    }

    /// Removes from the log what is folded and has stood there for long enough. Says how many entries.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn trim_log(&self) -> Result<u64, WatchError> {
        Ok(self.ports.settling.trim().await?)
    }
}
