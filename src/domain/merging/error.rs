//! What can go wrong with merging titles or people.

use super::types::{MOST_CREDITED, MOST_MERGED};
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::revising::RevisingError;
use crate::domain::watching::WatchError;

/// What can go wrong with merging titles or people.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Whoever asks is no curator.
    #[error("you may not do this")]
    Forbidden,
    /// Too many titles, or none.
    #[error("name 1 to {MOST_MERGED} titles that are to be merged into the other")]
    TitleCount,
    /// Not one revision for each of the titles, in their order.
    #[error("give as many revisions as titles, or none")]
    RevisionCount,
    /// What stays does not exist, or is merged itself.
    #[error("`into` names no title")]
    IntoNotFound,
    /// Something that is to be merged does not exist, or is merged already. The place in the list is from 1.
    #[error("id {place} of `from` names no title")]
    FromNotFound { place: usize },
    /// A title is named twice.
    #[error("id {place} of `from` is named before, or is `into`")]
    NamedTwice { place: usize },
    /// Series have episodes, which would have to be merged one by one.
    #[error("“{name}” is a series, and films alone can be merged")]
    Series { field: &'static str, name: String },
    /// A title was changed since the curator has seen it.
    #[error("“{name}” is at revision {revision} now{}: read it again", changed_fields(.changed))]
    Stale {
        field: &'static str,
        name: String,
        revision: u64,
        changed: Vec<String>,
    },
    /// A merge of the title was undone, and what profiles had of it is still on its way back.
    #[error("a merge of “{name}” was undone a moment ago; try again in a minute")]
    ComingBack { field: &'static str, name: String },
    /// Too many were merged into one another, one after the other.
    #[error("too many were merged into these one after the other; undo some of these merges first")]
    TooDeep { field: &'static str },
    /// Too many people, or none.
    #[error("name 1 to {MOST_MERGED} people who are to be merged into the other")]
    PersonCount,
    /// Who stays does not exist, or is merged.
    #[error("`into` names nobody")]
    IntoNobody,
    /// Somebody who is to be merged does not exist, or is merged already.
    #[error("id {place} of `people` names nobody")]
    PersonNotFound { place: usize },
    /// Somebody is named twice.
    #[error("id {place} of `people` is named before, or is `into`")]
    PersonNamedTwice { place: usize },
    /// More credits than are written in one transaction.
    #[error(
        "they are credited with more than {MOST_CREDITED} titles and episodes; merge fewer people at once"
    )]
    TooManyCredits,
    /// There is no such merge, or it is undone.
    #[error("there is no merge with this id, or it is undone already")]
    MergeNotFound,
    /// The title or person that stands for the others is merged itself.
    #[error("“{name}” was merged itself since; undo that merge first")]
    IntoMerged { name: String },
    #[error(transparent)]
    Revising(#[from] RevisingError),
    #[error(transparent)]
    Watching(#[from] WatchError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn changed_fields(changed: &[String]) -> String {
    if changed.is_empty() {
        return String::new();
    }
    format!(" (changed since: {})", changed.join(", "))
}

impl MergeError {
    /// Whether somebody else wrote the same documents at the same time, so that it may be tried again.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Catalog(CatalogError::Store(StoreError::Conflict))
        )
    }
}

impl Coded for MergeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::TitleCount | Self::PersonCount | Self::TooManyCredits => ErrorCode::OutOfRange,
            Self::RevisionCount
            | Self::NamedTwice { .. }
            | Self::PersonNamedTwice { .. }
            | Self::Series { .. } => ErrorCode::Invalid,
            Self::IntoNotFound
            | Self::FromNotFound { .. }
            | Self::IntoNobody
            | Self::PersonNotFound { .. }
            | Self::MergeNotFound => ErrorCode::NotFound,
            Self::Stale { .. } => ErrorCode::StaleRevision,
            Self::ComingBack { .. } | Self::TooDeep { .. } | Self::IntoMerged { .. } => {
                ErrorCode::Conflict
            }
            Self::Revising(error) => error.code(),
            Self::Watching(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TitleCount | Self::FromNotFound { .. } | Self::NamedTwice { .. } => Some("from"),
            Self::PersonCount
            | Self::PersonNotFound { .. }
            | Self::PersonNamedTwice { .. }
            | Self::TooManyCredits => Some("people"),
            Self::RevisionCount => Some("fromRevisions"),
            Self::IntoNotFound | Self::IntoNobody => Some("into"),
            Self::TooDeep { field }
            | Self::Series { field, .. }
            | Self::Stale { field, .. }
            | Self::ComingBack { field, .. } => Some(*field),
            Self::MergeNotFound | Self::IntoMerged { .. } => Some("id"),
            Self::Forbidden | Self::Revising(_) | Self::Watching(_) => None,
            Self::Catalog(error) => error.field(),
            Self::Store(error) => error.field(),
        }
    }

    fn changed_fields(&self) -> &[String] {
        match self {
            Self::Stale { changed, .. } => changed,
            Self::Catalog(error) => error.changed_fields(),
            _ => &[],
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TitleCount | Self::PersonCount => Bounds::between(1, MOST_MERGED),
            Self::Forbidden
            | Self::RevisionCount
            | Self::IntoNotFound
            | Self::FromNotFound { .. }
            | Self::NamedTwice { .. }
            | Self::Series { .. }
            | Self::Stale { .. }
            | Self::ComingBack { .. }
            | Self::TooDeep { .. }
            | Self::TooManyCredits
            | Self::IntoNobody
            | Self::PersonNotFound { .. }
            | Self::PersonNamedTwice { .. }
            | Self::MergeNotFound
            | Self::IntoMerged { .. }
            | Self::Revising(_)
            | Self::Watching(_)
            | Self::Catalog(_)
            | Self::Store(_) => Bounds::default(),
        }
    }
}
