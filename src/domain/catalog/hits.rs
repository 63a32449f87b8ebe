//! What a search of everything finds: titles, people, collections and episodes.

use std::sync::Arc;

use super::collections::Collection;
use super::types::{Episode, Person, Title};
use crate::domain::ids::{CollectionId, EpisodeId, PersonId, TitleId};

/// The kinds of things that are found by what somebody types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HitKind {
    Film,
    Series,
    Person,
    Collection,
    Episode,
}

impl HitKind {
    /// All of them; of equal scores a kind comes before those behind it.
    pub const ALL: [Self; 5] = [
        Self::Film,
        Self::Series,
        Self::Person,
        Self::Collection,
        Self::Episode,
    ];
}

/// Which thing was found. Of equal matches those come first that are first here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HitId {
    Title(TitleId),
    Person(PersonId),
    Collection(CollectionId),
    Episode(EpisodeId),
}

impl HitId {
    /// A number that no other hit has: ids of different things are made differently.
    pub fn to_i64(self) -> i64 {
        match self {
            Self::Title(id) => id.to_i64(),
            Self::Person(id) => id.to_i64(),
            Self::Collection(id) => id.to_i64(),
            Self::Episode(id) => id.to_i64(),
        }
    }
}

/// A thing that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnyHit {
    pub id: HitId,
    /// How well it matches: above 0 and at most 1 (the whole name).
    pub score: f64,
}

/// A thing that was found, as it was read.
#[derive(Debug, Clone, PartialEq)]
pub enum FoundThing {
    Title(Arc<Title>),
    Person(Arc<Person>),
    Collection(Arc<Collection>),
    Episode(Arc<Episode>),
}

impl FoundThing {
    /// Which one it is.
    pub fn id(&self) -> HitId {
        match self {
            Self::Title(title) => HitId::Title(title.id),
            Self::Person(person) => HitId::Person(person.id),
            Self::Collection(collection) => HitId::Collection(collection.id),
            Self::Episode(episode) => HitId::Episode(episode.id),
        }
    }

    /// What it is called in the language of the site; empty if it has no name.
    pub fn name(&self) -> &str {
        match self {
            Self::Title(title) => &title.name,
            Self::Person(person) => &person.name,
            Self::Collection(collection) => &collection.name,
            Self::Episode(episode) => episode.name.as_deref().unwrap_or_default(),
        }
    }
}
