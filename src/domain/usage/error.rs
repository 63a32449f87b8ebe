//! What can go wrong with usage.

use super::events::EventProblem;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};

/// What can go wrong with usage.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// The days are none, or too many.
    #[error("{0}")]
    BadRange(&'static str),
    /// Figures of several days that cannot be added.
    #[error("titles can be listed by plays, views and watched seconds")]
    NotSummed,
    /// A number of parts or rows is out of range.
    #[error("{what} must be between 1 and {most}, and not {found}")]
    OutOfRange {
        what: &'static str,
        found: usize,
        most: usize,
    },
    /// Some of the events cannot be counted; none was.
    #[error("{} of the events cannot be counted; none was", .0.len())]
    BadEvents(Vec<EventProblem>),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for UsageError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::BadRange(_) | Self::OutOfRange { .. } => ErrorCode::OutOfRange,
            Self::NotSummed | Self::BadEvents(_) => ErrorCode::Invalid,
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadRange(_) => Some("from"),
            Self::NotSummed => Some("metric"),
            Self::OutOfRange { what, .. } => Some(what),
            Self::BadEvents(_) => Some("events"),
            Self::Catalog(error) => error.field(),
            Self::Store(_) => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::OutOfRange { most, .. } => Bounds::between(1, *most),
            Self::Catalog(error) => error.bounds(),
            Self::BadRange(_) | Self::NotSummed | Self::BadEvents(_) | Self::Store(_) => {
                Bounds::default()
            }
        }
    }
}
