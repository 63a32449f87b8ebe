//! A comment, and a like of one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CommentId, ProfileId, TitleId};
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{Role, Viewer};

/// So many former texts of a comment are kept, the latest.
pub const MOST_FORMER: usize = 10;
/// How many bits a moment in milliseconds has in a place by likes: enough until the year 2527.
const BITS_OF_MOMENT: u32 = 44;

/// What somebody wrote of a title: the root of a thread, or a reply in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: CommentId,
    /// The title that it is under now.
    pub title: TitleId,
    /// The root of its thread; `None`: it is one.
    pub root: Option<CommentId>,
    /// `None`: whoever wrote it was erased, and with them what it said.
    pub author: Option<ProfileId>,
    /// What it says; empty once it is deleted.
    pub body: String,
    /// Whether it gives away what happens.
    pub is_spoiler: bool,
    /// The second of the film that it is about.
    pub at: Option<u32>,
    pub state: CommentState,
    /// How many profiles like it, as far as that is counted. Stores keep it themselves.
    pub likes: u64,
    /// How many replies that are shown it has as a root, as far as that is counted. Stores keep it themselves.
    pub replies: u64,
    /// When its author changed the text last.
    pub edited_at: Option<DateTime<Utc>>,
    /// What it said before, the oldest first; for moderators. At most [`MOST_FORMER`].
    pub former: Vec<FormerText>,
    /// The titles that it was under before they were merged, the first one first.
    pub moved: Vec<TitleId>,
    pub stamp: Stamp,
}

/// What a comment said until it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerText {
    pub body: String,
    /// When it was changed to something else.
    pub until: DateTime<Utc>,
}

/// Whether a comment is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentState {
    /// Everybody sees it who sees its title.
    Shown,
    /// It waits for a moderator; its author alone sees it until then.
    Held,
    /// A moderator has taken it away, and may put it back.
    Removed,
    /// Its author has taken it back; its text is gone.
    Deleted,
}

impl CommentState {
    /// Each state that a comment may have.
    pub const ALL: [Self; 4] = [Self::Shown, Self::Held, Self::Removed, Self::Deleted];

    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Held => "held",
            Self::Removed => "removed",
            Self::Deleted => "deleted",
        }
    }
}

/// That a profile likes a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Like {
    pub comment: CommentId,
    pub profile: ProfileId,
    pub at: DateTime<Utc>,
}

impl Comment {
    /// Whether lists have it: it is shown, or it keeps the place above its replies.
    pub fn is_listed(&self) -> bool {
        self.state == CommentState::Shown || self.replies > 0
    }

    /// Whether a viewer may know of it, who sees its title.
    pub fn is_seen_by(&self, viewer: &Viewer) -> bool {
        self.is_listed() || self.is_read_by(viewer)
    }

    /// What it says to a viewer who sees its title; `None`: it is not for them.
    pub fn body_for(&self, viewer: &Viewer) -> Option<&str> {
        let is_there = self.state != CommentState::Deleted && self.is_read_by(viewer);
        is_there.then_some(self.body.as_str())
    }

    /// What it said before, to moderators.
    pub fn former_for(&self, viewer: &Viewer) -> Option<&[FormerText]> {
        is_moderator(viewer).then_some(self.former.as_slice())
    }

    /// Who wrote it, to name them: nobody once they have taken it back.
    pub fn named_author(&self) -> Option<ProfileId> {
        self.author.filter(|_| self.state != CommentState::Deleted)
    }

    /// Whether a viewer wrote it.
    pub fn is_of(&self, viewer: &Viewer) -> bool {
        self.author.is_some() && self.author == viewer.profile()
    }

    /// The same with nothing left of what was said.
    #[must_use]
    pub fn emptied(self, now: DateTime<Utc>) -> Self {
        Self {
            body: String::new(),
            former: Vec::new(),
            state: CommentState::Deleted,
            stamp: self.stamp.next(now),
            ..self
        }
    }

    fn is_read_by(&self, viewer: &Viewer) -> bool {
        match self.state {
            CommentState::Shown => true,
            CommentState::Held => self.is_of(viewer) || is_moderator(viewer),
            CommentState::Removed | CommentState::Deleted => is_moderator(viewer),
        }
    }
}

fn is_moderator(viewer: &Viewer) -> bool {
    let known = viewer.known();
    known.is_some_and(|viewer| viewer.role >= Role::Moderator)
}

/// The place of a comment among those that are liked the most, the highest first: by how many times its likes double
/// from one, and among those that are alike in this the latest first. So it moves some twenty times on its way to a
/// million likes, and between two pages hardly ever.
pub fn top_of(likes: u64, created_at: DateTime<Utc>) -> i64 {
    let doublings = i64::from((likes + 1).ilog2());
    let moment = created_at
        .timestamp_millis()
        .clamp(0, (1 << BITS_OF_MOMENT) - 1);
    (doublings << BITS_OF_MOMENT) | moment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_by_likes_changes_when_they_double() {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();

        let places = [0, 1, 2, 3, 6, 7, 1_000_000].map(|likes| top_of(likes, at(5)) >> 44);

        assert_eq!(places, [0, 1, 1, 2, 2, 3, 19]);
        assert!(top_of(3, at(0)) > top_of(2, at(1_900_000_000_000)));
        assert!(top_of(4, at(7)) > top_of(6, at(6)));
    }
}
