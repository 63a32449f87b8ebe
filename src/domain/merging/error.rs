//! What can go wrong with merging titles or people, and with parting titles.

use super::types::{MOST_CREDITED, MOST_EPISODES, MOST_MERGED};
use crate::domain::catalog::{CatalogError, TitleKind};
use crate::domain::commenting::CommentError;
use crate::domain::editing::EditError;
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::membership::MembershipError;
use crate::domain::revising::RevisingError;
use crate::domain::watching::WatchError;

/// What can go wrong with merging titles or people, and with parting titles.
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
    /// A film is no series, and the other way round.
    #[error("“{name}” is a {}, and cannot be merged into a {}", kind_of(*.kind), kind_of(*.into))]
    OtherKind {
        name: String,
        kind: TitleKind,
        /// What it was to be merged into.
        into: TitleKind,
    },
    /// Several series: each may have episodes that become one with those of another.
    #[error("name one series at a time")]
    OneSeries,
    /// More episodes than are written in one transaction.
    #[error("the series has more than {MOST_EPISODES} episodes; merge the other one into it")]
    TooManyEpisodes,
    /// What is to be parted does not exist, or is merged.
    #[error("`id` names no title")]
    TitleNotFound,
    /// No external id that is named is of the title. The place in the list is from 1.
    #[error("id {place} of `externalIds` is none of this title")]
    ExternalIdNotFound { place: usize },
    /// The series has no such season.
    #[error("number {place} of `seasons` is none of this series")]
    SeasonNotFound { place: usize },
    /// An episode that is named is none of the series, or nothing is.
    #[error("id {place} of `episodes` names no episode of this series")]
    EpisodeNotFound { place: usize },
    /// An episode that is to be merged, or the one that stays, does not exist or is merged.
    #[error("`{field}` names no episode")]
    NoEpisode { field: &'static str },
    /// An episode is to be merged into itself.
    #[error("`into` is the same episode")]
    SameEpisode,
    /// Two episodes are of two series.
    #[error("`into` is an episode of another series")]
    OtherSeries,
    /// A film is to lose episodes.
    #[error("films have no episodes")]
    NoSeries,
    /// No episode is named of a series.
    #[error("name the seasons or the episodes of the other series")]
    NoEpisodes,
    /// More go than are written in one transaction.
    #[error("more than {MOST_EPISODES} episodes would move; name fewer at once")]
    TooManyMoved,
    /// An episode that would go back stands for another since.
    #[error("an episode of it stands for one of “{name}” since; undo that merge first")]
    StandsForOther { name: String },
    /// An episode was moved on.
    #[error("“{name}” was moved to another series since; take that back first")]
    MovedOn { name: String },
    /// The series that would go has more than what came from the other one.
    #[error("“{name}” has episodes of its own since; merge it into the other series instead")]
    HasOwnEpisodes { name: String },
    /// There is an episode by now where one would go back to.
    #[error("the other series has an episode {number} in season {season} by now")]
    PlaceTaken { season: u32, number: u32 },
    /// A title was changed since the curator has seen it.
    #[error("“{name}” is at revision {revision} now{}: read it again", changed_fields(.changed))]
    Stale {
        field: &'static str,
        name: String,
        revision: u64,
        changed: Vec<String>,
    },
    /// A merge of the title was undone, and what profiles had of it is still on its way back.
    #[error("“{name}” was taken apart a moment ago; try again in a minute")]
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
    /// The title, person or episode that stands for the others is merged itself.
    #[error("“{name}” was merged itself since; undo that merge first")]
    IntoMerged { name: String },
    /// The person or episode that stands for the others is deleted.
    #[error("“{name}” was deleted since; take that back first")]
    IntoDeleted { name: String },
    #[error(transparent)]
    Editing(#[from] EditError),
    #[error(transparent)]
    Revising(#[from] RevisingError),
    #[error(transparent)]
    Watching(#[from] WatchError),
    #[error(transparent)]
    Commenting(#[from] CommentError),
    #[error(transparent)]
    Membership(#[from] MembershipError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn kind_of(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "film",
        TitleKind::Series => "series",
    }
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
                | Self::Editing(EditError::Catalog(CatalogError::Store(
                    StoreError::Conflict
                )))
        )
    }
}

impl Coded for MergeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::TitleCount
            | Self::PersonCount
            | Self::TooManyCredits
            | Self::OneSeries
            | Self::TooManyEpisodes
            | Self::TooManyMoved => ErrorCode::OutOfRange,
            Self::RevisionCount
            | Self::NamedTwice { .. }
            | Self::PersonNamedTwice { .. }
            | Self::NoSeries
            | Self::SameEpisode
            | Self::OtherSeries
            | Self::OtherKind { .. } => ErrorCode::Invalid,
            Self::NoEpisodes => ErrorCode::Blank,
            Self::IntoNotFound
            | Self::FromNotFound { .. }
            | Self::IntoNobody
            | Self::PersonNotFound { .. }
            | Self::TitleNotFound
            | Self::ExternalIdNotFound { .. }
            | Self::SeasonNotFound { .. }
            | Self::EpisodeNotFound { .. }
            | Self::NoEpisode { .. }
            | Self::MergeNotFound => ErrorCode::NotFound,
            Self::Stale { .. } => ErrorCode::StaleRevision,
            Self::ComingBack { .. }
            | Self::TooDeep { .. }
            | Self::IntoMerged { .. }
            | Self::IntoDeleted { .. }
            | Self::StandsForOther { .. }
            | Self::MovedOn { .. }
            | Self::HasOwnEpisodes { .. }
            | Self::PlaceTaken { .. } => ErrorCode::Conflict,
            Self::Editing(error) => error.code(),
            Self::Revising(error) => error.code(),
            Self::Watching(error) => error.code(),
            Self::Commenting(error) => error.code(),
            Self::Membership(error) => error.code(),
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::TitleCount
            | Self::FromNotFound { .. }
            | Self::NamedTwice { .. }
            | Self::OtherKind { .. }
            | Self::OneSeries
            | Self::TooManyEpisodes => Some("from"),
            Self::PersonCount
            | Self::PersonNotFound { .. }
            | Self::PersonNamedTwice { .. }
            | Self::TooManyCredits => Some("people"),
            Self::RevisionCount => Some("fromRevisions"),
            Self::IntoNotFound | Self::IntoNobody | Self::SameEpisode | Self::OtherSeries => {
                Some("into")
            }
            Self::TooDeep { field }
            | Self::NoEpisode { field }
            | Self::Stale { field, .. }
            | Self::ComingBack { field, .. } => Some(*field),
            Self::MergeNotFound
            | Self::TitleNotFound
            | Self::IntoMerged { .. }
            | Self::IntoDeleted { .. }
            | Self::StandsForOther { .. }
            | Self::MovedOn { .. }
            | Self::HasOwnEpisodes { .. }
            | Self::PlaceTaken { .. } => Some("id"),
            Self::ExternalIdNotFound { .. } => Some("externalIds"),
            Self::SeasonNotFound { .. } => Some("seasons"),
            Self::EpisodeNotFound { .. }
            | Self::NoSeries
            | Self::NoEpisodes
            | Self::TooManyMoved => Some("episodes"),
            Self::Editing(error) => error.field(),
            Self::Membership(error) => error.field(),
            Self::Forbidden | Self::Revising(_) | Self::Watching(_) | Self::Commenting(_) => None,
            Self::Catalog(error) => error.field(),
            Self::Store(error) => error.field(),
        }
    }

    fn changed_fields(&self) -> &[String] {
        match self {
            Self::Stale { changed, .. } => changed,
            Self::Editing(error) => error.changed_fields(),
            Self::Catalog(error) => error.changed_fields(),
            _ => &[],
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::TitleCount | Self::PersonCount => Bounds::between(1, MOST_MERGED),
            Self::OneSeries => Bounds::between(1, 1),
            Self::Editing(error) => error.bounds(),
            Self::Forbidden
            | Self::RevisionCount
            | Self::IntoNotFound
            | Self::FromNotFound { .. }
            | Self::NamedTwice { .. }
            | Self::OtherKind { .. }
            | Self::TooManyEpisodes
            | Self::Stale { .. }
            | Self::ComingBack { .. }
            | Self::TooDeep { .. }
            | Self::TooManyCredits
            | Self::IntoNobody
            | Self::PersonNotFound { .. }
            | Self::PersonNamedTwice { .. }
            | Self::MergeNotFound
            | Self::IntoMerged { .. }
            | Self::IntoDeleted { .. }
            | Self::StandsForOther { .. }
            | Self::MovedOn { .. }
            | Self::HasOwnEpisodes { .. }
            | Self::PlaceTaken { .. }
            | Self::TitleNotFound
            | Self::ExternalIdNotFound { .. }
            | Self::SeasonNotFound { .. }
            | Self::EpisodeNotFound { .. }
            | Self::NoEpisode { .. }
            | Self::SameEpisode
            | Self::OtherSeries
            | Self::NoSeries
            | Self::NoEpisodes
            | Self::TooManyMoved
            | Self::Revising(_)
            | Self::Watching(_)
            | Self::Commenting(_)
            | Self::Membership(_)
            | Self::Catalog(_)
            | Self::Store(_) => Bounds::default(),
        }
    }
}
