//! What is remembered of sittings. A key is the viewer's hash and then the play's, so that those of one viewer lie beside
//! each other.

use bson::{Binary, Bson, Document, doc};
use futures::TryStreamExt;
use futures::stream::{self, StreamExt};

use super::collections::Collections;
use super::documents::{SittingDocument, binary};
use crate::adapters::mongo::db::{patiently, store_error};
use crate::adapters::mongo::fields::stamp;
use crate::adapters::mongo::find::documents;
use crate::domain::error::StoreError;
use crate::domain::usage::Sitting;
use crate::domain::watching::SittingId;

/// How many are read by one query.
const CHUNK: usize = 5000;
/// How many such queries are under way at the same time.
const LANES: usize = 2;
/// How many are forgotten at once.
const FORGOTTEN: i64 = 10_000;

/// Those with these names that there are.
pub(super) async fn read(
    collections: &Collections,
    ids: &[SittingId],
) -> Result<Vec<Sitting>, StoreError> {
    let mut reads = Vec::new();
    for ids in ids.chunks(CHUNK) {
        reads.push(read_some(collections, ids));
    }
    let found: Vec<Vec<Sitting>> = stream::iter(reads)
        .buffer_unordered(LANES)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

async fn read_some(
    collections: &Collections,
    ids: &[SittingId],
) -> Result<Vec<Sitting>, StoreError> {
    let keys: Vec<Bson> = ids.iter().map(|id| key(*id).into()).collect();
    let these = doc! { "_id": { "$in": keys } };
    let found = documents(&collections.sittings, these, doc! {}, None);
    let found: Vec<SittingDocument> = found.await?;
    found.into_iter().map(Sitting::try_from).collect()
}

/// Removes some that were last written before a moment. Says how many.
pub(super) async fn forget(
    collections: &Collections,
    before: bson::DateTime,
) -> Result<u64, StoreError> {
    let old = doc! { "updated_at": { "$lt": before } };
    let sittings = collections.sittings.clone_with_type::<Document>();
    let found: Vec<Document> = patiently(collections.sittings.timeout, async {
        let found = sittings.find(old.clone()).projection(doc! { "_id": 1 });
        let found = found.limit(FORGOTTEN).await.map_err(store_error)?;
        found.try_collect().await.map_err(store_error)
    })
    .await?;
    let keys = found
        .into_iter()
        .filter_map(|mut found| found.remove("_id"));
    let keys: Vec<Bson> = keys.collect();
    if keys.is_empty() {
        return Ok(0);
    }
    // One that was written in the meantime stays.
    let mut these = old;
    these.insert("_id", doc! { "$in": keys });
    remove(collections, these).await
}

/// Removes those of a viewer.
pub(super) async fn erase(collections: &Collections, viewer: [u8; 16]) -> Result<(), StoreError> {
    let [first, last] = [[0; 16], [0xff; 16]].map(|play| key(SittingId { viewer, play }));
    let these = doc! { "_id": { "$gte": first, "$lte": last } };
    remove(collections, these).await.map(drop)
}

async fn remove(collections: &Collections, these: Document) -> Result<u64, StoreError> {
    let sittings = &collections.sittings;
    let removed = patiently(sittings.timeout, async {
        sittings.delete_many(these).await.map_err(store_error)
    });
    Ok(removed.await?.deleted_count)
}

fn key(id: SittingId) -> Binary {
    binary([id.viewer, id.play].concat())
}

impl TryFrom<&Sitting> for SittingDocument {
    type Error = StoreError;

    fn try_from(sitting: &Sitting) -> Result<Self, StoreError> {
        Ok(Self {
            id: key(sitting.id),
            counted: binary(sitting.packed()?),
            revision: sitting.stamp.revision.cast_signed(),
            created_at: sitting.stamp.created_at.into(),
            updated_at: sitting.stamp.updated_at.into(),
        })
    }
}

impl TryFrom<SittingDocument> for Sitting {
    type Error = StoreError;

    fn try_from(document: SittingDocument) -> Result<Self, StoreError> {
        let halves = document.id.bytes.split_first_chunk::<16>();
        let id = halves.and_then(|(viewer, play)| {
            let play = <[u8; 16]>::try_from(play).ok()?;
            Some(SittingId {
                viewer: *viewer,
                play,
            })
        });
        let id = id.ok_or_else(|| StoreError::failed("a sitting has a key of another length"))?;
        let stamp = stamp(document.revision, document.created_at, document.updated_at);
        Self::unpacked(id, stamp, &document.counted.bytes)
    }
}
