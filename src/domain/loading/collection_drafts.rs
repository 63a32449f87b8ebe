//! From records of collections to documents: what a record says, laid over what is stored.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::collection_records::CollectionRecord;
use super::drafts::{self, Draft};
use super::fields::names_of;
use super::options::Manner;
use super::problem::Problem;
use super::revised::Revised;
use crate::domain::catalog::{CatalogNode, Collection, DocumentFields, Locks};
use crate::domain::stamp::Stamp;

/// A collection has no fields that could be locked.
static NO_LOCKS: LazyLock<Locks> = LazyLock::new(Locks::default);

/// The collection that a record of a known key makes of what is stored.
pub(super) fn draft(
    record: &CollectionRecord,
    stored: Option<&Collection>,
    manner: Manner,
    now: DateTime<Utc>,
) -> Result<Draft<Collection>, Problem> {
    let base = match (stored, manner) {
        (Some(stored), Manner::Merge) => Collection {
            stamp: stored.stamp.next(now),
            ..stored.clone()
        },
        (Some(stored), Manner::Replace) => Collection {
            pictures: record.pictures.unread_of(&stored.pictures),
            stamp: stored.stamp.next(now),
            ..stored.clone()
        },
        (None, _) => drafts::collection(record.key(), "", now),
    };
    let collection = Collection {
        name: record.name.clone(),
        pictures: record.pictures.over("pictures", base.pictures)?,
        ..base
    };
    Ok(Draft::of(stored, collection, |old, new| {
        names_of([
            ("name", new.name != old.name),
            ("pictures", new.pictures != old.pictures),
        ])
    }))
}

impl Revised for Collection {
    fn node(&self) -> CatalogNode {
        CatalogNode::Collection(self.id)
    }

    fn stamp(&self) -> Stamp {
        self.stamp
    }

    fn locks(&self) -> &Locks {
        &NO_LOCKS
    }

    fn fields(&self) -> DocumentFields {
        DocumentFields::of(self)
    }

    fn with_fields(&self, fields: DocumentFields) -> Option<Self> {
        fields.document().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::loading::pictures::PicturesRecord;

    #[test]
    fn a_record_is_laid_over_what_is_stored() {
        let now = DateTime::UNIX_EPOCH;
        let record = |name: &str| CollectionRecord {
            slug: Some("mann-films".to_owned()),
            name: name.to_owned(),
            pictures: PicturesRecord::default(),
        };
        let made = draft(&record("Mann Films"), None, Manner::Merge, now).unwrap();
        let Draft::New(stored) = made else {
            unreachable!("nothing was stored");
        };
        assert_eq!((&*stored.slug, &*stored.name), ("mann-films", "Mann Films"));

        for manner in [Manner::Merge, Manner::Replace] {
            let same = draft(&record("Mann Films"), Some(&stored), manner, now).unwrap();
            assert!(matches!(same, Draft::Unchanged));
            let other = draft(&record("Films of Mann"), Some(&stored), manner, now).unwrap();
            let Draft::Changed(other, fields) = other else {
                unreachable!("it is called otherwise");
            };
            assert_eq!((&*other.name, fields), ("Films of Mann", vec!["name"]));
            assert_eq!(other.stamp.revision, 2);
        }
    }
}
