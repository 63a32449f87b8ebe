//! What titles, episodes, genres and people are called in an export, beside their ids.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::error::PrivacyError;
use crate::domain::catalog::{
    CatalogService, Episode, Genre, Person, Title, TitleKind, Visibility,
};
use crate::domain::ids::{EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::watching::{Mute, MutedSource, WatchedItem};

/// Finds what things are called.
#[derive(Clone)]
pub(super) struct NamesOf(pub(super) CatalogService);

/// A title, genre or person.
#[derive(Serialize)]
pub(super) struct Named<'a> {
    id: String,
    slug: Option<&'a str>,
    name: Option<&'a str>,
    kind: Option<&'static str>,
}

/// A film, or an episode with its series.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    title: Named<'a>,
    episode: Option<EpisodePart<'a>>,
}

#[derive(Serialize)]
struct EpisodePart<'a> {
    id: String,
    season: Option<u32>,
    number: Option<u32>,
    name: Option<&'a str>,
}

/// What some things are called; what the catalogue has no more has only its id.
#[derive(Default)]
pub(super) struct Names {
    titles: HashMap<TitleId, Arc<Title>>,
    episodes: HashMap<EpisodeId, Episode>,
    genres: HashMap<GenreId, Genre>,
    people: HashMap<PersonId, Person>,
}

impl NamesOf {
    /// What these titles and the episodes among these items are called.
    pub(super) async fn of(
        &self,
        titles: &[TitleId],
        items: &[WatchedItem],
    ) -> Result<Names, PrivacyError> {
        let titles: HashSet<TitleId> = titles.iter().copied().collect();
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let episodes = items.iter().filter_map(|item| match item {
            WatchedItem::Episode(id) => Some(*id),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        });
        let episodes: HashSet<EpisodeId> = episodes.collect();
        let episodes: Vec<EpisodeId> = episodes.into_iter().collect();
        let everything = Visibility::everything();
        let titles = self.0.titles(&everything, &titles).await?;
        let episodes = self.0.episodes(&everything, &episodes).await?;
        Ok(Names {
            titles: titles.into_iter().map(|title| (title.id, title)).collect(),
            episodes: episodes.into_iter().map(|one| (one.id, one)).collect(),
            ..Names::default()
        })
    }

    /// What the muted genres and people are called.
    pub(super) async fn of_sources(&self, mutes: &[Mute]) -> Result<Names, PrivacyError> {
        let (mut genres, mut people) = (Vec::new(), Vec::new());
        for mute in mutes {
            match mute.source {
                MutedSource::Genre(id) => genres.push(id),
                MutedSource::Person(id) => people.push(id),
            }
        }
        let genres = self.0.genres(&genres).await?;
        let people = self.0.people(&people).await?;
        Ok(Names {
            genres: genres.into_iter().map(|genre| (genre.id, genre)).collect(),
            people: people
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
            ..Names::default()
        })
    }
}

impl Names {
    pub(super) fn item(&self, item: WatchedItem, title: TitleId) -> Item<'_> {
        let episode = match item {
            WatchedItem::Episode(id) => Some(self.episode(id)),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        };
        Item {
            title: self.named(title),
            episode,
        }
    }

    pub(super) fn source(&self, source: MutedSource) -> Named<'_> {
        let (kind, id) = source.key();
        let (slug, name) = match source {
            MutedSource::Genre(id) => {
                let genre = self.genres.get(&id);
                genre.map(|genre| (genre.slug.as_str(), genre.name.as_str()))
            }
            MutedSource::Person(id) => {
                let person = self.people.get(&id);
                person.map(|person| (person.slug.as_str(), person.name.as_str()))
            }
        }
        .unzip();
        Named {
            id: id.to_string(),
            slug,
            name,
            kind: Some(kind),
        }
    }

    pub(super) fn named(&self, id: TitleId) -> Named<'_> {
        let title = self.titles.get(&id);
        Named {
            id: id.to_string(),
            slug: title.map(|title| title.slug.as_str()),
            name: title.map(|title| title.name.as_str()),
            kind: title.map(|title| match title.kind {
                TitleKind::Film => "film",
                TitleKind::Series => "series",
            }),
        }
    }

    fn episode(&self, id: EpisodeId) -> EpisodePart<'_> {
        let episode = self.episodes.get(&id);
        EpisodePart {
            id: id.to_string(),
            season: episode.map(|episode| episode.season),
            number: episode.map(|episode| episode.number),
            name: episode.and_then(|episode| episode.name.as_deref()),
        }
    }
}
