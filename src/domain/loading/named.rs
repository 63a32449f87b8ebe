//! Whom and what records name, and what it is in the catalogue.

use std::collections::{HashMap, HashSet};

use super::collections::CollectionName;
use super::credits::PersonKey;
use super::problem::Warning;
use super::records::TitleRecord;
use crate::domain::ids::{CollectionId, GenreId, PersonId};
use crate::domain::text;

/// Why something that a record names is not of a title.
const DELETED: &str = "was deleted by hand; left out";

/// Whom and what titles name, by how they name it.
#[derive(Default)]
pub(super) struct Named {
    pub(super) people: HashMap<PersonKey, PersonId>,
    /// Who is named and was deleted by a curator.
    pub(super) deleted_people: HashSet<PersonKey>,
    pub(super) genres: HashMap<String, GenreId>,
    pub(super) collections: HashMap<CollectionName, CollectionId>,
}

/// That something that a record names was deleted.
pub(super) fn deleted(field: &str, name: String) -> Warning {
    Warning {
        field: field.to_owned(),
        value: Some(name),
        reason: DELETED,
    }
}

impl Named {
    /// Whether somebody is credited of whom nothing is known: neither that they are there, nor that they were deleted.
    pub(super) fn is_nobody(&self, person: &PersonKey) -> bool {
        !self.people.contains_key(person) && !self.deleted_people.contains(person)
    }

    /// What a record names that curators have deleted: it is of nothing of that, and a warning each says so.
    pub(super) fn deleted_in(&self, record: &TitleRecord) -> Vec<Warning> {
        let genres = record.genres();
        let genres = genres.filter(|name| !self.genres.contains_key(*name));
        let genres = genres.map(|name| ("genres", name.clone()));
        let collection = record.part_of.collection.value();
        let collection = collection.filter(|named| !self.collections.contains_key(*named));
        let collection = collection.map(|named| ("collection", named.name.clone()));
        let people = record.credits_by_field();
        let people = people.filter(|(_, credit)| self.deleted_people.contains(&credit.person));
        let people = people.map(|(field, credit)| (field, credit.person.slug()));
        let all = genres.chain(collection).chain(people);
        all.map(|(field, name)| deleted(field, name)).collect()
    }

    /// What a record names in a catalogue that has nothing yet.
    pub(super) fn in_nothing(record: &TitleRecord) -> Self {
        let people = record.credits().map(|credit| {
            let key = credit.person.clone();
            let id = PersonId::of_slug(&key.slug());
            (key, id)
        });
        let genres = record.genres().map(|name| {
            let id = GenreId::of_slug(&text::slug(name));
            (name.clone(), id)
        });
        let collection = record.part_of.collection.value();
        let collection = collection.map(|named| {
            let slug = named.slug.clone();
            let slug = slug.unwrap_or_else(|| text::slug(&named.name));
            (named.clone(), CollectionId::of_slug(&slug))
        });
        Self {
            people: people.collect(),
            deleted_people: HashSet::new(),
            genres: genres.collect(),
            collections: collection.into_iter().collect(),
        }
    }
}
