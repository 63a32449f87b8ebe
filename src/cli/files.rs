//! The files that `load` reads: found in folders, or come on the standard input; opened with a count of the bytes that
//! were read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};
use indicatif::ProgressBar;

use super::maps::Maps;
use super::packed::{BUFFER, flaw, unpacked, without_ending};
use crate::domain::loading::{FileMap, Format, Source};
use crate::domain::text;

/// What the standard input is called, in arguments and messages.
const INPUT: &str = "-";

/// A file to load.
pub(super) struct FileSource {
    place: Place,
    is_packed: bool,
    /// What was found by unpacking all of it, once that is done.
    flaw: OnceLock<Option<String>>,
    format: Format,
    map: Option<Arc<FileMap>>,
    progress: ProgressBar,
}

/// Where the bytes of a file are.
enum Place {
    Path(PathBuf),
    /// In a file without a name, that has what came on the standard input.
    Kept(File),
}

impl FileSource {
    fn is_input(&self) -> bool {
        matches!(self.place, Place::Kept(_))
    }

    fn open_packed(&self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        let file = match &self.place {
            Place::Path(path) => File::open(path)?,
            Place::Kept(file) => {
                let mut file = file.try_clone()?;
                file.rewind()?;
                file
            }
        };
        self.progress.set_length(file.metadata()?.len());
        self.progress.set_position(0);
        self.progress.reset_eta();
        self.progress.set_message(self.name());
        let read = self.progress.wrap_read(file);
        Ok(Box::new(BufReader::with_capacity(BUFFER, read)))
    }
}

impl Source for FileSource {
    fn name(&self) -> String {
        match &self.place {
            Place::Path(path) => shown(path),
            Place::Kept(_) => INPUT.to_owned(),
        }
    }

    fn format(&self) -> Format {
        self.format
    }

    fn column_map(&self) -> Option<&FileMap> {
        self.map.as_deref()
    }

    fn folder(&self) -> Option<PathBuf> {
        let Place::Path(path) = &self.place else {
            return None;
        };
        // Of a bare name it is the one that the command was called in.
        let folder = path.parent()?;
        let is_here = folder.as_os_str().is_empty();
        Some(if is_here { ".".into() } else { folder.into() })
    }

    fn flaw(&self) -> io::Result<Option<String>> {
        if !self.is_packed {
            return Ok(None);
        }
        if let Some(known) = self.flaw.get() {
            return Ok(known.clone());
        }
        let found = flaw(self.open())?;
        Ok(self.flaw.get_or_init(|| found).clone())
    }

    fn open(&self) -> io::Result<Box<dyn BufRead + Send + '_>> {
        let reader = self.open_packed()?;
        if self.is_packed {
            unpacked(reader)
        } else {
            Ok(reader)
        }
    }
}

/// The files that the paths stand for: a file is itself, `-` the standard input, a folder what can be loaded of what lies
/// right in it, by name.
pub(super) fn find(
    paths: &[PathBuf],
    maps: &Maps,
    progress: &ProgressBar,
) -> anyhow::Result<Vec<FileSource>> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == INPUT {
            if files.iter().any(|file: &FileSource| file.is_input()) {
                bail!("{INPUT} is named twice, and the standard input can be read once");
            }
            files.push(input(maps, progress.clone())?);
            continue;
        }
        let kind =
            std::fs::metadata(path).with_context(|| format!("{} cannot be read", shown(path)))?;
        if kind.is_dir() {
            files.extend(find_in(path, maps, progress)?);
        } else if let Some(file) = file_at(path, maps, progress) {
            files.push(file);
        } else {
            bail!(
                "{} is neither .ndjson, .json nor .csv, packed or not, nor a file of a map; this version loads nothing else",
                shown(path)
            );
        }
    }
    Ok(files)
}

