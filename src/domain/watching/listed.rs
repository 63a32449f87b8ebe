//! Titles on lists that a profile keeps by hand.

use serde::{Deserialize, Serialize};

use super::error::WatchError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::stamp::Stamp;

/// The most titles that a profile can hide.
pub const MAX_HIDDEN: u64 = 10_000;
/// The most titles that a watchlist can have: all of it is read for a page, because it can be in any order.
pub const MAX_WATCHLIST: u64 = 1_000;

/// A list of titles that a profile keeps by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TitleList {
    /// What it is not interested in: never suggested to it until that is undone.
    Hidden,
    /// What it means to watch.
    Watchlist,
}

/// A title that a profile has put on one of its lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedTitle {
    pub profile: ProfileId,
    /// The film or series.
    pub title: TitleId,
    /// When it was put there.
    pub stamp: Stamp,
}

impl TitleList {
    /// The most titles that it can have.
    pub fn most(self) -> u64 {
        match self {
            Self::Hidden => MAX_HIDDEN,
            Self::Watchlist => MAX_WATCHLIST,
        }
    }

    /// What is said if it has as many as it can.
    pub fn full(self, most: u64) -> WatchError {
        match self {
            Self::Hidden => WatchError::TooManyHidden { most },
            Self::Watchlist => WatchError::WatchlistFull { most },
        }
    }

    /// Whether suggestions go by it.
    pub fn shapes_suggestions(self) -> bool {
        self == Self::Hidden
    }
}
