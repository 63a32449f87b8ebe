//! Forgetting people: what accounts are asked to forget, the record and the graph forget in the background.

use super::error::RecommendError;
use super::projection::GraphService;
use crate::domain::accounts::{AccountService, Erasure};

/// The use cases of forgetting.
#[derive(Clone)]
pub struct ErasureService {
    accounts: AccountService,
    graph: GraphService,
}

impl ErasureService {
    /// A service on others.
    pub fn new(accounts: AccountService, graph: GraphService) -> Self {
        Self { accounts, graph }
    }

    /// Forgets the profiles of some erasures that are not finished, the oldest first. Says how many were finished; 0:
    /// nothing waits. One that fails keeps no other waiting; the first failure is the answer when all were tried.
    ///
    /// An erasure counts as finished once all of its profiles are gone everywhere, so that whoever dies on the way
    /// leaves it to the next one. Each step is idempotent, so several may work at the same one.
    pub async fn work_off(&self) -> Result<usize, RecommendError> {
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

    async fn carry_out(&self, erasure: &Erasure) -> Result<(), RecommendError> {
        for profile in &erasure.profiles {
            self.graph.erase_profile(*profile).await?;
        }
        Ok(self.accounts.finish_erasure(erasure).await?)
    }
}
