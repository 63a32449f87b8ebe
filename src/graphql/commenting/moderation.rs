//! What moderators see of comments and do with them.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};

use super::comment::Comment;
use super::mutation::comment_id;
use crate::domain::commenting::{self, CommentError, CommentOrder, MOST_MODERATED, place_of};
use crate::domain::ids::{CommentId, TitleId};
use crate::domain::viewer::Role;
use crate::graphql::catalog::Title;
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::total::Total;
use crate::graphql::user_error::UserError;

static HELD: Order = Order::by_number("held comments");

/// The comments that wait for a moderator.
#[derive(Default)]
pub(crate) struct HeldCommentQuery;

/// The comments that wait for a moderator.
#[Object]
impl HeldCommentQuery {
    /// The comments that wait for a moderator, those that wait for longest first. For moderators; an API key needs the scope
    /// `MODERATE`. A site that has no comments now still has those that waited. Page by page in either direction: `first`
    /// and `after`, or `last` and `before`; a page has 20 rows if neither says how many.
    #[graphql(guard = "RoleAtLeast(Role::Moderator)")]
    async fn held_comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<HeldCommentEdge>>> {
        let window = PageArgs::both(first, after, last, before).window(&HELD, 20)?;
        let viewer = ctx.known_viewer()?;
        let held = ctx.services().commenting.held(&viewer, &window).await?;
        let slice = held.map(|comment| HeldCommentEdge {
            cursor: HELD.cursor(place_of(&comment, CommentOrder::Oldest)),
            title: comment.title,
            node: Comment(comment),
        });
        Ok(Some(Connection::new(slice, &window, Total::Uncounted)))
    }
}

/// A comment that is held, as a row of a page.
pub(crate) struct HeldCommentEdge {
    cursor: Cursor,
    node: Comment,
    title: TitleId,
}

/// A comment that waits for a moderator, as a row of a page.
#[Object]
impl HeldCommentEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    async fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// The comment that the row is.
    async fn node(&self) -> &Comment {
        &self.node
    }

    /// The film or series that it is about; null if the viewer may not see that now.
    async fn title(&self, ctx: &Context<'_>) -> Result<Option<Title>> {
        let title = ctx.personal().titles.find(self.title).await?;
        Ok(title.map(Title::one))
    }
}

impl Edge for HeldCommentEdge {
    type Node = Comment;
    const CONNECTION: &'static str = "HeldCommentConnection";

    fn node(&self) -> &Comment {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// What moderators do with comments.
#[derive(Default)]
pub(crate) struct ModerationMutation;

/// What moderators do with comments.
#[Object]
impl ModerationMutation {
    /// Shows comments that were held or taken away, holds some that are shown, or takes some away: up to 100, all of them,
    /// or none if one cannot be. Each is taken back by another of these, and repeating it changes nothing. For moderators;
    /// an API key needs the scope `MODERATE`. On a site that has no comments now, `SHOW` is `FORBIDDEN`.
    #[graphql(guard = "RoleAtLeast(Role::Moderator)")]
    async fn moderate_comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comments, and what is to become of them.")]
        input: ModerateCommentsInput,
    ) -> Result<ModerateCommentsPayload> {
        let viewer = ctx.known_viewer()?;
        let moderated = match named(&input.comments) {
            Ok(ids) => {
                let commenting = &ctx.services().commenting;
                let moderation = input.moderation.into();
                commenting.moderate(&viewer, &ids, moderation).await
            }
            Err(error) => Err(error),
        };
        let (comments, user_errors) = UserError::split(moderated)?;
        let results = comments.unwrap_or_default().into_iter();
        Ok(ModerateCommentsPayload {
            results: results.map(Comment).collect(),
            user_errors,
        })
    }
}

/// What becomes of comments by a moderator.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "commenting::Moderation")]
enum CommentModeration {
    /// What was held, or taken away, is shown.
    Show,
    /// What is shown is held.
    Hold,
    /// What is shown or held is taken away.
    Remove,
}

/// Which comments, and what is to become of them.
#[derive(InputObject)]
struct ModerateCommentsInput {
    /// The global ids of the comments, 1 to 100.
    comments: Vec<ID>,
    /// What is to become of them.
    moderation: CommentModeration,
}

/// What became of comments by a moderator.
#[derive(SimpleObject)]
pub(crate) struct ModerateCommentsPayload {
    /// The comments as they are now, in the order in which they were named; empty if it was refused.
    results: Vec<Comment>,
    /// What a person can put right: `comments` that are not there, or that their authors have taken back.
    pub(crate) user_errors: Vec<UserError>,
}

/// What these ids name; not more are looked at than may be.
fn named(ids: &[ID]) -> Result<Vec<CommentId>, CommentError> {
    if ids.len() > MOST_MODERATED {
        return Err(CommentError::CommentCount);
    }
    let comments = (1..).zip(ids).map(|(place, id)| {
        let comment = comment_id(id);
        comment.ok_or(CommentError::NamedNotFound { place })
    });
    comments.collect()
}
