//! The entries of the watch log on MongoDB: an entry is one document, whose key is the log's name and the entry's sequence, so that two
//! servers that append at the same time meet at the same key. The name of a profile's log is its tombstone: what is left
//! of an erased one names nobody.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Bson, DateTime, Document, Uuid as BsonUuid, doc};
use futures::TryStreamExt;
use futures::future::try_join;
use mongodb::ClientSession;
use mongodb::error::{Error, ErrorKind, IndexedWriteError, InsertManyError, Result as MongoResult};
use uuid::Uuid;

use super::collections::Collections;
use crate::adapters::mongo::bulk::{Fault, Update, update};
use crate::adapters::mongo::db::{DUPLICATE, is_duplicate, patiently, store_error};
use crate::adapters::mongo::fields::{changed, date, stamped};
use crate::adapters::mongo::find::{BATCH, documents, documents_in};
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::{Batch, Entry, FoldStep, TAILS, Tail};

/// How many entries are emptied at once.
const WIPED: usize = 500;

pub(super) fn document(batch: &Batch, entry: &Entry) -> Result<Document, StoreError> {
    let causes = serde_json::to_string(&entry.causes).map_err(StoreError::failed)?;
    Ok(doc! {
        "_id": { "log": entry.profile.tombstone(), "sequence": entry.sequence.cast_signed() },
        "stream": BsonUuid::from_uuid_1(batch.stream),
        "number": batch.number.cast_signed(),
        "profile": entry.profile.to_i64(),
        "at": date(entry.at),
        "causes": causes,
    })
}

/// Which entries met one that has their key, as an insert says that failed for that alone. If any failed otherwise, or
/// it is not sure that they are kept, none is acknowledged.
pub(super) fn taken(error: Error) -> Result<BTreeSet<usize>, StoreError> {
    let taken = match &*error.kind {
        ErrorKind::InsertMany(failed) => taken_in(failed),
        _ => None,
    };
    taken.ok_or_else(|| store_error(error))
}

fn taken_in(failed: &InsertManyError) -> Option<BTreeSet<usize>> {
    if failed.write_concern_error.is_some() {
        return None;
    }
    let errors = failed.write_errors.as_ref()?;
    let index = |error: &IndexedWriteError| (error.code == DUPLICATE).then_some(error.index);
    errors.iter().map(index).collect()
}

pub(super) fn uuid_of(value: &Bson) -> Option<Uuid> {
    match value {
        Bson::Binary(binary) => binary.to_uuid().ok().map(BsonUuid::to_uuid_1),
        _ => None,
    }
}

/// All entries of a log after a sequence: keys are compared value by value.
pub(super) fn after(log: &str, sequence: u64) -> Document {
    doc! { "_id": {
        "$gt": { "log": log, "sequence": sequence.cast_signed() },
        "$lte": { "log": log, "sequence": Bson::MaxKey },
    } }
}

