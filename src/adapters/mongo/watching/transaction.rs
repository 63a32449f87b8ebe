//! The writes: several updates in one transaction.
//!
//! It reads the rows that they touch, runs one change after the other on them, and writes the rows that were
//! changed. Two transactions that meet at a row conflict, and the later one starts anew on what the earlier one wrote.
//! For a row that neither has found, the server may also say that its key is taken. Then it does not ask to try again
//! (`MongoDB` 6 does), so that is done here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use futures::future::try_join;
use mongodb::error::Result as MongoResult;
use mongodb::{ClientSession, Collection};
use serde::Serialize;

use super::collections::Collections;
use super::documents::{
    Keyed, PlayDocument, StateDocument, StateKey, TitleKey, WatchedTitleDocument,
};
use super::entries;
use super::erase::{Guards, write_guards};
use super::length_documents::LengthDocument;
use super::rows::{Reads, Waiting, read_ledger};
use crate::adapters::mongo::bulk::{Fault, Update as BulkUpdate, insert, update, update_each};
use crate::adapters::mongo::db::{Abort, MongoDb, patiently, store_error};
use crate::adapters::mongo::fields::{self, date, key_of};
use crate::adapters::mongo::find::BATCH;
use crate::adapters::mongo::usage::keep_folded;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::last_in_queue;
use crate::domain::watching::{Change, FoldStep, Ledger, Rows, Touched, WatchError};

/// How many documents are written by one command, which may have 48 MB; the largest have 10 kB.
const CHUNK: usize = 1000;
/// An update of some rows.
#[derive(Clone)]
pub(super) struct Update {
    pub(super) touched: Vec<Touched>,
    /// How far it folds the log of a profile, if it does.
    pub(super) step: Option<FoldStep>,
    pub(super) change: Change,
}

impl Update {
    /// About how many plays or titles it changes.
    pub(super) fn rows(&self) -> usize {
        let deleted = self.step.map_or(0, |step| step.deletes);
        self.touched.len() + deleted
    }
}

/// The ledger of each update as it was written, or why its change failed.
pub(super) type Outcomes = Vec<Result<Ledger, WatchError>>;

/// Runs updates in their order, all in one transaction, as often as others get in its way and the time limit allows.
pub(super) async fn run(
    collections: &Collections,
    updates: Vec<Update>,
) -> Result<Outcomes, StoreError> {
    // What folds nothing may be there to put right what was lost, watched titles for one.
    let is_fold = updates.iter().all(|update| update.step.is_some());
    let updates = Arc::new(updates);
    patiently(collections.db.timeout, async {
        let mut wanted = if is_fold {
            Reads::OfWatched
        } else {
            Reads::All
        };
        loop {
            let (collections, updates) = (collections.clone(), Arc::clone(&updates));
            let (db, reads) = (collections.db.clone(), wanted);
            let tried = db.transaction(move |session| {
                let (collections, updates) = (collections.clone(), Arc::clone(&updates));
                Box::pin(async move { try_once(&collections, &updates, reads, session).await })
            });
            match tried.await {
                Ok(outcomes) => return Ok(outcomes),
                // By somebody else just now, or of what was not looked for.
                Err(GivenUp::KeyTaken) => wanted = Reads::All,
                Err(GivenUp::Failed(error)) => return Err(error),
            }
        }
    })
    .await
}

/// Takes the mark from those whose revision is still the given one. Says how many those are.
pub(super) async fn mark_projected(
    collections: &Collections,
    watched_titles: &[(ProfileId, TitleId, u64)],
) -> Result<usize, StoreError> {
    // Of what was loaded, nearly all are of one revision.
    let mut by_revision: BTreeMap<i64, Vec<Bson>> = BTreeMap::new();
    for (profile, title, revision) in watched_titles {
        let key = key_of(&TitleKey::new((*profile, *title)))?;
        let of_revision = by_revision.entry(revision.cast_signed()).or_default();
        of_revision.push(key);
    }
    let updates = by_revision.iter().flat_map(|(revision, keys)| {
        keys.chunks(CHUNK).map(|keys| {
            BulkUpdate::of_all(
                doc! { "_id": { "$in": keys }, "revision": *revision },
                doc! { "$unset": { "waiting_since": "" } },
            )
        })
    });
    let mut first: Vec<_> = updates.collect();
    let mut second = Vec::new();
    if watched_titles.len() > CHUNK {
        second = first.split_off(first.len() / 2);
    }
    let name = collections.watched_titles.name();
    let (first, second) = try_join(
        update_each(&collections.db, name, first),
        update_each(&collections.db, name, second),
    )
    .await?;
    Ok(first + second)
}

