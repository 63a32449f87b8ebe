//! Where jobs are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::job::Job;
use crate::domain::error::StoreError;
use crate::domain::ids::{JobId, ProfileId};
use crate::domain::measured::measured;

measured! {
/// The jobs of all profiles. What cannot be read of a list is passed over: a later version has written it.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Writes a job, in the place of that with its id. False, and nothing is written: the profile was erased.
    async fn put_job(&self, job: &Job) -> Result<bool, StoreError>;

    /// The job with this id.
    async fn find_job(&self, id: JobId) -> Result<Option<Job>, StoreError>;

    /// The jobs of a profile, the last queued first, ties by id, ascending; at most so many.
    async fn jobs(&self, profile: ProfileId, limit: usize) -> Result<Vec<Job>, StoreError>;

    /// Jobs that are not over, whosever they are, the first queued first, ties by id, ascending, from the one after the
    /// given, which need not be there any more; at most so many.
    async fn open_jobs(
        &self,
        after: Option<(DateTime<Utc>, JobId)>,
        limit: usize,
    ) -> Result<Vec<Job>, StoreError>;

    /// Removes jobs that are over and were queued before a moment. Says how many.
    async fn remove_jobs_before(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;

    /// Removes all jobs of a profile. Idempotent.
    async fn erase_jobs(&self, profile: ProfileId) -> Result<(), StoreError>;
}
}