pub(super) async fn read_tails(
    collections: &Collections,
    profiles: &[ProfileId],
    share: usize,
) -> Result<Vec<Tail>, StoreError> {
    let logs: Vec<String> = profiles.iter().map(|it| it.tombstone()).collect();
    let these = doc! { "_id": { "$in": &logs } };
    let erased = doc! { "_id": { "$in": &logs }, "erased": true };
    let (folds, erased) = try_join(
        documents(&collections.folds, these, doc! {}, None),
        documents(&collections.profiles, erased, doc! {}, None),
    )
    .await?;
    let name = |document: &Document| document.get_str("_id").unwrap_or_default().to_owned();
    let folded: BTreeMap<String, u64> = folds
        .iter()
        .map(|fold| {
            (
                name(fold),
                fold.get_i64("folded").unwrap_or(0).cast_unsigned(),
            )
        })
        .collect();
    let mut erased: BTreeSet<String> = erased.iter().map(name).collect();
    let from = |log: &String| folded.get(log).copied().unwrap_or(0);
    let mut left: BTreeSet<&String> = logs.iter().collect();
    let mut waiting: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    while !left.is_empty() {
        let ranges = left.iter().copied().map(|log| after(log, from(log)));
        let ranges: Vec<Document> = ranges.collect();
        let order = doc! { "_id": 1 };
        let these = doc! { "$or": ranges };
        let entries = documents(&collections.log, these, order, Some(TAILS)).await?;
        let mut last = None;
        for entry in &entries {
            let key = entry.get_document("_id").map_err(StoreError::failed)?;
            let log = key.get_str("log").map_err(StoreError::failed)?;
            last = Some(log);
            if entry.get_bool("erased").unwrap_or(false) {
                erased.insert(log.to_owned());
                continue;
            }
            let of_log = waiting.entry(log.to_owned()).or_default();
            if of_log.len() < share {
                of_log.push(read_entry(entry)?);
            }
        }
        // By log and sequence: of all logs up to the last one something was read, of none beyond.
        match last.filter(|_| entries.len() == TAILS) {
            Some(last) => left.retain(|log| log.as_str() > last),
            None => left.clear(),
        }
    }
    let tails = profiles.iter().zip(&logs).map(|(profile, log)| Tail {
        profile: *profile,
        folded: from(log),
        waiting: waiting.remove(log).unwrap_or_default(),
        is_erased: erased.contains(log),
    });
    Ok(tails.collect())
}

/// An entry as it is stored.
pub(super) fn read_entry(entry: &Document) -> Result<Entry, StoreError> {
    let key = entry.get_document("_id").map_err(StoreError::failed)?;
    let sequence = key.get_i64("sequence").map_err(StoreError::failed)?;
    let profile = entry.get_i64("profile").map_err(StoreError::failed)?;
    let causes = entry.get_str("causes").map_err(StoreError::failed)?;
    let at: &DateTime = entry.get_datetime("at").map_err(StoreError::failed)?;
    Ok(Entry {
        profile: ProfileId::from_i64(profile),
        sequence: sequence.cast_unsigned(),
        at: at.to_chrono(),
        causes: serde_json::from_str(causes).map_err(StoreError::failed)?,
    })
}

pub(super) async fn newest(collections: &Collections, log: &str) -> Result<u64, StoreError> {
    let entries = &collections.log;
    let found = patiently(entries.timeout, async {
        entries
            .find_one(after(log, 0))
            .sort(doc! { "_id": -1 })
            .projection(doc! { "_id": 1 })
            .await
            .map_err(store_error)
    });
    let found = found.await?;
    let key = found
        .as_ref()
        .and_then(|entry| entry.get_document("_id").ok());
    let sequence = key.and_then(|key| key.get_i64("sequence").ok());
    Ok(sequence.unwrap_or(0).cast_unsigned())
}

/// Those in whose logs there is an entry at the place after the given one: all of them by their keys, in one query.
pub(super) async fn followed(
    collections: &Collections,
    ends: &[(ProfileId, u64)],
) -> Result<Vec<ProfileId>, StoreError> {
    let (mut logs, mut next) = (BTreeMap::new(), Vec::with_capacity(ends.len()));
    for (profile, sequence) in ends {
        let log = profile.tombstone();
        next.push(doc! { "log": &log, "sequence": (sequence + 1).cast_signed() });
        logs.insert(log, *profile);
    }
    let entries = &collections.log;
    let found = patiently(entries.timeout, async {
        let found = entries
            .find(doc! { "_id": { "$in": next } })
            .projection(doc! { "_id": 1 })
            .batch_size(BATCH)
            .await
            .map_err(store_error)?;
        found
            .try_collect::<Vec<Document>>()
            .await
            .map_err(store_error)
    });
    let profile = |entry: &Document| {
        let log = entry.get_document("_id").ok()?.get_str("log").ok()?;
        logs.get(log).copied()
    };
    Ok(found.await?.iter().filter_map(profile).collect())
}

