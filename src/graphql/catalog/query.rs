//! Looking up the catalogue.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::collection::Collection;
use super::episode::Episode;
use super::external_id::ExternalIdInput;
use super::facets::TitleConnection;
use super::film::Film;
use super::filter::{TitleFilter, TitleOrder};
use super::genre::{Genre, GenreOrder};
use super::person::Person;
use super::series::Series;
use super::title::Title;
use super::title_list::list_titles;
use crate::domain::catalog::{self, TitleQuery};
use crate::domain::error::ErrorCode;
use crate::domain::ids::TitleId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::PageArgs;

#[derive(Default)]
pub(crate) struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// A film, by exactly one of the arguments. Null if no film has the slug or the external id.
    async fn film(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of no film.")] id: Option<ID>,
        #[graphql(desc = "The key in addresses.")] slug: Option<String>,
        #[graphql(desc = "An id that another site gave it, such as `imdb`.")] external_id: Option<
            ExternalIdInput,
        >,
    ) -> Result<Option<Film>> {
        let key = TitleKey::new(id, slug, external_id)?;
        let title = key.find(ctx, |id| match id {
            GlobalId::Film(id) => Some(id),
            _ => None,
        });
        Ok(title.await?.and_then(Title::into_film))
    }

    /// A series, by exactly one of the arguments. Null if no series has the slug or the external id.
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of no series.")] id: Option<ID>,
        #[graphql(desc = "The key in addresses.")] slug: Option<String>,
        #[graphql(desc = "An id that another site gave it, such as `imdb`.")] external_id: Option<
            ExternalIdInput,
        >,
    ) -> Result<Option<Series>> {
        let key = TitleKey::new(id, slug, external_id)?;
        let title = key.find(ctx, |id| match id {
            GlobalId::Series(id) => Some(id),
            _ => None,
        });
        Ok(title.await?.and_then(Title::into_series))
    }

    /// A film or a series, by exactly one of the arguments: for whoever does not know which it is. Null if no title has the
    /// slug or the external id.
    async fn title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of no film or series.")] id: Option<
            ID,
        >,
        #[graphql(desc = "The key in addresses.")] slug: Option<String>,
        #[graphql(desc = "An id that another site gave it, such as `imdb`.")] external_id: Option<
            ExternalIdInput,
        >,
    ) -> Result<Option<Title>> {
        let key = TitleKey::new(id, slug, external_id)?;
        let title = key.find(ctx, |id| match id {
            GlobalId::Film(id) | GlobalId::Series(id) => Some(id),
            _ => None,
        });
        title.await
    }

    /// One episode of a series, by its global id.
    async fn episode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of no episode.")] id: ID,
    ) -> Result<Option<Episode>> {
        let Some(GlobalId::Episode(id)) = GlobalId::decode(&id) else {
            return Err(ApiError::not_found("id"));
        };
        let episode = ctx.personal().episodes.find(id).await?;
        let episode = episode.ok_or_else(|| ApiError::not_found("id"))?;
        Ok(Some(Episode(episode)))
    }

    /// Somebody who is credited with a title, by exactly one of the arguments. Null if nobody has the slug, and for whoever
    /// leads to titles of which the viewer may see none.
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of nobody.")] id: Option<ID>,
        #[graphql(desc = "The key in addresses.")] slug: Option<String>,
    ) -> Result<Option<Person>> {
        match id_or_slug(id, slug)? {
            IdOrSlug::Id(GlobalId::Person(id)) => {
                let person = ctx.personal().people.find(id).await?;
                let person = person.ok_or_else(|| ApiError::not_found("id"))?;
                Ok(Some(Person(person)))
            }
            IdOrSlug::Id(_) => Err(ApiError::not_found("id")),
            IdOrSlug::Slug(slug) => {
                let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
                let found = catalog.people_by_slug(&visibility, &[slug]).await?;
                let person = found.into_iter().next();
                Ok(person.map(|person| Person(Arc::new(person))))
            }
        }
    }

    /// A genre, by exactly one of the arguments. Null if none has the slug.
    async fn genre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of no genre.")] id: Option<ID>,
        #[graphql(desc = "The key in addresses.")] slug: Option<String>,
    ) -> Result<Option<Genre>> {
        match id_or_slug(id, slug)? {
            IdOrSlug::Id(GlobalId::Genre(id)) => {
                let genre = ctx.loaders().genres.find(id).await?;
                let genre = genre.ok_or_else(|| ApiError::not_found("id"))?;
                Ok(Some(Genre(genre)))
            }
            IdOrSlug::Id(_) => Err(ApiError::not_found("id")),
            IdOrSlug::Slug(slug) => {
                let found = ctx.services().catalog.find_genre(&slug).await?;
                Ok(found.map(|genre| Genre(Arc::new(genre))))
            }
        }
    }

    /// All genres; at most 500.
    async fn genres(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The order of the genres; by name if left out.",
            default_with = "Some(GenreOrder::Name)"
        )]
        order_by: Option<GenreOrder>,
    ) -> Result<Option<Vec<Genre>>> {
        let genres = Genre::all(ctx, order_by.unwrap_or(GenreOrder::Name));
        genres.await.map(Some)
    }

    /// A collection of films, by exactly one of the arguments. Null if none has the slug.
    async fn collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id; `NOT_FOUND` if it is of no collection.")] id: Option<ID>,
        #[graphql(desc = "The key in addresses.")] slug: Option<String>,
    ) -> Result<Option<Collection>> {
        match id_or_slug(id, slug)? {
            IdOrSlug::Id(GlobalId::Collection(id)) => {
                let collection = Collection::find(ctx, id).await?;
                let collection = collection.ok_or_else(|| ApiError::not_found("id"))?;
                Ok(Some(collection))
            }
            IdOrSlug::Id(_) => Err(ApiError::not_found("id")),
            IdOrSlug::Slug(slug) => {
                let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
                let found = catalog.collections_by_slug(&visibility, &[slug]).await?;
                let collection = found.into_iter().next();
                Ok(collection.map(|collection| Collection(Arc::new(collection))))
            }
        }
    }

    /// Films and series, page by page in either direction: `first` and `after`, or `last` and `before`. A page has 20
    /// rows if neither says how many.
    #[expect(clippy::too_many_arguments, reason = "they are those of the field")]
    async fn titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conditions that a title must pass; all titles, if left out.")]
        filter: Option<TitleFilter>,
        #[graphql(
            desc = "The order of the titles; ties are broken by id.",
            default_with = "Some(TitleOrder::Name)"
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
        let query = TitleQuery {
            order: order_by.unwrap_or(TitleOrder::Name).into_domain(seed)?,
            filter: filter.unwrap_or_default().into_domain(ctx).await?,
        };
        let args = PageArgs::both(first, after, last, before);
        list_titles(ctx, query, args).await
    }
}

