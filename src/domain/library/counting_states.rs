//! Counting in which states the files of all libraries are, for curators.

use super::counted::StateCounts;
use super::curating::{LibraryService, check_is_curator};
use super::error::LibraryError;
use super::file::FileState;
use super::store::FileFilter;
use crate::domain::viewer::KnownViewer;

impl LibraryService {
    /// How many files are in each state. What a scan of another process does is seen some seconds later.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn count_states(&self, viewer: &KnownViewer) -> Result<StateCounts, LibraryError> {
        check_is_curator(viewer)?;
        // Whoever else asks meanwhile waits for the same.
        let mut counted = self.counted.look().await;
        let now = self.clock.now();
        if let Some(counts) = counted.at(now) {
            return Ok(counts);
        }
        let mut counts: StateCounts = FileState::ALL.map(|state| (state, 0));
        for (state, count) in &mut counts {
            let filter = FileFilter {
                states: vec![*state],
                ..FileFilter::default()
            };
            *count = self.store.count_files(&filter).await?;
        }
        counted.keep(now, counts);
        Ok(counts)
    }
}
