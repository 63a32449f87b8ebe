//! The writes: several updates in one transaction.
//!
//! It reads all rows that they touch, runs one change after the other on them, and writes the rows that were
//! changed. Two transactions that meet at a row conflict, and the later one starts anew on what the earlier one wrote.
//! For a row that neither has found, the server may also say that its key is taken. Then it does not ask to try again
//! (`MongoDB` 6 does), so that is done here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bson::{Bson, DateTime, Document, doc};
use futures::TryStreamExt;
use futures::future::{try_join, try_join_all};
use mongodb::error::Result as MongoResult;
use mongodb::{ClientSession, Collection};
use serde::Serialize;

use super::collections::Collections;
use super::documents::{
    Keyed, PlayDocument, PlayKey, StateDocument, StateKey, TitleKey, WatchedTitleDocument,
};
use super::length_documents::{LengthDocument, LengthKey};
use super::{entries, erase};
use crate::adapters::mongo::bulk::{Fault, Update as BulkUpdate, insert, update, update_each};
use crate::adapters::mongo::db::{self, Abort, MongoDb, patiently, store_error};
use crate::adapters::mongo::fields::{self, date, key_of};
use crate::adapters::mongo::find::{BATCH, documents, documents_in};
use crate::adapters::mongo::usage::keep_folded;
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::last_in_queue;
use crate::domain::watching::{
    Change, FoldStep, Ledger, MeasuredLength, Play, Rows, Touched, WatchError, WatchState,
    WatchedTitle,
};

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
    session: &mut ClientSession,
) -> Result<Outcomes, Abort<GivenUp>> {
    let touched = || updates.iter().flat_map(|update| &update.touched);
    let steps = updates.iter().filter_map(|update| update.step);
    let mut folded = entries::folded_in(collections, steps, session).await?;
    let (mut whole, waiting) = read_ledger(collections, touched, session).await?;
    let missing: BTreeSet<(ProfileId, TitleId)> = touched()
        .map(Touched::title_key)
        .filter(|key| whole.watched_titles.get(*key).is_none())
        .collect();
    let newcomers = missing.iter().map(|(profile, _)| *profile).collect();
    let erased = erase::erased(collections, &newcomers, session).await?;
    let mut outcomes = Vec::with_capacity(updates.len());
    let (mut steps, mut viewings) = (Vec::new(), Vec::new());
    for Update {
        touched,
        step,
        change,
    } in updates
    {
        if touched.iter().any(|one| erased.contains(&one.profile())) {
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
    erase::write_guards(collections, &missing, &whole, session)
        .await
        .map_err(given_up)?;
    entries::note_folded_in(collections, &steps, session)
        .await
        .map_err(given_up)?;
    keep_folded(&collections.db, &viewings, session).await?;
    Ok(outcomes)
}

/// The rows that are touched, as they are stored.
pub(super) async fn rows(
    collections: &Collections,
    touched: &[Touched],
) -> Result<Ledger, StoreError> {
    let keys: BTreeSet<_> = touched.iter().filter_map(Touched::play_key).collect();
    let plays = find_by_key(&collections.plays, keys.into_iter().map(PlayKey::new));
    let whole: BTreeSet<_> = touched
        .iter()
        .filter_map(Touched::whole_title_key)
        .collect();
    let of_titles = try_join_all(whole.into_iter().map(|(profile, title)| async move {
        let of_title = doc! { "_id.profile": profile.to_i64(), "title": title.to_i64() };
        try_join(
            documents(&collections.plays, of_title.clone(), doc! {}, None),
            documents(&collections.states, of_items(of_title), doc! {}, None),
        )
        .await
    }));
    let keys: BTreeSet<_> = touched.iter().filter_map(Touched::state_key).collect();
    let states = find_by_key(&collections.states, keys.into_iter().map(StateKey::new));
    let keys: BTreeSet<_> = touched.iter().map(Touched::title_key).collect();
    let titles = find_by_key(
        &collections.watched_titles,
        keys.into_iter().map(TitleKey::new),
    );
    let keys: BTreeSet<_> = touched.iter().filter_map(Touched::length_key).collect();
    let lengths = find_by_key(&collections.lengths, keys.into_iter().map(LengthKey::new));
    let (mut plays, of_titles, mut states, titles, lengths) =
        futures::try_join!(plays, of_titles, states, titles, lengths)?;
    for (of_title, states_of_title) in of_titles {
        plays.extend(of_title);
        states.extend(states_of_title);
    }
    Ok(ledger_of(plays, states, titles, lengths).0)
}

/// The same of states: that of a series as a whole is read by its key alone.
fn of_items(mut of_title: Document) -> Document {
    of_title.insert("_id.kind", doc! { "$ne": "series" });
    of_title
}

async fn find_by_key<D: Keyed>(
    collection: &db::Collection<D>,
    keys: impl Iterator<Item = D::Key>,
) -> Result<Vec<D>, StoreError> {
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    documents(collection, doc! { "_id": { "$in": keys } }, doc! {}, None).await
}

/// Since when watched titles wait for projection.
type Waiting = HashMap<(ProfileId, TitleId), DateTime>;

async fn read_ledger<'a, I: Iterator<Item = &'a Touched>>(
    collections: &Collections,
    touched: impl Fn() -> I,
    session: &mut ClientSession,
) -> MongoResult<(Ledger, Waiting)> {
    let keys: BTreeSet<_> = touched().filter_map(Touched::play_key).collect();
    let keys = keys.into_iter().map(PlayKey::new);
    let mut plays = read(&collections.plays, keys, session).await?;
    let keys: BTreeSet<_> = touched().filter_map(Touched::state_key).collect();
    let keys = keys.into_iter().map(StateKey::new);
    let mut states = read(&collections.states, keys, session).await?;
    let whole: BTreeSet<_> = touched().filter_map(Touched::whole_title_key).collect();
    for (profile, title) in whole {
        let of_title = doc! { "_id.profile": profile.to_i64(), "title": title.to_i64() };
        let of_plays = of_title.clone();
        plays.extend(documents_in(session, &collections.plays, of_plays, doc! {}, None).await?);
        let of_items = of_items(of_title);
        states.extend(documents_in(session, &collections.states, of_items, doc! {}, None).await?);
    }
    let keys: BTreeSet<_> = touched().map(Touched::title_key).collect();
    let keys = keys.into_iter().map(TitleKey::new);
    let titles = read(&collections.watched_titles, keys, session).await?;
    let keys: BTreeSet<_> = touched().filter_map(Touched::length_key).collect();
    let keys = keys.into_iter().map(LengthKey::new);
    let lengths = read(&collections.lengths, keys, session).await?;
    Ok(ledger_of(plays, states, titles, lengths))
}

fn ledger_of(
    plays: Vec<PlayDocument>,
    states: Vec<StateDocument>,
    titles: Vec<WatchedTitleDocument>,
    lengths: Vec<LengthDocument>,
) -> (Ledger, Waiting) {
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
            let watched_title = WatchedTitle::from(document);
            let key = (watched_title.profile, watched_title.title);
            waiting.extend(since.map(|since| (key, since)));
            (key, watched_title)
        })),
        Rows::stored(lengths.into_iter().map(|document| {
            let measured = MeasuredLength::from(document);
            (measured.item, measured)
        })),
    );
    (ledger, waiting)
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
    let these = doc! { "_id": { "$in": keys } };
    documents_in(session, collection, these, doc! {}, None).await
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
