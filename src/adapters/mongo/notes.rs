//! What the record notes of its own projection, in MongoDB; what is promised stands at the port, [`NoteStore`].

use async_trait::async_trait;
use bson::{Document, doc};

use super::db::{Collection, MongoDb, is_duplicate, patiently, store_error};
use crate::domain::error::StoreError;
use crate::domain::recommend::{NoteStore, Notes};

/// The collection, and the one document in it.
const COLLECTION: &str = "projection";
const NOTES: &str = "notes";

/// The notes of a database.
#[derive(Clone)]
pub struct MongoNotes(MongoDb);

impl MongoNotes {
    /// The notes in this database.
    pub fn new(db: MongoDb) -> Self {
        Self(db)
    }

    fn collection(&self) -> Collection<Document> {
        self.0.collection(COLLECTION)
    }
}

#[async_trait]
impl NoteStore for MongoNotes {
    async fn notes(&self) -> Result<Notes, StoreError> {
        patiently(self.0.timeout, async {
            let found = self.collection().find_one(doc! { "_id": NOTES }).await;
            match found.map_err(store_error)? {
                Some(notes) => bson::deserialize_from_document(notes).map_err(StoreError::failed),
                None => Ok(Notes::default()),
            }
        })
        .await
    }

    async fn put_notes(&self, notes: &Notes) -> Result<bool, StoreError> {
        let next = Notes {
            revision: notes.revision + 1,
            ..notes.clone()
        };
        let fields = bson::serialize_to_document(&next).map_err(StoreError::failed)?;
        patiently(self.0.timeout, async {
            let filter = doc! { "_id": NOTES, "revision": notes.revision.cast_signed() };
            let change = doc! {
                "$set": fields,
                "$currentDate": { "updated_at": true },
            };
            // The first notes are made; if somebody else makes them at the same time, their key is taken.
            let written = self
                .collection()
                .update_one(filter, change)
                .upsert(notes.revision == 0)
                .await;
            match written {
                Err(error) if is_duplicate(&error) => Ok(false),
                written => {
                    let written = written.map_err(store_error)?;
                    Ok(written.matched_count > 0 || written.upserted_id.is_some())
                }
            }
        })
        .await
    }
}
