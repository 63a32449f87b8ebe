//! What can go wrong when messages and generations are written and read.

use crate::domain::error::{Coded, ErrorCode, StoreError};
use crate::domain::recommend::error::RecommendError;

/// What can go wrong when messages and generations are written and read.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// What is written or read of the site.
    #[error(transparent)]
    Recommend(#[from] RecommendError),
    /// A file could not be written.
    #[error("{file} cannot be written")]
    Write {
        file: String,
        #[source]
        error: std::io::Error,
    },
    /// The edges were replaced while they were read.
    #[error("the SIMILAR edges were changed while they were read: try again")]
    Changed,
    /// There are none to write.
    #[error("there are no SIMILAR edges yet: “reelgraph graph similar” computes them")]
    NoGeneration,
}

impl From<StoreError> for ExchangeError {
    fn from(error: StoreError) -> Self {
        Self::Recommend(error.into())
    }
}

impl From<crate::domain::watching::WatchError> for ExchangeError {
    fn from(error: crate::domain::watching::WatchError) -> Self {
        Self::Recommend(error.into())
    }
}

impl Coded for ExchangeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Recommend(error) => error.code(),
            Self::Write { .. } => ErrorCode::Internal,
            Self::Changed | Self::NoGeneration => ErrorCode::Conflict,
        }
    }

    /// None: it is a command that fails, and not a field of an input.
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Recommend(error) => error.field(),
            Self::Write { .. } | Self::Changed | Self::NoGeneration => None,
        }
    }
}
