//! The watch log on MongoDB.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bson::{Bson, Document, Uuid as BsonUuid, doc};
use chrono::Utc;
use uuid::Uuid;

use super::collections::Collections;
use super::entries::{
    after, document, folded_among, followed, newest, read_entry, read_tails, taken, uuid_of,
};
use super::store::MongoWatching;
use crate::adapters::mongo::db::{patiently, store_error};
use crate::adapters::mongo::fields::{date, stamped};
use crate::adapters::mongo::find::documents;
use crate::domain::error::StoreError;
use crate::domain::ids::ProfileId;
use crate::domain::watching::{Appended, Batch, Entry, Stream, Tail, WatchLog};

/// How many logs are read by one query.
const LOGS: usize = 200;
/// How many entries go at once.
const TRIMMED: usize = 1000;

#[async_trait]
impl WatchLog for MongoWatching {
    async fn append(&self, batch: &Batch) -> Result<Vec<Appended>, StoreError> {
        let entries = batch.entries.iter().map(|entry| document(batch, entry));
        let entries: Vec<Document> = entries.collect::<Result<_, _>>()?;
        let log = &self.collections.log;
        let inserted = patiently(log.timeout, async {
            match log.insert_many(&entries).ordered(false).await {
                Ok(_) => Ok(BTreeSet::new()),
                Err(error) => taken(error),
            }
        });
        let taken = inserted
            .await
            .inspect_err(|error| self.collections.db.learn(error))?;
        let outcome = |index| {
            if taken.contains(&index) {
                Appended::Taken
            } else {
                Appended::Durable
            }
        };
        Ok((0..entries.len()).map(outcome).collect())
    }

    async fn tails(&self, profiles: &[ProfileId]) -> Result<Vec<Tail>, StoreError> {
        let share = Tail::share(profiles.len());
        let mut tails = Vec::with_capacity(profiles.len());
        for profiles in profiles.chunks(LOGS) {
            tails.extend(read_tails(&self.collections, profiles, share).await?);
        }
        Ok(tails)
    }

    async fn newest(&self, profile: ProfileId) -> Result<u64, StoreError> {
        newest(&self.collections, &profile.tombstone()).await
    }

    async fn followed(&self, ends: &[(ProfileId, u64)]) -> Result<Vec<ProfileId>, StoreError> {
        let mut found = Vec::new();
        for ends in ends.chunks(LOGS) {
            found.extend(followed(&self.collections, ends).await?);
        }
        Ok(found)
    }

    async fn streams(&self) -> Result<Vec<Stream>, StoreError> {
        let streams = documents(&self.collections.streams, doc! {}, doc! {}, None).await?;
        let stream = |stream: &Document| {
            let id = stream.get("_id").and_then(uuid_of);
            Some(Stream {
                id: id?,
                folded: stream.get_i64("folded").ok()?.cast_unsigned(),
                noted_at: stream.get_datetime("updated_at").ok()?.to_chrono(),
            })
        };
        Ok(streams.iter().filter_map(stream).collect())
    }

    async fn entries_after(
        &self,
        stream: Uuid,
        number: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Option<ProfileId>)>, StoreError> {
        let after = doc! {
            "stream": BsonUuid::from_uuid_1(stream),
            "number": { "$gt": number.cast_signed() },
        };
        let order = doc! { "stream": 1, "number": 1 };
        let found = documents(&self.collections.log, after, order, Some(limit)).await?;
        let place = |entry: &Document| {
            let number = entry.get_i64("number").map_err(StoreError::failed)?;
            let profile = entry.get_i64("profile").ok().map(ProfileId::from_i64);
            Ok((number.cast_unsigned(), profile))
        };
        found.iter().map(place).collect()
    }

    async fn entries_of(
        &self,
        profile: ProfileId,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut these = after(&profile.tombstone(), sequence);
        these.insert("erased", doc! { "$ne": true });
        let order = doc! { "_id": 1 };
        let found = documents(&self.collections.log, these, order, Some(limit)).await?;
        found.iter().map(read_entry).collect()
    }

    async fn profiles_in_log(
        &self,
        after: Option<ProfileId>,
    ) -> Result<Vec<ProfileId>, StoreError> {
        let mut log = after.map(ProfileId::tombstone).unwrap_or_default();
        let mut profiles = Vec::new();
        // From one log to the next, however long they are.
        while profiles.len() < LOGS {
            let beyond = doc! { "_id": { "$gt": { "log": &log, "sequence": Bson::MaxKey } } };
            let order = doc! { "_id": 1 };
            let found = documents(&self.collections.log, beyond, order, Some(1)).await?;
            let Some(first) = found.first() else { break };
            let key = first.get_document("_id").map_err(StoreError::failed)?;
            key.get_str("log")
                .map_err(StoreError::failed)?
                .clone_into(&mut log);
            profiles.extend(first.get_i64("profile").ok().map(ProfileId::from_i64));
        }
        Ok(profiles)
    }

    async fn note_folded(&self, stream: Uuid, number: u64) -> Result<(), StoreError> {
        let streams = &self.collections.streams;
        let further = doc! { "folded": { "$max": ["$folded", number.cast_signed()] } };
        let id = BsonUuid::from_uuid_1(stream);
        patiently(streams.timeout, async {
            let noted = streams.update_one(doc! { "_id": id }, vec![stamped(further)]);
            noted.upsert(true).await.map_err(store_error)
        })
        .await
        .map(drop)
    }

    async fn trim(&self, before: chrono::DateTime<Utc>) -> Result<u64, StoreError> {
        let Collections { log, streams, .. } = &self.collections;
        for stream in self.streams().await? {
            let id = BsonUuid::from_uuid_1(stream.id);
            let of_stream =
                doc! { "stream": id, "number": { "$lte": stream.folded.cast_signed() } };
            let order = doc! { "stream": 1, "number": 1 };
            let first = documents(log, of_stream, order, Some(TRIMMED)).await?;
            let is_old = |entry: &&Document| {
                let at = entry.get_datetime("at");
                at.is_ok_and(|at| *at < date(before))
            };
            let old: Vec<&Document> = first.iter().take_while(is_old).collect();
            let old = folded_among(&self.collections, &old).await?;
            if !old.is_empty() {
                let these = doc! { "_id": { "$in": &old } };
                let removed = patiently(log.timeout, async {
                    log.delete_many(these).await.map_err(store_error)
                });
                return Ok(removed.await?.deleted_count);
            }
            if stream.noted_at < before {
                let any = doc! { "stream": id };
                if documents(log, any, doc! {}, Some(1)).await?.is_empty() {
                    let dead = doc! { "_id": id, "updated_at": { "$lt": date(before) } };
                    patiently(streams.timeout, async {
                        streams.delete_one(dead).await.map_err(store_error)
                    })
                    .await?;
                }
            }
        }
        Ok(0)
    }
}
