//! What each feature that stores something about people must provide: erasure and export.

use async_trait::async_trait;

use super::error::PrivacyError;
use super::file::File;
use crate::domain::ids::ProfileId;

/// What a feature keeps by profile. What accounts keep is no part: an erasure begins with it.
#[async_trait]
pub(super) trait PersonalData: Send + Sync {
    /// Removes everything of a profile, for ever: what is written of it meanwhile, or later, is refused. Idempotent: it
    /// can be broken off, begun again, or done by several servers at once.
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError>;

    /// Writes what it knows of a profile as fields of the profile's object.
    async fn export(&self, profile: ProfileId, file: &mut File) -> Result<(), PrivacyError>;
}

/// One kind of thing that is kept by account or profile. All of them are erased. A store that keeps something of people
/// and is no such record fails a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// What it is called wherever it is stored.
    pub name: &'static str,
    /// Whether it is part of an export.
    pub exported: Exported,
}

/// Whether something is part of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// It is what this JSON pointer leads to (RFC 6901).
    As(&'static str),
    /// It is not, for this reason.
    Not(&'static str),
}
