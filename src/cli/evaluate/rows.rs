//! Files with a record a line: `.csv` with a line of column names, packed (`.gz`) or not.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, anyhow};
use csv::{Reader, StringRecord};
use flate2::read::MultiGzDecoder;

/// Opens a file, unpacking it if it is packed.
pub(super) fn open(path: &Path) -> anyhow::Result<Box<dyn BufRead + Send>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let is_packed = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
    Ok(if is_packed {
        Box::new(BufReader::new(MultiGzDecoder::new(file)))
    } else {
        Box::new(BufReader::new(file))
    })
}

/// The file of this name in a folder, or its packed form; `None` if there is neither.
pub(super) fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}

/// A file of comma-separated values.
pub(super) struct Rows {
    file: String,
    columns: StringRecord,
    reader: Reader<Box<dyn BufRead + Send>>,
    record: StringRecord,
}

/// A line of it.
pub(super) struct Row<'a> {
    file: &'a str,
    columns: &'a StringRecord,
    record: &'a StringRecord,
}

impl Rows {
    /// Opens a file that must have these columns.
    pub(super) fn open(path: &Path, wanted: &[&str]) -> anyhow::Result<Self> {
        let file = path.display().to_string();
        let mut reader = Reader::from_reader(open(path)?);
        let columns = reader
            .headers()
            .map_err(|error| told(&file, &error))?
            .clone();
        for column in wanted {
            if columns.iter().all(|known| known != *column) {
                return Err(anyhow!("{file}:1: has no column “{column}”"));
            }
        }
        Ok(Self {
            file,
            columns,
            reader,
            record: StringRecord::new(),
        })
    }

    /// The next line, if there is one.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Row<'_>>> {
        let read = self.reader.read_record(&mut self.record);
        let is_there = read.map_err(|error| told(&self.file, &error))?;
        Ok(is_there.then_some(Row {
            file: &self.file,
            columns: &self.columns,
            record: &self.record,
        }))
    }
}

impl<'a> Row<'a> {
    /// What stands in a column; nothing if there is no such column.
    pub(super) fn text(&self, column: &str) -> &'a str {
        let at = self.columns.iter().position(|known| known == column);
        let text = at.and_then(|at| self.record.get(at));
        text.unwrap_or_default().trim()
    }

    /// What stands in a column, read as something; `what` says as what.
    pub(super) fn read<T: FromStr>(&self, column: &str, what: &str) -> anyhow::Result<T> {
        let text = self.text(column);
        text.parse()
            .map_err(|_| self.refuse(column, format!("is “{text}”, not {what}")))
    }

    /// The error that something is wrong with a column.
    pub(super) fn refuse(&self, column: &str, reason: impl std::fmt::Display) -> anyhow::Error {
        anyhow!("{}: {column} {reason}", self.location())
    }

    /// The file and the line, for messages.
    pub(super) fn location(&self) -> String {
        let line = self.record.position().map_or(0, csv::Position::line);
        format!("{}:{line}", self.file)
    }
}

/// An error of the reader, with its location.
fn told(file: &str, error: &csv::Error) -> anyhow::Error {
    let line = error.position().map(csv::Position::line);
    let location = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => anyhow!("{location}: has {len} columns, not {expected_len}"),
        csv::ErrorKind::Utf8 { err, .. } => {
            anyhow!("{location}: column {} is not UTF-8", err.field() + 1)
        }
        _ => anyhow!("{location}: {error}"),
    }
}
