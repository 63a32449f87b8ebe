//! What viewers write of titles for each other.

mod comment;
mod lists;
mod moderation;
mod mutation;
mod profile;

pub(crate) use comment::Comment;
pub(crate) use lists::{CommentConnection, CommentOrder, comment_count, comments_of};
pub(crate) use moderation::{HeldCommentQuery, ModerateCommentsPayload, ModerationMutation};
pub(crate) use mutation::{CommentMutation, CommentPayload, SetCommentLikedPayload};
pub(crate) use profile::ProfileComments;
