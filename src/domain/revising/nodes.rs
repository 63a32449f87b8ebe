//! Things of the catalogue by their sort, each of which is read at once.

use std::collections::BTreeSet;

use crate::domain::catalog::CatalogNode;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};

/// The ids of things by their sort, each once.
#[derive(Default)]
pub(super) struct NodeIds {
    pub(super) titles: Vec<TitleId>,
    pub(super) episodes: Vec<EpisodeId>,
    pub(super) people: Vec<PersonId>,
    pub(super) genres: Vec<GenreId>,
    pub(super) collections: Vec<CollectionId>,
}

impl NodeIds {
    pub(super) fn of(nodes: &[CatalogNode]) -> Self {
        let nodes: BTreeSet<CatalogNode> = nodes.iter().copied().collect();
        let mut ids = Self::default();
        for node in nodes {
            match node {
                CatalogNode::Title(id) => ids.titles.push(id),
                CatalogNode::Episode(id) => ids.episodes.push(id),
                CatalogNode::Person(id) => ids.people.push(id),
                CatalogNode::Genre(id) => ids.genres.push(id),
                CatalogNode::Collection(id) => ids.collections.push(id),
            }
        }
        ids
    }
}
