//! Which rows a change reads and writes.

use serde::{Deserialize, Serialize};

use super::types::WatchedItem;
use crate::domain::ids::{PlayId, ProfileId, TitleId};

/// Which play, and so which rows: the play's own, its item's state and its watched title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PlayRef {
    pub profile: ProfileId,
    pub play: PlayId,
    pub item: WatchedItem,
    /// The film, or the series of the episode.
    pub title: TitleId,
}

impl PlayRef {
    /// The key of its play.
    pub fn play_key(&self) -> (ProfileId, PlayId) {
        (self.profile, self.play)
    }

    /// The key of its item's state.
    pub fn state_key(&self) -> (ProfileId, WatchedItem) {
        (self.profile, self.item)
    }

    /// The key of its watched title.
    pub fn title_key(&self) -> (ProfileId, TitleId) {
        (self.profile, self.title)
    }
}

/// Rows of one profile that a change reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Touched {
    /// Those of a play.
    Play(PlayRef),
    /// Those of a play of an item whose length the catalogue does not know, and what players measured of that.
    PlayOfUnknownLength(PlayRef),
    /// A watched title alone.
    Title(ProfileId, TitleId),
    /// A watched title, every play of it, and the states of the film or of the episodes.
    WholeTitle(ProfileId, TitleId),
}

impl From<PlayRef> for Touched {
    fn from(play_ref: PlayRef) -> Self {
        Self::Play(play_ref)
    }
}

impl Touched {
    /// The profile that all of the rows belong to.
    pub fn profile(&self) -> ProfileId {
        self.title_key().0
    }

    /// The key of the watched title. Every change touches one: erasing a profile deletes its watched titles first.
    pub fn title_key(&self) -> (ProfileId, TitleId) {
        match self {
            Self::Play(play_ref) | Self::PlayOfUnknownLength(play_ref) => play_ref.title_key(),
            Self::Title(profile, title) | Self::WholeTitle(profile, title) => (*profile, *title),
        }
    }

    /// The key of the play, if it is one by name.
    pub fn play_key(&self) -> Option<(ProfileId, PlayId)> {
        match self {
            Self::Play(play_ref) | Self::PlayOfUnknownLength(play_ref) => Some(play_ref.play_key()),
            Self::Title(..) | Self::WholeTitle(..) => None,
        }
    }

    /// The key of the state.
    pub fn state_key(&self) -> Option<(ProfileId, WatchedItem)> {
        match self {
            Self::Play(play_ref) | Self::PlayOfUnknownLength(play_ref) => {
                Some(play_ref.state_key())
            }
            Self::Title(..) | Self::WholeTitle(..) => None,
        }
    }

    /// The title of which all plays and states are touched.
    pub fn whole_title_key(&self) -> Option<(ProfileId, TitleId)> {
        match self {
            Self::WholeTitle(profile, title) => Some((*profile, *title)),
            Self::Play(_) | Self::PlayOfUnknownLength(_) | Self::Title(..) => None,
        }
    }

    /// The item of which it is asked what players measured.
    pub fn length_key(&self) -> Option<WatchedItem> {
        match self {
            Self::PlayOfUnknownLength(play_ref) => Some(play_ref.item),
            Self::Play(_) | Self::Title(..) | Self::WholeTitle(..) => None,
        }
    }
}
