//! What can go wrong with the catalogue.

use crate::domain::error::{Coded, ErrorCode, StoreError};

/// What can go wrong with the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for CatalogError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) => error.field(),
        }
    }
}
