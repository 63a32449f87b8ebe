//! The job that a load is: what it says of how far it is, and files of which nothing more is read once it is cancelled.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;

use super::files::FileSource;
use super::kept_job::{Figures, KeptJob};
use crate::domain::loading::{FileMap, Format, LoadSummary, LoadWatch, Source};
use crate::domain::site_jobs::SiteJobProgress;

/// Follows a load for its job.
pub(super) struct LoadFollower {
    pub(super) kept: KeptJob,
    pub(super) figures: Figures,
}

impl LoadWatch for LoadFollower {
    fn follow(&self, so_far: &LoadSummary) {
        self.figures.note(|job| count(job, so_far));
    }

    fn stops(&self) -> bool {
        self.kept.cancelled_by().is_some()
    }
}

/// What has become of records, as the job says it.
fn count(job: &mut SiteJobProgress, summary: &LoadSummary) {
    let of_records = summary
        .tallies
        .iter()
        .filter(|(sort, _)| **sort != "pictures");
    let (mut created, mut changed, mut unchanged) = (0, 0, 0);
    for (_, tally) in of_records {
        created += tally.new;
        changed += tally.changed;
        unchanged += tally.unchanged;
    }
    job.created = created;
    job.changed = changed;
    job.unchanged = unchanged;
    job.rejected = summary.refused;
    job.done = created + changed + unchanged + summary.refused;
    job.done += summary.passed_over + summary.unmatched;
    job.run = summary.run;
}

/// A file as long as its job may go on.
pub(super) struct UntilCancelled {
    pub(super) file: FileSource,
    pub(super) kept: KeptJob,
}

impl Source for UntilCancelled {
    fn name(&self) -> String {
        self.file.name()
    }

    fn format(&self) -> Format {
        self.file.format()
    }

    fn column_map(&self) -> Option<&FileMap> {
        self.file.column_map()
    }

    fn folder(&self) -> Option<PathBuf> {
        self.file.folder()
    }

    fn flaw(&self) -> io::Result<Option<String>> {
        self.file.flaw()
    }

    fn guessed(&self) -> HashMap<u64, Vec<&'static str>> {
        self.file.guessed()
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        Ok(Box::new(Reader {
            file: self.file.open()?,
            kept: &self.kept,
        }))
    }
}

struct Reader<'a> {
    file: Box<dyn BufRead + Send + 'a>,
    kept: &'a KeptJob,
}

impl Reader<'_> {
    fn go_on(&self) -> io::Result<()> {
        if self.kept.cancelled_by().is_some() {
            return Err(io::Error::other("the load was cancelled"));
        }
        Ok(())
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.go_on()?;
        self.file.read(buffer)
    }
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.go_on()?;
        self.file.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.file.consume(bytes);
    }
}
