//! What films and series have in common, and how it is read.

use std::sync::Arc;

use async_graphql::Context;

use super::certification::Certification;
use super::collection::Collection;
use super::details::{Extra, ExtraKind};
use super::external_id::{ExternalId, Subject};
use super::genre::Genre;
use super::image::{self, Image, ImageKind};
use crate::domain::catalog::{self, CollectionsById, Credit, GenresById, PeopleById, TitleKind};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::language::wanted;
use crate::graphql::together::{BySelection, Together};

/// A film or a series, and what it was read together with.
#[derive(Clone)]
pub(crate) struct TitleFields {
    title: Arc<catalog::Title>,
    page: Arc<Siblings>,
}

/// Titles that were read together: what one of them needs is loaded for all.
pub(super) struct Siblings {
    titles: Vec<Arc<catalog::Title>>,
    genres: Together<GenresById>,
    people: BySelection<PeopleById>,
    collections: Together<CollectionsById>,
}

impl Siblings {
    /// The titles of a page.
    pub(super) fn new(titles: Vec<Arc<catalog::Title>>) -> Self {
        Self {
            titles,
            genres: Together::new(),
            people: BySelection::new(),
            collections: Together::new(),
        }
    }

    /// The titles, in the order of the page.
    pub(super) fn titles(&self) -> &[Arc<catalog::Title>] {
        &self.titles
    }
}

impl TitleFields {
    /// One of the titles of a page.
    pub(super) fn new(title: Arc<catalog::Title>, page: Arc<Siblings>) -> Self {
        Self { title, page }
    }

    /// The title as the domain knows it.
    pub(crate) fn title(&self) -> &Arc<catalog::Title> {
        &self.title
    }

    /// The people that `wanted` picks of this title; for all titles of the page with one call.
    pub(super) async fn people(
        &self,
        ctx: &Context<'_>,
        wanted: impl Fn(&catalog::Title) -> Vec<Credit>,
    ) -> Result<Vec<(Credit, Arc<catalog::Person>)>> {
        let loader = &ctx.loaders().people;
        let titles = &self.page.titles;
        let of_page = || {
            let credits = titles.iter().flat_map(|title| wanted(title));
            credits.map(|credit| credit.person).collect()
        };
        let credits = wanted(&self.title);
        let own: Vec<_> = credits.iter().map(|credit| credit.person).collect();
        let people = &self.page.people;
        let people = people.load(loader.batch(), &own, of_page).await?;
        let credited = credits.into_iter().zip(people);
        Ok(credited
            .filter_map(|(credit, person)| Some((credit, person?)))
            .collect())
    }

    /// The genres, in the order of the title; for all titles of the page with one call.
    pub(super) async fn load_genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        let titles = self.page.titles.iter();
        let of_page = || titles.flat_map(|title| title.genres.clone()).collect();
        let batch = ctx.loaders().genres.batch();
        let found = self.page.genres.load(batch, of_page).await?;
        let genres = self.title.genres.iter().filter_map(|id| found.get(id));
        Ok(genres.map(|genre| Genre(Arc::clone(genre))).collect())
    }

    /// The collection; for all titles of the page with one call.
    pub(super) async fn load_collection(&self, ctx: &Context<'_>) -> Result<Option<Collection>> {
        let Some(part_of) = self.title.collection else {
            return Ok(None);
        };
        let titles = self.page.titles.iter();
        let of_page = || {
            let parts = titles.filter_map(|title| title.collection);
            parts.map(|part_of| part_of.collection).collect()
        };
        let batch = ctx.loaders().collections.batch();
        let found = self.page.collections.load(batch, of_page).await?;
        let collection = found.get(&part_of.collection);
        Ok(collection.map(|collection| Collection(Arc::clone(collection))))
    }

    /// What one rating system says; without a system, the one that counts.
    pub(super) fn find_certification(&self, system: Option<&str>) -> Option<Certification> {
        let certification = match system {
            Some(system) => self.title.certification_of(system),
            None => self.title.strictest_certification(),
        };
        certification.map(Into::into)
    }

    /// The name in the language that whoever asks wants most of those that it has one in.
    pub(super) fn say_name(&self, ctx: &Context<'_>, language: Option<&str>) -> Result<&str> {
        Ok(self.title.name_in(wanted(ctx, language)?))
    }

    /// The videos about it that are of one of these kinds; all where none is named.
    pub(super) fn list_extras(&self, kinds: Option<&[ExtraKind]>) -> Vec<Extra> {
        let kinds = kinds.filter(|kinds| !kinds.is_empty());
        let is_wanted =
            |extra: &&catalog::Extra| kinds.is_none_or(|kinds| kinds.contains(&extra.kind.into()));
        let extras = self.title.extras.iter().filter(is_wanted);
        extras.map(Into::into).collect()
    }

    /// The trailers and teasers among them.
    pub(super) fn list_trailers(&self) -> Vec<Extra> {
        let trailers = self.title.extras.iter().filter(|extra| extra.is_trailer());
        trailers.map(Into::into).collect()
    }

    /// The pictures of these kinds, or all.
    pub(super) async fn load_images(
        &self,
        ctx: &Context<'_>,
        kinds: Option<&[ImageKind]>,
        language: Option<&str>,
    ) -> Result<Vec<Image>> {
        let genres = self.load_genres(ctx).await?;
        image::of_title(ctx, &self.title, &genres, kinds, language)
    }

    /// The first picture of the first of these kinds that there is one of.
    pub(super) async fn load_image(
        &self,
        ctx: &Context<'_>,
        kinds: &[ImageKind],
        language: Option<&str>,
    ) -> Result<Option<Image>> {
        let images = self.load_images(ctx, Some(kinds), language).await?;
        Ok(image::first_of(images, kinds))
    }

    /// The ids elsewhere, with links to the providers that we know.
    pub(super) fn list_external_ids(&self) -> Vec<ExternalId> {
        let subject = match self.title.kind {
            TitleKind::Film => Subject::Film,
            TitleKind::Series => Subject::Series,
        };
        ExternalId::list(&self.title.external_ids, subject)
    }
}
