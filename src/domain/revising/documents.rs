//! The documents that are changed together: as they are stored, and as they are to be.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::nodes::NodeIds;
use crate::domain::catalog::{
    Biography, COLLECTION_FIELDS, CatalogBatch, CatalogError, CatalogNode, CatalogService,
    Collection, DocumentFields, EPISODE_FIELDS, Episode, FieldChange, GENRE_FIELDS, Genre,
    Overview, PERSON_FIELDS, Person, TITLE_FIELDS, Texts, Title, TitleKind, ValueFrom, Visibility,
    Writer,
};
use crate::domain::error::StoreError;
use crate::domain::ids::{EpisodeId, PersonId, TitleId};
use crate::domain::stamp::Stamp;

/// Documents of the catalogue, by what they are of.
#[derive(Default)]
pub(super) struct Documents(BTreeMap<CatalogNode, Document>);

/// A document that may become another.
pub(super) struct Document {
    stored: Stored,
    before: DocumentFields,
    /// As it is to be.
    pub(super) fields: DocumentFields,
    /// Where the values of fields that are put back were from, as far as that is known.
    from: BTreeMap<String, ValueFrom>,
}

/// What is stored, with what is told beside it.
enum Stored {
    Title(Box<Title>),
    Episode(Box<(Episode, Texts)>),
    Person(Box<(Person, Texts)>),
    Genre(Genre),
    Collection(Collection),
}

/// The fields of things of a sort.
pub(super) fn fields_of(node: CatalogNode) -> &'static [&'static str] {
    match node {
        CatalogNode::Title(_) => &TITLE_FIELDS,
        CatalogNode::Episode(_) => &EPISODE_FIELDS,
        CatalogNode::Person(_) => &PERSON_FIELDS,
        CatalogNode::Genre(_) => &GENRE_FIELDS,
        CatalogNode::Collection(_) => &COLLECTION_FIELDS,
    }
}

impl Documents {
    /// Those that there are, each as the record has it now.
    pub(super) async fn read(
        catalog: &CatalogService,
        nodes: &[CatalogNode],
    ) -> Result<Self, CatalogError> {
        let mut documents = Self::default();
        let everything = Visibility::everything();
        let ids = NodeIds::of(nodes);
        if !ids.titles.is_empty() {
            for title in catalog.titles(&everything, &ids.titles).await? {
                documents.put(Stored::Title(Box::new((*title).clone())));
            }
        }
        if !ids.episodes.is_empty() {
            let told = catalog.overviews_of_seen_episodes(&ids.episodes).await?;
            let told = told.into_iter().map(|it| (it.episode, it.texts));
            let mut told: BTreeMap<EpisodeId, Texts> = told.collect();
            for episode in catalog.episodes(&everything, &ids.episodes).await? {
                let told = told.remove(&episode.id).unwrap_or_default();
                documents.put(Stored::Episode(Box::new((episode, told))));
            }
        }
        if !ids.people.is_empty() {
            let told = catalog.biographies(&ids.people).await?;
            let told = told.into_iter().map(|it| (it.person, it.texts));
            let mut told: BTreeMap<PersonId, Texts> = told.collect();
            for person in catalog.people(&ids.people).await? {
                let told = told.remove(&person.id).unwrap_or_default();
                documents.put(Stored::Person(Box::new((person, told))));
            }
        }
        if !ids.genres.is_empty() {
            for genre in catalog.genres(&ids.genres).await? {
                documents.put(Stored::Genre(genre));
            }
        }
        if !ids.collections.is_empty() {
            for collection in catalog.collections(&everything, &ids.collections).await? {
                documents.put(Stored::Collection(collection));
            }
        }
        Ok(documents)
    }

    /// Somebody of whose life nothing is told.
    #[cfg(test)]
    pub(super) fn of_person(person: Person) -> Self {
        let mut documents = Self::default();
        documents.put(Stored::Person(Box::new((person, Texts::default()))));
        documents
    }

    fn put(&mut self, stored: Stored) {
        let before = stored.fields();
        let document = Document {
            fields: before.clone(),
            before,
            stored,
            from: BTreeMap::new(),
        };
        self.0.insert(document.stored.node(), document);
    }

    #[cfg(test)]
    pub(super) fn of_titles(titles: impl IntoIterator<Item = Title>) -> Self {
        let mut documents = Self::default();
        for title in titles {
            documents.put(Stored::Title(Box::new(title)));
        }
        documents
    }

    pub(super) fn get(&self, node: CatalogNode) -> Option<&Document> {
        self.0.get(&node)
    }

    /// The titles of them.
    pub(super) fn titles(&self) -> impl Iterator<Item = (TitleId, &Document)> {
        self.0.iter().filter_map(|(node, document)| match node {
            CatalogNode::Title(title) => Some((*title, document)),
            _ => None,
        })
    }

