//! What can go wrong with importing.

use super::problem::ImportProblem;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::watching::WatchError;
use crate::domain::working::WorkError;

/// How many imports are kept of a profile.
pub const MAX_IMPORTS: usize = 20;
/// How many rows all imports of a profile may have.
pub(super) const MAX_KEPT_ROWS: usize = 1_000_000;

/// What can go wrong with importing.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The request came with an API key that lacks the scope to watch.
    #[error("this key may not change what is watched")]
    Forbidden,
    /// The profile has no such import.
    #[error("there is no such import")]
    ImportNotFound,
    /// The import has no such row.
    #[error("there is no such row of an import")]
    RowNotFound,
    /// What a row is to be does not exist.
    #[error("there is no such film, series or episode")]
    ItemNotFound,
    /// What a row is to be is of another kind.
    #[error("{0}")]
    ItemOfAnotherKind(&'static str),
    /// A row says nothing that could be imported.
    #[error("this row says nothing that could be imported")]
    RowSaysNothing,
    /// Nothing comes of what a row says, whatever it is of.
    #[error("what this row is about {0}")]
    RowIsUseless(&'static str),
    /// A job works on the import.
    #[error("this import is being worked on; wait until its job is over")]
    AtWork,
    /// It is applied already.
    #[error("this import is applied already; undo it to begin anew")]
    Applied,
    /// Not all of its rows are kept.
    #[error(
        "not all rows of this file are there yet; if that stays so, discard it and send the file again"
    )]
    NotWhole,
    /// Nothing of it was applied.
    #[error("nothing of this import is in the history")]
    NotApplied,
    /// The profile keeps as many imports as it can.
    #[error(
        "a profile keeps at most {MAX_IMPORTS} imports, with {MAX_KEPT_ROWS} rows together; discard one first"
    )]
    TooMany,
    /// Another file of the profile is being taken in, by another server, or something is done with what had to make room.
    #[error("another file or import of this profile is at work; send it again in a moment")]
    TakingIn,
    /// The profile is gone, and so is who imports.
    #[error("this profile was deleted; log in again")]
    ProfileErased,
    #[error(transparent)]
    File(#[from] ImportProblem),
    #[error(transparent)]
    Watching(#[from] WatchError),
    #[error(transparent)]
    Work(#[from] WorkError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for ImportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::ImportNotFound | Self::RowNotFound | Self::ItemNotFound => ErrorCode::NotFound,
            Self::ItemOfAnotherKind(_) => ErrorCode::Invalid,
            Self::RowSaysNothing
            | Self::AtWork
            | Self::Applied
            | Self::NotApplied
            | Self::NotWhole
            | Self::RowIsUseless(_)
            | Self::TakingIn
            | Self::TooMany => ErrorCode::Conflict,
            Self::ProfileErased => ErrorCode::Unauthenticated,
            Self::File(error) => error.code(),
            Self::Watching(error) => error.code(),
            Self::Work(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ImportNotFound
            | Self::AtWork
            | Self::Applied
            | Self::NotApplied
            | Self::NotWhole => Some("import"),
            Self::RowNotFound | Self::RowSaysNothing | Self::RowIsUseless(_) => Some("row"),
            Self::ItemNotFound | Self::ItemOfAnotherKind(_) => Some("item"),
            Self::TooMany | Self::TakingIn => Some("file"),
            Self::File(error) => error.field(),
            Self::Watching(_)
            | Self::Forbidden
            | Self::ProfileErased
            | Self::Work(_)
            | Self::Catalog(_)
            | Self::Store(_) => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TooMany => Bounds::most(MAX_IMPORTS),
            Self::File(error) => error.bounds(),
            Self::Forbidden
            | Self::ImportNotFound
            | Self::RowNotFound
            | Self::ItemNotFound
            | Self::ItemOfAnotherKind(_)
            | Self::RowSaysNothing
            | Self::RowIsUseless(_)
            | Self::AtWork
            | Self::Applied
            | Self::NotApplied
            | Self::NotWhole
            | Self::TakingIn
            | Self::ProfileErased
            | Self::Watching(_)
            | Self::Work(_)
            | Self::Catalog(_)
            | Self::Store(_) => Bounds::default(),
        }
    }
}