/// Fails if a report at this path would be written over a file that is loaded: what is in it would be lost, and what is
/// reported read again.
pub(super) fn spare(files: &[FileSource], report: &Path) -> anyhow::Result<()> {
    // What is not there is not loaded either.
    let Ok(there) = report.canonicalize() else {
        return Ok(());
    };
    for file in files {
        if let Place::Path(path) = &file.place
            && path.canonicalize().is_ok_and(|path| path == there)
        {
            bail!(
                "{} is among what is loaded, and no report is written over it",
                shown(report)
            );
        }
    }
    Ok(())
}

fn find_in(folder: &Path, maps: &Maps, progress: &ProgressBar) -> anyhow::Result<Vec<FileSource>> {
    let cannot_be_read = || format!("{} cannot be read", shown(folder));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot_be_read)? {
        let path = entry.with_context(cannot_be_read)?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut found = Vec::new();
    for path in &paths {
        match file_at(path, maps, progress) {
            Some(file) => found.push(file),
            None if is_of_rows(path) => {
                eprintln!("{} is left out: no map knows it", shown(path));
            }
            None => {}
        }
    }
    if found.is_empty() {
        bail!(
            "{} has no .ndjson, .json or .csv file, and none of a map",
            shown(folder)
        );
    }
    Ok(found)
}

/// A path as a message shows it.
pub(super) fn shown(path: &Path) -> String {
    text::visible(&path.display().to_string())
}

/// Whether a file is one of rows, of which somebody may think that they are loaded.
fn is_of_rows(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let name = name.map(|name| without_ending(name).unwrap_or(name));
    let ending = name.and_then(|name| Some(name.rsplit_once('.')?.1));
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("tsv"))
}

/// The file at a path, if it is one that can be loaded.
fn file_at(path: &Path, maps: &Maps, progress: &ProgressBar) -> Option<FileSource> {
    let name = path.file_name()?.to_str()?;
    let (name, is_packed) = match without_ending(name) {
        Some(name) => (name, true),
        None => (name, false),
    };
    let mut file = FileSource {
        place: Place::Path(path.to_owned()),
        is_packed,
        flaw: OnceLock::new(),
        format: Format::Lines,
        map: maps.of_name(name),
        progress: progress.clone(),
    };
    if file.map.is_none() {
        let of_beginning = maps.of_beginning(&file);
        file.map = of_beginning.or_else(|| maps.shipped_of_name(name));
    }
    file.format = match &file.map {
        Some(map) => map.format(),
        None => Format::of(name.rsplit_once('.')?.1)?,
    };
    Some(file)
}

/// What comes on the standard input, packed or not: kept in a file, because it is read more than once.
fn input(maps: &Maps, progress: ProgressBar) -> anyhow::Result<FileSource> {
    let mut given = io::stdin().lock();
    if given.is_terminal() {
        bail!("{INPUT} stands for the standard input, and nothing is piped into it");
    }
    let mut kept =
        tempfile::tempfile().context("what comes on the standard input cannot be kept")?;
    io::copy(&mut given, &mut kept).context("what comes on the standard input cannot be kept")?;
    let mut file = FileSource {
        place: Place::Kept(kept),
        is_packed: true,
        flaw: OnceLock::new(),
        format: Format::Lines,
        map: None,
        progress,
    };
    file.map = maps.of_beginning(&file).or_else(|| maps.of_name(INPUT));
    file.format = match &file.map {
        Some(map) => map.format(),
        // What cannot be unpacked is refused when it is read.
        None => file.open().and_then(format_of).unwrap_or(Format::Lines),
    };
    Ok(file)
}

/// The format of what has no name: what begins with a brace has a record a line, what begins with a bracket is one list,
/// and anything else is a table.
fn format_of(mut reader: Box<dyn BufRead + Send + '_>) -> io::Result<Format> {
    let beginning = reader.fill_buf()?;
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    Ok(match beginning.trim_ascii_start().first() {
        Some(b'{') | None => Format::Lines,
        Some(b'[') => Format::Document,
        Some(_) => Format::Table,
    })
}
