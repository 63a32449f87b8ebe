//! Comments and likes as they are stored.

use bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use crate::domain::commenting::{Comment, CommentState};
use crate::domain::ids::{CommentId, ProfileId, TitleId};

/// Of a comment what is written without the rest, and the rest as JSON.
#[derive(Debug, Deserialize)]
pub(super) struct KeptComment {
    title: i64,
    moved: Vec<i64>,
    revision: i64,
    likes: i64,
    replies: i64,
    body: String,
}

/// Of a comment what is counted of likes.
#[derive(Debug, Deserialize)]
pub(super) struct LikedComment {
    #[serde(rename = "_id")]
    pub(super) id: i64,
    pub(super) likes: i64,
    pub(super) created_at: DateTime,
}

/// Of a comment where it is to be counted, and where it is.
#[derive(Debug, Deserialize)]
pub(super) struct WaitingComment {
    #[serde(rename = "_id")]
    pub(super) id: i64,
    title: i64,
    root: Option<i64>,
    state: String,
    pub(super) counted_title: Option<i64>,
    pub(super) counted_root: Option<i64>,
}

/// Of a like what it is to be, and what it is counted as.
#[derive(Debug, Deserialize)]
pub(super) struct KeptLike {
    #[serde(rename = "_id")]
    pub(super) key: LikeKey,
    pub(super) liked: bool,
}

/// Who likes what, once each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct LikeKey {
    pub(super) profile: i64,
    pub(super) comment: i64,
}

impl LikeKey {
    pub(super) fn of(profile: ProfileId, comment: CommentId) -> Self {
        Self {
            profile: profile.to_i64(),
            comment: comment.to_i64(),
        }
    }
}

impl From<LikeKey> for Bson {
    fn from(key: LikeKey) -> Self {
        doc! { "profile": key.profile, "comment": key.comment }.into()
    }
}

impl TryFrom<KeptComment> for Comment {
    type Error = serde_json::Error;

    fn try_from(kept: KeptComment) -> Result<Self, serde_json::Error> {
        let mut comment: Self = serde_json::from_str(&kept.body)?;
        comment.title = TitleId::from_i64(kept.title);
        comment.moved = kept.moved.into_iter().map(TitleId::from_i64).collect();
        comment.stamp.revision = kept.revision.cast_unsigned();
        comment.likes = kept.likes.cast_unsigned();
        comment.replies = kept.replies.cast_unsigned();
        Ok(comment)
    }
}

impl WaitingComment {
    /// The title and the thread that it is to be counted in: none, unless it is shown.
    pub(super) fn wanted(&self) -> (Option<i64>, Option<i64>) {
        if self.state == CommentState::Shown.as_str() {
            (Some(self.title), self.root)
        } else {
            (None, None)
        }
    }
}

/// Whether lists have a comment, by its fields, as [`Comment::is_listed`] has it.
pub(super) fn is_listed() -> Document {
    let is_shown = doc! { "$eq": ["$state", CommentState::Shown.as_str()] };
    doc! { "$or": [is_shown, { "$gt": ["$replies", 0_i64] }] }
}