/// The keys of those of these entries that are folded, or of nobody any more: by the log that they are of, whatever was
/// noted of their stream.
pub(super) async fn folded_among(
    collections: &Collections,
    entries: &[&Document],
) -> Result<Vec<Bson>, StoreError> {
    let place = |entry: &Document| {
        let key = entry.get_document("_id").ok()?;
        let log = key.get_str("log").ok()?.to_owned();
        Some((log, key.get_i64("sequence").ok()?))
    };
    let logs: BTreeSet<String> = entries
        .iter()
        .filter_map(|entry| place(entry).map(|(log, _)| log))
        .collect();
    let these = doc! { "_id": { "$in": logs.into_iter().collect::<Vec<_>>() } };
    let folds = documents(&collections.folds, these, doc! {}, None).await?;
    let folded: BTreeMap<&str, i64> = folds
        .iter()
        .filter_map(|fold| Some((fold.get_str("_id").ok()?, fold.get_i64("folded").ok()?)))
        .collect();
    let is_done = |entry: &&&Document| {
        entry.get_bool("erased").unwrap_or(false)
            || place(entry).is_some_and(|(log, sequence)| {
                folded
                    .get(log.as_str())
                    .is_some_and(|folded| sequence <= *folded)
            })
    };
    let done = entries.iter().filter(is_done);
    Ok(done.filter_map(|entry| entry.get("_id").cloned()).collect())
}

/// Lets nothing be appended to a log any more: its last entry says that the profile is erased.
pub(super) async fn close(collections: &Collections, log: &str) -> Result<(), StoreError> {
    let entries = &collections.log;
    loop {
        let newest = newest(collections, log).await?;
        let key = doc! { "log": log, "sequence": newest.cast_signed() };
        let closed = doc! { "_id": key, "erased": true };
        if !documents(entries, closed, doc! {}, Some(1))
            .await?
            .is_empty()
        {
            return Ok(());
        }
        let fold = documents(&collections.folds, doc! { "_id": log }, doc! {}, Some(1)).await?;
        let folded = fold.first().and_then(|fold| fold.get_i64("folded").ok());
        let sequence = newest.cast_signed().max(folded.unwrap_or(0)) + 1;
        // An entry that is there already is no such last one, and its key is taken.
        let last = doc! { "_id": { "log": log, "sequence": sequence }, "erased": true };
        let inserted = patiently(entries.timeout, async {
            let time = vec![doc! { "$set": { "at": "$$NOW" } }];
            match entries.update_one(last.clone(), time).upsert(true).await {
                // Somebody has appended meanwhile.
                Err(error) if is_duplicate(&error) => Ok(false),
                inserted => inserted.map(|_| true).map_err(store_error),
            }
        });
        if inserted.await? {
            return Ok(());
        }
    }
}

/// Takes everything out of the entries of a log, and who it was of; their places stay taken.
pub(super) async fn wipe(collections: &Collections, log: &str) -> Result<(), StoreError> {
    let entries = &collections.log;
    let mut these = after(log, 0);
    these.insert("erased", doc! { "$ne": true });
    let emptied = doc! { "$set": { "erased": true }, "$unset": { "profile": "", "causes": "" } };
    loop {
        let order = doc! { "_id": 1 };
        let found = documents(entries, these.clone(), order, Some(WIPED)).await?;
        let keys: Vec<&Bson> = found.iter().filter_map(|entry| entry.get("_id")).collect();
        if keys.is_empty() {
            return Ok(());
        }
        patiently(entries.timeout, async {
            let these = doc! { "_id": { "$in": keys } };
            let emptied = entries.update_many(these, emptied.clone()).await;
            emptied.map(drop).map_err(store_error)
        })
        .await?;
    }
}

/// Forgets how far a log was folded.
pub(super) async fn forget_fold(collections: &Collections, log: &str) -> Result<(), StoreError> {
    let folds = &collections.folds;
    patiently(folds.timeout, async {
        let forgotten = folds.delete_one(doc! { "_id": log }).await;
        forgotten.map(drop).map_err(store_error)
    })
    .await
}

