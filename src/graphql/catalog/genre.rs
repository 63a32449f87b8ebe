//! Genres, as the schema shows them, with their titles.

use std::cmp::Reverse;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};

use super::facets::TitleConnection;
use super::filter::TitleOrder;
use super::title_list::list_titles;
use crate::domain::catalog::{self, CatalogNode, MOST_GENRES, TitleFilter, TitleQuery};
use crate::domain::viewer::Role;
use crate::domain::watching::MutedSource;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::PageArgs;
use crate::graphql::revising::{FieldSource, RevisionConnection, revisions_of, value_sources_of};
use crate::graphql::scalars::DateTime;
use crate::graphql::watching::viewer_muted;

/// A genre that was read, as the schema shows it.
#[derive(Clone)]
pub(crate) struct Genre(pub(crate) Arc<catalog::Genre>);

/// The orders that genres can be in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GenreOrder {
    /// By name, A to Z.
    Name,
    /// Those of the most titles first that the viewer may see; ties by name.
    Popular,
}

impl Genre {
    /// All genres, in this order.
    pub(super) async fn all(ctx: &Context<'_>, order: GenreOrder) -> Result<Vec<Self>> {
        let genres = ctx.services().catalog.all_genres().await?;
        let mut genres: Vec<_> = genres.into_iter().take(MOST_GENRES).collect();
        if order == GenreOrder::Popular {
            let ids: Vec<_> = genres.iter().map(|genre| genre.id).collect();
            let titles = ctx.personal().titles_of_genres.many(ids).await?;
            genres.sort_by_key(|genre| Reverse(titles.get(&genre.id).copied()));
        }
        let genres = genres.into_iter().map(Arc::new);
        Ok(genres.map(Self).collect())
    }
}

/// A genre of the vocabulary.
#[Object]
impl Genre {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Genre(self.0.id).encode()
    }

    /// The key in addresses, unique among genres.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name, as the vocabulary spells it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many titles of the genre the viewer may see.
    async fn title_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let count = ctx.personal().titles_of_genres.find(self.0.id).await?;
        Ok(count.unwrap_or_default())
    }

    /// The titles of the genre.
    /// Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither says how
    /// many.
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The order of the titles; ties are broken by id.",
            default_with = "Some(TitleOrder::Popular)"
        )]
        order_by: Option<TitleOrder>,
        #[graphql(
            desc = "Which mix `orderBy: RANDOM` is of: any number; 0 if left out, and `INVALID` with any other order."
        )]
        seed: Option<i32>,
        #[graphql(desc = "How many from the start, or after `after`, 1 to 100.")] first: Option<
            i32,
        >,
        #[graphql(
            desc = "Only those after this cursor; `BAD_CURSOR` if it is of another list or order."
        )]
        after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`, 1 to 100.")] last: Option<i32>,
        #[graphql(
            desc = "Only those before this cursor; `BAD_CURSOR` if it is of another list or order."
        )]
        before: Option<String>,
    ) -> Result<Option<TitleConnection>> {
        let filter = TitleFilter {
            // All of them, so that facets count within the genre.
            genres_all: Some(vec![self.0.id]),
            ..TitleFilter::default()
        };
        let order = order_by.unwrap_or(TitleOrder::Popular).into_domain(seed)?;
        list_titles(
            ctx,
            TitleQuery { filter, order },
            PageArgs::both(first, after, last, before),
        )
        .await
    }

    /// Whether the viewer's profile mutes it, so that it speaks for no title in its suggestions; null if nobody is logged
    /// in.
    async fn viewer_muted(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        viewer_muted(ctx, MutedSource::Genre(self.0.id)).await
    }

    /// When the genre was added to the catalogue.
    async fn created_at(&self) -> DateTime {
        self.0.stamp.created_at.into()
    }

    /// When the catalogue last changed what it says of the genre.
    async fn updated_at(&self) -> DateTime {
        self.0.stamp.updated_at.into()
    }

    /// How often the catalogue has changed what it says of the genre; 1 at first.
    async fn revision(&self) -> u64 {
        self.0.stamp.revision
    }

    /// What was changed of it, the latest first, since the site keeps revisions. For curators; an API key needs the scope
    /// `CURATE`. Page by page in either direction: `first` and `after`, or `last` and `before`; a page has 20 rows if neither
    /// says how many.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn revisions(
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
    ) -> Result<Option<RevisionConnection>> {
        let page = PageArgs::both(first, after, last, before);
        revisions_of(ctx, CatalogNode::Genre(self.0.id), page).await
    }

    /// Where its name is from; nothing of a name of which nobody knows. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn value_sources(&self, ctx: &Context<'_>) -> Result<Option<Vec<FieldSource>>> {
        let node = CatalogNode::Genre(self.0.id);
        value_sources_of(ctx, node, self.0.stamp.revision).await
    }
}
