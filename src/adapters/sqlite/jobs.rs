//! The port of jobs on SQLite; what each method promises is documented at the port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::columns::{Json, TableRecord, Time, limit as rows, read, record};
use super::db::{SqliteDb, store_error};
use super::statements::{find, readable, write};
use super::watching::is_erased;
use crate::domain::error::StoreError;
use crate::domain::ids::{JobId, ProfileId};
use crate::domain::working::{Job, JobStore};

/// What jobs are called that cannot be read.
const JOBS: &str = "jobs";
/// How many jobs are removed in one transaction.
const AT_ONCE: i64 = 1000;

record! {
    struct JobRow in jobs by (id: [u8; 16]) {
        profile: i64,
        is_open: bool,
        queued_at: Time,
        body: Json<Job>,
    }
}

impl From<&Job> for JobRow {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.0.into_bytes(),
            profile: job.profile.to_i64(),
            is_open: job.is_open(),
            queued_at: Time(job.queued_at),
            body: Json(job.clone()),
        }
    }
}

impl From<JobRow> for Job {
    fn from(row: JobRow) -> Self {
        row.body.0
    }
}

/// The jobs in a database.
#[derive(Clone)]
pub struct SqliteJobs {
    db: SqliteDb,
}

impl SqliteJobs {
    /// The jobs in this database.
    pub fn new(db: SqliteDb) -> Self {
        Self { db }
    }
}

#[async_trait]
impl JobStore for SqliteJobs {
    async fn put_job(&self, job: &Job) -> Result<bool, StoreError> {
        let (profile, row) = (job.profile, JobRow::from(job));
        self.db
            .write(move |connection: &Connection| {
                if is_erased(connection, profile).map_err(store_error)? {
                    return Ok(false);
                }
                let row = &*row.parameters();
                write(connection, JobRow::REPLACE, row).map_err(store_error)?;
                Ok(true)
            })
            .await
    }

    async fn find_job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let sql = format!("{} WHERE id = ?1", JobRow::SELECT);
        let id = id.0.into_bytes();
        self.db
            .read(move |connection| find(connection, &sql, [id], read::<JobRow, _>))
            .await
    }

    async fn jobs(&self, profile: ProfileId, limit: usize) -> Result<Vec<Job>, StoreError> {
        let sql = format!(
            "{} WHERE profile = ?1 ORDER BY queued_at DESC, id LIMIT ?2",
            JobRow::SELECT
        );
        let key = (profile.to_i64(), rows(limit));
        self.db
            .read(move |connection| Ok(readable(connection, JOBS, &sql, key, read::<JobRow, _>)?.0))
            .await
    }

    async fn open_jobs(
        &self,
        after: Option<(DateTime<Utc>, JobId)>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError> {
        let sql = format!(
            "{} WHERE is_open = 1 AND (queued_at, id) > (?1, ?2) ORDER BY queued_at, id LIMIT ?3",
            JobRow::SELECT
        );
        let (queued_at, id) = after.unwrap_or((DateTime::UNIX_EPOCH, JobId(uuid::Uuid::nil())));
        let key = (Time(queued_at), id.0.into_bytes(), rows(limit));
        self.db
            .read(move |connection| Ok(readable(connection, JOBS, &sql, key, read::<JobRow, _>)?.0))
            .await
    }

    async fn remove_jobs_before(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "DELETE FROM jobs WHERE id IN
             (SELECT id FROM jobs WHERE is_open = 0 AND queued_at < ?1 ORDER BY queued_at, id LIMIT ?2)";
        let key = (Time(before), AT_ONCE);
        let removed = self
            .db
            .write(move |connection: &Connection| write(connection, sql, key).map_err(store_error));
        Ok(removed.await? as u64)
    }

    async fn erase_jobs(&self, profile: ProfileId) -> Result<(), StoreError> {
        let sql = "DELETE FROM jobs WHERE profile = ?1";
        let profile = [profile.to_i64()];
        let erased = self.db.write(move |connection: &Connection| {
            write(connection, sql, profile).map_err(store_error)
        });
        erased.await.map(drop)
    }
}
