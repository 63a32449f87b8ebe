//! The job that a scan is which is written down.

use std::path::Path;

use super::files::shown;
use super::kept_job::{Figures, KeptJob};
use crate::app::App;
use crate::domain::library::ScanProgress;
use crate::domain::site_jobs::{SiteJobKind, SiteJobProgress};

/// The job that a scan is, if it is written down.
#[derive(Default)]
pub(super) struct ScanJob {
    pub(super) kept: KeptJob,
    /// What has become of files.
    pub(super) figures: Figures,
    pub(super) progress: ScanProgress,
}

impl ScanJob {
    /// Begins it: from now on it can be seen, and cancelled.
    pub(super) async fn begin(&self, app: &App, folder: &Path) -> anyhow::Result<()> {
        let (figures, progress) = (self.figures.clone(), self.progress.clone());
        let so_far = move || {
            let (done, of) = progress.so_far();
            SiteJobProgress {
                done,
                of,
                run: progress.run(),
                ..figures.so_far()
            }
        };
        let reads = vec![shown(folder)];
        let (jobs, kind) = (&app.site_jobs, SiteJobKind::Scan);
        self.kept.begin(jobs, kind, reads, Box::new(so_far)).await
    }
}
