//! What is suggested to a profile.

use async_graphql::{Context, Object};

use super::edge::{RecommendationEdge, page};
use super::row::RecommendationRow;
use super::rows_for::RowsFor;
use super::taste::{TasteWeight, taste_weights};
use crate::domain::ids::ProfileId;
use crate::domain::recommend::Leaf;
use crate::graphql::catalog::{TitleKind, kinds};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::page::{Connection, PageArgs, limit};
use crate::graphql::total::Total;

static RECOMMENDATIONS: Order = Order::by_number("recommendations");

/// The part of a profile that is about suggestions. They are for the profile: made of what it may see itself, whoever
/// reads them.
pub(crate) struct ProfileRecommendations {
    pub(crate) profile: ProfileId,
    /// The highest age rating that the profile may watch.
    pub(crate) max_age: Option<u8>,
}

impl ProfileRecommendations {
    /// The page that is made for the profile.
    pub(crate) fn page(&self) -> RowsFor {
        RowsFor {
            profile: Some(self.profile),
            max_age: self.max_age,
        }
    }
}

/// The part of a profile that is about suggestions.
#[Object]
impl ProfileRecommendations {
    /// Titles for the profile, the best first, 300 in all; never one that it has watched. Popular titles of several
    /// genres for a profile that has watched nothing. Page by page in either direction; whoever goes back from a row gets what
    /// was given before it.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds of titles; all if left out or empty.")] kind: Option<
            Vec<TitleKind>,
        >,
        #[graphql(
            desc = "How many from the start, or after `after`, 1 to 100; 30 if `last` is left out, too."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list.")]
        before: Option<String>,
    ) -> Result<Option<Connection<RecommendationEdge>>> {
        let kinds = kinds(kind);
        let args = PageArgs::both(first, after, last, before);
        let leaf = args.of_list(&RECOMMENDATIONS, (self.profile, &kinds), 30)?;
        let recommend = &ctx.services().recommend;
        let visibility = ctx.visibility_for(self.max_age);
        let page_of = Leaf {
            titles: (!leaf.is_backward()).then(|| leaf.limit()),
            cut_from: leaf.cut_from(),
        };
        let (list, name) = recommend
            .list_to_leaf_through(&visibility, self.profile, kinds.as_deref(), page_of)
            .await?;
        let leaf = leaf.of_one_named(name);
        let total = Total::Recommendations(visibility, self.profile, kinds);
        page(ctx, &list, total, &leaf).await
    }

    /// The profile's taste, as its suggestions go by it: the genres and people of what it watched, those that speak the
    /// most first.
    async fn taste_weights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<TasteWeight>>> {
        let first = limit("first", first, 20)?;
        taste_weights(ctx, self.profile, first).await.map(Some)
    }

    /// A page made for the profile, as rows of titles. No title stands on it twice.
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, 1 to 100.", default = 8)] first: Option<i32>,
        #[graphql(desc = "How many titles in each, 1 to 100.", default = 12)] items_per_row: Option<
            i32,
        >,
    ) -> Result<Option<Vec<RecommendationRow>>> {
        let rows = self.page().load(ctx, first, items_per_row);
        rows.await.map(Some)
    }
}
