//! A batch in parts that are written one after the other: what others name comes before them, and each document with its
//! revision. If it breaks off between two of them, the next load goes on from there.

use std::collections::HashMap;

use crate::domain::catalog::{
    Biography, CatalogBatch, CatalogNode, CatalogPart, CatalogRevision, Overview,
};
use crate::domain::ids::{EpisodeId, PersonId};
use crate::domain::stamp::Stamp;

/// In this order they are written.
const ORDER: [CatalogPart; 5] = [
    CatalogPart::Genres,
    CatalogPart::Collections,
    CatalogPart::People,
    CatalogPart::Titles,
    CatalogPart::Episodes,
];

/// What of a batch is not written yet.
pub(super) struct Parts {
    left: CatalogBatch,
    revisions: HashMap<CatalogNode, CatalogRevision>,
    biographies: HashMap<PersonId, Biography>,
    overviews: HashMap<EpisodeId, Overview>,
}

impl Parts {
    /// The parts of a batch. What replaces a document comes before what is new of its sort.
    pub(super) fn of(mut batch: CatalogBatch) -> Self {
        batch.titles.sort_by_key(|it| is_new(it.stamp));
        batch.people.sort_by_key(|it| is_new(it.stamp));
        batch.genres.sort_by_key(|it| is_new(it.stamp));
        batch.collections.sort_by_key(|it| is_new(it.stamp));
        batch.episodes.sort_by_key(|it| is_new(it.stamp));
        let revisions = std::mem::take(&mut batch.revisions).into_iter();
        let biographies = std::mem::take(&mut batch.biographies).into_iter();
        let overviews = std::mem::take(&mut batch.overviews).into_iter();
        Self {
            left: batch,
            revisions: revisions.map(|it| (it.node, it)).collect(),
            biographies: biographies.map(|it| (it.person, it)).collect(),
            overviews: overviews.map(|it| (it.episode, it)).collect(),
        }
    }

    /// The next part, of one sort: at most so many documents as may be written of it together, and at least one. None: all
    /// were taken.
    pub(super) fn take(
        &mut self,
        most: impl Fn(CatalogPart) -> usize,
    ) -> Option<(CatalogPart, CatalogBatch)> {
        let sort = ORDER.into_iter().find(|sort| self.has(*sort))?;
        let most = most(sort).max(1);
        let (left, mut part) = (&mut self.left, CatalogBatch::default());
        match sort {
            CatalogPart::Titles => part.titles = first(&mut left.titles, most),
            CatalogPart::People => part.people = first(&mut left.people, most),
            CatalogPart::Genres => part.genres = first(&mut left.genres, most),
            CatalogPart::Collections => part.collections = first(&mut left.collections, most),
            CatalogPart::Episodes => part.episodes = first(&mut left.episodes, most),
        }
        let people = part.people.iter();
        part.biographies = people
            .filter_map(|it| self.biographies.remove(&it.id))
            .collect();
        let episodes = part.episodes.iter();
        part.overviews = episodes
            .filter_map(|it| self.overviews.remove(&it.id))
            .collect();
        let documents = part.documents();
        part.revisions = documents
            .filter_map(|(node, _)| self.revisions.remove(&node))
            .collect();
        Some((sort, part))
    }

    fn has(&self, sort: CatalogPart) -> bool {
        let left = &self.left;
        match sort {
            CatalogPart::Titles => !left.titles.is_empty(),
            CatalogPart::People => !left.people.is_empty(),
            CatalogPart::Genres => !left.genres.is_empty(),
            CatalogPart::Collections => !left.collections.is_empty(),
            CatalogPart::Episodes => !left.episodes.is_empty(),
        }
    }
}

fn is_new(stamp: Stamp) -> bool {
    stamp.revision == 1
}

fn first<T>(left: &mut Vec<T>, most: usize) -> Vec<T> {
    let most = most.min(left.len());
    left.drain(..most).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::{Author, Person, RevisionSource, Texts, Writer};
    use crate::domain::loading::drafts;
    use crate::domain::loading::revised::created;

    #[test]
    fn each_part_is_of_one_sort_and_has_what_belongs_to_its_documents() {
        let now = DateTime::UNIX_EPOCH;
        let person = |slug: &str| drafts::credited(slug, slug, now);
        let mut known = person("known");
        known.stamp = known.stamp.next(now);
        let people = vec![person("one"), person("other"), known.clone()];
        let told = |person: &Person| Biography {
            person: person.id,
            texts: Texts::default(),
        };
        let writer = Writer::new(Author::Command, RevisionSource::Load);
        let mut batch = CatalogBatch {
            genres: vec![drafts::genre("crime", "Crime", now)],
            biographies: people.iter().map(told).collect(),
            people,
            ..CatalogBatch::default()
        };
        let node = CatalogNode::Person(known.id);
        batch.revisions = created(&batch, &writer);
        batch
            .revisions
            .push(writer.changed(node, known.stamp, Vec::new()));
        assert_eq!(batch.documents().count(), 4);

        let mut parts = Parts::of(batch);
        let mut taken = Vec::new();
        while let Some((sort, part)) = parts.take(|_| 2) {
            let revised: Vec<CatalogNode> = part.revisions.iter().map(|it| it.node).collect();
            let nodes: Vec<CatalogNode> = part.documents().map(|(node, _)| node).collect();
            assert_eq!(revised, nodes);
            let told: Vec<PersonId> = part.biographies.iter().map(|it| it.person).collect();
            let slugs: Vec<PersonId> = part.people.iter().map(|it| it.id).collect();
            assert_eq!(told, slugs);
            taken.push((sort, nodes.len(), slugs.first().copied()));
        }

        let of = |slug| Some(PersonId::of_slug(slug));
        assert_eq!(
            taken,
            [
                (CatalogPart::Genres, 1, None),
                (CatalogPart::People, 2, of("known")),
                (CatalogPart::People, 1, of("other")),
            ]
        );
    }
}
