//! What can go wrong with suggestions.

use std::sync::Arc;

use crate::domain::catalog::CatalogError;
use crate::domain::error::{Coded, ErrorCode, StoreError};
use crate::domain::watching::WatchError;

/// What can go wrong with suggestions.
#[derive(Debug, thiserror::Error)]
pub enum RecommendError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The names of people or genres could not be read.
    #[error("the names of people and genres cannot be read")]
    Names(#[source] Arc<CatalogError>),
    /// The record of what was watched failed.
    #[error(transparent)]
    Watching(#[from] WatchError),
    #[error(transparent)]
    Graph(#[from] StoreError),
    /// The record's weights were computed with another half-life.
    #[error(
        "the weights of what was watched were computed with a half-life of {recorded} days, and half-life-days is {set} now: set it to {recorded} again, or stop all servers and run “reelgraph graph reweigh”"
    )]
    HalfLife { recorded: f64, set: f64 },
    /// A later version has written what this one does not understand.
    #[error(
        "the {store} was written by a newer Reelgraph and is for programs that read version {needs} of it; this one reads version {reads}: run the newer one"
    )]
    NewerStore {
        store: &'static str,
        needs: u32,
        reads: u32,
    },
    /// Some of the record's weights were computed anew and some were not.
    #[error(
        "the weights of what was watched are being computed anew with a half-life of {days} days: run “reelgraph graph reweigh” to its end, with half-life-days as it is to be"
    )]
    Reweighing { days: f64 },
    /// What several waited for together failed.
    #[error(transparent)]
    Shared(Arc<Self>),
}

impl Coded for RecommendError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Catalog(error) => error.code(),
            Self::Names(error) => error.code(),
            Self::Watching(error) => error.code(),
            Self::Graph(error) => error.code(),
            Self::HalfLife { .. } | Self::Reweighing { .. } | Self::NewerStore { .. } => {
                ErrorCode::Conflict
            }
            Self::Shared(error) => error.code(),
        }
    }

    /// None: suggestions take no input of their own, and that of another feature is not theirs.
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Catalog(_)
            | Self::Names(_)
            | Self::Watching(_)
            | Self::Graph(_)
            | Self::HalfLife { .. }
            | Self::Reweighing { .. }
            | Self::NewerStore { .. } => None,
            Self::Shared(error) => error.field(),
        }
    }
}