/// By what a title is looked up.
enum TitleKey {
    Id(ID),
    Slug(String),
    ExternalId(ExternalIdInput),
}

impl TitleKey {
    fn new(
        id: Option<ID>,
        slug: Option<String>,
        external_id: Option<ExternalIdInput>,
    ) -> Result<Self> {
        match (id, slug, external_id) {
            (Some(id), None, None) => Ok(Self::Id(id)),
            (None, Some(slug), None) => Ok(Self::Slug(slug)),
            (None, None, Some(id)) => Ok(Self::ExternalId(id)),
            _ => Err(exactly_one("`id`, `slug` and `externalId`")),
        }
    }

    /// The title; an id that names none is an error.
    async fn find(
        self,
        ctx: &Context<'_>,
        of_kind: impl Fn(GlobalId) -> Option<TitleId>,
    ) -> Result<Option<Title>> {
        let (catalog, visibility) = (&ctx.services().catalog, ctx.visibility());
        let title = match self {
            Self::Id(id) => {
                let id = GlobalId::decode(&id).ok_or_else(|| ApiError::not_found("id"))?;
                let title = of_kind(id).ok_or_else(|| ApiError::not_found("id"))?;
                let title = ctx.personal().titles.find(title).await?;
                // The kind is part of the id: `Film:…` with the number of a series names nothing. The number may be another,
                // for what was merged into another title is that.
                let kind = std::mem::discriminant(&id);
                let is_of_kind = |it: &Arc<catalog::Title>| {
                    std::mem::discriminant(&GlobalId::of_title(it)) == kind
                };
                let title = title.filter(is_of_kind);
                return title
                    .map(|title| Some(Title::one(title)))
                    .ok_or_else(|| ApiError::not_found("id"));
            }
            Self::Slug(slug) => {
                let found = catalog.titles_by_slug(&visibility, &[slug]).await?;
                found.into_iter().next()
            }
            Self::ExternalId(id) => {
                let ids = [id.into()];
                let found = catalog.titles_by_external_id(&visibility, &ids).await?;
                // Of some sites a film and a series may have the same.
                found
                    .into_iter()
                    .find(|title| of_kind(GlobalId::of_title(title)).is_some())
            }
        };
        Ok(title.map(Title::one))
    }
}

/// By what a person, genre or collection is looked up.
enum IdOrSlug {
    Id(GlobalId),
    Slug(String),
}

fn id_or_slug(id: Option<ID>, slug: Option<String>) -> Result<IdOrSlug> {
    match (id, slug) {
        (Some(id), None) => GlobalId::decode(&id)
            .map(IdOrSlug::Id)
            .ok_or_else(|| ApiError::not_found("id")),
        (None, Some(slug)) => Ok(IdOrSlug::Slug(slug)),
        _ => Err(exactly_one("`id` and `slug`")),
    }
}

fn exactly_one(arguments: &str) -> ApiError {
    let message = format!("give exactly one of {arguments}");
    ApiError::argument(ErrorCode::Invalid, "id", message)
}
