//! A job of the site that this process keeps: it says every second how far it is, and notices when it is cancelled.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::unreadable::Unreadable;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Coded, StoreError};
use crate::domain::library::{LibraryError, LibraryFolderError};
use crate::domain::loading::LoadError;
use crate::domain::preparing::PreparingError;
use crate::domain::site_jobs::{
    CancelledBy, SiteJob, SiteJobEnd, SiteJobErrorCode, SiteJobFailure, SiteJobKind,
    SiteJobProgress, SiteJobService,
};

/// How often a job is looked after: whoever cancels one waits for it.
const BEAT: Duration = Duration::from_secs(1);

/// Says how far a job is.
type SoFar = Box<dyn Fn() -> SiteJobProgress + Send + Sync>;

/// What has become of what a job reads. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Figures(Arc<Mutex<SiteJobProgress>>);

impl Figures {
    pub(super) fn note(&self, note: impl FnOnce(&mut SiteJobProgress)) {
        note(&mut lock(&self.0));
    }

    pub(super) fn so_far(&self) -> SiteJobProgress {
        *lock(&self.0)
    }
}

/// Whether a job is kept when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// It is, whatever it did.
    Always,
    /// Not if it is through and did nothing.
    IfAnything,
}

/// The job of this process. There is none before it is begun, and nobody cancels it then. Clones share it.
#[derive(Clone)]
pub(super) struct KeptJob(Arc<Shared>);

struct Shared {
    cancelled: watch::Sender<Option<CancelledBy>>,
    begun: Mutex<Option<Begun>>,
}

struct Begun {
    jobs: SiteJobService,
    so_far: Arc<SoFar>,
    /// Ends the looking after it.
    over: oneshot::Sender<()>,
    kept: JoinHandle<SiteJob>,
}

impl Default for KeptJob {
    fn default() -> Self {
        Self(Arc::new(Shared {
            cancelled: watch::Sender::new(None),
            begun: Mutex::new(None),
        }))
    }
}

impl KeptJob {
    /// Begins it: from now on it can be seen, and cancelled.
    pub(super) async fn begin(
        &self,
        jobs: &SiteJobService,
        kind: SiteJobKind,
        reads: Vec<String>,
        so_far: SoFar,
    ) -> anyhow::Result<()> {
        let job = jobs.begin(kind, reads).await?;
        let (over, is_over) = oneshot::channel();
        let so_far = Arc::new(so_far);
        let keeping = keep(
            jobs.clone(),
            job,
            Arc::clone(&so_far),
            self.0.cancelled.clone(),
            is_over,
        );
        *lock(&self.0.begun) = Some(Begun {
            jobs: jobs.clone(),
            so_far,
            over,
            kept: tokio::spawn(keeping),
        });
        Ok(())
    }

    /// By what it was cancelled, if it was.
    pub(super) fn cancelled_by(&self) -> Option<CancelledBy> {
        *self.0.cancelled.borrow()
    }

    /// Comes back when it is cancelled.
    pub(super) async fn cancelled(&self) {
        let mut told = self.0.cancelled.subscribe();
        // It fails only if nobody can tell any more, and who tells is here.
        drop(told.wait_for(Option::is_some).await);
    }

    /// Says how it ended, if it was begun. Gives what is kept of it.
    pub(super) async fn end(&self, end: SiteJobEnd, worth: Worth) -> Option<SiteJob> {
        let begun = lock(&self.0.begun).take();
        let Begun {
            jobs,
            so_far,
            over,
            kept,
        } = begun?;
        // It is gone already if it panicked.
        over.send(()).ok();
        let mut job = kept.await.ok()?;
        let progress = so_far();
        let is_worthless = worth == Worth::IfAnything && progress.is_nothing();
        if is_worthless && end == SiteJobEnd::Done {
            if let Err(error) = jobs.forget(&job).await {
                tracing::warn!(%error, "A job that did nothing cannot be taken away");
            }
            return None;
        }
        if let Err(error) = jobs.ended(&mut job, progress, end).await {
            tracing::warn!(%error, "It cannot be noted how the job {} ended", job.id);
        }
        Some(job)
    }
}

