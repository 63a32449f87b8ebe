//! The files that `load` reads: found in folders, opened with a count of the bytes that were read.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::ProgressBar;

use crate::domain::loading::{Format, Source};
use crate::domain::text;

/// A file on the disk.
pub(super) struct FileSource {
    path: PathBuf,
    format: Format,
    progress: ProgressBar,
}

impl FileSource {
    pub(super) fn new(path: PathBuf, format: Format, progress: ProgressBar) -> Self {
        Self {
            path,
            format,
            progress,
        }
    }
}

impl Source for FileSource {
    fn name(&self) -> String {
        text::visible(&self.path.display().to_string())
    }

    fn format(&self) -> Format {
        self.format
    }

    fn folder(&self) -> Option<PathBuf> {
        // Of a bare name it is the one that the command was called in.
        let folder = self.path.parent()?;
        let is_here = folder.as_os_str().is_empty();
        Some(if is_here { ".".into() } else { folder.into() })
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
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Vec<(PathBuf, Format)>> {
    let mut files = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        if kind.is_dir() {
            files.extend(find_in(path)?);
        } else if let Some(format) = format_of(path) {
            files.push((path.clone(), format));
        } else {
            bail!(
                "{} is neither .ndjson, .json nor .csv; this version loads nothing else",
                path.display()
            );
        }
    }
    Ok(files)
}

fn find_in(folder: &Path) -> anyhow::Result<Vec<(PathBuf, Format)>> {
    let cannot_be_read = || format!("{} cannot be read", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot_be_read)? {
        let path = entry.with_context(cannot_be_read)?.path();
        if let Some(format) = format_of(&path).filter(|_| path.is_file()) {
            found.push((path, format));
        }
    }
    if found.is_empty() {
        bail!("{} has no .ndjson, .json or .csv file", folder.display());
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

fn format_of(path: &Path) -> Option<Format> {
    Format::of(path.extension()?.to_str()?)
}
