//! What reasons come from: loaded once for a whole list, when the first reason is asked for.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Union};
use futures::try_join;

use crate::domain::catalog::{self, CollectionsById, GenresById, PeopleById, TitlesById};
use crate::domain::ids::{CollectionId, GenreId, PersonId, TitleId};
use crate::domain::recommend::{self, Recommendation};
use crate::graphql::catalog::{Collection, Film, Genre, Person, Series, Title};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::together::Together;

/// What a reason, or a row of suggestions, comes from.
#[derive(Union)]
pub(super) enum ReasonSource {
    Film(Film),
    Series(Series),
    Person(Person),
    Genre(Genre),
    Collection(Collection),
}

/// The sources that a list refers to.
pub(super) struct Sources {
    title_ids: Vec<TitleId>,
    person_ids: Vec<PersonId>,
    genre_ids: Vec<GenreId>,
    collection_ids: Vec<CollectionId>,
    titles: Together<TitlesById>,
    people: Together<PeopleById>,
    genres: Together<GenresById>,
    collections: Together<CollectionsById>,
}

/// The sources that were found.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    titles: &'a HashMap<TitleId, Arc<catalog::Title>>,
    people: &'a HashMap<PersonId, Arc<catalog::Person>>,
    genres: &'a HashMap<GenreId, Arc<catalog::Genre>>,
    collections: &'a HashMap<CollectionId, Arc<catalog::Collection>>,
}

impl Sources {
    /// Those of suggestions, and of what rows are about.
    pub(super) fn of<'a>(
        list: impl IntoIterator<Item = &'a Recommendation>,
        seeds: impl IntoIterator<Item = recommend::ReasonSource>,
    ) -> Self {
        let mut sources = Self {
            title_ids: Vec::new(),
            person_ids: Vec::new(),
            genre_ids: Vec::new(),
            collection_ids: Vec::new(),
            titles: Together::new(),
            people: Together::new(),
            genres: Together::new(),
            collections: Together::new(),
        };
        let reasons = list.into_iter().flat_map(|one| &one.reasons);
        let of_reasons = reasons.map(|reason| reason.source);
        for source in of_reasons.chain(seeds) {
            match source {
                recommend::ReasonSource::Title(id) => sources.title_ids.push(id),
                recommend::ReasonSource::Person(id) => sources.person_ids.push(id),
                recommend::ReasonSource::Genre(id) => sources.genre_ids.push(id),
                recommend::ReasonSource::Collection(id) => sources.collection_ids.push(id),
            }
        }
        sources
    }

    /// Loads them: four calls at most for the whole list.
    pub(super) async fn load(&self, ctx: &Context<'_>) -> Result<Found<'_>> {
        let (loaders, personal) = (ctx.loaders(), ctx.personal());
        let (titles, people, genres, collections) = try_join!(
            self.titles
                .load(personal.titles.batch(), || self.title_ids.clone()),
            self.people
                .load(loaders.people.batch(), || self.person_ids.clone()),
            self.genres
                .load(loaders.genres.batch(), || self.genre_ids.clone()),
            self.collections
                .load(loaders.collections.batch(), || self.collection_ids.clone()),
        )?;
        Ok(Found {
            titles,
            people,
            genres,
            collections,
        })
    }
}

impl Found<'_> {
    /// The source; `None` if it has left the catalogue.
    pub(super) fn source(&self, source: recommend::ReasonSource) -> Option<ReasonSource> {
        Some(match source {
            recommend::ReasonSource::Title(id) => {
                match Title::one(Arc::clone(self.titles.get(&id)?)) {
                    Title::Film(film) => ReasonSource::Film(film),
                    Title::Series(series) => ReasonSource::Series(series),
                }
            }
            recommend::ReasonSource::Person(id) => {
                ReasonSource::Person(Person(Arc::clone(self.people.get(&id)?)))
            }
            recommend::ReasonSource::Genre(id) => {
                ReasonSource::Genre(Genre(Arc::clone(self.genres.get(&id)?)))
            }
            recommend::ReasonSource::Collection(id) => {
                ReasonSource::Collection(Collection(Arc::clone(self.collections.get(&id)?)))
            }
        })
    }

    /// The source, if it is a title that is still there.
    pub(super) fn title(&self, source: recommend::ReasonSource) -> Option<&catalog::Title> {
        match source {
            recommend::ReasonSource::Title(id) => self.titles.get(&id).map(|title| &**title),
            recommend::ReasonSource::Person(_)
            | recommend::ReasonSource::Genre(_)
            | recommend::ReasonSource::Collection(_) => None,
        }
    }

    /// What the source is called.
    pub(super) fn name(&self, source: recommend::ReasonSource) -> Option<&str> {
        match source {
            recommend::ReasonSource::Title(id) => {
                self.titles.get(&id).map(|title| title.name.as_str())
            }
            recommend::ReasonSource::Person(id) => {
                self.people.get(&id).map(|person| person.name.as_str())
            }
            recommend::ReasonSource::Genre(id) => {
                self.genres.get(&id).map(|genre| genre.name.as_str())
            }
            recommend::ReasonSource::Collection(id) => {
                self.collections.get(&id).map(|one| one.name.as_str())
            }
        }
    }
}
