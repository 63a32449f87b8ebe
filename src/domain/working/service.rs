//! The use cases of jobs: queueing them, seeing how far they are, and saying so.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta};

use super::error::WorkError;
use super::job::{Job, JobKind, JobState};
use super::store::JobStore;
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::events::{Event, EventBus};
use crate::domain::ids::{JobId, ProfileId};

/// How many jobs of a profile are listed.
const MOST: usize = 200;
/// How many open jobs are looked at together.
const AT_ONCE: usize = 20;
/// For how long jobs that are over can be looked up, in days.
const KEPT: i64 = 30;

/// The use cases of jobs.
#[derive(Clone)]
pub struct WorkService {
    store: Arc<dyn JobStore>,
    clock: Arc<dyn Clock>,
    events: Arc<dyn EventBus>,
}

impl WorkService {
    /// A service on its ports.
    pub fn new(store: Arc<dyn JobStore>, clock: Arc<dyn Clock>, events: Arc<dyn EventBus>) -> Self {
        Self {
            store,
            clock,
            events,
        }
    }

    /// A job that is to be queued by [`Self::queue`].
    pub fn make(&self, profile: ProfileId, kind: JobKind) -> Job {
        let now = self.clock.now().trunc_subsecs(3);
        Job::queued(JobId(unique_name()), profile, kind, now)
    }

    /// Keeps a job, so that any server can begin it once whoever refers to it is written, too.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn queue(&self, job: &Job) -> Result<(), WorkError> {
        self.put(job).await
    }

    /// Has what is queued begun at once.
    pub fn wake(&self) {
        self.events.publish(Event::JobQueued);
    }

    /// The jobs of a profile, the last queued first.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn jobs(&self, profile: ProfileId) -> Result<Vec<Job>, WorkError> {
        Ok(self.store.jobs(profile, MOST).await?)
    }

    /// A job, if it is of this profile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn find(&self, profile: ProfileId, id: JobId) -> Result<Option<Job>, WorkError> {
        let found = self.store.find_job(id).await?;
        Ok(found.filter(|job| job.profile == profile))
    }

    /// Some jobs that are not over, the first queued first, from the one after the given; none: there are no more.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn open(&self, after: Option<&Job>) -> Result<VecDeque<Job>, WorkError> {
        let after = after.map(|job| (job.queued_at, job.id));
        Ok(self.store.open_jobs(after, AT_ONCE).await?.into())
    }

    /// Notes how far a job is.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn went_on(&self, job: &mut Job, progress: f64, step: &str) -> Result<(), WorkError> {
        let now = self.clock.now().trunc_subsecs(3);
        job.state = JobState::Running;
        job.started_at.get_or_insert(now);
        job.progress = progress.clamp(0.0, 1.0);
        step.clone_into(&mut job.step);
        job.failures = 0;
        self.put(job).await
    }

    /// Notes that a job is over: it succeeded, or else why not.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn ended(&self, job: &mut Job, error: Option<String>) -> Result<(), WorkError> {
        let now = self.clock.now().trunc_subsecs(3);
        job.started_at.get_or_insert(now);
        job.finished_at = Some(now);
        job.state = match error {
            None => JobState::Succeeded,
            Some(_) => JobState::Failed,
        };
        if error.is_none() {
            job.progress = 1.0;
        }
        job.error = error;
        self.put(job).await
    }

    /// Notes that something did not answer while a job was worked on. Says how often that was so since it last got on.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn held_up(&self, job: &mut Job) -> Result<u32, WorkError> {
        job.failures = job.failures.saturating_add(1);
        self.put(job).await?;
        Ok(job.failures)
    }

    /// Takes away jobs that have long been over. Says how many.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn clear_away(&self) -> Result<u64, WorkError> {
        let before = self.clock.now() - TimeDelta::days(KEPT);
        Ok(self.store.remove_jobs_before(before).await?)
    }

    /// Removes all jobs of a profile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn erase_profile(&self, profile: ProfileId) -> Result<(), WorkError> {
        Ok(self.store.erase_jobs(profile).await?)
    }

    async fn put(&self, job: &Job) -> Result<(), WorkError> {
        if !self.store.put_job(job).await? {
            return Err(WorkError::ProfileErased);
        }
        self.events.publish(Event::JobsChanged(job.profile));
        Ok(())
    }
}
