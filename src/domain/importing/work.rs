//! The work of imports: their jobs, some rows at a time, by whichever server has the lease of the profile.

use std::time::Duration;

use super::error::ImportError;
use super::import::{Import, ImportState, RowState};
use super::service::{ImportService, Scope, TOGETHER};
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::ids::{JobId, ProfileId};
use crate::domain::lease::may_work;
use crate::domain::working::{Job, JobKind};

/// How long a server has a profile to itself, from one step to the next.
const LEASE: Duration = Duration::from_secs(60);
/// How many steps of a job are done before others have their turn.
const STEPS: usize = 20;
/// How often in a row a store may fail to answer before a job is given up.
const PATIENCE: u32 = 20;
/// For so many seconds a job may wait for the import that names it.
const UNNAMED: i64 = 30;

/// How far a turn came.
enum Turn {
    /// The job is over.
    Over,
    /// There is more to do.
    More,
    /// Nothing can be done yet.
    Waits,
}

impl ImportService {
    /// Goes on with the jobs that there are. Says how many it went on with: none, and there is nothing to do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn work_off(&self) -> Result<usize, ImportError> {
        let (mut done, mut failure) = (0, None);
        let mut open = self.work.open(None).await?;
        // Those that can do nothing yet are not in the way of the ones behind them.
        while let Some(job) = open.pop_front() {
            if open.is_empty() {
                open = self.work.open(Some(&job)).await?;
            }
            let lease = format!("jobs-of:{}", job.profile.tombstone());
            if !may_work(&*self.ports.leases, &lease, self.holder, LEASE).await? {
                continue;
            }
            let went_on = self.go_on(job.profile, job.id, &lease).await;
            drop(self.ports.leases.release(&lease, self.holder).await);
            match went_on {
                Ok(is_done) => done += usize::from(is_done),
                // What one meets need not be in the way of the others.
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(done), Err)
    }

    /// Goes on with a job as it is now that nobody else works on it. Says whether there was anything to do.
    async fn go_on(&self, profile: ProfileId, id: JobId, lease: &str) -> Result<bool, ImportError> {
        let now = self.work.find(profile, id).await?;
        let Some(mut job) = now.filter(Job::is_open) else {
            return Ok(false);
        };
        match self.turn(&mut job, lease).await {
            Ok(Turn::Over | Turn::More) => Ok(true),
            Ok(Turn::Waits) => Ok(false),
            Err(error) => {
                self.failed(&mut job, error).await?;
                Ok(true)
            }
        }
    }

    async fn turn(&self, job: &mut Job, lease: &str) -> Result<Turn, ImportError> {
        let Some(mut import) = self.import_of(job).await? else {
            let waited = (self.clock.now() - job.queued_at).num_seconds();
            if waited < UNNAMED {
                return Ok(Turn::Waits);
            }
            let why = "the import is gone, or was begun anew".to_owned();
            self.work.ended(job, Some(why)).await?;
            return Ok(Turn::Over);
        };
        for _ in 0..STEPS {
            let is_over = self.step(job, &mut import).await?;
            if is_over {
                return Ok(Turn::Over);
            }
            if !may_work(&*self.ports.leases, lease, self.holder, LEASE).await? {
                return Ok(Turn::Waits);
            }
        }
        Ok(Turn::More)
    }

    /// Some rows of a job. Says whether that was the last.
    async fn step(&self, job: &mut Job, import: &mut Import) -> Result<bool, ImportError> {
        let (states, words): (&[RowState], _) = match job.kind {
            JobKind::Import { .. } => (&[RowState::Matched], "putting it into the history"),
            JobKind::UndoImport { .. } => (&[], "taking it back"),
        };
        let store = &self.ports.store;
        let rows = store.rows(import.id, states, import.done_to, TOGETHER);
        let rows = rows.await?;
        let Some(last) = rows.last().map(|row| row.number) else {
            import.state = match job.kind {
                JobKind::Import { .. } => ImportState::Done,
                JobKind::UndoImport { .. } => ImportState::Undone,
            };
            self.put(import).await?;
            self.work.ended(job, None).await?;
            return Ok(true);
        };
        match job.kind {
            JobKind::Import { .. } => {
                let visibility = import.visibility(self.clock.now());
                self.apply_rows(&visibility, import.profile, rows).await?;
            }
            JobKind::UndoImport { .. } => {
                self.take_back_rows(import, rows, Scope::Import).await?;
            }
        }
        import.done_to = last;
        self.put(import).await?;
        let progress = f64::from(last) / f64::from(import.rows.max(1));
        self.work.went_on(job, progress, words).await?;
        Ok(false)
    }

    /// A store that does not answer is asked again; anything else ends a job.
    async fn failed(&self, job: &mut Job, error: ImportError) -> Result<(), ImportError> {
        let code = error.code();
        if code == ErrorCode::Unauthenticated {
            // The profile is gone, and with it its jobs: one that was left would be begun again and again.
            return Ok(self.work.erase_profile(job.profile).await?);
        }
        let may_pass = matches!(
            code,
            ErrorCode::UpstreamUnavailable | ErrorCode::StorageFull | ErrorCode::Conflict
        );
        if may_pass && self.work.held_up(job).await? < PATIENCE {
            return Err(error);
        }
        tracing::error!(
            job = %job.id,
            error = &error as &dyn std::error::Error,
            "A job of an import failed"
        );
        // What was brought so far stays, and can be undone.
        if let Some(mut import) = self.import_of(job).await? {
            import.state = ImportState::Failed;
            self.put(&import).await?;
        }
        let why = match code {
            ErrorCode::Internal => "internal error".to_owned(),
            _ if may_pass => "a part of the site does not answer; try again later".to_owned(),
            _ => error.to_string(),
        };
        Ok(self.work.ended(job, Some(why)).await?)
    }

    /// The import that a job is about, if this is its latest job.
    async fn import_of(&self, job: &Job) -> Result<Option<Import>, ImportError> {
        let found = self.ports.store.find_import(job.kind.import()).await?;
        Ok(found.filter(|import| import.job == Some(job.id)))
    }
}
