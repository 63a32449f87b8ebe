//! What can go wrong with jobs of the site.

use crate::domain::error::{Coded, ErrorCode, StoreError};

/// What can go wrong with jobs of the site.
#[derive(Debug, thiserror::Error)]
pub enum SiteJobError {
    #[error("there is no such job")]
    NotFound,
    /// It has ended by itself, or somebody was faster.
    #[error("this job is over, and cannot be cancelled")]
    IsOver,
    /// Whoever writes at the same time was always first.
    #[error("others write the same job again and again; try again")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for SiteJobError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::IsOver | Self::Busy => ErrorCode::Conflict,
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound | Self::IsOver | Self::Busy => Some("id"),
            Self::Store(_) => None,
        }
    }
}
