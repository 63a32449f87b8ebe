//! The port of jobs of the site on MongoDB; what each method promises is documented at the port.

use async_trait::async_trait;
use bson::{Bson, Document, Uuid, doc};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use serde::Deserialize;

use super::db::{Collection, MongoDb, is_duplicate, patiently, store_error};
use super::fields::{date, limit as rows, list};
use super::find::{List, readable};
use super::indexes::{Build, Index, make};
use crate::domain::error::StoreError;
use crate::domain::ids::SiteJobId;
use crate::domain::page::{Slice, Window};
use crate::domain::site_jobs::{SiteJob, SiteJobFilter, SiteJobState, SiteJobStore};

/// What the collection is called, and what in it cannot be read.
const SITE_JOBS: &str = "site_jobs";

/// The jobs of the site in a database.
#[derive(Clone)]
pub struct MongoSiteJobs {
    db: MongoDb,
    jobs: Collection<KeptJob>,
}

/// Of a job what is not asked for by a field of its own, as JSON.
#[derive(Debug, Deserialize)]
struct KeptJob {
    body: String,
}

/// Of a job its key.
#[derive(Debug, Deserialize)]
struct Named {
    #[serde(rename = "_id")]
    id: Uuid,
}

impl TryFrom<KeptJob> for SiteJob {
    type Error = serde_json::Error;

    fn try_from(kept: KeptJob) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&kept.body)
    }
}

impl MongoSiteJobs {
    /// The jobs of the site in this database.
    pub fn new(db: MongoDb) -> Self {
        Self {
            jobs: db.collection(SITE_JOBS),
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
        let of_jobs = [
            Index::on(doc! { "started_at": -1, "_id": 1 }).named("latest"),
            Index::on(doc! { "state": 1, "updated_at": 1, "_id": 1 }).named("in_state"),
        ];
        make(&self.jobs, of_jobs, build).await
    }
}

fn key(id: SiteJobId) -> Bson {
    Uuid::from_uuid_1(id.0).into()
}

#[async_trait]
impl SiteJobStore for MongoSiteJobs {
    async fn put_site_job(&self, job: &SiteJob) -> Result<(), StoreError> {
        let body = serde_json::to_string(job).map_err(StoreError::failed)?;
        let revision = job.revision.cast_signed();
        let expected = doc! { "_id": key(job.id), "revision": revision - 1 };
        // Fields that this version does not know stay.
        let change = doc! { "$set": {
            "kind": job.kind.as_str(),
            "state": job.state.as_str(),
            "started_at": date(job.started_at),
            "updated_at": date(job.updated_at),
            "revision": revision,
            "body": body,
        } };
        patiently(self.db.timeout, async {
            // One that is there has another revision: it is not found, and to make it takes a key that is taken.
            let written = self.jobs.update_one(expected, change);
            match written.upsert(job.revision == 1).await {
                Err(error) if is_duplicate(&error) => Err(StoreError::Conflict),
                Err(error) => Err(store_error(error)),
                Ok(written) if written.matched_count == 0 && written.upserted_id.is_none() => {
                    Err(StoreError::Conflict)
                }
                Ok(_) => Ok(()),
            }
        })
        .await
    }

    async fn site_jobs(&self, ids: &[SiteJobId]) -> Result<Vec<SiteJob>, StoreError> {
        let these = doc! { "_id": { "$in": list(ids, |id| key(*id)) } };
        readable(&self.jobs, SITE_JOBS, these, doc! {}, None).await
    }

    async fn list_site_jobs(
        &self,
        filter: SiteJobFilter,
        window: &Window,
    ) -> Result<Slice<SiteJob>, StoreError> {
        let mut these = Document::new();
        if let Some(kind) = filter.kind {
            these.insert("kind", kind.as_str());
        }
        if let Some(state) = filter.state {
            these.insert("state", state.as_str());
        }
        let jobs = List {
            filter: these,
            time: "started_at",
            is_latest_first: true,
            id: "_id",
        };
        jobs.page(&self.jobs, Some(SITE_JOBS), window).await
    }

    async fn silent_site_jobs(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<SiteJob>, StoreError> {
        let these = doc! {
            "state": SiteJobState::Running.as_str(),
            "updated_at": { "$lt": date(since) },
        };
        let order = doc! { "updated_at": 1, "_id": 1 };
        readable(&self.jobs, SITE_JOBS, these, order, Some(limit)).await
    }

    async fn remove_site_job(&self, id: SiteJobId) -> Result<(), StoreError> {
        patiently(self.db.timeout, async {
            let removed = self.jobs.delete_one(doc! { "_id": key(id) }).await;
            removed.map(drop).map_err(store_error)
        })
        .await
    }

    async fn trim_site_jobs(&self, most: usize) -> Result<u64, StoreError> {
        let over = doc! { "state": { "$ne": SiteJobState::Running.as_str() } };
        patiently(self.db.timeout, async {
            let all = self.jobs.count_documents(doc! {}).await;
            let all = all.map_err(store_error)?;
            let excess = all.saturating_sub(most as u64);
            if excess == 0 {
                return Ok(0);
            }
            let named = self.jobs.clone_with_type::<Named>();
            let oldest = named
                .find(over.clone())
                .sort(doc! { "started_at": 1, "_id": -1 })
                .limit(rows(usize::try_from(excess).unwrap_or(usize::MAX)))
                .projection(doc! { "_id": 1 });
            let oldest = oldest.await.map_err(store_error)?;
            let oldest: Vec<Named> = oldest.try_collect().await.map_err(store_error)?;
            let mut these = over;
            these.insert(
                "_id",
                doc! { "$in": list(&oldest, |job| Bson::from(job.id)) },
            );
            let removed = self.jobs.delete_many(these).await.map_err(store_error)?;
            Ok(removed.deleted_count)
        })
        .await
    }
}
