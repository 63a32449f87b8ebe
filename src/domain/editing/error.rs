//! What can go wrong with an edit as a whole.

use std::time::Duration;

use super::refused::Refused;
use super::rows::MOST_TITLES;
use crate::domain::catalog::{CatalogError, PictureError};
use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};
use crate::domain::revising::RevisingError;

/// What can go wrong with an edit as a whole.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// Whoever asks is no curator.
    #[error("you may not do this")]
    Forbidden,
    /// No title is named.
    #[error("an edit is of 1 to {MOST_TITLES} titles, and this names none")]
    NoTitles,
    /// More titles are named than an edit may have.
    #[error("an edit is of 1 to {MOST_TITLES} titles, and this names {0}")]
    TooManyTitles(usize),
    /// More titles pass the filter than an edit may have.
    #[error(
        "{0} titles pass this filter, and an edit is of {MOST_TITLES} at the most; narrow it down"
    )]
    FilterOfTooMany(u64),
    /// Something of what is asked cannot be done: at least one thing.
    #[error("{}", reasons(.0))]
    Refused(Vec<Refused>),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Revising(#[from] RevisingError),
    /// A picture that is sent is none that can be read, or it cannot be kept.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

impl EditError {
    /// Whether somebody else wrote the same documents at the same time, so that it may be tried again.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Catalog(CatalogError::Store(StoreError::Conflict))
        )
    }
}

impl From<Refused> for EditError {
    fn from(refused: Refused) -> Self {
        Self::Refused(vec![refused])
    }
}

impl From<Vec<Refused>> for EditError {
    fn from(refused: Vec<Refused>) -> Self {
        Self::Refused(refused)
    }
}

fn reasons(refused: &[Refused]) -> String {
    let reasons: Vec<&str> = refused.iter().map(|it| it.reason.as_str()).collect();
    reasons.join("; ")
}

impl Coded for EditError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::NoTitles | Self::TooManyTitles(_) | Self::FilterOfTooMany(_) => {
                ErrorCode::OutOfRange
            }
            Self::Refused(refused) => refused.first().map_or(ErrorCode::Invalid, |it| it.code),
            Self::Catalog(error) => error.code(),
            Self::Revising(error) => error.code(),
            Self::Picture(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoTitles | Self::TooManyTitles(_) => Some("titles"),
            Self::FilterOfTooMany(_) => Some("filter"),
            Self::Forbidden | Self::Refused(_) | Self::Revising(_) => None,
            Self::Catalog(error) => error.field(),
            Self::Picture(error) => error.field(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Catalog(error) => error.retry_after(),
            Self::Revising(error) => error.retry_after(),
            Self::Picture(error) => error.retry_after(),
            Self::Forbidden
            | Self::NoTitles
            | Self::TooManyTitles(_)
            | Self::FilterOfTooMany(_)
            | Self::Refused(_) => None,
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::NoTitles | Self::TooManyTitles(_) => Bounds::between(1, MOST_TITLES),
            Self::FilterOfTooMany(_) => Bounds::most(MOST_TITLES),
            Self::Picture(error) => error.bounds(),
            Self::Forbidden | Self::Refused(_) | Self::Catalog(_) | Self::Revising(_) => {
                Bounds::default()
            }
        }
    }
}
