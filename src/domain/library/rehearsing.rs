//! What a scan would write down, told and not written: of what of the catalogue files would be, and which are new, have
//! moved, went or came back.

use std::sync::Arc;

use super::error::LibraryError;
use super::file::FileState;
use super::folder::LibraryFolder;
use super::guess::{Entry, Guess};
use super::holding::Hold;
use super::known_sidecars::KnownSidecars;
use super::matching::Matcher;
use super::recording::{AT_ONCE, Scan, ScanService};
use super::scans::{ScanNews, ScanOptions, ScanSummary, ScannedTitles};
use super::seen::SeenFiles;
use super::steps::Step;

type Tell<'a> = &'a mut (dyn FnMut(ScanNews<'_>) + Send);

impl ScanService {
    /// Tells what [`Self::record`] would write down of files, with the catalogue as it is: nothing of what sidecars and
    /// pictures would make of it, which [`Self::preview`] tells. Files are read where they are new or changed, as that one
    /// does. Nothing is written, and others may scan meanwhile.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn rehearse(
        &self,
        root: &str,
        found: Vec<(Entry, Guess)>,
        folder: Arc<dyn LibraryFolder>,
        options: ScanOptions,
        tell: &mut (dyn FnMut(ScanNews<'_>) + Send),
    ) -> Result<ScanSummary, LibraryError> {
        let seen = SeenFiles::of(root, found);
        let sidecars = KnownSidecars::default();
        let mut scan = Scan::new(self, root, Hold::of_nothing(), options, sidecars);
        scan.rehearse(seen, folder, tell).await?;
        Ok(scan.summary)
    }
}

impl Scan<'_> {
    async fn rehearse(
        &mut self,
        mut seen: SeenFiles,
        folder: Arc<dyn LibraryFolder>,
        tell: Tell<'_>,
    ) -> Result<(), LibraryError> {
        let store = &self.service.ports.store;
        self.root = self.own_root().await?;
        self.begin(&seen, tell);
        let folders = seen.prints(self.options.reading)?;
        let stored = store.folders(&self.root.path).await?;
        let changed = SeenFiles::changed(&folders, &stored, ScannedTitles::Untouched);
        let gone_folders = seen.take_unchanged(&changed, &stored);
        self.summary.unchanged = self.summary.seen - seen.len();
        let stored = self.stored(&seen, &gone_folders).await?;
        let (mut steps, gone) = self.steps(seen, stored);
        self.read(&mut steps, folder, tell).await?;
        let gone = self.moved(&mut steps, gone).await?;
        self.check_all_gone(gone.len()).await?;
        steps.extend(gone.into_iter().map(Step::gone));
        self.add_unsettled(&mut steps).await?;
        self.tell_outcomes(&steps, tell).await
    }

    /// Tells what would be written of each file, and counts in which states they all would be.
    async fn tell_outcomes(&mut self, steps: &[Step], tell: Tell<'_>) -> Result<(), LibraryError> {
        let guesses: Vec<&Guess> = steps.iter().filter_map(Step::guess).collect();
        let matcher = Matcher::learn(&self.service.catalog, &guesses).await?;
        self.count_states().await?;
        let now = self.service.clock.now();
        for some in steps.chunks(AT_ONCE) {
            self.renew_in_time().await?;
            for step in some {
                let Some(outcome) = step.outcome(&self.root.path, &matcher, now) else {
                    continue;
                };
                // What would come from another library is none of this one so far.
                let before = step.stored.as_ref();
                let before = before.filter(|file| file.root == self.root.path);
                self.summary
                    .count_change(before.map(|file| file.state), outcome.file.state);
                self.tell_outcome(&outcome, tell);
            }
        }
        Ok(())
    }
}

impl ScanSummary {
    /// A file would be in this state, and not in that in which it is.
    fn count_change(&mut self, before: Option<FileState>, then: FileState) {
        for (state, count) in FileState::ALL.into_iter().zip(&mut self.states) {
            if before == Some(state) {
                *count = count.saturating_sub(1);
            }
            if then == state {
                *count += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_counted_where_it_would_be() {
        let mut summary = ScanSummary {
            states: [5, 0, 3, 0, 0],
            ..ScanSummary::default()
        };

        summary.count_change(None, FileState::Matched);
        summary.count_change(Some(FileState::Unmatched), FileState::Matched);
        summary.count_change(Some(FileState::Matched), FileState::Missing);
        summary.count_change(Some(FileState::Matched), FileState::Matched);

        assert_eq!(summary.states, [6, 0, 2, 0, 1]);
    }
}
