//! Whom and what records name, and what it is in the catalogue.

use std::collections::HashMap;

use super::collections::CollectionName;
use super::credits::PersonKey;
use super::records::TitleRecord;
use crate::domain::ids::{CollectionId, GenreId, PersonId};
use crate::domain::text;

/// Whom and what titles name, by how they name it.
#[derive(Default)]
pub(super) struct Named {
    pub(super) people: HashMap<PersonKey, PersonId>,
    pub(super) genres: HashMap<String, GenreId>,
    pub(super) collections: HashMap<CollectionName, CollectionId>,
}

impl Named {
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
            genres: genres.collect(),
            collections: collection.into_iter().collect(),
        }
    }
}
