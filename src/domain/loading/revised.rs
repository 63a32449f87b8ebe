//! What becomes of fields that are others than before: locked ones stay, the rest is told in revisions.

use super::drafts::Draft;
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, DocumentFields, Episode, Locks, Person, Texts,
    Title, Writer,
};
use crate::domain::stamp::Stamp;

/// A document that has locks and revisions, with what is told beside it.
pub(super) trait Revised: Sized {
    fn node(&self) -> CatalogNode;

    fn stamp(&self) -> Stamp;

    fn locks(&self) -> &Locks;

    fn fields(&self) -> DocumentFields;

    /// The same with other fields; `None` if they are none of such a document.
    fn with_fields(&self, fields: DocumentFields) -> Option<Self>;
}

impl Revised for Title {
    fn node(&self) -> CatalogNode {
        CatalogNode::Title(self.id)
    }

    fn stamp(&self) -> Stamp {
        self.stamp
    }

    fn locks(&self) -> &Locks {
        &self.locks
    }

    fn fields(&self) -> DocumentFields {
        DocumentFields::of(self)
    }

    fn with_fields(&self, fields: DocumentFields) -> Option<Self> {
        let title: Self = fields.document().ok()?;
        Some(Self {
            reception: self.reception,
            ..title
        })
    }
}

impl Revised for (Episode, Texts) {
    fn node(&self) -> CatalogNode {
        CatalogNode::Episode(self.0.id)
    }

    fn stamp(&self) -> Stamp {
        self.0.stamp
    }

    fn locks(&self) -> &Locks {
        &self.0.locks
    }

    fn fields(&self) -> DocumentFields {
        DocumentFields::of_episode(self)
    }

    fn with_fields(&self, fields: DocumentFields) -> Option<Self> {
        fields.told("overview").ok()
    }
}

impl Revised for (Person, Texts) {
    fn node(&self) -> CatalogNode {
        CatalogNode::Person(self.0.id)
    }

    fn stamp(&self) -> Stamp {
        self.0.stamp
    }

    fn locks(&self) -> &Locks {
        &self.0.locks
    }

    fn fields(&self) -> DocumentFields {
        DocumentFields::of_person(self)
    }

    fn with_fields(&self, fields: DocumentFields) -> Option<Self> {
        fields.told("biography").ok()
    }
}

impl<T: Revised> Draft<T> {
    /// The draft with all locked fields as they are stored, and the fields that a record would have changed.
    pub(super) fn keeping_locked(self, stored: Option<&T>) -> (Self, Vec<&'static str>) {
        self.keeping(stored, |name| {
            stored.is_some_and(|stored| stored.locks().has(name))
        })
    }

    /// The draft with all fields that are kept as they are stored, and those of them that a record would have changed.
    pub(super) fn keeping(
        self,
        stored: Option<&T>,
        is_kept: impl Fn(&str) -> bool,
    ) -> (Self, Vec<&'static str>) {
        let (Some(stored), Self::Changed(document, names)) = (stored, &self) else {
            return (self, Vec::new());
        };
        if !names.iter().any(|name| is_kept(name)) {
            return (self, Vec::new());
        }
        let (before, mut after) = (stored.fields(), document.fields());
        for name in names.iter().filter(|name| is_kept(name)) {
            after.put(name, &before.get(name));
        }
        // What is of one value with a field that is kept stays as well.
        let (left, kept): (Vec<&'static str>, Vec<&'static str>) = names
            .iter()
            .copied()
            .partition(|name| before.get(name) != after.get(name));
        match document.with_fields(after) {
            Some(document) if !left.is_empty() => (Self::Changed(document, left), kept),
            _ => (Self::Unchanged, kept),
        }
    }

    /// What is to be written, if anything is.
    pub(super) fn node(&self) -> Option<CatalogNode> {
        match self {
            Self::New(document) | Self::Changed(document, _) => Some(document.node()),
            Self::Unchanged => None,
        }
    }

    /// What a revision tells of it, if something that is stored becomes another; what is new tells it by itself.
    pub(super) fn revision(&self, stored: Option<&T>, writer: &Writer) -> Option<CatalogRevision> {
        let (Some(stored), Self::Changed(document, names)) = (stored, self) else {
            return None;
        };
        let changes = stored.fields().changes(&document.fields(), names);
        Some(writer.changed(document.node(), document.stamp(), changes))
    }
}

