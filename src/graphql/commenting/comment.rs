//! A comment, as the schema shows it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::lists::{CommentConnection, replies_of};
use crate::domain::commenting;
use crate::domain::ids::CommentId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::PageArgs;
use crate::graphql::scalars::DateTime;

/// A comment that was read.
pub(crate) struct Comment(pub(super) commenting::Comment);

/// Whether a comment is shown.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "commenting::CommentState")]
pub(super) enum CommentState {
    /// Everybody sees it who sees its title.
    Shown,
    /// It waits for a moderator; its author alone sees it until then.
    Held,
    /// A moderator has taken it away, and may put it back.
    Removed,
    /// Its author has taken it back; its text is gone.
    Deleted,
}

/// What a comment said until it was changed.
#[derive(SimpleObject)]
pub(super) struct FormerText {
    /// The text as it was, which is plain text.
    body: String,
    /// When it was changed to something else.
    until: DateTime,
}

impl Comment {
    /// The comment with this id, if the viewer may know of it.
    pub(crate) async fn find(ctx: &Context<'_>, id: CommentId) -> Result<Option<Self>> {
        let commenting = &ctx.services().commenting;
        let (visibility, viewer) = (ctx.visibility(), ctx.viewer());
        let found = commenting.find(&visibility, &viewer, id).await?;
        Ok(found.map(Self))
    }
}

/// What somebody wrote of a film or a series: the root of a thread, or a reply in one.
#[Object]
impl Comment {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Comment(self.0.id).encode()
    }

    /// What it says: plain text, to be shown as text, with lines that end by a line feed. Null of one that is gone but for
    /// its place, or that waits for a moderator.
    async fn body(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.body_for(&ctx.viewer())
    }

    /// Whether it is shown, or why it is not.
    async fn state(&self) -> CommentState {
        self.0.state.into()
    }

    /// What the profile that wrote it is called; null if that is gone, and of what its author has taken back.
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(author) = self.0.named_author() else {
            return Ok(None);
        };
        let name = ctx.personal().authors.find(author).await?;
        Ok(name.map(|name| (*name).to_owned()))
    }

    /// Whether the viewer's profile wrote it.
    async fn viewer_is_author(&self, ctx: &Context<'_>) -> bool {
        self.0.is_of(&ctx.viewer())
    }

    /// Whether it gives away what happens: to be shown when somebody asks for it.
    async fn is_spoiler(&self) -> bool {
        self.0.is_spoiler
    }

    /// The second of the film that it is about; null if of none in particular.
    async fn at(&self) -> Option<i32> {
        // Seconds that no film has were once kept, even such as no `Int` can say.
        self.0.at.and_then(|at| i32::try_from(at).ok())
    }

    /// How many profiles like it, a second or so ago.
    async fn like_count(&self) -> u64 {
        self.0.likes
    }

    /// Whether the viewer's profile likes it, as of now; null if nobody is logged in.
    async fn viewer_liked(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        if ctx.viewer().profile().is_none() {
            return Ok(None);
        }
        let liked = ctx.personal().liked_comments.find(self.0.id).await?;
        Ok(Some(liked.is_some()))
    }

    /// The global id of the film or series that it is about; null if the viewer may not see that now.
    async fn title_id(&self, ctx: &Context<'_>) -> Result<Option<ID>> {
        let title = ctx.personal().titles.find(self.0.title).await?;
        Ok(title.map(|title| GlobalId::of_title(&title).encode()))
    }

    /// The global id of the root of its thread; null if it is one itself.
    async fn root_id(&self) -> Option<ID> {
        let root = self.0.root?;
        Some(GlobalId::Comment(root).encode())
    }

    /// How many replies are shown in its thread, a second or so ago; 0 of a reply.
    async fn reply_count(&self) -> u64 {
        self.0.replies
    }

    /// The replies in its thread, the earliest first; a reply has none. Page by page in either direction: `first` and
    /// `after`, or `last` and `before`; a page has 20 rows if neither says how many.
    async fn replies(
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
    ) -> Result<Option<CommentConnection>> {
        let page = PageArgs::both(first, after, last, before);
        replies_of(ctx, &self.0, page).await.map(Some)
    }

    /// When its author changed the text last; null if never.
    async fn edited_at(&self) -> Option<DateTime> {
        self.0.edited_at.map(Into::into)
    }

    /// What it said before, the oldest first, the last ten. For moderators; null for everybody else.
    async fn former_texts(&self, ctx: &Context<'_>) -> Option<Vec<FormerText>> {
        let former = self.0.former_for(&ctx.viewer())?.iter();
        let former = former.map(|former| FormerText {
            body: former.body.clone(),
            until: former.until.into(),
        });
        Some(former.collect())
    }

    /// When it was written first.
    async fn created_at(&self) -> DateTime {
        self.0.stamp.created_at.into()
    }
}
