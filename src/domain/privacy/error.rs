//! What can go wrong with exporting and erasing.

use crate::domain::accounts::AccountError;
use crate::domain::catalog::CatalogError;
use crate::domain::commenting::CommentError;
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::importing::ImportError;
use crate::domain::membership::MembershipError;
use crate::domain::recommend::RecommendError;
use crate::domain::uploading::UploadError;
use crate::domain::usage::UsageError;
use crate::domain::watching::WatchError;

/// What can go wrong with exporting and erasing.
#[derive(Debug, thiserror::Error)]
pub enum PrivacyError {
    /// Nobody reads the export any more.
    #[error("nobody reads the export any more")]
    ReaderGone,
    #[error(transparent)]
    Accounts(#[from] AccountError),
    /// The record of what was watched failed.
    #[error(transparent)]
    Watching(#[from] WatchError),
    #[error(transparent)]
    Graph(#[from] RecommendError),
    #[error(transparent)]
    Importing(#[from] ImportError),
    #[error(transparent)]
    Uploading(#[from] UploadError),
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Commenting(#[from] CommentError),
    #[error(transparent)]
    Membership(#[from] MembershipError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Something is no JSON.
    #[error("a part of an export is no JSON")]
    Json(#[from] serde_json::Error),
}

impl Coded for PrivacyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::ReaderGone => ErrorCode::Cancelled,
            Self::Accounts(error) => error.code(),
            Self::Watching(error) => error.code(),
            Self::Graph(error) => error.code(),
            Self::Importing(error) => error.code(),
            Self::Uploading(error) => error.code(),
            Self::Usage(error) => error.code(),
            Self::Commenting(error) => error.code(),
            Self::Membership(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Json(_) => ErrorCode::Internal,
        }
    }

    /// None: neither exports nor erasures take input.
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ReaderGone
            | Self::Accounts(_)
            | Self::Watching(_)
            | Self::Graph(_)
            | Self::Importing(_)
            | Self::Uploading(_)
            | Self::Usage(_)
            | Self::Commenting(_)
            | Self::Membership(_)
            | Self::Catalog(_)
            | Self::Json(_) => None,
        }
    }
}
