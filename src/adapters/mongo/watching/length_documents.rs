//! What players measured of items as documents, and back.

use bson::DateTime;
use serde::{Deserialize, Serialize};

use super::documents::{Keyed, Kind};
use crate::adapters::mongo::fields::{date, stamp};
use crate::domain::watching::{MeasuredLength, WatchedItem};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LengthKey {
    kind: Kind,
    item: i64,
}

/// What players measured of an item whose length the catalogue does not know; of nobody in particular.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LengthDocument {
    #[serde(rename = "_id")]
    key: LengthKey,
    seconds: f64,
    votes: u32,
    revision: i64,
    created_at: DateTime,
    updated_at: DateTime,
}

impl LengthKey {
    pub(super) fn new(item: WatchedItem) -> Self {
        let (kind, item) = Kind::of(item);
        Self { kind, item }
    }
}

impl Keyed for LengthDocument {
    type Key = LengthKey;

    fn key(&self) -> &LengthKey {
        &self.key
    }
}

impl From<&MeasuredLength> for LengthDocument {
    fn from(measured: &MeasuredLength) -> Self {
        Self {
            key: LengthKey::new(measured.item),
            seconds: measured.seconds,
            votes: measured.votes,
            revision: measured.stamp.revision.cast_signed(),
            created_at: date(measured.stamp.created_at),
            updated_at: date(measured.stamp.updated_at),
        }
    }
}

impl From<LengthDocument> for MeasuredLength {
    fn from(document: LengthDocument) -> Self {
        Self {
            item: document.key.kind.item(document.key.item),
            seconds: document.seconds,
            votes: document.votes,
            stamp: stamp(document.revision, document.created_at, document.updated_at),
        }
    }
}