/// The keys of the watched titles that a filter finds among these, by key.
pub(super) async fn find_among(
    collections: &Collections,
    mut filter: Document,
    keys: &[(ProfileId, TitleId)],
) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
    let keys = keys.iter().map(|key| key_of(&TitleKey::new(*key)));
    let keys: Vec<Bson> = keys.collect::<Result<_, _>>()?;
    filter.insert("_id", doc! { "$in": keys });
    let found = patiently(collections.db.timeout, find_keys(collections, filter, None));
    Ok(found.await?.into_iter().map(|(_, key)| key).collect())
}

/// The keys of the watched titles that a filter finds, in their order, each as it is stored as well.
async fn find_keys(
    collections: &Collections,
    filter: Document,
    limit: Option<usize>,
) -> Result<Vec<(Document, (ProfileId, TitleId))>, StoreError> {
    let watched_titles = collections.watched_titles.clone_with_type::<Document>();
    let found: Vec<Document> = watched_titles
        .find(filter)
        .projection(doc! { "_id": 1 })
        .sort(doc! { "_id": 1 })
        .limit(limit.map_or(0, fields::limit))
        .batch_size(BATCH)
        .await
        .map_err(store_error)?
        .try_collect()
        .await
        .map_err(store_error)?;
    let key = |watched_title: &Document| {
        let key = watched_title
            .get_document("_id")
            .map_err(StoreError::failed)?;
        let profile = key.get_i64("profile").map_err(StoreError::failed)?;
        let title = key.get_i64("title").map_err(StoreError::failed)?;
        let ids = (ProfileId::from_i64(profile), TitleId::from_i64(title));
        Ok((key.clone(), ids))
    };
    found.iter().map(key).collect()
}

/// Marks the watched titles that a filter finds as waiting, behind all that were written. Says which those are, by key.
pub(super) async fn mark_waiting(
    collections: &Collections,
    filter: Document,
    limit: Option<usize>,
) -> Result<Vec<(ProfileId, TitleId)>, StoreError> {
    let found = find_keys(collections, filter, limit).await?;
    let (keys, marked): (Vec<Document>, Vec<_>) = found.into_iter().unzip();
    if !keys.is_empty() {
        let these = doc! { "_id": { "$in": keys }, "waiting_since": { "$exists": false } };
        let since = doc! { "$set": { "waiting_since": date(last_in_queue()) } };
        let updated = collections.watched_titles.update_many(these, since).await;
        updated.map_err(store_error)?;
    }
    Ok(marked)
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
    reads: Reads,
    session: &mut ClientSession,
) -> Result<Outcomes, Abort<GivenUp>> {
    let touched = || updates.iter().flat_map(|update| &update.touched);
    let steps = updates.iter().filter_map(|update| update.step);
    let mut folded = entries::folded_in(collections, steps, session).await?;
    let (mut whole, waiting) = read_ledger(collections, touched, reads, session).await?;
    let missing: BTreeSet<(ProfileId, TitleId)> = touched()
        .map(Touched::title_key)
        .filter(|key| whole.watched_titles.get(*key).is_none())
        .collect();
    let newcomers = missing.iter().map(|(profile, _)| *profile).collect();
    let guards = Guards::read(collections, &newcomers, session).await?;
    let mut outcomes = Vec::with_capacity(updates.len());
    let (mut steps, mut viewings) = (Vec::new(), Vec::new());
    for Update {
        touched,
        step,
        change,
    } in updates
    {
        if touched.iter().any(|one| guards.is_erased(one.profile())) {
            outcomes.push(Err(WatchError::ProfileErased));
            continue;
        }
        if step.is_some_and(|step| folded.get(&step.profile).copied().unwrap_or(0) != step.from) {
            outcomes.push(Err(WatchError::AlreadyFolded));
            continue;
        }
        let mut part = whole.part(touched);
        outcomes.push(change(&mut part).map(|()| {
            whole.absorb(&part);
            if let Some(step) = step {
                // Another of the same profile may be among these.
                folded.insert(step.profile, step.to);
                steps.push(*step);
                viewings.extend_from_slice(&part.viewings);
            }
            part
        }));
    }
    write_ledger(collections, &whole, &waiting, session).await?;
    write_guards(collections, (&missing, &guards), &whole, session)
        .await
        .map_err(given_up)?;
    entries::note_folded_in(collections, &steps, session)
        .await
        .map_err(given_up)?;
    keep_folded(&collections.db, &viewings, session).await?;
    Ok(outcomes)
}

