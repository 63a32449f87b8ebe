//! How often a document was written, and when, as fields of it.

use serde::{Deserialize, Serialize};

use crate::domain::stamp::Stamp;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StampFields {
    revision: i64,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
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
        Self {
            revision: fields.revision.cast_unsigned(),
            created_at: fields.created_at.to_chrono(),
            updated_at: fields.updated_at.to_chrono(),
        }
    }
}
