//! What each file is of, as a field of its own, by which the files of a film are found.
//!
//! Versions that do not know the field leave it as it is when they write a file. So it is noted of which revision it is, and
//! what is of another is noted anew when the record is prepared.

use bson::{Bson, Document, doc};
use serde::Deserialize;

use super::bulk::Update;
use super::db::{Collection, patiently, store_error};
use super::find::documents;
use crate::domain::error::StoreError;
use crate::domain::library::MediaFile;
use crate::domain::watching::WatchedItem;

/// A file of which the field is of another revision, or not there.
#[derive(Debug, Deserialize)]
pub(super) struct Stale {
    #[serde(rename = "_id")]
    id: Bson,
    revision: i64,
    body: String,
}

/// What a film, a series or an episode is called in the field.
pub(super) fn name(item: WatchedItem) -> String {
    let (kind, id) = item.key();
    format!("{kind}:{id}")
}

/// Whether every file has the field.
pub(super) async fn are_noted<D: Send + Sync>(files: &Collection<D>) -> Result<bool, StoreError> {
    let without = doc! { "items": { "$exists": false } };
    patiently(files.timeout, async {
        let files = files.clone_with_type::<Document>();
        let found = files.find_one(without).await;
        Ok(found.map_err(store_error)?.is_none())
    })
    .await
}

/// Some of the files of which the field is of another revision, by id, beyond one.
pub(super) async fn stale(
    files: &Collection<Stale>,
    after: Option<Bson>,
    limit: usize,
) -> Result<Vec<Stale>, StoreError> {
    let mut these = doc! { "$expr": { "$ne": ["$items_of", "$revision"] } };
    if let Some(after) = after {
        these.insert("_id", doc! { "$gt": after });
    }
    documents(files, these, doc! { "_id": 1 }, Some(limit)).await
}

impl Stale {
    pub(super) fn id(&self) -> Bson {
        self.id.clone()
    }

    /// What notes it, unless somebody writes the file meanwhile; `None`: this version cannot read it.
    pub(super) fn noted(&self) -> Option<Update<Document, Document>> {
        let file: MediaFile = serde_json::from_str(&self.body).ok()?;
        let items: Vec<String> = file.items.iter().copied().map(name).collect();
        let this = doc! { "_id": &self.id, "revision": self.revision };
        let noted = doc! { "items": items, "items_of": self.revision };
        Some(Update::of(this, doc! { "$set": noted }))
    }
}