async fn remove<D: Keyed>(
    collection: &Collection<D>,
    keys: impl Iterator<Item = D::Key>,
    session: &mut ClientSession,
) -> MongoResult<()> {
    let keys: Vec<Bson> = keys
        .map(|key| bson::serialize_to_bson(&key))
        .collect::<Result<_, _>>()?;
    for keys in keys.chunks(CHUNK) {
        let these = doc! { "_id": { "$in": keys } };
        collection.delete_many(these).session(&mut *session).await?;
    }
    Ok(())
}

async fn write_ledger(
    collections: &Collections,
    ledger: &Ledger,
    waiting: &Waiting,
    session: &mut ClientSession,
) -> Result<(), Abort<GivenUp>> {
    let Collections {
        db,
        plays,
        states,
        watched_titles,
        lengths,
        ..
    } = collections;
    let written = Written::of_rows(&ledger.plays, |play| PlayDocument::from(play));
    write(db, plays, written, session).await?;
    let removed = ledger.states.removed().map(StateKey::new);
    remove(states, removed, session).await?;
    let written = Written::of_rows(&ledger.states, |state| StateDocument::from(state));
    write(db, states, written, session).await?;
    let written = Written::of_rows(&ledger.watched_titles, |watched_title| {
        let key = (watched_title.profile, watched_title.title);
        WatchedTitleDocument::changed(watched_title, waiting.get(&key).copied())
    });
    write(db, watched_titles, written, session).await?;
    // All viewers of an item share its row, and not everybody who measures has read it.
    let measured = ledger.measured.changed().map(LengthDocument::from);
    put(db, lengths, measured.collect(), session).await
}

/// The documents of rows that were changed.
struct Written<D> {
    made: Vec<D>,
    changed: Vec<D>,
}

impl<D> Written<D> {
    fn of_rows<K: Copy + Ord, V>(rows: &Rows<K, V>, document: impl Fn(&V) -> D) -> Self {
        let (made, changed) = rows.made_and_changed();
        Self {
            made: made.into_iter().map(&document).collect(),
            changed: changed.into_iter().map(document).collect(),
        }
    }
}

/// Writes documents, those that were not there without a look for them.
async fn write<D: Keyed>(
    db: &MongoDb,
    collection: &Collection<D>,
    written: Written<D>,
    session: &mut ClientSession,
) -> Result<(), Abort<GivenUp>> {
    insert(db, session, collection.name(), &written.made, CHUNK)
        .await
        .map_err(given_up)?;
    put(db, collection, written.changed, session).await
}

/// Puts documents in the place of those with their keys. Fields that this version does not know stay: a later one has
/// written them.
async fn put<D: Keyed>(
    db: &MongoDb,
    collection: &Collection<D>,
    documents: Vec<D>,
    session: &mut ClientSession,
) -> Result<(), Abort<GivenUp>> {
    let mut updates = Vec::with_capacity(documents.len());
    for document in &documents {
        let mut fields = bson::serialize_to_document(document)
            .map_err(|error| Abort::Refused(GivenUp::Failed(StoreError::failed(error))))?;
        fields.remove("_id");
        let key = document.key();
        updates.push(BulkUpdate::upsert(ByKey { key }, doc! { "$set": fields }));
    }
    update(db, session, collection.name(), &updates, CHUNK)
        .await
        .map_err(given_up)?;
    Ok(())
}

#[derive(Serialize)]
struct ByKey<'a, K> {
    #[serde(rename = "_id")]
    key: &'a K,
}

fn given_up(fault: Fault) -> Abort<GivenUp> {
    match fault {
        Fault::KeyTaken => Abort::Refused(GivenUp::KeyTaken),
        fault => fault.into(),
    }
}
