//! What can go wrong with libraries.

use crate::domain::catalog::CatalogError;
use crate::domain::error::{Coded, ErrorCode, StoreError};

/// How long a path may be, from the root of the file system, in bytes.
pub const MAX_PATH: usize = 4_096;
/// How many libraries there may be.
pub const MAX_ROOTS: usize = 1_000;

/// What can go wrong with libraries.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Only curators know of files.
    #[error("you may not do this")]
    Forbidden,
    #[error("there is no such file")]
    FileNotFound,
    #[error("there is no such film or series")]
    TitleNotFound,
    #[error("there is no such episode")]
    EpisodeNotFound,
    /// Two answers to one question.
    #[error("a file is of a `title` or of an `episode`: give one of them")]
    TitleAndEpisode,
    /// What is taken back is not decided at the same time.
    #[error(
        "`undecided` takes back what was decided: give neither a `title` nor an `episode` with it"
    )]
    UndecidedWithItem,
    /// Another scan of the same folder, on this machine or another.
    #[error(
        "another scan of this folder is under way; where one broke off, try again after a minute"
    )]
    AtWork,
    /// Somebody wished it, or the hours were over.
    #[error("the scan was stopped before it was through; the next goes on from there")]
    Stopped,
    /// A file would be of two libraries.
    #[error("this folder lies in the library {0}, or has it in it: scan one of them")]
    Overlaps(String),
    /// All that was known is gone: a disk that is not mounted looks like that.
    #[error(
        "none of the {0} files that were known is there: is the disk mounted? Nothing was changed; \
         if they are gone for good, scan with --all-gone"
    )]
    AllGone(u64),
    #[error("there are {MAX_ROOTS} libraries already")]
    TooManyRoots,
    /// Whoever writes at the same time was always first.
    #[error("others write the same files again and again; try again")]
    Busy,
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for LibraryError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::FileNotFound | Self::TitleNotFound | Self::EpisodeNotFound => ErrorCode::NotFound,
            Self::TitleAndEpisode | Self::UndecidedWithItem => ErrorCode::Invalid,
            Self::AtWork
            | Self::Overlaps(_)
            | Self::AllGone(_)
            | Self::TooManyRoots
            | Self::Busy => ErrorCode::Conflict,
            Self::Stopped => ErrorCode::Cancelled,
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::FileNotFound | Self::Busy => Some("file"),
            Self::TitleNotFound | Self::TitleAndEpisode => Some("title"),
            Self::EpisodeNotFound => Some("episode"),
            Self::UndecidedWithItem => Some("undecided"),
            Self::Forbidden
            | Self::AtWork
            | Self::Stopped
            | Self::Overlaps(_)
            | Self::AllGone(_)
            | Self::TooManyRoots
            | Self::Catalog(_)
            | Self::Store(_) => None,
        }
    }
}
