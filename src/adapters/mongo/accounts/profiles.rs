//! Profiles, stored as documents, and adding many of them.

use std::collections::HashSet;

use bson::{DateTime, Document, doc};
use mongodb::Collection;
use mongodb::error::ErrorKind;
use serde::{Deserialize, Serialize};

use crate::adapters::mongo::db::{is_duplicate, store_error};
use crate::adapters::mongo::fields::{StampFields, date};
use crate::domain::accounts::{PasswordHash, Profile};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::viewer::HistoryPause;

/// A profile. What it does not have is not there, so that indexes pass it over.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ProfileDocument {
    #[serde(rename = "_id")]
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused_since: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused_until: Option<DateTime>,
    #[serde(flatten)]
    stamp: StampFields,
}

/// Unordered, so that a profile that is there stops none of the others.
pub(super) async fn add_batch(
    profiles: &Collection<ProfileDocument>,
    batch: &[ProfileDocument],
) -> Result<(), StoreError> {
    let Err(error) = profiles.insert_many(batch).ordered(false).await else {
        return Ok(());
    };
    let refused: Vec<i64> = match &*error.kind {
        ErrorKind::InsertMany(failure) if is_duplicate(&error) => {
            let errors = failure.write_errors.iter().flatten();
            errors
                .filter_map(|error| Some(batch.get(error.index)?.id))
                .collect()
        }
        _ => return Err(store_error(error)),
    };
    // Either the id is there, as it may be, or another profile has the key.
    let there = profiles
        .clone_with_type::<Document>()
        .distinct("_id", doc! { "_id": { "$in": &refused } })
        .await
        .map_err(store_error)?;
    let there: HashSet<i64> = there.iter().filter_map(bson::Bson::as_i64).collect();
    if refused.iter().all(|id| there.contains(id)) {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

impl From<&Profile> for ProfileDocument {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_i64(),
            user: profile.user.map(UserId::to_i64),
            key: profile.key.clone(),
            name: profile.name.clone(),
            max_age: profile.max_age,
            language: profile.language.clone(),
            pin: profile.pin.as_ref().map(|hash| hash.0.clone()),
            paused_since: profile.pause.map(|pause| date(pause.since)),
            paused_until: profile.pause.and_then(|pause| pause.until).map(date),
            stamp: profile.stamp.into(),
        }
    }
}

impl From<ProfileDocument> for Profile {
    fn from(document: ProfileDocument) -> Self {
        Self {
            id: ProfileId::from_i64(document.id),
            user: document.user.map(UserId::from_i64),
            key: document.key,
            name: document.name,
            max_age: document.max_age,
            language: document.language,
            pin: document.pin.map(PasswordHash),
            pause: document.paused_since.map(|since| HistoryPause {
                since: since.to_chrono(),
                until: document.paused_until.map(DateTime::to_chrono),
            }),
            stamp: document.stamp.into(),
        }
    }
}