/// The revisions of everything of a batch that is written for the first time.
pub(super) fn created(batch: &CatalogBatch, writer: &Writer) -> Vec<CatalogRevision> {
    let new = batch.documents().filter(|(_, stamp)| stamp.revision == 1);
    new.map(|(node, stamp)| writer.created(node, stamp))
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::{Author, RevisionKind, RevisionSource};
    use crate::domain::loading::drafts;
    use crate::domain::loading::named::Named;
    use crate::domain::loading::options::Manner;
    use crate::domain::loading::records::{Record, TitleRecord};

    fn read(record: Value) -> TitleRecord {
        let Ok((Record::Title(title), ..)) = Record::read(record, 2026) else {
            unreachable!("it is a title");
        };
        *title
    }

    /// What becomes of a film, of which these fields are locked, by a record that says other things.
    fn laid(locked: &[&str], manner: Manner) -> (Title, Draft<Title>, Vec<&'static str>) {
        let now = DateTime::UNIX_EPOCH;
        let first = json!({
            "slug": "heat", "title": "Heat", "cast": ["Al Pacino"], "collection": "One", "part": 1, "tags": ["a"],
        });
        let mut stored = read(first).new_title(now).unwrap();
        for field in locked {
            stored.locks.lock(field);
        }
        let said = read(json!({
            "slug": "heat", "title": "Heat!", "cast": ["Robert De Niro"], "collection": "Two", "part": 2, "tags": ["b"],
        }));
        let named = Named::in_nothing(&said);
        let draft = drafts::title(&said, Some(&stored), manner, &named, now).unwrap();
        let (draft, kept) = draft.keeping_locked(Some(&stored));
        (stored, draft, kept)
    }

    #[test]
    fn locked_fields_stay_in_whatever_manner() {
        for manner in [Manner::Merge, Manner::Replace] {
            let (stored, draft, kept) = laid(&["cast", "part"], manner);

            let Draft::Changed(title, left) = draft else {
                unreachable!("it says something else");
            };
            assert_eq!(left, ["title", "tags"]);
            // The number of a part is of one value with the collection.
            assert_eq!(kept, ["cast", "collection", "part"]);
            assert_eq!(title.credits, stored.credits);
            assert_eq!(title.collection, stored.collection);
            assert_eq!(
                (title.name.as_str(), &title.locks),
                ("Heat!", &stored.locks)
            );
            assert_eq!(title.stamp.revision, 2);
        }
        let all = ["title", "cast", "collection", "part", "tags"];
        let (_, draft, kept) = laid(&all, Manner::Merge);
        assert!(matches!(draft, Draft::Unchanged));
        assert_eq!(kept.len(), all.len());
        assert_eq!(laid(&[], Manner::Merge).2, [""; 0]);
    }

    /// The fields that a draft says to be others, and those that its revision tells.
    fn told<T: Revised>(stored: &T, draft: &Draft<T>) -> (Vec<String>, Vec<String>) {
        let writer = Writer::new(Author::Command, RevisionSource::Load);
        let revision = draft.revision(Some(stored), &writer).unwrap();
        let Draft::Changed(_, names) = draft else {
            unreachable!("it has a revision");
        };
        let named = names.iter().map(|name| (*name).to_owned());
        let told = revision.fields.into_iter().map(|change| change.field);
        (named.collect(), told.collect())
    }

    #[test]
    fn whatever_a_record_changes_is_in_its_revision() {
        let now = DateTime::UNIX_EPOCH;
        let film = json!({
            "slug": "a", "title": "B", "original_title": "C", "year": 1999, "release_date": "2000-01-01",
            "runtime_minutes": 90, "genres": ["G"], "directors": ["D"], "cast": ["E"], "guests": ["F"], "writers": ["H"],
            "producers": ["I"], "composers": ["J"], "countries": ["US"], "languages": ["en"], "state": "hidden",
            "certifications": { "US": "R" }, "available_from": "2020-01-01T00:00:00Z", "collection": "K", "part": 1,
            "available_until": "2021-01-01T00:00:00Z", "ids": { "imdb": "tt0113277" }, "names": { "de": "L" },
            "overview": { "en": "M" }, "tagline": { "en": "N" }, "studios": ["O"], "tags": ["p"],
            "trailers": ["https://vimeo.com/1"],
        });
        let series = json!({
            "slug": "a", "title": "A", "kind": "series", "year": 2000, "end_year": 2004, "creators": ["D"],
            "total_seasons": 4, "episode_runtime_minutes": 40, "network": "HBO",
        });
        for (kind, said, least) in [("film", film, 25), ("series", series, 5)] {
            let bare = json!({ "slug": "a", "title": "A", "kind": kind });
            let stored = read(bare).new_title(now).unwrap();
            let said = read(said);
            let named = Named::in_nothing(&said);
            let draft = drafts::title(&said, Some(&stored), Manner::Merge, &named, now).unwrap();
            let (named, told) = told(&stored, &draft);
            assert_eq!(named, told);
            assert!(named.len() >= least, "{named:?}");
        }
    }

    #[test]
    fn a_revision_tells_what_was_and_what_is() {
        let writer = Writer::new(Author::Command, RevisionSource::Load);
        let (stored, draft, _) = laid(&["cast", "part"], Manner::Merge);

        let revision = draft.revision(Some(&stored), &writer).unwrap();

        assert_eq!(revision.node, CatalogNode::Title(stored.id));
        assert_eq!((revision.number, revision.kind), (2, RevisionKind::Changed));
        assert_eq!((revision.source, revision.run), (writer.source, writer.run));
        let told: Vec<_> = revision
            .fields
            .iter()
            .map(|it| (it.field.as_str(), &it.before, &it.after))
            .collect();
        let [a, b] = [json!(["a"]), json!(["b"])];
        assert_eq!(
            told,
            [("title", &json!("Heat"), &json!("Heat!")), ("tags", &a, &b)]
        );
        assert!(draft.revision(None, &writer).is_none());
        let batch = CatalogBatch {
            titles: vec![stored],
            ..CatalogBatch::default()
        };
        let created = created(&batch, &writer);
        assert_eq!((created.len(), created[0].kind), (1, RevisionKind::Created));
        assert!(created[0].fields.is_empty());
    }
}
