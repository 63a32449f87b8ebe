//! What is suggested to a profile.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::edge::{RecommendationEdge, page};
use super::layouts::{Layout, Layouts};
use super::row::{RecommendationRow, RowsPage, rows};
use super::taste::{TasteWeight, taste_weights};
use crate::domain::ids::ProfileId;
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::{Leaf, Row};
use crate::graphql::catalog::{TitleKind, kinds};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Order;
use crate::graphql::error::Result;
use crate::graphql::global_id::RowId;
use crate::graphql::page::{Connection, PageArgs, limit};
use crate::graphql::total::Total;
use crate::graphql::weights::DEFAULT_ROW;

static RECOMMENDATIONS: Order = Order::by_number("recommendations");

/// The part of a profile that is about suggestions. They are for the profile: made of what it may see itself, whoever
/// reads them.
pub(crate) struct ProfileRecommendations {
    pub(crate) profile: ProfileId,
    /// The highest age rating that the profile may watch.
    pub(crate) max_age: Option<u8>,
}

impl ProfileRecommendations {
    /// The rows with these ids, each with as many titles as if nobody said how many, in the order of the ids; `None` in
    /// place of one for which too few titles are suggested. The page is laid out once for all of them.
    pub(crate) async fn find_rows(
        &self,
        ctx: &Context<'_>,
        ids: &[RowId],
    ) -> Result<Vec<Option<RecommendationRow>>> {
        let wanted: Vec<_> = ids.iter().map(|id| (id.kind, id.seed)).collect();
        let layouts = self.layouts(ctx).await?;
        let (page, others) = layouts.material.find_rows(DEFAULT_ROW, &wanted);
        let is_wanted = |row: &Row| wanted.contains(&(row.kind, row.seed));
        let on_page = self.page_of(&layouts, MAX_PAGE, DEFAULT_ROW, &page);
        let page = page.into_iter().filter(is_wanted).collect();
        let mut found = rows(ctx, on_page, page).await?;
        let by_itself = self.page_of(&layouts, MAX_PAGE, DEFAULT_ROW, &[]);
        found.extend(rows(ctx, by_itself, others).await?);
        let row = |id: &RowId| found.iter().find(|row| row.is(*id)).cloned();
        Ok(ids.iter().map(row).collect())
    }

    /// What its pages are made of, read once for all of their layouts.
    async fn layouts(&self, ctx: &Context<'_>) -> Result<Arc<Layouts>> {
        let (recommend, visibility) = (&ctx.services().recommend, ctx.visibility_for(self.max_age));
        let material = recommend.material(&visibility, self.profile).await?;
        Ok(Arc::new(Layouts::of(material)))
    }

    /// A page that has these rows.
    fn page_of(
        &self,
        layouts: &Arc<Layouts>,
        rows: usize,
        items_per_row: usize,
        page: &[Row],
    ) -> RowsPage {
        let titles = page.iter().flat_map(Row::on_page).map(|one| one.title);
        RowsPage {
            profile: self.profile,
            layout: Layout {
                rows,
                items_per_row,
            },
            layouts: Arc::clone(layouts),
            titles: titles.collect(),
        }
    }
}

/// The part of a profile that is about suggestions.
#[Object]
impl ProfileRecommendations {
    /// Titles for the profile, the best first, 300 in all; never one that it has watched. Popular titles of several
    /// genres for a profile that has watched nothing.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds of titles; all if left out or empty.")] kind: Option<
            Vec<TitleKind>,
        >,
        #[graphql(desc = "How many, 1 to 100.", default = 30)] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list.")]
        after: Option<String>,
    ) -> Result<Option<Connection<RecommendationEdge>>> {
        let kinds = kinds(kind);
        let args = PageArgs::forward(first, after);
        let leaf = args.of_list(&RECOMMENDATIONS, (self.profile, &kinds), 30)?;
        let recommend = &ctx.services().recommend;
        let visibility = ctx.visibility_for(self.max_age);
        let page_of = Leaf {
            titles: leaf.limit(),
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
        let first = limit("first", first, 8)?;
        let items_per_row = limit("itemsPerRow", items_per_row, DEFAULT_ROW)?;
        let layouts = self.layouts(ctx).await?;
        let page = layouts.material.rows(first, items_per_row);
        let on_page = self.page_of(&layouts, first, items_per_row, &page);
        rows(ctx, on_page, page).await.map(Some)
    }
}
