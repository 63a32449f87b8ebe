//! Collections of films, as the schema shows them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::film::Film;
use super::title::{Title, titles};
use crate::domain::catalog;
use crate::domain::ids::CollectionId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::limit;
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
}
