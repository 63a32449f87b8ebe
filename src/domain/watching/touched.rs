//! Which rows a change reads and writes.

use super::types::WatchedItem;
use crate::domain::ids::{PlayId, ProfileId, TitleId};

/// Which sitting: the rows that it touches are its play, its item's state and its title's sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    pub profile: ProfileId,
    pub play: PlayId,
    pub item: WatchedItem,
    /// The film, or the series of the episode.
    pub title: TitleId,
}

impl Sitting {
    /// The key of its play.
    pub fn play_key(&self) -> (ProfileId, PlayId) {
        (self.profile, self.play)
    }

    /// The key of its item's state.
    pub fn state_key(&self) -> (ProfileId, WatchedItem) {
        (self.profile, self.item)
    }

    /// The key of its title's sum.
    pub fn title_key(&self) -> (ProfileId, TitleId) {
        (self.profile, self.title)
    }
}

/// Rows of one profile that a change reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Those of a sitting.
    Sitting(Sitting),
    /// A title's sum alone.
    Title(ProfileId, TitleId),
    /// A title's sum, and every sitting at it.
    WholeTitle(ProfileId, TitleId),
}

impl From<Sitting> for Touched {
    fn from(sitting: Sitting) -> Self {
        Self::Sitting(sitting)
    }
}

impl Touched {
    /// The profile that all of the rows belong to.
    pub fn profile(&self) -> ProfileId {
        self.title_key().0
    }

    /// The key of the sum: there always is one, because a profile is forgotten sums first.
    pub fn title_key(&self) -> (ProfileId, TitleId) {
        match self {
            Self::Sitting(sitting) => sitting.title_key(),
            Self::Title(profile, title) | Self::WholeTitle(profile, title) => (*profile, *title),
        }
    }

    /// The key of the play, if it is one by name.
    pub fn play_key(&self) -> Option<(ProfileId, PlayId)> {
        match self {
            Self::Sitting(sitting) => Some(sitting.play_key()),
            Self::Title(..) | Self::WholeTitle(..) => None,
        }
    }

    /// The key of the state.
    pub fn state_key(&self) -> Option<(ProfileId, WatchedItem)> {
        match self {
            Self::Sitting(sitting) => Some(sitting.state_key()),
            Self::Title(..) | Self::WholeTitle(..) => None,
        }
    }

    /// The title of which all plays are touched.
    pub fn whole_title_key(&self) -> Option<(ProfileId, TitleId)> {
        match self {
            Self::WholeTitle(profile, title) => Some((*profile, *title)),
            Self::Sitting(_) | Self::Title(..) => None,
        }
    }
}
