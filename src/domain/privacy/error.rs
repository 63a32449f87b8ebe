//! What can go wrong with exporting and erasing.

use crate::domain::accounts::AccountError;
use crate::domain::catalog::CatalogError;
use crate::domain::recommend::RecommendError;
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
    Catalog(#[from] CatalogError),
    /// Something is no JSON.
    #[error("a part of an export is no JSON")]
    Json(#[from] serde_json::Error),
}