    pub(super) fn get_mut(&mut self, node: CatalogNode) -> Option<&mut Document> {
        self.0.get_mut(&node)
    }

    /// What is to be written of those that are to be others, with a revision of each.
    pub(super) fn batch(
        self,
        writer: &Writer,
        now: DateTime<Utc>,
    ) -> Result<CatalogBatch, StoreError> {
        let mut batch = CatalogBatch::default();
        for (node, document) in self.0 {
            let changes = document.changes();
            if changes.is_empty() {
                continue;
            }
            let stamp = document.stored.stamp().next(now);
            let written = document.stored.write(document.fields, stamp, &mut batch);
            written.map_err(StoreError::failed)?;
            let revision = writer.changed(node, stamp, changes);
            batch.revisions.push(revision);
        }
        Ok(batch)
    }
}

impl Document {
    /// Makes fields what they are to be after these changes, all of them or none. Says whether it did: not if this version
    /// cannot read what would become of it.
    pub(super) fn take(&mut self, changes: &[FieldChange]) -> bool {
        if changes.is_empty() {
            return true;
        }
        let mut fields = self.fields.clone();
        let is_put = changes
            .iter()
            .all(|change| fields.put(&change.field, &change.after));
        let is_taken = is_put && self.stored.can_be(fields.clone());
        if is_taken {
            self.fields = fields;
            for change in changes {
                match change.is_from {
                    Some(from) => self.from.insert(change.field.clone(), from),
                    None => self.from.remove(&change.field),
                };
            }
        }
        is_taken
    }

    /// What a title is; `None` of anything else.
    pub(super) fn kind(&self) -> Option<TitleKind> {
        match &self.stored {
            Stored::Title(title) => Some(title.kind),
            Stored::Episode(_) | Stored::Person(_) | Stored::Genre(_) | Stored::Collection(_) => {
                None
            }
        }
    }

    /// The fields that are to be others.
    fn changes(&self) -> Vec<FieldChange> {
        let all = fields_of(self.stored.node());
        let mut changes = self.before.changes(&self.fields, all);
        for change in &mut changes {
            change.is_from = self.from.get(&change.field).copied();
        }
        changes
    }
}

impl Stored {
    fn node(&self) -> CatalogNode {
        match self {
            Self::Title(title) => CatalogNode::Title(title.id),
            Self::Episode(episode) => CatalogNode::Episode(episode.0.id),
            Self::Person(person) => CatalogNode::Person(person.0.id),
            Self::Genre(genre) => CatalogNode::Genre(genre.id),
            Self::Collection(collection) => CatalogNode::Collection(collection.id),
        }
    }

    fn stamp(&self) -> Stamp {
        match self {
            Self::Title(title) => title.stamp,
            Self::Episode(episode) => episode.0.stamp,
            Self::Person(person) => person.0.stamp,
            Self::Genre(genre) => genre.stamp,
            Self::Collection(collection) => collection.stamp,
        }
    }

    fn fields(&self) -> DocumentFields {
        match self {
            Self::Title(title) => DocumentFields::of(title),
            Self::Episode(episode) => DocumentFields::of_episode(episode),
            Self::Person(person) => DocumentFields::of_person(person),
            Self::Genre(genre) => DocumentFields::of(genre),
            Self::Collection(collection) => DocumentFields::of(collection),
        }
    }

    /// Whether these are fields of such a document.
    fn can_be(&self, fields: DocumentFields) -> bool {
        match self {
            Self::Title(_) => fields.document::<Title>().is_ok(),
            Self::Episode(_) => fields.told::<Episode>("overview").is_ok(),
            Self::Person(_) => fields.told::<Person>("biography").is_ok(),
            Self::Genre(_) => fields.document::<Genre>().is_ok(),
            Self::Collection(_) => fields.document::<Collection>().is_ok(),
        }
    }

    /// Puts it with other fields into a batch.
    fn write(
        self,
        fields: DocumentFields,
        stamp: Stamp,
        batch: &mut CatalogBatch,
    ) -> serde_json::Result<()> {
        match self {
            Self::Title(stored) => batch.titles.push(Title {
                reception: stored.reception,
                stamp,
                ..fields.document()?
            }),
            Self::Episode(_) => {
                let (episode, texts): (Episode, Texts) = fields.told("overview")?;
                batch.overviews.push(Overview {
                    episode: episode.id,
                    texts,
                });
                batch.episodes.push(Episode { stamp, ..episode });
            }
            Self::Person(_) => {
                let (person, texts): (Person, Texts) = fields.told("biography")?;
                batch.biographies.push(Biography {
                    person: person.id,
                    texts,
                });
                batch.people.push(Person { stamp, ..person });
            }
            Self::Genre(_) => batch.genres.push(Genre {
                stamp,
                ..fields.document()?
            }),
            Self::Collection(_) => batch.collections.push(Collection {
                stamp,
                ..fields.document()?
            }),
        }
        Ok(())
    }
}
