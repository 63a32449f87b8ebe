//! The port to where comments are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::comment::{Comment, Like, top_of};
use crate::domain::error::StoreError;
use crate::domain::ids::{CommentId, ProfileId, TitleId};
use crate::domain::measured::measured;
use crate::domain::page::{Keyset, Slice, Window};
use crate::domain::watching::Way;

/// Which comments are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentList {
    /// The roots under a title that are listed ([`Comment::is_listed`]).
    Roots(TitleId),
    /// The replies in a thread that are shown.
    Replies(CommentId),
    /// Those that wait for a moderator.
    Held,
    /// All that a profile wrote, whatever became of it.
    OfAuthor(ProfileId),
}

/// The orders that comments can be in; ties are broken by id, ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentOrder {
    /// Those that are liked the most first; see [`top_of`].
    Top,
    /// Those that were written latest come first.
    Newest,
    /// Those that were written earliest come first.
    Oldest,
}

measured! {
/// Where comments are kept, and who likes which.
///
/// What is counted (likes and replies of comments, comments of titles) is right once [`Self::count_waiting`] has
/// counted nothing.
#[async_trait]
pub trait CommentStore: Send + Sync {
    /// Keeps a comment: of revision 1 a new one, else in the place of that of one revision less. If that is not there,
    /// or the profile of its author is erased, that is a conflict, and nothing is written. What is counted of it stays.
    async fn put_comment(&self, comment: &Comment) -> Result<(), StoreError>;

    /// The comments with these ids, in no order.
    async fn comments(&self, ids: &[CommentId]) -> Result<Vec<Comment>, StoreError>;

    /// A page of a list; see [`place_of`]. What cannot be read is passed over and named in the log.
    async fn list_comments(
        &self,
        list: CommentList,
        order: CommentOrder,
        window: &Window,
    ) -> Result<Slice<Comment>, StoreError>;

    /// How many comments and replies are shown under each of these titles; those with none may be left out.
    async fn count_comments(&self, titles: &[TitleId]) -> Result<Vec<(TitleId, u64)>, StoreError>;

    /// Keeps that a profile likes a comment; not of a profile that is erased. Idempotent.
    async fn like(&self, like: &Like) -> Result<(), StoreError>;

    /// Takes that back. Idempotent.
    async fn unlike(&self, comment: CommentId, profile: ProfileId) -> Result<(), StoreError>;

    /// Which of these comments a profile likes, as of now, in no order.
    async fn liked_among(
        &self,
        profile: ProfileId,
        comments: &[CommentId],
    ) -> Result<Vec<CommentId>, StoreError>;

    /// Some of the comments that a profile likes, by id, those after the given one; none: there are no more.
    async fn liked_after(
        &self,
        profile: ProfileId,
        after: Option<CommentId>,
        limit: usize,
    ) -> Result<Vec<CommentId>, StoreError>;

    /// Counts some of what waits for that. Says how much it was; 0: nothing waits.
    async fn count_waiting(&self) -> Result<usize, StoreError>;

    /// Moves all comments of a title, in whatever state, to the one that it was merged into; or brings back those that
    /// came from there. Idempotent. Each has one revision more then.
    async fn move_comments(
        &self,
        from: TitleId,
        into: TitleId,
        way: Way,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Empties all that a profile wrote, takes its name off, and takes its likes back, for ever. Idempotent: it can be
    /// broken off, begun again, or done by several servers at once. The profile must be marked as erased before.
    async fn erase_profile(&self, profile: ProfileId, now: DateTime<Utc>) -> Result<(), StoreError>;
}
}

/// The place of a comment in an order.
pub fn place_of(comment: &Comment, order: CommentOrder) -> Keyset {
    let created_at = comment.stamp.created_at;
    let value = match order {
        CommentOrder::Top => top_of(comment.likes, created_at),
        CommentOrder::Newest | CommentOrder::Oldest => created_at.timestamp_millis(),
    };
    Keyset::by_number(value, comment.id.to_i64())
}
