//! Erasure requests, stored as documents.

use serde::{Deserialize, Serialize};

use crate::domain::accounts::Erasure;
use crate::domain::ids::{ErasureId, ProfileId};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ErasureDocument {
    #[serde(rename = "_id")]
    id: i64,
    code: String,
    profiles: Vec<i64>,
    /// Null, not absent, as long as it is pending: there is an index of just these.
    finished_at: Option<bson::DateTime>,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
}

impl From<&Erasure> for ErasureDocument {
    fn from(erasure: &Erasure) -> Self {
        Self {
            id: erasure.id.to_i64(),
            code: erasure.code.clone(),
            profiles: erasure.profiles.iter().map(|id| id.to_i64()).collect(),
            finished_at: erasure.finished_at.map(bson::DateTime::from),
            created_at: erasure.created_at.into(),
            updated_at: erasure.updated_at.into(),
        }
    }
}

impl From<ErasureDocument> for Erasure {
    fn from(document: ErasureDocument) -> Self {
        let profiles = document.profiles.into_iter();
        Self {
            id: ErasureId::from_i64(document.id),
            code: document.code,
            profiles: profiles.map(ProfileId::from_i64).collect(),
            finished_at: document.finished_at.map(bson::DateTime::to_chrono),
            created_at: document.created_at.to_chrono(),
            updated_at: document.updated_at.to_chrono(),
        }
    }
}
