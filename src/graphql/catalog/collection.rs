//! Collections of films, as the schema shows them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::film::Film;
use super::image::{self, Image, ImageKind};
use super::title::{Title, titles};
use crate::domain::catalog::{self, CatalogNode};
use crate::domain::ids::CollectionId;
use crate::domain::viewer::Role;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::{PageArgs, limit};
use crate::graphql::revising::{FieldSource, RevisionConnection, revisions_of, value_sources_of};
use crate::graphql::scalars::DateTime;

/// A collection of films.
#[derive(Clone)]
pub(crate) struct Collection(pub(crate) Arc<catalog::Collection>);

impl Collection {
    /// The collection with this id, if one of its films may be seen.
    pub(crate) async fn find(ctx: &Context<'_>, id: CollectionId) -> Result<Option<Self>> {
        let catalog = &ctx.services().catalog;
        let mut found = catalog.collections(&ctx.visibility(), &[id]).await?;
        Ok(found.pop().map(|collection| Self(Arc::new(collection))))
    }
}

/// Films that belong together and have an order, such as "The Godfather Collection".
#[Object]
impl Collection {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Collection(self.0.id).encode()
    }

    /// The key in addresses, unique among collections.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name in the site's language, English: "The Godfather Collection".
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Pictures of it, by kind: those that were given, at most 20, of a kind first those in the language that is wanted, then
    /// those without one, then others. A poster is drawn where none is given.
    #[expect(clippy::unused_async, reason = "all resolvers are")]
    async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds; all if left out or empty.")] kind: Option<
            Vec<ImageKind>,
        >,
        #[graphql(
            desc = "The language of the name on them, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Where it is not said, or if it is left out: that of the viewer's profile, then those of `Accept-Language`."
        )]
        language: Option<String>,
    ) -> Result<Option<Vec<Image>>> {
        image::of_collection(ctx, &self.0, kind.as_deref(), language.as_deref()).map(Some)
    }

    /// One picture of it: of the first of these kinds that there is one of, the first that `images` would give. Null if there
    /// is none of any of them.
    #[expect(clippy::unused_async, reason = "all resolvers are")]
    async fn image(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The kinds that will do, the most wanted first; any, in the order of `images`, if left out or empty."
        )]
        kind: Option<Vec<ImageKind>>,
        #[graphql(
            desc = "The language of the name on it, as a BCP 47 tag such as `de` or `pt-BR`; `INVALID` if it is none. Chosen as for `images`, also if it is left out."
        )]
        language: Option<String>,
    ) -> Result<Option<Image>> {
        let kinds = kind.unwrap_or_default();
        let images = image::of_collection(ctx, &self.0, Some(&kinds), language.as_deref())?;
        Ok(image::first_of(images, &kinds))
    }

    /// The films, in their order: by the number of the part; those without one follow, by their first showing.
    async fn films(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100.", default = 100)] first: Option<i32>,
    ) -> Result<Option<Vec<Film>>> {
        let first = limit("first", first, 100)?;
        let films = ctx.personal().collection_films.find(self.0.id).await?;
        let films = films.iter().flat_map(|films| films.iter());
        let films = titles(films.take(first).cloned().collect());
        let films = films.into_iter().filter_map(Title::into_film);
        Ok(Some(films.collect()))
    }

    /// When the collection was added to the catalogue.
    async fn created_at(&self) -> DateTime {
        self.0.stamp.created_at.into()
    }

    /// When the catalogue last changed what it says of the collection.
    async fn updated_at(&self) -> DateTime {
        self.0.stamp.updated_at.into()
    }

    /// How often the catalogue has changed what it says of the collection; 1 at first.
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
        revisions_of(ctx, CatalogNode::Collection(self.0.id), page).await
    }

    /// Where its name and its pictures are from; what nobody knows of is left out. For curators; an API key needs the scope
    /// `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn value_sources(&self, ctx: &Context<'_>) -> Result<Option<Vec<FieldSource>>> {
        let node = CatalogNode::Collection(self.0.id);
        value_sources_of(ctx, node, self.0.stamp.revision).await
    }
}
