//! The manifests: what a folder of messages or a generation of edges is, written when all else of it is there.

use std::io::Read;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::constants::{Constants, constants, differing};
use crate::domain::json;

/// The name of the file.
pub(super) const MANIFEST: &str = "manifest.json";
/// The format of a generation.
pub(super) const GENERATION: &str = "reelgraph.similar";
/// The version of that format.
pub(super) const VERSION: u32 = 1;
/// The format of messages in files.
pub(super) const MESSAGE_FILES: &str = "reelgraph.messages";
/// How long a manifest may be, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;
/// By how much the clock of where it was computed may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What a generation of edges is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: String,
    pub(super) version: u32,
    /// The moment before the first watch was read for it.
    pub(super) computed_at: DateTime<Utc>,
    pub(super) constants: Constants,
    /// How many titles there were.
    pub(super) titles: u64,
    /// How many watches were counted, if that is known.
    pub(super) watches: Option<u64>,
    pub(super) edges: u64,
    /// In the order of their edges.
    pub(super) files: Vec<EdgeFile>,
}

/// A file of edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EdgeFile {
    pub(super) name: String,
    pub(super) edges: u64,
    /// Of its bytes, in hexadecimal digits.
    pub(super) sha256: String,
}

/// What a folder of messages is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct MessageManifest {
    pub(super) format: &'static str,
    pub(super) version: u32,
    /// The moment before the first message was read.
    pub(super) taken_at: DateTime<Utc>,
    pub(super) titles: u64,
    pub(super) watches: u64,
}

/// The format and version alone: of another one nothing else can be said.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl Manifest {
    /// Reads one, or says what it cannot be read for.
    pub(super) fn read(reader: impl Read) -> Result<Self, String> {
        let mut text = Vec::new();
        let read = reader.take(LONGEST + 1).read_to_end(&mut text);
        read.map_err(|error| format!("cannot be read: {error}"))?;
        if text.len() as u64 > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        let value = json::parse(&text).map_err(|error| format!("is no manifest: {error}"))?;
        let head: Head = Head::deserialize(&value)
            .map_err(|error| format!("is no manifest of a generation: {error}"))?;
        if head.format != GENERATION {
            return Err(format!(
                "is of the format {:?}, not {GENERATION:?}",
                head.format
            ));
        }
        if head.version != VERSION {
            return Err(format!(
                "is of version {}; this program reads version {VERSION}",
                head.version
            ));
        }
        Self::deserialize(&value).map_err(|error| format!("is no manifest: {error}"))
    }

    /// What in it does not go with this program, or with itself.
    pub(super) fn problems(&self, now: DateTime<Utc>) -> Vec<String> {
        let mut problems = Vec::new();
        let value = |value: Option<f64>| value.map_or("missing".to_owned(), |it| it.to_string());
        for (name, ours, theirs) in differing(&constants(), &self.constants) {
            let (ours, theirs) = (value(ours), value(theirs));
            problems.push(format!(
                "the constant {name} is {theirs}, and {ours} in this program"
            ));
        }
        if self.computed_at > now + AHEAD {
            problems.push(format!(
                "computed_at is {}, which is to come",
                self.computed_at
            ));
        }
        let of_files: u64 = self.files.iter().map(|file| file.edges).sum();
        if of_files != self.edges {
            problems.push(format!(
                "it has {} edges, and its files {of_files}",
                self.edges
            ));
        }
        for (at, file) in self.files.iter().enumerate() {
            let is_plain = file.name.ends_with(".ndjson")
                && file
                    .name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                && !file.name.starts_with('.');
            if !is_plain {
                problems.push(format!(
                    "the file {:?} is not called as one of edges is: letters, digits, and .ndjson at the end",
                    file.name
                ));
            }
            if self.files[..at].iter().any(|other| other.name == file.name) {
                problems.push(format!("the file {:?} is named twice", file.name));
            }
        }
        problems
    }
}
