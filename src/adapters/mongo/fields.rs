//! Values of fields, and what they are to the domain.

use bson::{Bson, DateTime, Document, doc};
use chrono::Utc;
use serde::{Deserialize, Serialize};

use crate::domain::error::StoreError;
use crate::domain::stamp::Stamp;

/// How often a document was written, and when, as fields of it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StampFields {
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

impl From<Stamp> for StampFields {
    fn from(stamp: Stamp) -> Self {
        Self {
            revision: stamp.revision.cast_signed(),
            created_at: stamp.created_at.into(),
            updated_at: stamp.updated_at.into(),
        }
    }
}

impl From<StampFields> for Stamp {
    fn from(fields: StampFields) -> Self {
        stamp(fields.revision, fields.created_at, fields.updated_at)
    }
}

/// The same from fields that stand by themselves: to flatten them costs something with each document.
pub(super) fn stamp(revision: i64, created_at: DateTime, updated_at: DateTime) -> Stamp {
    Stamp {
        revision: revision.cast_unsigned(),
        created_at: created_at.to_chrono(),
        updated_at: updated_at.to_chrono(),
    }
}

pub(super) fn date(time: chrono::DateTime<Utc>) -> DateTime {
    DateTime::from_chrono(time)
}

/// A limit as the server takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A key of several fields, as a filter names it.
pub(super) fn key_of(key: &impl Serialize) -> Result<Bson, StoreError> {
    bson::serialize_to_bson(key).map_err(StoreError::failed)
}

/// Many values, as `$in` takes them.
pub(super) fn list<T, V: Into<Bson>>(things: &[T], value: impl Fn(&T) -> V) -> Vec<Bson> {
    things.iter().map(|thing| value(thing).into()).collect()
}

/// What changes a document that is there, with the time of the write by the same clock: to the server half of the work of
/// a change that may have to make it.
pub(super) fn changed(mut operators: Document) -> Document {
    operators.insert("$currentDate", doc! { "updated_at": true });
    operators
}

/// What is set, with the times of the write.
pub(super) fn stamped(mut fields: Document) -> Document {
    fields.insert("created_at", doc! { "$ifNull": ["$created_at", "$$NOW"] });
    fields.insert("updated_at", "$$NOW");
    doc! { "$set": fields }
}
