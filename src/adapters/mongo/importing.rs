//! The ports of imports and of jobs on MongoDB; what each method promises is documented at the ports.
//!
//! Each write first writes the profile's guard, as all do that stand by themselves: there it meets the write that marks
//! the profile as erased.

use std::sync::Arc;

use async_trait::async_trait;
use bson::{Bson, Document, Uuid, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::bulk::{Update, update};
use super::db::{Abort, Collection, MongoDb, is_duplicate, patiently, store_error};
use super::fields::{date, list, stamped};
use super::find::{BATCH, one, readable};
use super::indexes::{Build, Index, make};
use crate::domain::error::StoreError;
use crate::domain::ids::{ImportId, JobId, PlayId, ProfileId};
use crate::domain::importing::{Effect, Import, ImportRow, ImportState, ImportStore, RowState};
use crate::domain::page::{Direction, KeyValue, Slice, Window};
use crate::domain::working::{Job, JobStore};

/// What the collections are called, and what in them cannot be read.
const IMPORTS: &str = "imports";
const ROWS: &str = "import_rows";
const JOBS: &str = "jobs";
/// How many rows are written by one command, or removed at once.
const AT_ONCE: usize = 500;

/// The imports and jobs in a database.
#[derive(Clone)]
pub struct MongoImporting {
    db: MongoDb,
    imports: Collection<Kept<Import>>,
    rows: Collection<Kept<ImportRow>>,
    jobs: Collection<Kept<Job>>,
    /// Which profiles are erased.
    guards: Collection<Document>,
}

/// A thing as it is stored: what it is asked for by, and the rest as JSON.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = ""))]
struct Kept<T> {
    body: String,
    #[serde(skip)]
    is: std::marker::PhantomData<fn() -> T>,
}

/// Of a row, what says which import brings what: the rest of it is large.
#[derive(Debug, Deserialize)]
struct Claim {
    #[serde(rename = "_id")]
    key: RowKey,
    effect: String,
}

/// Of the key of a row, the import that has it.
#[derive(Debug, Deserialize)]
struct RowKey {
    import: Uuid,
}

/// Why one try came to nothing.
enum NotPut {
    /// Somebody else made the guard when we did.
    KeyTaken,
    Failed(StoreError),
}

impl From<StoreError> for NotPut {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

macro_rules! read_from_body {
    ($($thing:ty)+) => {$(
        impl TryFrom<Kept<$thing>> for $thing {
            type Error = serde_json::Error;

            fn try_from(kept: Kept<$thing>) -> Result<Self, serde_json::Error> {
                serde_json::from_str(&kept.body)
            }
        }
    )+};
}

read_from_body! { Import ImportRow Job }

impl MongoImporting {
    /// The imports and jobs in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            imports: db.collection(IMPORTS),
            rows: db.collection(ROWS),
            jobs: db.collection(JOBS),
            guards: db.collection("watching_profiles"),
            db,
        }
    }

    /// Makes the indexes; what is there already stays. To be called before anything else.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        self.make_indexes(Build::All).await.map(drop)
    }

    /// Makes what takes no time of what the store needs. Says whether that is all of it.
    pub async fn prepare(&self) -> Result<bool, StoreError> {
        self.make_indexes(Build::OfEmpty).await
    }

    async fn make_indexes(&self, build: Build) -> Result<bool, StoreError> {
        let latest = doc! { "profile": 1, "created_at": -1, "_id": 1 };
        let age = doc! { "created_at": 1, "_id": 1 };
        let of_imports = [
            Index::on(latest).named("latest"),
            Index::on(age)
                .named("previews")
                .only(doc! { "is_preview": true }),
        ];
        let mut is_whole = make(&self.imports, of_imports, build).await?;
        let in_state = doc! { "_id.import": 1, "state": 1, "_id.number": 1 };
        let in_order = doc! { "_id.import": 1, "_id.number": 1 };
        let effects = doc! { "profile": 1, "effect": 1 };
        let names = doc! { "profile": 1, "name": 1 };
        let of_rows = [
            Index::on(in_state).named("in_state"),
            Index::on(in_order).named("in_order"),
            Index::on(effects).named("effects"),
            Index::on(names)
                .named("merged")
                .only(doc! { "name": { "$type": "string" } }),
        ];
        is_whole &= make(&self.rows, of_rows, build).await?;
        let latest = doc! { "profile": 1, "queued_at": -1, "_id": 1 };
        let open = doc! { "is_open": 1, "queued_at": 1, "_id": 1 };
        let of_jobs = [
            Index::on(latest).named("latest"),
            Index::on(open).named("open"),
        ];
        is_whole &= make(&self.jobs, of_jobs, build).await?;
        Ok(is_whole)
    }

    /// Writes documents of a profile, unless that is erased.
    async fn put(
        &self,
        profile: ProfileId,
        collection: &'static str,
        updates: Vec<Update<Document, Document>>,
    ) -> Result<bool, StoreError> {
        let updates = Arc::new(updates);
        let tries = async {
            loop {
                let (all, updates) = (self.clone(), Arc::clone(&updates));
                let tried = self.db.transaction(move |session| {
                    let (all, updates) = (all.clone(), Arc::clone(&updates));
                    Box::pin(
                        async move { all.put_once(profile, collection, &updates, session).await },
                    )
                });
                match tried.await {
                    Ok(is_put) => return Ok(is_put),
                    Err(NotPut::KeyTaken) => {}
                    Err(NotPut::Failed(error)) => return Err(error),
                }
            }
        };
        patiently(self.db.timeout, tries).await
    }

    async fn put_once(
        &self,
        profile: ProfileId,
        collection: &str,
        updates: &[Update<Document, Document>],
        session: &mut ClientSession,
    ) -> Result<bool, Abort<NotPut>> {
        // What is counted is of no use, but every write changes something: one that does not would meet no other.
        let count = doc! { "$add": [{ "$ifNull": ["$imports", 0_i64] }, 1_i64] };
        let guard = self
            .guards
            .find_one_and_update(
                doc! { "_id": profile.tombstone() },
                vec![stamped(doc! { "imports": count })],
            )
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await;
        let guard = guard.map_err(|error| {
            if is_duplicate(&error) {
                Abort::Refused(NotPut::KeyTaken)
            } else {
                Abort::Driver(error)
            }
        })?;
        if guard.is_some_and(|guard| guard.get_bool("erased").unwrap_or(false)) {
            return Ok(false);
        }
        update(&self.db, session, collection, updates, AT_ONCE).await?;
        Ok(true)
    }

    /// Removes the documents that a filter finds, some at a time.
    async fn remove<D: Send + Sync>(
        &self,
        collection: &Collection<D>,
        filter: Document,
    ) -> Result<u64, StoreError> {
        let raw = collection.clone_with_type::<Document>();
        let mut removed = 0;
        loop {
            let some = patiently(self.db.timeout, async {
                let found = raw.find(filter.clone()).projection(doc! { "_id": 1 });
                let found = found
                    .limit(i64::try_from(AT_ONCE).unwrap_or(i64::MAX))
                    .await
                    .map_err(store_error)?;
                let found: Vec<Document> = found.try_collect().await.map_err(store_error)?;
                let keys: Vec<Bson> = found
                    .into_iter()
                    .filter_map(|mut found| found.remove("_id"))
                    .collect();
                if keys.is_empty() {
                    return Ok(0);
                }
                let these = doc! { "_id": { "$in": keys } };
                let removed = raw.delete_many(these).await.map_err(store_error)?;
                Ok(removed.deleted_count)
            });
            match some.await? {
                0 => return Ok(removed),
                some => removed += some,
            }
        }
    }
}