/// How far the logs of these steps are folded, as their transaction sees it.
pub(super) async fn folded_in(
    collections: &Collections,
    steps: impl Iterator<Item = FoldStep>,
    session: &mut ClientSession,
) -> MongoResult<BTreeMap<ProfileId, u64>> {
    let logs: BTreeMap<String, ProfileId> = steps
        .map(|step| (step.profile.tombstone(), step.profile))
        .collect();
    if logs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let these = doc! { "_id": { "$in": logs.keys().collect::<Vec<_>>() } };
    let found = documents_in(session, &collections.folds, these, doc! {}, None).await?;
    let fold = |fold: &Document| {
        let profile = logs.get(fold.get_str("_id").ok()?)?;
        Some((*profile, fold.get_i64("folded").ok()?.cast_unsigned()))
    };
    Ok(found.iter().filter_map(fold).collect())
}

/// Notes how far logs are folded.
pub(super) async fn note_folded_in(
    collections: &Collections,
    steps: &[FoldStep],
    session: &mut ClientSession,
) -> Result<(), Fault> {
    if steps.is_empty() {
        return Ok(());
    }
    let updates: Vec<Update<Document, Bson>> = steps
        .iter()
        .map(|step| {
            let log = doc! { "_id": step.profile.tombstone() };
            let folded = doc! { "folded": step.to.cast_signed() };
            if step.from > 0 {
                // The transaction has found it there.
                Update::of(log, changed(doc! { "$set": folded }).into())
            } else {
                Update::upsert(log, Bson::Array(vec![stamped(folded).into()]))
            }
        })
        .collect();
    let folds = collections.folds.name();
    update(&collections.db, session, folds, &updates, updates.len()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mongodb::error::CommandError;

    use super::*;
    use crate::adapters::mongo::db::OUT_OF_DISK;

    /// What an insert says of entries that failed with these codes, and of whether a majority has the others.
    fn inserted(codes: &[i32], concern: Option<i32>) -> Result<BTreeSet<usize>, StoreError> {
        let errors = (0_i32..).zip(codes);
        let errors = errors.map(|(index, code)| doc! { "index": index, "code": *code });
        let mut answer = doc! { "writeErrors": errors.collect::<Vec<_>>() };
        if let Some(code) = concern {
            answer.insert("writeConcernError", doc! { "code": code });
        }
        let failed: InsertManyError = bson::deserialize_from_document(answer).unwrap();
        taken(ErrorKind::InsertMany(failed).into())
    }

    fn refused(code: i32) -> Result<BTreeSet<usize>, StoreError> {
        let answer: CommandError = bson::deserialize_from_document(doc! { "code": code }).unwrap();
        taken(ErrorKind::Command(answer).into())
    }

    #[test]
    fn what_the_server_did_not_surely_keep_is_not_acknowledged() {
        let (taken, full) = (DUPLICATE, OUT_OF_DISK);
        // The codes for "not the primary", and "not written by so many in time".
        let (other_primary, too_slow) = (10107, 64);
        let is_full = |answer: Result<_, _>| matches!(answer, Err(StoreError::Full(_)));
        let is_passing = |answer: Result<_, _>| matches!(answer, Err(StoreError::Unavailable(_)));

        assert_eq!(
            inserted(&[taken, taken], None).unwrap(),
            BTreeSet::from([0, 1])
        );
        assert!(is_full(inserted(&[full], None)));
        assert!(is_full(inserted(&[taken, full], None)));
        assert!(is_full(inserted(&[other_primary, full], None)));
        assert!(is_full(inserted(&[], Some(full))));
        assert!(is_full(refused(full)));
        assert!(is_passing(inserted(&[], Some(too_slow))));
        assert!(is_passing(inserted(&[taken], Some(too_slow))));
        assert!(is_passing(inserted(&[taken, other_primary], None)));
        assert!(is_passing(refused(other_primary)));
        let invalid = inserted(&[taken, 121], None);
        assert!(matches!(invalid, Err(StoreError::Failed(_))), "{invalid:?}");
    }
}
