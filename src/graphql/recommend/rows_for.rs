//! Pages of rows: one that is made for a profile, and the one for everybody, which `rows` gives.

use std::sync::Arc;

use async_graphql::{Context, Object};

use super::layouts::{Layout, Layouts};
use super::row::{RecommendationRow, RowsPage, rows};
use crate::domain::ids::ProfileId;
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::Row;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::RowId;
use crate::graphql::list_lengths::DEFAULT_ROW;
use crate::graphql::page::limit;

/// Whom a page of rows is made for.
#[derive(Clone, Copy)]
pub(crate) struct RowsFor {
    /// The profile; `None` for the page that everybody gets.
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
        let layout = Layout {
            rows: limit("first", first, 8)?,
            items_per_row: limit("itemsPerRow", items_per_row, DEFAULT_ROW)?,
        };
        let layouts = self.layouts(ctx).await?;
        let page = layouts.lay_out(layout);
        let on_page = self.page_of(&layouts, layout, &page);
        rows(ctx, on_page, page).await
    }

    /// The rows with these ids, each with as many titles as if nobody said how many, in the order of the ids; `None` in
    /// place of one for which there are too few titles. The page is laid out once for all of them.
    pub(crate) async fn find(
        self,
        ctx: &Context<'_>,
        ids: &[RowId],
    ) -> Result<Vec<Option<RecommendationRow>>> {
        let layout = Layout {
            rows: MAX_PAGE,
            items_per_row: DEFAULT_ROW,
        };
        let wanted: Vec<_> = ids.iter().map(|id| (id.kind, id.seed)).collect();
        let layouts = self.layouts(ctx).await?;
        let (page, others) = layouts.material.find_rows(layout.items_per_row, &wanted);
        let is_wanted = |row: &Row| wanted.contains(&row.key());
        let on_page = self.page_of(&layouts, layout, &page);
        let page = page.into_iter().filter(is_wanted).collect();
        let mut found = rows(ctx, on_page, page).await?;
        let by_itself = self.page_of(&layouts, layout, &[]);
        found.extend(rows(ctx, by_itself, others).await?);
        let row = |id: &RowId| found.iter().find(|row| row.is(*id)).cloned();
        Ok(ids.iter().map(row).collect())
    }

    /// What its pages are made of, read once for all of their layouts.
    async fn layouts(self, ctx: &Context<'_>) -> Result<Arc<Layouts>> {
        let (recommend, visibility) = (&ctx.services().recommend, ctx.visibility_for(self.max_age));
        let material = recommend.material(&visibility, self.profile).await?;
        Ok(Arc::new(Layouts::of(material)))
    }

    /// A page that is laid out so, and has these rows.
    fn page_of(self, layouts: &Arc<Layouts>, layout: Layout, page: &[Row]) -> RowsPage {
        let titles = page.iter().flat_map(Row::on_page).map(|one| one.title);
        RowsPage {
            profile: self.profile,
            layout,
            layouts: Arc::clone(layouts),
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
