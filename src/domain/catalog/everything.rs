//! The use cases of searching everything: hits of all kinds, suggestions for the search box, and what of a hit matched.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::collections::Collection;
use super::facts::TitleFacts;
use super::highlights::{Highlight, HighlightedField, TextRange};
use super::hits::{FoundThing, HitId, HitKind};
use super::search::{MAX_HITS, SearchError, SearchService, Wanted};
use super::texts::Texts;
use super::types::{Episode, Person, Title};
use super::visibility::Visibility;
use crate::domain::ids::{CollectionId, PersonId, TitleId};

/// The most suggestions that are given.
const MAX_SUGGESTIONS: usize = 20;

/// What somebody may mean who is still typing.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchSuggestion {
    pub thing: FoundThing,
    /// The name by which it was found.
    pub text: String,
    /// What of the name was typed.
    pub ranges: Vec<TextRange>,
}

/// What the names of something that was found have of what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnNames {
    /// All of it, or as much as there is to be had.
    Tell(Vec<Highlight>),
    /// Less: the rest may be in other names.
    Lack(Lacking),
}

/// Whose names may have what those of a title or an episode lack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacking {
    /// Who is credited with a title, each once.
    pub people: Vec<PersonId>,
    /// The collection that a film is part of.
    pub collection: Option<CollectionId>,
    /// The series that an episode is of.
    pub series: Option<TitleId>,
}

/// What is [`Lacking`], as it was read.
#[derive(Debug, Clone, Default)]
pub struct Referred {
    pub people: HashMap<PersonId, Arc<Person>>,
    pub collection: Option<Arc<Collection>>,
    pub series: Option<Arc<Title>>,
}

impl SearchService {
    /// What may be seen and matches, of these kinds, the best first: at most `limit`, and at most 500. Of people and
    /// collections those exist that lead to a title that may be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn all(
        &self,
        visibility: &Visibility,
        query: &str,
        kinds: &[HitKind],
        limit: usize,
    ) -> Result<Vec<(f64, FoundThing)>, SearchError> {
        let query = self.checked(query)?;
        let limit = limit.min(MAX_HITS);
        let (hits, mut found) = self.found_of(visibility, query, kinds, limit).await?;
        if found.len() < hits && hits == limit {
            // Some are not what the index knows of them any more: others take their places.
            (_, found) = self.found_of(visibility, query, kinds, MAX_HITS).await?;
            found.truncate(limit);
        }
        Ok(found)
    }

    /// How much of these kinds may be seen and matches, up to 500.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_all(
        &self,
        visibility: &Visibility,
        query: &str,
        kinds: &[HitKind],
    ) -> Result<u64, SearchError> {
        let found = self.all(visibility, query, kinds, MAX_HITS).await?;
        Ok(found.len() as u64)
    }

    /// What somebody may mean who has typed so far, the likeliest first: at most `limit`, and at most 20. Nothing as long
    /// as nothing is typed.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn suggest(
        &self,
        visibility: &Visibility,
        query: &str,
        limit: usize,
    ) -> Result<Vec<SearchSuggestion>, SearchError> {
        if query.trim().is_empty() {
            return Ok(Vec::new());
        }
        let query = self.checked(query)?;
        let limit = limit.min(MAX_SUGGESTIONS);
        let hits = self.index.suggest(query, visible(visibility), limit);
        let hits = hits.await?;
        let mut things = self.read(visibility, &hits).await?;
        let things = hits.iter().filter_map(|id| things.remove(id));
        let suggestions = things.map(|thing| {
            let named = self.index.highlight(query, &names(&thing)).texts;
            let (text, ranges) = match named.into_iter().next() {
                Some(named) => (named.text, named.ranges),
                None => (thing.name().to_owned(), Vec::new()),
            };
            SearchSuggestion {
                thing,
                text,
                ranges,
            }
        });
        Ok(suggestions.collect())
    }

    /// Which texts of something that was found have what was typed, the one with the most of it first, if its own names
    /// tell; else whose names may have the rest: those of a page are read together.
    pub fn highlights(&self, query: &str, thing: &FoundThing) -> OwnNames {
        let found = self.index.highlight(query, &names(thing));
        match thing {
            FoundThing::Title(title) if !found.have_all => OwnNames::Lack(Lacking {
                people: title.credited(),
                collection: title.collection.map(|part_of| part_of.collection),
                series: None,
            }),
            FoundThing::Episode(episode) if !found.have_all => OwnNames::Lack(Lacking {
                series: Some(episode.series),
                ..Lacking::default()
            }),
            _ => OwnNames::Tell(found.texts),
        }
    }

    /// The same of its own texts and of these, which are all that it lacks and whoever sees the thing may see.
    pub fn highlights_among(
        &self,
        query: &str,
        thing: &FoundThing,
        referred: &Referred,
    ) -> Vec<Highlight> {
        let facts = match thing {
            FoundThing::Title(title) => facts(title, referred),
            FoundThing::Episode(_) => {
                let names = referred.series.iter();
                let names = names.flat_map(|series| names_of_title(series));
                names
                    .map(|(_, name)| (HighlightedField::Series, Cow::Borrowed(name)))
                    .collect()
            }
            FoundThing::Person(_) | FoundThing::Collection(_) => Vec::new(),
        };
        let facts = facts.iter().map(|(field, text)| (*field, &**text));
        let all: Vec<_> = names(thing).into_iter().chain(facts).collect();
        self.index.highlight(query, &all).texts
    }

    /// How much the index finds, and what of it is still there and may be seen.
    async fn found_of(
        &self,
        visibility: &Visibility,
        query: &str,
        kinds: &[HitKind],
        limit: usize,
    ) -> Result<(usize, Vec<(f64, FoundThing)>), SearchError> {
        let wanted = visible(visibility);
        let hits = self.index.search_all(query, kinds, wanted, limit).await?;
        let ids: Vec<HitId> = hits.iter().map(|hit| hit.id).collect();
        let mut things = self.read(visibility, &ids).await?;
        let found = hits
            .iter()
            .filter_map(|hit| Some((hit.score, things.remove(&hit.id)?)));
        Ok((hits.len(), found.collect()))
    }

    /// The things with these ids that may be seen.
    async fn read(
        &self,
        visibility: &Visibility,
        ids: &[HitId],
    ) -> Result<HashMap<HitId, FoundThing>, SearchError> {
        let (mut titles, mut people) = (Vec::new(), Vec::new());
        let (mut collections, mut episodes) = (Vec::new(), Vec::new());
        for id in ids {
            match *id {
                HitId::Title(id) => titles.push(id),
                HitId::Person(id) => people.push(id),
                HitId::Collection(id) => collections.push(id),
                HitId::Episode(id) => episodes.push(id),
            }
        }
        let mut things: Vec<FoundThing> = Vec::new();
        if !titles.is_empty() {
            let found = self.catalog.titles(visibility, &titles).await?.into_iter();
            things.extend(found.map(FoundThing::Title));
        }
        if !people.is_empty() {
            let found = self.catalog.seen_people(visibility, &people).await?;
            let found = found.into_iter();
            things.extend(found.map(|person| FoundThing::Person(Arc::new(person))));
        }
        if !collections.is_empty() {
            let found = self.catalog.collections(visibility, &collections).await?;
            let found = found.into_iter().map(Arc::new);
            things.extend(found.map(FoundThing::Collection));
        }
        if !episodes.is_empty() {
            let found = self.catalog.episodes(visibility, &episodes).await?;
            let found = found.into_iter().map(Arc::new);
            things.extend(found.map(FoundThing::Episode));
        }
        Ok(things.into_iter().map(|it| (it.id(), it)).collect())
    }
}

