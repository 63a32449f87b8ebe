//! What a scan counts: what became of files, and in which states they are.

use super::error::LibraryError;
use super::file::{FileEventKind, FileState};
use super::recording::Scan;
use super::scans::{AllGone, ScanNews};
use super::seen::SeenFiles;
use super::steps::Outcome;
use super::store::FileFilter;

type Tell<'a> = &'a mut (dyn FnMut(ScanNews<'_>) + Send);

impl Scan<'_> {
    /// Notes what there is to go through, and tells of what is not kept.
    pub(super) fn begin(&mut self, seen: &SeenFiles, tell: Tell<'_>) {
        self.summary.seen = seen.len();
        self.options.progress.begin(seen.len());
        self.summary.unreadable = seen.unreadable.len() + seen.not_kept.len();
        for (path, error) in &seen.not_kept {
            tell(ScanNews::Unreadable { path, error });
        }
    }

    /// Fails if all files that were known are gone at once, as they are where a disk is not mounted.
    pub(super) async fn check_all_gone(&self, gone: usize) -> Result<(), LibraryError> {
        if gone == 0 || self.options.all_gone == AllGone::FilesAreGone {
            return Ok(());
        }
        let known = self.count(&FileState::PRESENT).await?;
        if gone as u64 >= known {
            return Err(LibraryError::AllGone(known));
        }
        Ok(())
    }

    /// Tells what became of a file, and counts it.
    pub(super) fn tell_outcome(&mut self, outcome: &Outcome, tell: Tell<'_>) {
        let Outcome { file, events } = outcome;
        for (what, from) in events {
            self.count_event(*what);
            tell(ScanNews::File {
                file,
                what: *what,
                from: from.as_deref(),
            });
        }
    }

    /// Counts in which states the files of the library are, as they are stored.
    pub(super) async fn count_states(&mut self) -> Result<(), LibraryError> {
        for (place, state) in FileState::ALL.into_iter().enumerate() {
            self.summary.states[place] = self.count(&[state]).await?;
        }
        Ok(())
    }

    async fn count(&self, states: &[FileState]) -> Result<u64, LibraryError> {
        let filter = FileFilter {
            states: states.to_vec(),
            below: Some(self.root.path.clone()),
            ..FileFilter::default()
        };
        Ok(self.service.ports.store.count_files(&filter).await?)
    }

    fn count_event(&mut self, what: FileEventKind) {
        let summary = &mut self.summary;
        match what {
            FileEventKind::Seen => summary.new += 1,
            FileEventKind::Moved => summary.moved += 1,
            FileEventKind::Changed => summary.changed += 1,
            FileEventKind::Gone => summary.gone += 1,
            FileEventKind::Back => summary.back += 1,
            FileEventKind::Matched | FileEventKind::Decided | FileEventKind::Released => {}
        }
    }
}
