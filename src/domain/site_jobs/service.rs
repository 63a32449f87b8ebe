//! The use cases of jobs of the site: keeping one from its process, seeing all, and wishing that one stops.
//!
//! A process says every few seconds that it is at its job. Of one that says nothing for longer than [`LEASE`] it is taken
//! that it was killed; if it was only held up, its next word takes that back.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::SiteJobError;
use super::job::{
    CancelWish, CancelledBy, SiteJob, SiteJobErrorCode, SiteJobFailure, SiteJobKind,
    SiteJobProgress, SiteJobState,
};
use super::store::{SiteJobFilter, SiteJobStore, place_of};
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::ids::SiteJobId;
use crate::domain::page::{MAX_PAGE, Slice, Window};

/// For so long a process may say nothing of its job.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);
/// So many jobs are kept.
pub const MOST: usize = 10_000;
/// After so long a process says that it is at its job, also if it got nowhere.
const RENEWED: TimeDelta = TimeDelta::seconds(5);
/// How many silent jobs are given up at a time.
const AT_A_TIME: usize = 100;
/// How often it is tried again if somebody else writes the same job.
const TRIES: usize = 10;

/// How a job ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteJobEnd {
    Done,
    Failed(SiteJobFailure),
    /// It stopped before it was through: because somebody wished it in the store, or else for this reason.
    Cancelled(Option<SiteJobFailure>),
}

/// The use cases of jobs of the site.
#[derive(Clone)]
pub struct SiteJobService {
    store: Arc<dyn SiteJobStore>,
    clock: Arc<dyn Clock>,
}

impl SiteJobService {
    /// A service on its ports.
    pub fn new(store: Arc<dyn SiteJobStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Begins a job of this process, which reads what is named like this. The oldest that are over make room for it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn begin(
        &self,
        kind: SiteJobKind,
        reads: Vec<String>,
    ) -> Result<SiteJob, SiteJobError> {
        self.give_up_silent().await?;
        let job = SiteJob::begun(SiteJobId(unique_name()), kind, reads, self.clock.now());
        self.store.put_site_job(&job).await?;
        self.store.trim_site_jobs(MOST).await?;
        Ok(job)
    }

    /// Says that this process is at its job, and how far; the job then has the wish that it stops, if there is one. Nothing
    /// is written as long as it got nowhere and was heard of a moment ago.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn went_on(
        &self,
        job: &mut SiteJob,
        progress: SiteJobProgress,
    ) -> Result<(), SiteJobError> {
        let now = self.clock.now();
        if job.progress == progress && now < job.updated_at + RENEWED {
            let stored = self.store.site_jobs(&[job.id]).await?.pop();
            if let Some(stored) = stored.filter(SiteJob::is_running) {
                *job = stored;
                return Ok(());
            }
        }
        self.write(job, |job| {
            job.state = SiteJobState::Running;
            job.updated_at = now;
            job.ended_at = None;
            job.error = None;
            job.progress = progress;
        })
        .await
    }

    /// Says how the job of this process ended.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn ended(
        &self,
        job: &mut SiteJob,
        progress: SiteJobProgress,
        end: SiteJobEnd,
    ) -> Result<(), SiteJobError> {
        let now = self.clock.now();
        let (state, error) = match end {
            SiteJobEnd::Done => (SiteJobState::Done, None),
            SiteJobEnd::Failed(error) => (SiteJobState::Failed, Some(error)),
            SiteJobEnd::Cancelled(error) => (SiteJobState::Cancelled, error),
        };
        self.write(job, |job| {
            job.state = state;
            job.updated_at = now;
            job.ended_at = Some(now);
            job.error.clone_from(&error);
            job.progress = progress;
        })
        .await
    }

    /// Takes away a job of this process that was not worth keeping.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn forget(&self, job: &SiteJob) -> Result<(), SiteJobError> {
        Ok(self.store.remove_site_job(job.id).await?)
    }

    /// A page of the jobs that pass a filter, those that were started last first; see [`super::place_of`].
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn jobs(
        &self,
        filter: SiteJobFilter,
        window: &Window,
    ) -> Result<Slice<SiteJob>, SiteJobError> {
        self.give_up_silent().await?;
        Ok(self.store.list_site_jobs(filter, window).await?)
    }

    /// How many jobs run.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_running(&self) -> Result<u64, SiteJobError> {
        self.give_up_silent().await?;
        let running = SiteJobFilter {
            state: Some(SiteJobState::Running),
            ..SiteJobFilter::default()
        };
        // They are few, as many as there are commands that run.
        let (mut count, mut window) = (0, Window::first(MAX_PAGE));
        loop {
            let page = self.store.list_site_jobs(running, &window).await?;
            count += page.rows.len() as u64;
            match page.rows.last() {
                Some(last) if page.has_more => window = Window::after(MAX_PAGE, place_of(last)),
                _ => return Ok(count),
            }
        }
    }

    /// The job with this id, if there is one.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(&self, id: SiteJobId) -> Result<Option<SiteJob>, SiteJobError> {
        self.give_up_silent().await?;
        Ok(self.store.site_jobs(&[id]).await?.pop())
    }

    /// Wishes that a job stops; its process notices that soon. The first wish stays, and a second is no error.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn cancel(&self, id: SiteJobId, by: CancelledBy) -> Result<SiteJob, SiteJobError> {
        self.give_up_silent().await?;
        for _ in 0..TRIES {
            let found = self.store.site_jobs(&[id]).await?.pop();
            let mut job = found.ok_or(SiteJobError::NotFound)?;
            if !job.is_running() {
                return Err(SiteJobError::IsOver);
            }
            if job.cancel.is_some() {
                return Ok(job);
            }
            let at = self.clock.now();
            job.cancel = Some(CancelWish { by, at });
            job.revision += 1;
            match self.store.put_site_job(&job).await {
                Ok(()) => return Ok(job),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(SiteJobError::Busy)
    }

    /// Ends the jobs whose processes say nothing any more.
    async fn give_up_silent(&self) -> Result<(), SiteJobError> {
        let silent = self.clock.now() - LEASE;
        loop {
            let found = self.store.silent_site_jobs(silent, AT_A_TIME).await?;
            let is_last = found.len() < AT_A_TIME;
            for job in found {
                match self.store.put_site_job(&interrupted(job)).await {
                    // Its process said something at this very moment, or somebody else has given it up.
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Writes what the process of a job says of it over what is stored; a wish that it stops stays.
    async fn write(
        &self,
        job: &mut SiteJob,
        say: impl Fn(&mut SiteJob),
    ) -> Result<(), SiteJobError> {
        for _ in 0..TRIES {
            let mut next = job.clone();
            next.revision += 1;
            say(&mut next);
            match self.store.put_site_job(&next).await {
                Ok(()) => {
                    *job = next;
                    return Ok(());
                }
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            match self.store.site_jobs(&[job.id]).await?.pop() {
                Some(stored) => *job = stored,
                // It was taken for killed, and was among the oldest that are over.
                None => job.revision = 0,
            }
        }
        Err(SiteJobError::Busy)
    }
}

/// A job whose process was killed, as far as anybody can tell.
fn interrupted(job: SiteJob) -> SiteJob {
    let silent: DateTime<Utc> = job.updated_at;
    SiteJob {
        revision: job.revision + 1,
        state: SiteJobState::Failed,
        ended_at: Some(silent),
        error: Some(SiteJobFailure {
            code: SiteJobErrorCode::Interrupted,
            message: format!(
                "its process said nothing for {} seconds: it was killed, or its machine went down",
                LEASE.num_seconds()
            ),
        }),
        ..job
    }
}