/// Looks after a job until it is over.
async fn keep(
    jobs: SiteJobService,
    mut job: SiteJob,
    so_far: Arc<SoFar>,
    cancelled: watch::Sender<Option<CancelledBy>>,
    mut is_over: oneshot::Receiver<()>,
) -> SiteJob {
    let mut is_away = false;
    loop {
        tokio::select! {
            _ = &mut is_over => return job,
            () = sleep(BEAT) => {}
        }
        let progress = so_far();
        match jobs.went_on(&mut job, progress).await {
            Ok(()) => is_away = false,
            // Once, until it is there again.
            Err(error) => {
                if !is_away {
                    tracing::warn!(%error, "It cannot be noted how far the job {} is", job.id);
                }
                is_away = true;
            }
        }
        if let Some(wish) = job.cancel {
            cancelled.send_if_modified(|by| by.replace(wish.by).is_none());
        }
    }
}

/// Why a job broke off, in words that are safe to show to curators. The details of a fault stay where it was begun.
pub(super) fn failure(error: &anyhow::Error) -> SiteJobFailure {
    let code = error.chain().find_map(code_of);
    let code = code.unwrap_or(SiteJobErrorCode::Internal);
    let message = if code == SiteJobErrorCode::Internal {
        "it failed; what happened was told where the command was run".to_owned()
    } else {
        error.to_string()
    };
    SiteJobFailure { code, message }
}

fn code_of(cause: &(dyn std::error::Error + 'static)) -> Option<SiteJobErrorCode> {
    if let Some(error) = cause.downcast_ref::<LibraryError>() {
        return Some(error.code().into());
    }
    if let Some(error) = cause.downcast_ref::<LoadError>() {
        return Some(match error {
            LoadError::File(..) => SiteJobErrorCode::Unreadable,
            LoadError::Stopped => SiteJobErrorCode::Stopped,
            LoadError::Catalog(error) => error.code().into(),
            LoadError::Accounts(error) => error.code().into(),
            LoadError::Watching(error) => error.code().into(),
        });
    }
    if let Some(error) = cause.downcast_ref::<PreparingError>() {
        return Some(match error {
            PreparingError::Refused(_)
            | PreparingError::GivenUp { .. }
            | PreparingError::Frames { .. }
            | PreparingError::Short { .. }
            | PreparingError::Folder { .. } => SiteJobErrorCode::Unreadable,
            PreparingError::Tool { .. } => SiteJobErrorCode::Internal,
            PreparingError::OtherWork(_) => SiteJobErrorCode::Conflict,
            PreparingError::DiskLow(_) => SiteJobErrorCode::StorageFull,
            PreparingError::Stopped => SiteJobErrorCode::Stopped,
            PreparingError::Store(error) => error.code().into(),
        });
    }
    if cause.is::<LibraryFolderError>() || cause.is::<Unreadable>() {
        return Some(SiteJobErrorCode::Unreadable);
    }
    if let Some(error) = cause.downcast_ref::<CatalogError>() {
        return Some(error.code().into());
    }
    let error = cause.downcast_ref::<StoreError>()?;
    Some(error.code().into())
}

/// What is in there is whole, also if somebody panicked meanwhile.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_off_is_told_in_words_that_are_safe_to_show() {
        let behind = || StoreError::unavailable("mongodb://behind:27017");
        let of_store = failure(&LibraryError::Store(behind()).into());
        let of_file = std::io::Error::other("broken");
        let of_file = failure(&LoadError::File("a.ndjson".to_owned(), of_file).into());
        let fault = failure(&anyhow::anyhow!("mongodb://behind:27017"));

        assert_eq!(of_store.code, SiteJobErrorCode::UpstreamUnavailable);
        assert_eq!(of_file.code, SiteJobErrorCode::Unreadable);
        assert_eq!(of_file.message, "a.ndjson: cannot be read");
        assert_eq!(fault.code, SiteJobErrorCode::Internal);
        for failure in [of_store, fault] {
            assert!(!failure.message.contains("behind"), "{}", failure.message);
        }
    }
}