/// What is known of a title beside its names: people, characters, the collection, the part, the year.
fn facts<'a>(title: &'a Title, referred: &'a Referred) -> Vec<(HighlightedField, Cow<'a, str>)> {
    let mut seen = HashSet::new();
    let mut facts: Vec<(HighlightedField, Cow<'a, str>)> = title
        .all_credits()
        .filter(|credit| seen.insert(credit.person))
        .filter_map(|credit| referred.people.get(&credit.person))
        .map(|person| (HighlightedField::Person, Cow::Borrowed(&*person.name)))
        .collect();
    let characters = title.all_credits();
    let characters = characters.filter_map(|credit| credit.character.as_deref());
    facts.extend(characters.map(|name| (HighlightedField::Character, Cow::Borrowed(name))));
    if let Some(part_of) = title.collection {
        let name = referred.collection.as_ref().map(|it| &*it.name);
        facts.extend(name.map(|name| (HighlightedField::Collection, Cow::Borrowed(name))));
        let part = part_of.part.map(|part| part.to_string());
        facts.extend(part.map(|part| (HighlightedField::Part, Cow::Owned(part))));
    }
    let year = title.year.map(|year| year.to_string());
    facts.extend(year.map(|year| (HighlightedField::Year, Cow::Owned(year))));
    facts
}

/// The titles that may be seen are wanted, and what belongs to them.
fn visible(visibility: &Visibility) -> Wanted {
    let visibility = *visibility;
    Arc::new(move |title: &TitleFacts| visibility.shows_facts(title))
}

/// What something is called, its name in the site's language first.
fn names(thing: &FoundThing) -> Vec<(HighlightedField, &str)> {
    match thing {
        FoundThing::Title(title) => names_of_title(title),
        FoundThing::Person(person) => vec![(HighlightedField::Name, person.name.as_str())],
        FoundThing::Collection(collection) => {
            vec![(HighlightedField::Name, collection.name.as_str())]
        }
        FoundThing::Episode(episode) => names_of_episode(episode),
    }
}

fn names_of_title(title: &Title) -> Vec<(HighlightedField, &str)> {
    each_once(
        Some(title.name.as_str()),
        title.original_name.as_deref(),
        &title.names,
    )
}

fn names_of_episode(episode: &Episode) -> Vec<(HighlightedField, &str)> {
    let original = episode.original_name.as_deref();
    each_once(episode.name.as_deref(), original, &episode.names)
}

/// The names, each once, as what it is first.
fn each_once<'a>(
    name: Option<&'a str>,
    original: Option<&'a str>,
    others: &'a Texts,
) -> Vec<(HighlightedField, &'a str)> {
    let name = name.map(|name| (HighlightedField::Name, name));
    let original = original.map(|name| (HighlightedField::OriginalName, name));
    let others = others.iter();
    let others = others.map(|other| (HighlightedField::AlternativeName, &*other.text));
    let mut seen = HashSet::new();
    let names = name.into_iter().chain(original).chain(others);
    names.filter(|(_, name)| seen.insert(*name)).collect()
}
