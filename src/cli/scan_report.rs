//! The report of a scan: a line for each file, with what it was taken for, and what became of it, or would.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::files::shown;
use crate::domain::library::{Entry, FileEventKind, Guess, Item, MediaFile, TakenFor, Track};

/// What became of files, or would, by path.
#[derive(Debug, Default)]
pub(super) struct Changes {
    of_files: BTreeMap<String, Change>,
}

/// What became of a file, or would.
#[derive(Debug, Default, Serialize)]
struct Change {
    /// One word for each thing.
    #[serde(rename = "change")]
    words: Vec<&'static str>,
    /// Where it lay before, from the root of the file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// How it stands with the catalogue then.
    state: String,
}

impl Changes {
    fn by_path(&self) -> BTreeMap<&str, &Change> {
        let of_files = self.of_files.iter();
        of_files
            .map(|(path, change)| (path.as_str(), change))
            .collect()
    }

    /// Notes what became of a file.
    pub(super) fn note(&mut self, file: &MediaFile, what: FileEventKind, from: Option<&str>) {
        let change = self.of_files.entry(file.path.clone()).or_default();
        change.words.push(word_of(what));
        if let Some(from) = from {
            change.from = Some(from.to_owned());
        }
        change.state = file.state.as_str().to_uppercase();
    }
}

fn word_of(what: FileEventKind) -> &'static str {
    match what {
        FileEventKind::Seen => "new",
        FileEventKind::Moved => "moved",
        FileEventKind::Changed => "changed",
        FileEventKind::Matched => "matched",
        FileEventKind::Decided => "decided",
        FileEventKind::Released => "released",
        FileEventKind::Gone => "gone",
        FileEventKind::Back => "back",
    }
}

/// A file as the report has it.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    taken_for: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Value>,
    certainty: &'static str,
    reason: &'a str,
    size: u64,
    modified: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stereo: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<&'a Track>,
    #[serde(skip_serializing_if = "Option::is_none")]
    belongs_to: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
    /// `None`: nothing becomes of it, or nobody has asked.
    #[serde(flatten)]
    change: Option<&'a Change>,
}

impl<'a> Line<'a> {
    fn of(entry: &'a Entry, guess: &'a Guess, change: Option<&'a Change>) -> anyhow::Result<Self> {
        let kind = match guess.taken_for {
            TakenFor::Extra(kind) => Some(serde_json::to_value(kind)?),
            TakenFor::Picture(kind) => Some(serde_json::to_value(kind)?),
            _ => None,
        };
        Ok(Self {
            path: &entry.path,
            taken_for: guess.taken_for.as_str(),
            kind,
            certainty: guess.certainty.as_str(),
            reason: &guess.reason,
            size: entry.size,
            modified: entry.modified,
            item: guess.item.as_ref(),
            version: guess.version.as_deref(),
            part: guess.part,
            stereo: guess.stereo.as_deref(),
            track: guess.track.as_ref(),
            belongs_to: guess.belongs_to.as_deref(),
            warnings: &guess.warnings,
            change,
        })
    }
}

/// A file that is not there any more.
#[derive(Serialize)]
struct GoneLine<'a> {
    path: &'a str,
    #[serde(flatten)]
    change: &'a Change,
}

/// Writes what all files were taken for, and what became of them, in the order of paths; then what went.
pub(super) fn write_report(
    path: &Path,
    found: &[(Entry, Guess)],
    changes: &Changes,
) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written", shown(path));
    let mut file = BufWriter::new(File::create(path).with_context(cannot)?);
    let mut gone: BTreeMap<&str, &Change> = changes.by_path();
    for (entry, guess) in found {
        let change = gone.remove(entry.path.as_str());
        let line = serde_json::to_string(&Line::of(entry, guess, change)?)?;
        writeln!(file, "{line}").with_context(cannot)?;
    }
    for (path, change) in gone {
        let line = serde_json::to_string(&GoneLine { path, change })?;
        writeln!(file, "{line}").with_context(cannot)?;
    }
    file.flush().with_context(cannot)
}
