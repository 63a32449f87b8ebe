//! Where jobs of the site are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::job::{SiteJob, SiteJobKind, SiteJobState};
use crate::domain::error::StoreError;
use crate::domain::ids::SiteJobId;
use crate::domain::measured::measured;
use crate::domain::page::{KeyValue, Keyset, Slice, Window};

/// Which jobs are meant: those to which all of this applies; `None` leaves none out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiteJobFilter {
    pub kind: Option<SiteJobKind>,
    pub state: Option<SiteJobState>,
}

measured! {
/// The jobs of the site. What cannot be read of a list is passed over: a later version has written it.
#[async_trait]
pub trait SiteJobStore: Send + Sync {
    /// Writes a job, whose revision follows the one that is stored, or is 1 of what is new. If somebody else wrote first,
    /// or it is not there any more, that is a conflict, and nothing is written.
    async fn put_site_job(&self, job: &SiteJob) -> Result<(), StoreError>;

    /// The jobs with these ids, in no order.
    async fn site_jobs(&self, ids: &[SiteJobId]) -> Result<Vec<SiteJob>, StoreError>;

    /// A page of the jobs that pass a filter, those that were started last first, ties by id, ascending; see [`place_of`].
    async fn list_site_jobs(
        &self,
        filter: SiteJobFilter,
        window: &Window,
    ) -> Result<Slice<SiteJob>, StoreError>;

    /// Jobs that run and were not heard of since a moment, those that are silent for longest first; at most so many.
    async fn silent_site_jobs(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<SiteJob>, StoreError>;

    /// Removes a job. Idempotent.
    async fn remove_site_job(&self, id: SiteJobId) -> Result<(), StoreError>;

    /// Removes jobs that are over, those that were started first before others, until there are at most so many of all.
    /// Says how many.
    async fn trim_site_jobs(&self, most: usize) -> Result<u64, StoreError>;
}
}

/// The place of a job in the order of lists: when it was started, then its id.
pub fn place_of(job: &SiteJob) -> Keyset {
    Keyset {
        value: KeyValue::Number(job.started_at.timestamp_millis()),
        id: KeyValue::Text(job.id.to_string()),
    }
}
