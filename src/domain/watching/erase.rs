//! Erasing what a profile watched: the part of watching in an erasure.

use super::error::WatchError;
use super::service::WatchService;
use crate::domain::ids::ProfileId;

impl WatchService {
    /// Removes everything that is recorded of a profile, and refuses for ever to record anything of it, also what is on
    /// its way. Whoever had watched a title still counts there. Idempotent: it can be broken off, begun again, or done by
    /// several servers at once.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), WatchError> {
        Ok(self.ports.recorder.erase_profile(profile).await?)
    }
}
