//! Many writes in one command.
//!
//! A workaround: `Client::bulk_write` of mongodb 3.9 works with servers of MongoDB 8 and later alone; the command is older.
//! What fails of it is told in an answer that as a whole counts as a success, to the driver too.

use bson::{Bson, Document, doc};
use futures::stream::{self, StreamExt, TryStreamExt};
use mongodb::ClientSession;
use mongodb::error::{Error, Result as MongoResult};
use serde::Serialize;

use super::db::{Abort, DUPLICATE, MongoDb, OUT_OF_DISK, is_duplicate, store_error};
use crate::domain::error::StoreError;

/// How many small updates go in one command.
const EACH: usize = 1000;
/// How many such commands are under way at the same time: a server works at one of them with one processor.
const LANES: usize = 2;

/// One update: what it finds, and what it makes of that.
#[derive(Serialize)]
pub(super) struct Update<Q, U> {
    #[serde(rename = "q")]
    pub(super) find: Q,
    #[serde(rename = "u")]
    pub(super) change: U,
    /// Whether a document is made if none is found.
    pub(super) upsert: bool,
    /// Whether all that are found are changed, and not only the first.
    pub(super) multi: bool,
}

impl<Q, U> Update<Q, U> {
    /// Changes what is there.
    pub(super) fn of(find: Q, change: U) -> Self {
        Self {
            find,
            change,
            upsert: false,
            multi: false,
        }
    }

    /// Changes all that are there. For many that change alike: one after the other is twice the work for the server.
    pub(super) fn of_all(find: Q, change: U) -> Self {
        Self {
            multi: true,
            ..Self::of(find, change)
        }
    }

    /// Changes what is there, or makes it.
    pub(super) fn upsert(find: Q, change: U) -> Self {
        Self {
            find,
            change,
            upsert: true,
            multi: false,
        }
    }
}

/// Why a batch of updates failed, and so whether to read again.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("a key is taken")]
    KeyTaken,
    #[error(transparent)]
    Driver(Error),
    #[error("a disk is full: {0}")]
    Full(Bson),
    #[error("a write failed: {0}")]
    Other(Bson),
}

impl Fault {
    /// Of what an answer says of one of its writes.
    fn of(error: &Bson) -> Self {
        let code = error
            .as_document()
            .and_then(|error| error.get_i32("code").ok());
        match code {
            Some(DUPLICATE) => Self::KeyTaken,
            Some(OUT_OF_DISK) => Self::Full(error.clone()),
            _ => Self::Other(error.clone()),
        }
    }
}

/// Runs updates in their order inside a transaction, and says how many of them found or made their document. So many
/// go in one command, which has at most 48 MB, of which no update may have more than 16.
pub(super) async fn update<U: Serialize>(
    db: &MongoDb,
    session: &mut ClientSession,
    collection: &str,
    updates: &[U],
    most: usize,
) -> Result<usize, Fault> {
    #[derive(Serialize)]
    struct Command<'a, U> {
        update: &'a str,
        updates: &'a [U],
    }
    let mut found = 0;
    for updates in updates.chunks(most) {
        let command = Command {
            update: collection,
            updates,
        };
        found += run(db, session, &command).await?;
    }
    Ok(found)
}

/// Inserts documents inside a transaction, so many with one command: to the server less than half of the work of an update
/// that finds nothing.
pub(super) async fn insert<D: Serialize>(
    db: &MongoDb,
    session: &mut ClientSession,
    collection: &str,
    documents: &[D],
    most: usize,
) -> Result<(), Fault> {
    #[derive(Serialize)]
    struct Command<'a, D> {
        insert: &'a str,
        documents: &'a [D],
    }
    for documents in documents.chunks(most) {
        let command = Command {
            insert: collection,
            documents,
        };
        run(db, session, &command).await?;
    }
    Ok(())
}

/// Runs a command of writes, and says how many documents it found or made.
async fn run(
    db: &MongoDb,
    session: &mut ClientSession,
    command: &impl Serialize,
) -> Result<usize, Fault> {
    let command = bson::serialize_to_raw_document_buf(command)
        .map_err(|error| Fault::Driver(error.into()))?;
    let answer = db.database().run_raw_command(command);
    let written = written(answer.session(&mut *session).await);
    if let Err(Fault::Full(error)) = &written {
        // The driver, which others learn it from, takes this for a success.
        db.learn(&StoreError::full(error.to_string()));
    }
    written
}

/// Runs updates outside of any transaction, in any order: one that fails stops none of those in its command. Says how
/// many documents they found.
pub(super) async fn update_each(
    db: &MongoDb,
    collection: &str,
    updates: Vec<Update<Document, Document>>,
) -> Result<usize, StoreError> {
    let mut commands = Vec::new();
    for updates in updates.chunks(EACH) {
        let updates = bson::serialize_to_bson(updates).map_err(StoreError::failed)?;
        let command = doc! {
            "update": collection,
            "updates": updates,
            "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        };
        commands.push(async { written(db.database().run_command(command).await) });
    }
    let found = stream::iter(commands)
        .buffer_unordered(LANES)
        .try_fold(0, |found, more| std::future::ready(Ok(found + more)))
        .await;
    found.map_err(|fault| {
        let error = StoreError::from(fault);
        db.learn(&error);
        error
    })
}

fn written(answer: MongoResult<Document>) -> Result<usize, Fault> {
    let answer = answer.map_err(|error| {
        if is_duplicate(&error) {
            Fault::KeyTaken
        } else {
            Fault::Driver(error)
        }
    })?;
    let errors = answer.get_array("writeErrors").ok();
    let error = errors.and_then(|errors| errors.first());
    match error.or_else(|| answer.get("writeConcernError")) {
        None => Ok(usize::try_from(answer.get_i32("n").unwrap_or(0)).unwrap_or(0)),
        Some(error) => Err(Fault::of(error)),
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Driver(error) => store_error(error),
            Fault::Full(_) => Self::full(fault),
            Fault::KeyTaken | Fault::Other(_) => Self::failed(fault),
        }
    }
}

impl<E: From<StoreError>> From<Fault> for Abort<E> {
    /// A key that is taken is a conflict.
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::KeyTaken => Self::Refused(StoreError::Conflict.into()),
            Fault::Driver(error) => Self::Driver(error),
            Fault::Full(_) | Fault::Other(_) => Self::Refused(StoreError::from(fault).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_succeeded_may_hold_writes_that_failed() {
        let done = doc! { "ok": 1, "n": 1, "nModified": 1 };
        let taken = doc! { "ok": 1, "n": 0, "writeErrors": [{ "index": 0, "code": DUPLICATE }] };
        let failed = doc! { "ok": 1, "n": 0, "writeErrors": [{ "index": 0, "code": 121 }] };
        let full = doc! { "ok": 1, "n": 0, "writeErrors": [{ "index": 0, "code": OUT_OF_DISK }] };
        let lost = doc! { "ok": 1, "n": 1, "writeConcernError": { "code": 64 } };

        assert!(matches!(written(Ok(done)), Ok(1)));
        assert!(matches!(written(Ok(taken)), Err(Fault::KeyTaken)));
        assert!(matches!(written(Ok(failed)), Err(Fault::Other(_))));
        let full = StoreError::from(written(Ok(full)).unwrap_err());
        assert!(matches!(full, StoreError::Full(_)), "{full:?}");
        assert!(matches!(written(Ok(lost)), Err(Fault::Other(_))));
    }
}
