//! What can go wrong with watching.

use std::time::Duration;

use crate::domain::error::{Bounds, Coded, ErrorCode, StoreError};

/// The longest item, and the longest position in one of unknown length, in seconds.
pub(super) const LONGEST: f64 = 86_400.0;

/// What can go wrong with watching.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The request came with an API key that lacks the scope to watch.
    #[error("this key may not report what is watched, nor say what to make of it")]
    Forbidden,
    /// The film or episode does not exist.
    #[error("there is no such film or episode")]
    ItemNotFound,
    /// The film or series does not exist.
    #[error("there is no such film or series")]
    TitleNotFound,
    /// The series does not exist.
    #[error("there is no such series")]
    SeriesNotFound,
    /// The profile has no such play.
    #[error("there is no such play in this history")]
    PlayNotFound,
    /// The genre or person does not exist.
    #[error("there is no such genre or person")]
    SourceNotFound,
    /// The profile hides as many titles as it can.
    #[error("a profile can hide at most {most} titles; show some again first")]
    TooManyHidden {
        /// The limit that is reached.
        most: u64,
    },
    /// The profile's watchlist has as many titles as it can.
    #[error("a watchlist can have at most {most} titles; take some off first")]
    WatchlistFull {
        /// The limit that is reached.
        most: u64,
    },
    /// The profile mutes as much as it can.
    #[error("a profile can mute at most {most} genres and people; unmute some first")]
    TooManyMutes {
        /// The limit that is reached.
        most: u64,
    },
    /// The position is not in the item.
    #[error("position {position} is not between 0 and {}", length.map_or("24 hours".to_owned(), |length| format!("the length, {length} seconds")))]
    PositionOutOfRange {
        /// As it was reported, in seconds.
        position: f64,
        /// The item's length in seconds.
        length: Option<f64>,
    },
    /// The reported length cannot be that of anything, or the reported position is beyond it.
    #[error("a duration of {0} seconds is not that of this item")]
    DurationOutOfRange(f64),
    /// The time is not in the past.
    #[error("the time of the report lies in the future, or before 1970")]
    TimeOutOfRange,
    /// The time of a watch elsewhere is not in the past.
    #[error("the time of the watch lies in the future, or before 1970")]
    WatchedAtOutOfRange,
    /// The client gave the same name to two plays.
    #[error("this play is of another item")]
    PlayOfAnotherItem,
    /// The report would begin a play, which was not counted yet. Never leaves the service.
    #[error("this report begins a play")]
    NewPlay,
    /// Somebody else has folded the entries of the log. Never leaves the log.
    #[error("these entries are folded already")]
    AlreadyFolded,
    /// The profile has begun as many plays as it can in a day.
    #[error("a profile can begin {most} plays a day; try again in {} seconds", wait.as_secs().max(1))]
    TooManyPlays {
        /// The limit that is reached.
        most: u32,
        /// After this one more can begin.
        wait: Duration,
    },
    /// The profile is gone, and so is who reports.
    #[error("this profile was deleted; log in again")]
    ProfileErased,
    #[error(transparent)]
    Catalog(#[from] crate::domain::catalog::CatalogError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for WatchError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Forbidden => ErrorCode::Forbidden,
            Self::ItemNotFound
            | Self::TitleNotFound
            | Self::SeriesNotFound
            | Self::PlayNotFound
            | Self::SourceNotFound => ErrorCode::NotFound,
            Self::PositionOutOfRange { .. }
            | Self::DurationOutOfRange(_)
            | Self::TimeOutOfRange
            | Self::WatchedAtOutOfRange => ErrorCode::OutOfRange,
            Self::PlayOfAnotherItem
            | Self::AlreadyFolded
            | Self::TooManyHidden { .. }
            | Self::WatchlistFull { .. }
            | Self::TooManyMutes { .. } => ErrorCode::Conflict,
            Self::TooManyPlays { .. } | Self::NewPlay => ErrorCode::RateLimited,
            Self::ProfileErased => ErrorCode::Unauthenticated,
            Self::Catalog(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ItemNotFound => Some("item"),
            Self::SeriesNotFound => Some("series"),
            Self::TitleNotFound | Self::TooManyHidden { .. } | Self::WatchlistFull { .. } => {
                Some("title")
            }
            Self::SourceNotFound | Self::TooManyMutes { .. } => Some("source"),
            Self::PositionOutOfRange { .. } => Some("position"),
            Self::DurationOutOfRange(_) => Some("duration"),
            Self::TimeOutOfRange => Some("at"),
            Self::WatchedAtOutOfRange => Some("watchedAt"),
            Self::PlayNotFound
            | Self::PlayOfAnotherItem
            | Self::TooManyPlays { .. }
            | Self::NewPlay => Some("play"),
            Self::Forbidden
            | Self::AlreadyFolded
            | Self::ProfileErased
            | Self::Catalog(_)
            | Self::Store(_) => None,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        let Self::TooManyPlays { wait, .. } = self else {
            return None;
        };
        Some(*wait)
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::PositionOutOfRange { length, .. } => Bounds {
                min: Some(0.0),
                max: Some(length.unwrap_or(LONGEST)),
            },
            Self::DurationOutOfRange(_) => Bounds {
                min: Some(0.0),
                max: Some(LONGEST),
            },
            Self::TooManyHidden { most }
            | Self::WatchlistFull { most }
            | Self::TooManyMutes { most } => {
                Bounds::most(usize::try_from(*most).unwrap_or(usize::MAX))
            }
            Self::TooManyPlays { most, .. } => Bounds {
                min: None,
                max: Some((*most).into()),
            },
            Self::Forbidden
            | Self::ItemNotFound
            | Self::TitleNotFound
            | Self::SeriesNotFound
            | Self::PlayNotFound
            | Self::SourceNotFound
            | Self::TimeOutOfRange
            | Self::WatchedAtOutOfRange
            | Self::PlayOfAnotherItem
            | Self::NewPlay
            | Self::AlreadyFolded
            | Self::ProfileErased
            | Self::Catalog(_)
            | Self::Store(_) => Bounds::default(),
        }
    }
}
