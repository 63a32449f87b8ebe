//! What can go wrong with revisions and locks.

use crate::domain::accounts::AccountError;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::page::MAX_PAGE;

/// The most revisions that are taken back as a whole: they are written in one transaction.
pub const MOST_WHOLE: usize = 2_000;
/// The most fields that are locked with one call.
pub(super) const MOST_FIELDS: usize = 40;

/// What can go wrong with revisions and locks.
#[derive(Debug, thiserror::Error)]
pub enum RevisingError {
    /// Whoever asks is no curator.
    #[error("you may not do this")]
    Forbidden,
    /// Neither a revision nor a run, or both, is named.
    #[error("give either `revision` or `run`")]
    NothingNamed,
    #[error("there is no revision with this id")]
    RevisionNotFound,
    /// Nothing was changed in a run of this name, or nothing is left of it.
    #[error("no revision is of this run")]
    RunNotFound,
    /// A single revision, or the rest of a run, is to be taken back as a whole.
    #[error("`whole` is for a `run` from its latest revision on, without `revision` and `after`")]
    WholeOfPart,
    #[error(
        "it has more than {MOST_WHOLE} revisions, the most that are taken back as a whole; without `whole` they are taken back {MAX_PAGE} a call"
    )]
    RunTooLong,
    /// It is of a merge, which also moved what was watched.
    #[error("this is of a merge, which `undoMerge` takes back")]
    OfMerge { field: &'static str },
    #[error("this is no revision to go on after")]
    AfterNotFound,
    /// Too many things, or none.
    #[error("give 1 to {most} ids")]
    IdCount { most: usize },
    /// The place in the list is from 1.
    #[error("id {place} of the list is of no film, series, episode or person")]
    NodeNotFound { place: usize },
    #[error("name 1 to {MOST_FIELDS} fields")]
    FieldCount,
    #[error("“{field}” is no field that {of} have")]
    UnknownField { field: String, of: &'static str },
    #[error("there is no such field in files that are loaded")]
    NoSuchField,
    /// An order of sources says of one that it goes before itself.
    #[error("names a source twice")]
    SourceTwice,
    #[error(transparent)]
    Accounts(#[from] AccountError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for RevisingError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::NothingNamed
            | Self::WholeOfPart
            | Self::OfMerge { .. }
            | Self::UnknownField { .. }
            | Self::NoSuchField
            | Self::SourceTwice => ErrorCode::Invalid,
            Self::RevisionNotFound
            | Self::RunNotFound
            | Self::AfterNotFound
            | Self::NodeNotFound { .. } => ErrorCode::NotFound,
            Self::IdCount { .. } | Self::FieldCount | Self::RunTooLong => ErrorCode::OutOfRange,
            Self::Accounts(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NothingNamed | Self::RevisionNotFound => Some("revision"),
            Self::OfMerge { field } => Some(*field),
            Self::WholeOfPart => Some("whole"),
            Self::RunNotFound | Self::RunTooLong => Some("run"),
            Self::AfterNotFound => Some("after"),
            Self::IdCount { .. } | Self::NodeNotFound { .. } => Some("ids"),
            Self::FieldCount | Self::UnknownField { .. } => Some("fields"),
            Self::NoSuchField => Some("field"),
            Self::SourceTwice => Some("order"),
            // Nothing that an account is asked for is in the input.
            Self::Forbidden | Self::Accounts(_) => None,
            Self::Catalog(error) => error.field(),
            Self::Store(error) => error.field(),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::IdCount { most } => Bounds::between(1, *most),
            Self::FieldCount => Bounds::between(1, MOST_FIELDS),
            Self::RunTooLong => Bounds::most(MOST_WHOLE),
            Self::Forbidden
            | Self::NothingNamed
            | Self::WholeOfPart
            | Self::RevisionNotFound
            | Self::RunNotFound
            | Self::OfMerge { .. }
            | Self::AfterNotFound
            | Self::NodeNotFound { .. }
            | Self::UnknownField { .. }
            | Self::NoSuchField
            | Self::SourceTwice
            | Self::Accounts(_)
            | Self::Catalog(_)
            | Self::Store(_) => Bounds::default(),
        }
    }
}
