//! Lists of comments: the threads under a title, and the replies in a thread.

use async_graphql::{Context, Enum, SimpleObject};

use super::comment::Comment;
use crate::domain::commenting::{self, place_of};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::page::{Slice, Window};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Cursor, Order};
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, Edge, PageArgs};
use crate::graphql::total::Total;

static TOP: Order = Order::by_number("comments top");
static NEWEST: Order = Order::by_number("comments newest");
static OLDEST: Order = Order::by_number("comments oldest");
static REPLIES: Order = Order::by_number("replies");
static WRITTEN: Order = Order::by_number("written comments");

/// A page of comments.
pub(crate) type CommentConnection = Connection<CommentEdge>;

/// The orders that the threads under a title can be in; ties are broken by id.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommentOrder {
    /// Those whose roots are liked the most first: none, 1 or 2, 3 to 6, 7 to 14 likes and so on, and among those that are
    /// alike in this the latest first. So a thread moves when its likes double, and pages stay as they are while people like.
    Top,
    /// The latest written first.
    Newest,
    /// The earliest written first.
    Oldest,
}

impl CommentOrder {
    /// The order as the domain knows it, and that of its cursors.
    fn resolve(self) -> (commenting::CommentOrder, &'static Order) {
        match self {
            Self::Top => (commenting::CommentOrder::Top, &TOP),
            Self::Newest => (commenting::CommentOrder::Newest, &NEWEST),
            Self::Oldest => (commenting::CommentOrder::Oldest, &OLDEST),
        }
    }
}

/// A comment, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct CommentEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The comment that the row is.
    node: Comment,
}

impl Edge for CommentEdge {
    type Node = Comment;
    const CONNECTION: &'static str = "CommentConnection";

    fn node(&self) -> &Comment {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}

/// A page of the threads under a title that the viewer sees; `None` if there are none for them.
pub(crate) async fn comments_of(
    ctx: &Context<'_>,
    title: TitleId,
    order: Option<CommentOrder>,
    page: PageArgs,
) -> Result<Option<CommentConnection>> {
    let (order, of_cursors) = order.unwrap_or(CommentOrder::Top).resolve();
    let window = page.window(of_cursors, 20)?;
    let commenting = &ctx.services().commenting;
    let viewer = ctx.viewer();
    let threads = commenting.threads(&viewer, title, order, &window).await?;
    Ok(threads.map(|threads| connection(threads, order, of_cursors, &window)))
}

/// How many comments and replies are shown under a title; `None` if there are none for the viewer.
pub(crate) async fn comment_count(ctx: &Context<'_>, title: TitleId) -> Result<Option<u64>> {
    if !ctx.services().commenting.are_for(&ctx.viewer()) {
        return Ok(None);
    }
    ctx.personal().comment_counts.find(title).await
}

/// A page of the replies in the thread of a comment.
pub(super) async fn replies_of(
    ctx: &Context<'_>,
    comment: &commenting::Comment,
    page: PageArgs,
) -> Result<CommentConnection> {
    let window = page.window(&REPLIES, 20)?;
    let replies = ctx.services().commenting.replies(comment, &window).await?;
    let order = commenting::CommentOrder::Oldest;
    Ok(connection(replies, order, &REPLIES, &window))
}

/// A page of what a profile wrote; `None` if there are no comments for the viewer.
pub(super) async fn written_by(
    ctx: &Context<'_>,
    profile: ProfileId,
    page: PageArgs,
) -> Result<Option<CommentConnection>> {
    let window = page.window(&WRITTEN, 20)?;
    let commenting = &ctx.services().commenting;
    if !commenting.are_for(&ctx.viewer()) {
        return Ok(None);
    }
    let written = commenting.written_by(profile, &window).await?;
    let order = commenting::CommentOrder::Newest;
    Ok(Some(connection(written, order, &WRITTEN, &window)))
}

fn connection(
    slice: Slice<commenting::Comment>,
    order: commenting::CommentOrder,
    of_cursors: &'static Order,
    window: &Window,
) -> CommentConnection {
    let slice = slice.map(|comment| CommentEdge {
        cursor: of_cursors.cursor(place_of(&comment, order)),
        node: Comment(comment),
    });
    Connection::new(slice, window, Total::Uncounted)
}
