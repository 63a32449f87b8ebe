//! What can go wrong with work that somebody waits for.

use crate::domain::error::{Coded, ErrorCode, StoreError};

/// What can go wrong with work that somebody waits for.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The profile is gone, and so is who waits.
    #[error("this profile was deleted; log in again")]
    ProfileErased,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for WorkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::ProfileErased => ErrorCode::Unauthenticated,
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ProfileErased | Self::Store(_) => None,
        }
    }
}
