//! What a profile wrote, as its account sees it.

use async_graphql::{Context, Object};

use super::lists::{CommentConnection, written_by};
use crate::domain::ids::ProfileId;
use crate::graphql::error::Result;
use crate::graphql::page::PageArgs;

/// The part of a profile that is about comments.
pub(crate) struct ProfileComments(pub(crate) ProfileId);

/// The part of a profile that is about comments.
#[Object]
impl ProfileComments {
    /// All comments and replies that it wrote, the latest first, whatever became of them: also those that wait for a
    /// moderator, which it alone reads. Null if the site has no comments, or for a child's profile. Page by page in either
    /// direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how many.
    async fn comments(
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
        written_by(ctx, self.0, page).await
    }
}
