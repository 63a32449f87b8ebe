//! A scan that is kept as a job.

use std::pin::Pin;

use super::kept_job::{Worth, failure};
use super::scan::{Arguments, scan};
use super::scan_job::ScanJob;
use super::stopping::Ending;
use crate::config::Config;
use crate::domain::library::LibraryError;
use crate::domain::site_jobs::SiteJobEnd;

/// Scans a folder as [`scan`] does, and tells how its job ended.
pub(super) async fn run(
    config: &Config,
    arguments: &Arguments,
    stopped: Pin<&mut impl Future<Output = ()>>,
) -> anyhow::Result<Ending> {
    let job = ScanJob::default();
    let ended = Box::pin(scan(config, arguments, stopped, &job)).await;
    let ended = match (ended, job.kept.cancelled_by()) {
        (Ok(Ending::Stopped), Some(by)) => Ok(Ending::Cancelled(by)),
        (ended, _) => ended,
    };
    let end = match &ended {
        Ok(Ending::Through(_)) => SiteJobEnd::Done,
        Ok(Ending::Stopped) => SiteJobEnd::Cancelled(Some(failure(&LibraryError::Stopped.into()))),
        Ok(Ending::Cancelled(_)) => SiteJobEnd::Cancelled(None),
        Err(error) => SiteJobEnd::Failed(failure(error)),
    };
    let worth = if arguments.watch {
        Worth::IfAnything
    } else {
        Worth::Always
    };
    job.kept.end(end, worth).await;
    ended
}
