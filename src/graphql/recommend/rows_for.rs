//! Pages of rows: one that is made for a profile, and the one for everybody, which `rows` gives.

use async_graphql::{Context, Object};

use super::row::{Layout, RecommendationRow, RowsPage, rows};
use crate::domain::ids::ProfileId;
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::Row;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::RowId;
use crate::graphql::page::limit;

/// How many titles a row has if nobody says how many.
const ITEMS_PER_ROW: usize = 12;

/// Whom a page of rows is made for.
#[derive(Clone, Copy)]
pub(crate) struct RowsFor {
    /// `None`: for everybody.
    pub(super) profile: Option<ProfileId>,
    /// The highest age rating that the profile may watch.
    pub(super) max_age: Option<u8>,
}

impl RowsFor {
    /// The page that is the same for all who may see the same titles.
    pub(crate) const EVERYBODY: Self = Self {
        profile: None,
        max_age: None,
    };

    /// The page, with so many rows of so many titles.
    pub(super) async fn load(
        self,
        ctx: &Context<'_>,
        first: Option<i32>,
        items_per_row: Option<i32>,
    ) -> Result<Vec<RecommendationRow>> {
        let first = limit("first", first, 8)?;
        let items_per_row = limit("itemsPerRow", items_per_row, ITEMS_PER_ROW)?;
        let (recommend, visibility) = (&ctx.services().recommend, ctx.visibility_for(self.max_age));
        let page = recommend.rows(&visibility, self.profile, first, items_per_row);
        let page = page.await?;
        let on_page = self.page_of(first, items_per_row, &page);
        rows(ctx, on_page, page).await
    }

    /// The rows with these ids, each with as many titles as if nobody said how many, in the order of the ids; `None` in
    /// place of one for which there are too few titles. The page is laid out once for all of them.
    pub(crate) async fn find(
        self,
        ctx: &Context<'_>,
        ids: &[RowId],
    ) -> Result<Vec<Option<RecommendationRow>>> {
        let (recommend, visibility) = (&ctx.services().recommend, ctx.visibility_for(self.max_age));
        let wanted: Vec<_> = ids.iter().map(|id| (id.kind, id.seed)).collect();
        let found = recommend.find_rows(&visibility, self.profile, ITEMS_PER_ROW, &wanted);
        let (page, others) = found.await?;
        let is_wanted = |row: &Row| wanted.contains(&(row.kind, row.seed));
        let on_page = self.page_of(MAX_PAGE, ITEMS_PER_ROW, &page);
        let page = page.into_iter().filter(is_wanted).collect();
        let mut found = rows(ctx, on_page, page).await?;
        let by_itself = self.page_of(MAX_PAGE, ITEMS_PER_ROW, &[]);
        found.extend(rows(ctx, by_itself, others).await?);
        let row = |id: &RowId| found.iter().find(|row| row.is(*id)).cloned();
        Ok(ids.iter().map(row).collect())
    }

    /// A page that has these rows.
    fn page_of(self, rows: usize, items_per_row: usize, page: &[Row]) -> RowsPage {
        let titles = page.iter().flat_map(Row::on_page).map(|one| one.title);
        RowsPage {
            profile: self.profile,
            max_age: self.max_age,
            layout: Layout {
                rows,
                items_per_row,
            },
            titles: titles.collect(),
        }
    }
}

/// The page for everybody.
#[derive(Default)]
pub(crate) struct RowsQuery;

/// The page for everybody.
#[Object]
impl RowsQuery {
    /// A page for everybody, also for whoever is not logged in, as rows of titles: what is watched the most in these days,
    /// what is new, and what is popular, by genre. It is the same for all who may see the same titles, whatever they have
    /// watched; `viewer.profile.rows` is made for a profile. No title stands on it twice.
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, 1 to 100.", default = 8)] first: Option<i32>,
        #[graphql(desc = "How many titles in each, 1 to 100.", default = 12)] items_per_row: Option<
            i32,
        >,
    ) -> Result<Option<Vec<RecommendationRow>>> {
        let rows = RowsFor::EVERYBODY.load(ctx, first, items_per_row);
        rows.await.map(Some)
    }
}
