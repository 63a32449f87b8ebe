//! From records to documents: what a record says, beside what is stored.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::collections::CollectionName;
use super::records::{CreditName, EpisodeRecord, PersonRecord, TitleRecord};
use crate::domain::catalog::{
    Collection, Credit, CreditRole, Episode, Genre, PartOf, Person, Title,
};
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::stamp::Stamp;
use crate::domain::text;

impl TitleRecord {
    /// The title that this makes in a catalogue that has nothing yet.
    pub fn new_title(&self, now: DateTime<Utc>) -> Title {
        let credited = self.directors.iter().chain(&self.cast);
        let people = credited
            .map(|name| (name.slug.clone(), PersonId::of_slug(&name.slug)))
            .collect();
        compose(self, None, &people, now)
    }
}

/// The title that a record makes of what is stored; `None` if it says nothing new.
pub(super) fn title(
    record: &TitleRecord,
    stored: Option<&Title>,
    people: &HashMap<String, PersonId>,
    now: DateTime<Utc>,
) -> Option<Title> {
    let title = compose(record, stored, people, now);
    stored
        .is_none_or(|stored| !title.says_the_same(stored))
        .then_some(title)
}

fn compose(
    record: &TitleRecord,
    stored: Option<&Title>,
    people: &HashMap<String, PersonId>,
    now: DateTime<Utc>,
) -> Title {
    let id = stored.map_or_else(|| TitleId::of_slug(&record.slug), |stored| stored.id);
    let mut credits = credits(&record.directors, CreditRole::Director, people);
    credits.extend(self::credits(&record.cast, CreditRole::Actor, people));
    Title {
        id,
        kind: record.kind,
        publication: record
            .publication
            .or(stored.map(|stored| stored.publication))
            .unwrap_or_default(),
        slug: record.slug.clone(),
        name: record.name.clone(),
        original_name: record.original_name.clone(),
        year: record.year,
        end_year: record.end_year,
        premiered: record.premiered,
        duration: record.duration,
        genres: record
            .genres
            .iter()
            .map(|name| GenreId::of_slug(&text::slug(name)))
            .collect(),
        credits,
        countries: record.countries.clone(),
        languages: record.languages.clone(),
        external_ids: record.external_ids.clone(),
        network: record.network.clone(),
        total_seasons: record.total_seasons,
        episode_duration: record.episode_duration,
        collection: record.collection.as_ref().map(|named| PartOf {
            collection: CollectionId::of_slug(&named.slug),
            part: named.part,
        }),
        certifications: record.certifications.clone(),
        watchers: stored.map_or(0, |stored| stored.watchers),
        stamp: stored.map_or(Stamp::first(now), |stored| stored.stamp.next(now)),
    }
}

fn credits(
    names: &[CreditName],
    role: CreditRole,
    people: &HashMap<String, PersonId>,
) -> Vec<Credit> {
    let known = names
        .iter()
        .filter_map(|name| Some((name, *people.get(&name.slug)?)));
    (0_u32..)
        .zip(known)
        .map(|(order, (name, person))| Credit {
            person,
            role,
            character: name.character.clone(),
            order,
        })
        .collect()
}

/// The episode that a record makes of what is stored; `None` if it says nothing new.
pub(super) fn episode(
    record: &EpisodeRecord,
    series: TitleId,
    stored: Option<&Episode>,
    people: &HashMap<String, PersonId>,
    now: DateTime<Utc>,
) -> Option<Episode> {
    let episode = Episode {
        id: EpisodeId::of_ordinal(series, record.season, record.number),
        series,
        season: record.season,
        number: record.number,
        name: record.name.clone(),
        original_name: record.original_name.clone(),
        aired: record.aired,
        duration: record.duration,
        directors: record
            .directors
            .iter()
            .filter_map(|name| people.get(&name.slug).copied())
            .collect(),
        stamp: stored.map_or(Stamp::first(now), |stored| stored.stamp.next(now)),
    };
    stored
        .is_none_or(|stored| !episode.says_the_same(stored))
        .then_some(episode)
}

/// The person that a record makes of what is stored; `None` if it says nothing new.
pub(super) fn person(
    record: &PersonRecord,
    stored: Option<&Person>,
    now: DateTime<Utc>,
) -> Option<Person> {
    let person = Person {
        id: stored.map_or_else(|| PersonId::of_slug(&record.slug), |stored| stored.id),
        slug: record.slug.clone(),
        name: record.name.clone(),
        born: record.born,
        external_ids: record.external_ids.clone(),
        stamp: stored.map_or(Stamp::first(now), |stored| stored.stamp.next(now)),
    };
    let is_news = stored.is_none_or(|stored| {
        Person {
            stamp: stored.stamp,
            ..person.clone()
        } != *stored
    });
    is_news.then_some(person)
}

/// A person who is known from a credit alone.
pub(super) fn credited(slug: &str, name: &str, now: DateTime<Utc>) -> Person {
    Person {
        id: PersonId::of_slug(slug),
        slug: slug.to_owned(),
        name: name.to_owned(),
        born: None,
        external_ids: Vec::new(),
        stamp: Stamp::first(now),
    }
}

/// A genre, as a record names it.
pub(super) fn genre(name: &str, now: DateTime<Utc>) -> Genre {
    let slug = text::slug(name);
    Genre {
        id: GenreId::of_slug(&slug),
        slug,
        name: name.to_owned(),
        stamp: Stamp::first(now),
    }
}

/// A collection, as a record names it.
pub(super) fn collection(named: &CollectionName, now: DateTime<Utc>) -> Collection {
    Collection {
        id: CollectionId::of_slug(&named.slug),
        slug: named.slug.clone(),
        name: named.name.clone(),
        stamp: Stamp::first(now),
    }
}
