//! Writing and liking comments.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::comment::Comment;
use crate::domain::commenting::{self, CommentDraft, CommentEdit, CommentError};
use crate::domain::ids::{CommentId, TitleId};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::BySession;
use crate::graphql::user_error::UserError;

/// Writing and liking comments.
#[derive(Default)]
pub(crate) struct CommentMutation;

/// Writing and liking comments.
#[Object]
impl CommentMutation {
    /// Writes a comment of a film or a series, or a reply to one. It is shown at once, or waits until a moderator lets it in,
    /// as the site wants it; `state` says so. An account writes and changes 60 an hour, a network 300: `RATE_LIMITED`. For
    /// whoever is logged in on a device, with a profile of somebody grown up; `FORBIDDEN` if the site has no comments.
    #[graphql(guard = "BySession")]
    async fn add_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is said, and of what.")] input: AddCommentInput,
    ) -> Result<CommentPayload> {
        let viewer = ctx.known_viewer()?;
        let added = match input.into_draft() {
            Ok(draft) => {
                let commenting = &ctx.services().commenting;
                let visibility = ctx.visibility();
                commenting
                    .add(&visibility, &viewer, ctx.client(), &draft)
                    .await
            }
            Err(error) => Err(error),
        };
        CommentPayload::of(added)
    }

    /// Changes what a comment of the viewer's profile says; moderators see what it said before. On a site where comments
    /// wait for a moderator, it waits again. It counts as `addComment` does. For whoever is logged in on a device.
    #[graphql(guard = "BySession")]
    async fn edit_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comment, and what it is to say.")] input: EditCommentInput,
    ) -> Result<CommentPayload> {
        let viewer = ctx.known_viewer()?;
        let edited = match comment_id(&input.comment) {
            Some(comment) => {
                let edit = CommentEdit {
                    comment,
                    body: input.body,
                    is_spoiler: input.is_spoiler,
                };
                let commenting = &ctx.services().commenting;
                let visibility = ctx.visibility();
                commenting
                    .edit(&visibility, &viewer, ctx.client(), &edit)
                    .await
            }
            None => Err(CommentError::CommentNotFound),
        };
        CommentPayload::of(edited)
    }

    /// Takes a comment of the viewer's profile back. Its text is gone for good; its place stays while there are replies to
    /// it. Repeating it changes nothing. For whoever is logged in on a device, also on a site that has no comments now, and
    /// of a title that is no longer shown.
    #[graphql(guard = "BySession")]
    async fn delete_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The comment that is taken back.")] input: DeleteCommentInput,
    ) -> Result<CommentPayload> {
        let viewer = ctx.known_viewer()?;
        let deleted = match comment_id(&input.comment) {
            Some(id) => {
                let commenting = &ctx.services().commenting;
                commenting.delete(&viewer, id).await
            }
            None => Err(CommentError::CommentNotFound),
        };
        CommentPayload::of(deleted)
    }

    /// Says that the viewer's profile likes a comment, or no longer does. `viewerLiked` has it at once, `likeCount` a second
    /// or so later. Repeating it changes nothing. For whoever is logged in on a device.
    #[graphql(guard = "BySession")]
    async fn set_comment_liked(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comment, and whether it is liked.")] input: SetCommentLikedInput,
    ) -> Result<SetCommentLikedPayload> {
        let viewer = ctx.known_viewer()?;
        let set = match comment_id(&input.comment) {
            Some(id) => {
                let commenting = &ctx.services().commenting;
                let visibility = ctx.visibility();
                commenting
                    .set_liked(&visibility, &viewer, id, input.liked)
                    .await
            }
            None => Err(CommentError::CommentNotFound),
        };
        let (comment, user_errors) = UserError::split(set)?;
        Ok(SetCommentLikedPayload {
            comment: comment.map(Comment),
            user_errors,
        })
    }
}

/// What is said of a film or a series.
#[derive(InputObject)]
struct AddCommentInput {
    /// The global id of the film or series.
    title: ID,
    /// The global id of the comment that it answers, which must be shown under this title; the reply is in the thread of
    /// that. Left out: it begins a thread.
    reply_to: Option<ID>,
    /// The text: 1 to 10,000 characters of plain text, with at most two links. It is kept composed (NFC), without white
    /// space at its ends; `INVALID` with control characters or such as turn the direction of what follows.
    body: String,
    /// Whether it gives away what happens.
    #[graphql(default)]
    is_spoiler: bool,
    /// The second of the film that it is about, from 0 to its length; to 360,000 of a series, or of a film whose length is
    /// not known. `OUT_OF_RANGE` if it is none of these.
    at: Option<i32>,
}

impl AddCommentInput {
    fn into_draft(self) -> Result<CommentDraft, CommentError> {
        let title = title_id(&self.title).ok_or(CommentError::TitleNotFound)?;
        let reply_to = self.reply_to.as_ref().map(|id| {
            let id = comment_id(id);
            id.ok_or(CommentError::ReplyToNotFound)
        });
        Ok(CommentDraft {
            title,
            reply_to: reply_to.transpose()?,
            body: self.body,
            is_spoiler: self.is_spoiler,
            at: self.at,
        })
    }
}

/// Which comment is to say something else.
#[derive(InputObject)]
struct EditCommentInput {
    /// The global id of the comment.
    comment: ID,
    /// The new text, as for `addComment`.
    body: String,
    /// Whether it gives away what happens; as before if left out.
    is_spoiler: Option<bool>,
}

/// Which comment is taken back.
#[derive(InputObject)]
struct DeleteCommentInput {
    /// The global id of the comment.
    comment: ID,
}

/// Which comment is liked, or no longer.
#[derive(InputObject)]
struct SetCommentLikedInput {
    /// The global id of the comment.
    comment: ID,
    /// True: the viewer's profile likes it; false: it does not, or no longer.
    liked: bool,
}

/// What became of a comment.
#[derive(SimpleObject)]
pub(crate) struct CommentPayload {
    /// The comment as it is now; null if it was refused.
    comment: Option<Comment>,
    /// What a person can put right: a `title` or `comment` that is not there, a `body` that cannot be kept.
    pub(crate) user_errors: Vec<UserError>,
}

impl CommentPayload {
    fn of(outcome: Result<commenting::Comment, CommentError>) -> Result<Self> {
        let (comment, user_errors) = UserError::split(outcome)?;
        Ok(Self {
            comment: comment.map(Comment),
            user_errors,
        })
    }
}

/// What became of a like.
#[derive(SimpleObject)]
pub(crate) struct SetCommentLikedPayload {
    /// The comment, whose `viewerLiked` is what was asked for; null if that was refused.
    comment: Option<Comment>,
    /// What a person can put right: a `comment` that is not there, or not shown.
    pub(crate) user_errors: Vec<UserError>,
}

/// The comment that a global id names.
pub(super) fn comment_id(id: &ID) -> Option<CommentId> {
    match GlobalId::decode(id)? {
        GlobalId::Comment(id) => Some(id),
        _ => None,
    }
}

/// The film or series that a global id names.
fn title_id(id: &ID) -> Option<TitleId> {
    match GlobalId::decode(id)? {
        GlobalId::Film(id) | GlobalId::Series(id) => Some(id),
        _ => None,
    }
}
