//! What the graph stores about profiles: nodes and edges that are made from what watching stores.

use async_trait::async_trait;

use super::error::PrivacyError;
use super::file::File;
use super::part::{Exported, PersonalData, Record};
use crate::domain::ids::ProfileId;
use crate::domain::recommend::GraphService;

/// What the graph keeps by profile.
pub(super) const RECORDS: &[Record] = &[
    Record {
        name: "graph_profiles",
        exported: Exported::Not("a node has nothing but the profile's id"),
    },
    Record {
        name: "graph_watched",
        exported: Exported::Not("an edge is a copy of what all plays of a title add up to"),
    },
];

#[async_trait]
impl PersonalData for GraphService {
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        Ok(self.erase_profile(profile).await?)
    }

    /// Nothing: the graph has only what is made from other parts.
    async fn export(&self, _: ProfileId, _: &mut File) -> Result<(), PrivacyError> {
        Ok(())
    }
}
