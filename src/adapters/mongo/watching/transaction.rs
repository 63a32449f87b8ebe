//! The writes: several updates in one transaction.
//!
//! It reads all rows that they touch, runs one change after the other on them, and writes the rows that were
//! changed. Two transactions that meet at a row conflict, and the later one starts anew on what the earlier one wrote.
//! For a row that neither has found, the server may also say that its key is taken. Then it does not ask to try again
//! (`MongoDB` 6 does), so that is done here.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bson::{Bson, DateTime, Document, doc};
use futures::TryStreamExt;
use mongodb::error::{Error, Result as MongoResult};
use mongodb::{ClientSession, Collection};
use serde::Serialize;

use super::documents::{
    Collections, Keyed, PlayDocument, PlayKey, StateDocument, StateKey, TitleDocument, TitleKey,
};
use super::erase;
use crate::adapters::mongo::db::{Abort, MongoDb, is_duplicate, patiently, store_error};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{
    Change, Ledger, Play, Rows, Touched, WatchError, WatchState, WatchedTitle,
};

/// So many documents are written by one command, which may have 48 MB; the largest have 10 kB.
const CHUNK: usize = 1000;
/// So many documents come with one answer, if they fit into 16 MB.
const BATCH: u32 = 10_000;
/// The server's code for a unique key that is taken.
const DUPLICATE: i32 = 11000;

/// What an update touches, and what it does to it.
pub(super) type Update = (Vec<Touched>, Change);
/// The ledger of each update as it was written, or why its change failed.
pub(super) type Outcomes = Vec<Result<Ledger, WatchError>>;

/// Runs updates in their order, all in one transaction, as often as others get in its way and the time limit allows.
pub(super) async fn run(
    collections: &Collections,
    updates: Vec<Update>,
) -> Result<Outcomes, StoreError> {
    let updates = Arc::new(updates);
    patiently(collections.db.timeout, async {
        loop {
            let (collections, updates) = (collections.clone(), Arc::clone(&updates));
            let db = collections.db.clone();
            let tried = db.transaction(move |session| {
                let (collections, updates) = (collections.clone(), Arc::clone(&updates));
                Box::pin(async move { try_once(&collections, &updates, session).await })
            });
            match tried.await {
                Ok(outcomes) => return Ok(outcomes),
                Err(GivenUp::KeyTaken) => {}
                Err(GivenUp::Failed(error)) => return Err(error),
            }
        }
    })
    .await
}

