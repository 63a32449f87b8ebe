//! What a file has at a line: a record, or why there is none.

use serde_json::Value;

use super::problem::{Problem, Warning};
use super::records::Record;

/// The longest line, in bytes.
pub(super) const MAX_LINE: usize = 1024 * 1024;

/// A record, or why there is none, with its location.
#[derive(Debug)]
pub struct Entry {
    /// The line in the file, from 1; in a JSON array the number of the record.
    pub line: u64,
    /// What was found there.
    pub finding: Finding,
}

/// What was found in a file.
#[derive(Debug)]
pub enum Finding {
    /// A record, the names of its unknown fields, and what was noticed.
    Record(Record, Vec<String>, Vec<Warning>),
    /// No record that could be loaded, and what was noticed before.
    Refused(Problem, Vec<Warning>),
    /// Nothing of the file can be loaded.
    FileRefused(Problem),
}

/// A refusal of which nothing else is to be said.
pub(super) fn refused(problem: Problem) -> Finding {
    Finding::Refused(problem, Vec::new())
}

/// A value, read as a record.
pub(super) fn finding(value: Value, this_year: i32) -> Finding {
    let fields = value.as_object().cloned().unwrap_or_default();
    match Record::read(value, this_year) {
        Ok((record, unknown, warnings)) => Finding::Record(record, unknown, warnings),
        Err((problem, warnings)) => Finding::Refused(problem.with_value_of(&fields), warnings),
    }
}