/// One document, put in the place of that with its key; fields that this version does not know stay.
fn upsert(
    key: impl Into<Bson>,
    mut fields: Document,
    thing: &impl Serialize,
) -> Result<Update<Document, Document>, StoreError> {
    let body = serde_json::to_string(thing).map_err(StoreError::failed)?;
    fields.insert("body", body);
    let key: Bson = key.into();
    Ok(Update::upsert(doc! { "_id": key }, doc! { "$set": fields }))
}

fn key(id: uuid::Uuid) -> Bson {
    Uuid::from_uuid_1(id).into()
}

#[async_trait]
impl ImportStore for MongoImporting {
    async fn put_import(&self, import: &Import) -> Result<bool, StoreError> {
        let fields = doc! {
            "profile": import.profile.to_i64(),
            "created_at": date(import.created_at),
            "is_preview": import.state == ImportState::Preview,
        };
        let update = upsert(key(import.id.0), fields, import)?;
        self.put(import.profile, IMPORTS, vec![update]).await
    }

    async fn find_import(&self, id: ImportId) -> Result<Option<Import>, StoreError> {
        one(&self.imports, doc! { "_id": key(id.0) }).await
    }

    async fn imports(&self, profile: ProfileId) -> Result<Vec<Import>, StoreError> {
        let of_profile = doc! { "profile": profile.to_i64() };
        let latest = doc! { "created_at": -1, "_id": 1 };
        readable(&self.imports, IMPORTS, of_profile, latest, None).await
    }