/// Takes the mark from those whose revision is still the given one.
pub(super) async fn mark_projected(
    collections: &Collections,
    sums: &[(ProfileId, TitleId, u64)],
) -> Result<(), StoreError> {
    for sums in sums.chunks(CHUNK) {
        let mut updates = Vec::with_capacity(sums.len());
        for (profile, title, revision) in sums {
            let key = TitleKey::new((*profile, *title));
            let key = bson::serialize_to_bson(&key).map_err(StoreError::failed)?;
            updates.push(doc! {
                "q": { "_id": key, "revision": revision.cast_signed() },
                "u": { "$unset": { "waiting_since": "" } },
            });
        }
        let command = doc! {
            "update": collections.titles.name(),
            "updates": updates,
            "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        };
        let reply = collections.db.database().run_command(command).await;
        check(&reply.map_err(store_error)?).map_err(StoreError::failed)?;
    }
    Ok(())
}

/// Why one try came to nothing.
enum GivenUp {
    /// Somebody else wrote a row that was not there when we looked.
    KeyTaken,
    Failed(StoreError),
}

impl From<StoreError> for GivenUp {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

async fn try_once(
    collections: &Collections,
    updates: &[Update],
    session: &mut ClientSession,
) -> Result<Outcomes, Abort<GivenUp>> {
    let touched = || updates.iter().flat_map(|(touched, _)| touched);
    let (mut whole, waiting) = read_ledger(collections, touched, session).await?;
    let missing: BTreeSet<(ProfileId, TitleId)> = touched()
        .map(Touched::title_key)
        .filter(|key| whole.titles.get(*key).is_none())
        .collect();
    let newcomers = missing.iter().map(|(profile, _)| *profile).collect();
    let erased = erase::erased(collections, &newcomers, session).await?;
    let mut outcomes = Vec::with_capacity(updates.len());
    for (touched, change) in updates {
        if touched.iter().any(|one| erased.contains(&one.profile())) {
            outcomes.push(Err(WatchError::ProfileErased));
            continue;
        }
        let mut part = whole.part(touched);
        outcomes.push(change(&mut part).map(|()| {
            whole.absorb(&part);
            part
        }));
    }
    write_ledger(collections, &whole, &waiting, session).await?;
    let reply = erase::write_guards(collections, &missing, &whole, session).await;
    accepted(reply)?;
    Ok(outcomes)
}

/// Since when sums wait for projection.
type Waiting = HashMap<(ProfileId, TitleId), DateTime>;

async fn read_ledger<'a, I: Iterator<Item = &'a Touched>>(
    collections: &Collections,
    touched: impl Fn() -> I,
    session: &mut ClientSession,
) -> MongoResult<(Ledger, Waiting)> {
    let keys: BTreeSet<_> = touched().filter_map(Touched::play_key).collect();
    let keys = keys.into_iter().map(PlayKey::new);
    let mut plays = read(&collections.plays, keys, session).await?;
    let whole: BTreeSet<_> = touched().filter_map(Touched::whole_title_key).collect();
    for (profile, title) in whole {
        let of_title = doc! { "_id.profile": profile.to_i64(), "title": title.to_i64() };
        plays.extend(find(&collections.plays, of_title, session).await?);
    }
    let keys: BTreeSet<_> = touched().filter_map(Touched::state_key).collect();
    let keys = keys.into_iter().map(StateKey::new);
    let states = read(&collections.states, keys, session).await?;
    let keys: BTreeSet<_> = touched().map(Touched::title_key).collect();
    let keys = keys.into_iter().map(TitleKey::new);
    let titles = read(&collections.titles, keys, session).await?;
    let mut waiting = Waiting::new();
    let ledger = Ledger::stored(
        Rows::stored(plays.into_iter().map(|document| {
            let play = Play::from(document);
            ((play.profile, play.id), play)
        })),
        Rows::stored(states.into_iter().map(|document| {
            let state = WatchState::from(document);
            ((state.profile, state.item), state)
        })),
        Rows::stored(titles.into_iter().map(|document| {
            let since = document.waiting_since;
            let sum = WatchedTitle::from(document);
            let key = (sum.profile, sum.title);
            waiting.extend(since.map(|since| (key, since)));
            (key, sum)
        })),
    );
    Ok((ledger, waiting))
}

async fn read<D: Keyed>(
    collection: &Collection<D>,
    keys: impl Iterator<Item = D::Key>,
    session: &mut ClientSession,
) -> MongoResult<Vec<D>> {
    let keys: Vec<Bson> = keys
        .map(|key| bson::serialize_to_bson(&key))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    find(collection, doc! { "_id": { "$in": keys } }, session).await
}

async fn find<D: Keyed>(
    collection: &Collection<D>,
    filter: Document,
    session: &mut ClientSession,
) -> MongoResult<Vec<D>> {
    let mut found = collection
        .find(filter)
        .batch_size(BATCH)
        .session(&mut *session)
        .await?;
    found.stream(session).try_collect().await
}

async fn write_ledger(
    collections: &Collections,
    ledger: &Ledger,
    waiting: &Waiting,
    session: &mut ClientSession,
) -> Result<(), Abort<GivenUp>> {
    let plays = ledger.plays.changed().map(PlayDocument::from).collect();
    write(&collections.db, &collections.plays, plays, session).await?;
    let states = ledger.states.changed().map(StateDocument::from).collect();
    write(&collections.db, &collections.states, states, session).await?;
    let titles = ledger.titles.changed().map(|sum| {
        let since = waiting.get(&(sum.profile, sum.title)).copied();
        TitleDocument::changed(sum, since)
    });
    write(
        &collections.db,
        &collections.titles,
        titles.collect(),
        session,
    )
    .await
}

/// Puts documents in the place of those with their keys.
async fn write<D: Keyed>(
    db: &MongoDb,
    collection: &Collection<D>,
    documents: Vec<D>,
    session: &mut ClientSession,
) -> Result<(), Abort<GivenUp>> {
    for documents in documents.chunks(CHUNK) {
        let command = Command {
            update: collection.name(),
            updates: documents.iter().map(Replacement::by).collect(),
        };
        let command = bson::serialize_to_raw_document_buf(&command).map_err(Error::from)?;
        let reply = db
            .database()
            .run_raw_command(command)
            .session(&mut *session)
            .await;
        accepted(reply)?;
    }
    Ok(())
}

/// Whether the server did all of a command.
fn accepted(reply: MongoResult<Document>) -> Result<(), Abort<GivenUp>> {
    let reply = reply.map_err(|error| {
        if is_duplicate(&error) {
            Abort::Refused(GivenUp::KeyTaken)
        } else {
            Abort::Driver(error)
        }
    })?;
    check(&reply).map_err(|fault| {
        Abort::Refused(match fault {
            Fault::KeyTaken => GivenUp::KeyTaken,
            Fault::Other(_) => StoreError::failed(fault).into(),
        })
    })
}

#[derive(Serialize)]
struct Command<'a, D: Keyed> {
    update: &'a str,
    updates: Vec<Replacement<'a, D>>,
}

#[derive(Serialize)]
struct Replacement<'a, D: Keyed> {
    q: ByKey<'a, D>,
    u: &'a D,
    upsert: bool,
}

#[derive(Serialize)]
struct ByKey<'a, D: Keyed> {
    #[serde(rename = "_id")]
    key: &'a D::Key,
}

impl<'a, D: Keyed> Replacement<'a, D> {
    fn by(document: &'a D) -> Self {
        Self {
            q: ByKey {
                key: document.key(),
            },
            u: document,
            upsert: true,
        }
    }
}

/// What the server says of single writes in a command that as a whole succeeded.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("a key is taken")]
    KeyTaken,
    #[error("a write failed: {0}")]
    Other(Bson),
}

pub(super) fn check(reply: &Document) -> Result<(), Fault> {
    if let Some(error) = reply.get("writeConcernError") {
        return Err(Fault::Other(error.clone()));
    }
    match reply
        .get_array("writeErrors")
        .ok()
        .and_then(|errors| errors.first())
    {
        None => Ok(()),
        Some(Bson::Document(error))
            if error.get_i32("code").is_ok_and(|code| code == DUPLICATE) =>
        {
            Err(Fault::KeyTaken)
        }
        Some(error) => Err(Fault::Other(error.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_succeeded_may_hold_writes_that_failed() {
        let written = doc! { "ok": 1, "n": 1, "nModified": 1 };
        let taken = doc! { "ok": 1, "n": 0, "writeErrors": [{ "index": 0, "code": DUPLICATE }] };
        let failed = doc! { "ok": 1, "n": 0, "writeErrors": [{ "index": 0, "code": 121 }] };
        let lost = doc! { "ok": 1, "n": 1, "writeConcernError": { "code": 64 } };

        assert!(check(&written).is_ok());
        assert!(matches!(check(&taken), Err(Fault::KeyTaken)));
        assert!(matches!(check(&failed), Err(Fault::Other(_))));
        assert!(matches!(check(&lost), Err(Fault::Other(_))));
    }
}
