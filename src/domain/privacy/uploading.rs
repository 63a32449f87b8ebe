//! What is kept of who uploaded files: how it is erased, and what it is in an export.

use async_trait::async_trait;
use serde_json::json;

use super::error::PrivacyError;
use super::file::File;
use super::part::{Exported, PersonalData, Record};
use crate::domain::ids::ProfileId;
use crate::domain::uploading::UploadService;

/// What uploads keep by profile. Files that are finished are the site's, and stay, without the name of who sent them.
pub(super) const RECORDS: &[Record] = &[Record {
    name: "uploads",
    exported: Exported::As("/profiles/0/uploads"),
}];

#[async_trait]
impl PersonalData for UploadService {
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        Ok(self.erase_profile(profile).await?)
    }

    async fn export(&self, profile: ProfileId, file: &mut File) -> Result<(), PrivacyError> {
        let uploads = self.of_profile(profile).await?;
        file.begin_list("uploads");
        for upload in &uploads {
            file.row(&json!({
                "id": upload.id,
                "name": upload.name,
                "metadata": upload.metadata,
                "size": upload.size,
                "state": upload.state.as_str(),
                "createdAt": upload.created_at,
                "finishedAt": upload.finished_at,
            }))?;
        }
        file.end_list();
        file.send().await
    }
}