    async fn previews_before(
        &self,
        before: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Import>, StoreError> {
        let old = doc! { "is_preview": true, "created_at": { "$lt": date(before) } };
        let oldest = doc! { "created_at": 1, "_id": 1 };
        readable(&self.imports, IMPORTS, old, oldest, Some(limit)).await
    }

    async fn put_rows(&self, profile: ProfileId, rows: &[ImportRow]) -> Result<bool, StoreError> {
        let updates = rows.iter().map(|row| {
            let fields = doc! {
                "profile": profile.to_i64(),
                "state": row.state.as_str(),
                "effect": row.effect.as_ref().map(Effect::key),
                "name": row.merged.map(|merged| merged.name.to_string()),
            };
            let import = key(row.import.0);
            let key = doc! { "import": import, "number": i64::from(row.number) };
            upsert(key, fields, row)
        });
        let updates: Vec<_> = updates.collect::<Result<_, _>>()?;
        self.put(profile, ROWS, updates).await
    }

    async fn rows(
        &self,
        import: ImportId,
        states: &[RowState],
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let mut filter = doc! {
            "_id.import": key(import.0),
            "_id.number": { "$gt": i64::from(after) },
        };
        if !states.is_empty() {
            filter.insert(
                "state",
                doc! { "$in": list(states, |state| state.as_str()) },
            );
        }
        let in_order = doc! { "_id.number": 1 };
        readable(&self.rows, ROWS, filter, in_order, Some(limit)).await
    }

    async fn list_rows(
        &self,
        import: ImportId,
        states: &[RowState],
        window: &Window,
    ) -> Result<Slice<ImportRow>, StoreError> {
        let (beyond, order) = match window.direction {
            Direction::Forward => ("$gt", 1),
            Direction::Backward => ("$lt", -1),
        };
        let mut filter = doc! { "_id.import": key(import.0) };
        match window.start.as_ref().map(|start| &start.value) {
            None => {}
            Some(KeyValue::Number(number)) => {
                filter.insert("_id.number", doc! { beyond: *number });
            }
            Some(KeyValue::Text(_)) => {
                return Err(StoreError::failed("a keyset of rows has no number"));
            }
        }
        if !states.is_empty() {
            filter.insert(
                "state",
                doc! { "$in": list(states, |state| state.as_str()) },
            );
        }
        // One more than is wanted tells whether there are more.
        let wanted = Some(window.limit.saturating_add(1));
        let order = doc! { "_id.number": order };
        let found = readable(&self.rows, ROWS, filter, order, wanted).await?;
        Ok(Slice::from_overfetched(found, window))
    }

    async fn count_rows(&self, import: ImportId) -> Result<Vec<(RowState, u64)>, StoreError> {
        let stages = [
            doc! { "$match": { "_id.import": key(import.0) } },
            doc! { "$group": { "_id": "$state", "rows": { "$sum": 1_i64 } } },
        ];
        let counted: Vec<Document> = patiently(self.db.timeout, async {
            let counted = self.rows.aggregate(stages).await.map_err(store_error)?;
            counted.try_collect().await.map_err(store_error)
        })
        .await?;
        // States of a later version are those of no row here.
        let known = counted.iter().filter_map(|one| {
            let state = RowState::parse(one.get_str("_id").ok()?)?;
            Some((state, one.get_i64("rows").ok()?.cast_unsigned()))
        });
        Ok(known.collect())
    }

    async fn claims(
        &self,
        profile: ProfileId,
        effects: &[String],
    ) -> Result<Vec<(String, ImportId)>, StoreError> {
        let these = doc! { "profile": profile.to_i64(), "effect": { "$in": effects.to_vec() } };
        let found: Vec<Claim> = patiently(self.db.timeout, async {
            let rows = self.rows.clone_with_type::<Claim>();
            let found = rows.find(these).projection(doc! { "effect": 1 });
            let found = found.batch_size(BATCH).await.map_err(store_error)?;
            found.try_collect().await.map_err(store_error)
        })
        .await?;
        let claims = found.into_iter().map(|row| {
            let import = ImportId(row.key.import.to_uuid_1());
            (row.effect, import)
        });
        let mut claims: Vec<(String, ImportId)> = claims.collect();
        claims.sort_unstable();
        claims.dedup();
        Ok(claims)
    }

    async fn rows_that_bring(
        &self,
        profile: ProfileId,
        effects: &[String],
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let these = doc! { "profile": profile.to_i64(), "effect": { "$in": effects.to_vec() } };
        let in_order = doc! { "_id.import": 1, "_id.number": 1 };
        readable(&self.rows, ROWS, these, in_order, Some(limit)).await
    }

    async fn rows_merged(
        &self,
        profile: ProfileId,
        names: &[PlayId],
        limit: usize,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let names = list(names, PlayId::to_string);
        // The type is that of the index.
        let named = doc! { "$in": names, "$type": "string" };
        let these = doc! { "profile": profile.to_i64(), "name": named };
        let in_order = doc! { "_id.import": 1, "_id.number": 1 };
        readable(&self.rows, ROWS, these, in_order, Some(limit)).await
    }

    async fn remove_import(&self, id: ImportId) -> Result<(), StoreError> {
        let of_import = doc! { "_id.import": key(id.0) };
        self.remove(&self.rows, of_import).await?;
        self.remove(&self.imports, doc! { "_id": key(id.0) })
            .await
            .map(drop)
    }

    async fn erase_imports(&self, profile: ProfileId) -> Result<(), StoreError> {
        let of_profile = doc! { "profile": profile.to_i64() };
        self.remove(&self.rows, of_profile.clone()).await?;
        self.remove(&self.imports, of_profile).await.map(drop)
    }
}

#[async_trait]
impl JobStore for MongoImporting {
    async fn put_job(&self, job: &Job) -> Result<bool, StoreError> {
        let fields = doc! {
            "profile": job.profile.to_i64(),
            "is_open": job.is_open(),
            "queued_at": date(job.queued_at),
        };
        let update = upsert(key(job.id.0), fields, job)?;
        self.put(job.profile, JOBS, vec![update]).await
    }

