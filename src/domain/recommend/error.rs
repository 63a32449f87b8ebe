//! What can go wrong with suggestions.

use crate::domain::catalog::CatalogError;
use crate::domain::error::{Coded, ErrorCode, StoreError};
use crate::domain::watching::WatchError;

/// What can go wrong with suggestions.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The record of what was watched failed.
    #[error(transparent)]
    Watching(#[from] WatchError),
    /// The graph failed.
    #[error(transparent)]
    Graph(#[from] StoreError),
}

impl Coded for RecommendError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Catalog(error) => error.code(),
            Self::Watching(error) => error.code(),
            Self::Graph(error) => error.code(),
        }
    }
}
