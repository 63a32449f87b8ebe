//! Viewings that wait to be counted.

use bson::{RawDocumentBuf, Uuid, doc};
use futures::TryStreamExt;
use mongodb::ClientSession;

use super::collections::{Collections, WAITING};
use super::documents::{WaitingDocument, binary};
use crate::adapters::mongo::bulk::{Update, update};
use crate::adapters::mongo::db::{Abort, Collection, MongoDb, patiently, store_error};
use crate::adapters::mongo::fields::{date, stamped};
use crate::adapters::mongo::find::name;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::unreadable::pass_over;
use crate::domain::usage::{WaitingBatch, pack_viewings};
use crate::domain::watching::Viewing;

/// The most viewings of a document, as senders of events may have: what is counted at once is counted in whole documents.
const BATCH: usize = 1000;
/// How many documents come with one answer: a few have all that is counted at once, or many a little.
const PAGE: u32 = 500;

/// Keeps what is folded of the watch log, inside the transaction that folds it: it waits if and only if it is folded.
pub(in crate::adapters::mongo) async fn keep_folded<E: From<StoreError>>(
    db: &MongoDb,
    viewings: &[Viewing],
    session: &mut ClientSession,
) -> Result<(), Abort<E>> {
    if viewings.is_empty() {
        return Ok(());
    }
    let batches = viewings.chunks(BATCH);
    // They have the same time, and are counted in the order of their names.
    let names = batches.clone().map(|_| Uuid::from_uuid_1(unique_name()));
    let mut names: Vec<Uuid> = names.collect();
    names.sort_unstable_by_key(|name| name.bytes());
    let waiting = batches.zip(names).map(|(batch, name)| {
        let viewings = binary(pack_viewings(batch)?);
        let fields = stamped(doc! { "at": "$$NOW", "viewings": viewings });
        Ok(Update::upsert(doc! { "_id": name }, vec![fields]))
    });
    let waiting: Vec<_> = waiting
        .collect::<Result<_, StoreError>>()
        .map_err(|error| Abort::Refused(error.into()))?;
    update(db, session, WAITING, &waiting, BATCH).await?;
    Ok(())
}

/// Keeps a batch of what was sent.
pub(super) async fn keep(
    collections: &Collections,
    batch: &WaitingBatch,
) -> Result<(), StoreError> {
    let viewings = binary(pack_viewings(&batch.viewings)?);
    let fields = stamped(doc! { "at": date(batch.at), "viewings": viewings });
    let by_name = doc! { "_id": Uuid::from_uuid_1(batch.id) };
    let waiting = &collections.waiting;
    let kept = patiently(waiting.timeout, async {
        let kept = waiting.update_one(by_name, vec![fields]).upsert(true);
        kept.await.map_err(store_error)
    });
    kept.await
        .map(drop)
        .inspect_err(|error| collections.db.learn(error))
}

/// The oldest batches, as many as have so many viewings.
pub(super) async fn oldest(
    collections: &Collections,
    limit: usize,
) -> Result<Vec<WaitingBatch>, StoreError> {
    let waiting: Collection<RawDocumentBuf> = collections.db.collection(WAITING);
    let (mut batches, mut count) = (Vec::new(), 0);
    patiently(waiting.timeout, async {
        let found = waiting.find(doc! {}).sort(doc! { "at": 1, "_id": 1 });
        let mut found = found.batch_size(PAGE).await.map_err(store_error)?;
        while count < limit
            && let Some(raw) = found.try_next().await.map_err(store_error)?
        {
            match batch(&raw) {
                Ok(batch) => {
                    count += batch.viewings.len();
                    batches.push(batch);
                }
                Err(error) => pass_over(WAITING, &name(&raw), &error),
            }
        }
        Ok(())
    })
    .await?;
    Ok(batches)
}

fn batch(raw: &RawDocumentBuf) -> Result<WaitingBatch, StoreError> {
    let document: WaitingDocument =
        bson::deserialize_from_slice(raw.as_bytes()).map_err(StoreError::failed)?;
    document.try_into()
}