    async fn find_job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        one(&self.jobs, doc! { "_id": key(id.0) }).await
    }

    async fn jobs(&self, profile: ProfileId, limit: usize) -> Result<Vec<Job>, StoreError> {
        let of_profile = doc! { "profile": profile.to_i64() };
        let latest = doc! { "queued_at": -1, "_id": 1 };
        readable(&self.jobs, JOBS, of_profile, latest, Some(limit)).await
    }

    async fn open_jobs(
        &self,
        after: Option<(DateTime<Utc>, JobId)>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        let mut open = doc! { "is_open": true };
        if let Some((queued_at, id)) = after {
            let queued_at = date(queued_at);
            let later = doc! { "queued_at": { "$gt": queued_at } };
            let same = doc! { "queued_at": queued_at, "_id": { "$gt": key(id.0) } };
            open.insert("$or", vec![later, same]);
        }
        let oldest = doc! { "queued_at": 1, "_id": 1 };
        readable(&self.jobs, JOBS, open, oldest, Some(limit)).await
    }

    async fn remove_jobs_before(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let old = doc! { "is_open": false, "queued_at": { "$lt": date(before) } };
        self.remove(&self.jobs, old).await
    }

    async fn erase_jobs(&self, profile: ProfileId) -> Result<(), StoreError> {
        let of_profile = doc! { "profile": profile.to_i64() };
        self.remove(&self.jobs, of_profile).await.map(drop)
    }
}
