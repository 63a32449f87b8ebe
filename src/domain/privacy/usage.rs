//! What usage remembers of the sittings of profiles, for some days, so that nothing counts twice.

use async_trait::async_trait;

use super::error::PrivacyError;
use super::file::File;
use super::part::{Exported, PersonalData, Record};
use crate::domain::ids::ProfileId;
use crate::domain::usage::UsageService;

/// What usage keeps by profile. Days and curves name nobody.
pub(super) const RECORDS: &[Record] = &[Record {
    name: "usage_sittings",
    exported: Exported::Not("it says by hashes what plays say, with what was watched of each"),
}];

#[async_trait]
impl PersonalData for UsageService {
    /// What is still waiting to be counted names the profile as its tombstone does, by a one-way hash. It is counted all
    /// the same, and the sitting that comes of it is forgotten with its time.
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        Ok(self.erase_profile(profile).await?)
    }

    /// Nothing: plays have their sections, and when each was played.
    async fn export(&self, _: ProfileId, _: &mut File) -> Result<(), PrivacyError> {
        Ok(())
    }
}
