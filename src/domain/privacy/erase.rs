//! Erasing people: what accounts are asked to erase, the other parts erase in the background.

use std::sync::Arc;

use super::error::PrivacyError;
use super::parts::Parts;
use crate::domain::accounts::{AccountService, Erasure};
use crate::domain::events::{Event, EventBus};

/// The use cases of erasing.
#[derive(Clone)]
pub struct ErasureService {
    accounts: AccountService,
    parts: Parts,
    events: Arc<dyn EventBus>,
}

impl ErasureService {
    /// A service on others.
    pub fn new(accounts: AccountService, parts: Parts, events: Arc<dyn EventBus>) -> Self {
        Self {
            accounts,
            parts,
            events,
        }
    }

    /// Erases the profiles of some erasures that are not finished, the oldest first. Says how many were finished; 0:
    /// nothing waits. One that fails keeps no other waiting; the first failure is the answer when all were tried.
    ///
    /// An erasure counts as finished once all of its profiles are gone everywhere, so that a server that crashes on the
    /// way leaves it to the next one. Each step is idempotent, so several may work at the same one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn work_off(&self) -> Result<usize, PrivacyError> {
        let mut finished = 0;
        let mut failure = None;
        for erasure in self.accounts.pending_erasures().await? {
            match self.carry_out(&erasure).await {
                Ok(()) => finished += 1,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(finished), Err)
    }

    async fn carry_out(&self, erasure: &Erasure) -> Result<(), PrivacyError> {
        for profile in &erasure.profiles {
            self.parts.erase(*profile).await?;
            self.events.publish(Event::TastesChanged([*profile].into()));
        }
        Ok(self.accounts.finish_erasure(erasure).await?)
    }
}
