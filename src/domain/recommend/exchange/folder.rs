//! The folder that messages and generations are written to and read from.

use std::fmt;
use std::io::{self, BufRead, Write};

use crate::domain::text;

/// A folder of files, each by its name.
pub trait ExchangeFolder: Send + Sync {
    /// Opens a file for reading.
    fn open(&self, name: &str) -> io::Result<Box<dyn BufRead + Send + '_>>;

    /// Makes a file that was not there before.
    fn create(&self, name: &str) -> io::Result<Box<dyn Write + Send + '_>>;
}

/// What is wrong in a file of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    pub file: String,
    /// The first is 1; `None`: it is about the file as a whole.
    pub line: Option<u64>,
    /// What is wrong, as a sentence without its end.
    pub reason: String,
}

impl FileProblem {
    /// It may repeat what stands in the file, and is shown on a terminal.
    pub(super) fn new(file: &str, line: Option<u64>, reason: impl AsRef<str>) -> Self {
        Self {
            file: text::visible(file),
            line,
            reason: text::visible(reason.as_ref()),
        }
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}
