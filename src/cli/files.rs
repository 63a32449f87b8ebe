//! The files that `load` reads: found in folders, opened with a count of the bytes that were read.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::ProgressBar;

use crate::domain::curation::Source;

/// A file on the disk.
pub(super) struct FileSource {
    path: PathBuf,
    progress: ProgressBar,
}

impl FileSource {
    pub(super) fn new(path: PathBuf, progress: ProgressBar) -> Self {
        Self { path, progress }
    }
}

impl Source for FileSource {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn is_document(&self) -> bool {
        has_extension(&self.path, &["json"])
    }

    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>> {
        let file = File::open(&self.path)?;
        self.progress.set_length(file.metadata()?.len());
        self.progress.set_position(0);
        self.progress.set_message(self.name());
        Ok(Box::new(BufReader::with_capacity(
            256 * 1024,
            self.progress.wrap_read(file),
        )))
    }
}

/// The files that the paths stand for: a file is itself, a folder what can be loaded of what lies right in it, by name.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        if kind.is_dir() {
            let entries = std::fs::read_dir(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            let mut found = entries
                .map(|entry| Ok(entry?.path()))
                .collect::<std::io::Result<Vec<_>>>()?;
            found.retain(|path| is_readable(path) && path.is_file());
            found.sort();
            if found.is_empty() {
                bail!("{} has no .ndjson or .json file", path.display());
            }
            files.extend(found);
        } else if is_readable(path) {
            files.push(path.clone());
        } else {
            bail!(
                "{} is neither .ndjson nor .json; this version loads nothing else",
                path.display()
            );
        }
    }
    Ok(files)
}

fn is_readable(path: &Path) -> bool {
    has_extension(path, &["ndjson", "jsonl", "json"])
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| {
        extensions
            .iter()
            .any(|wanted| extension.eq_ignore_ascii_case(wanted))
    })
}
