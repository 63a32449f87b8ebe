//! Where the value of a field is from.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::RunId;

/// By what sort of thing a value was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// A curator, by an edit.
    Curator,
    /// A sidecar or a picture beside the files of a library.
    Sidecar,
    /// A file of records.
    Record,
    /// The name of a file of a library, of which no sidecar told.
    Guess,
}

impl ValueSource {
    /// As stores spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Curator => "curator",
            Self::Sidecar => "sidecar",
            Self::Record => "record",
            Self::Guess => "guess",
        }
    }
}

/// Where a value is from: by what it was said, when and in which run. Who that was is in the revisions of the run, so that
/// it is forgotten in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueFrom {
    pub source: ValueSource,
    pub at: DateTime<Utc>,
    pub run: RunId,
    /// Whether a curator has left the field unlocked, or unlocked it since, and so released it to loads, though it is from a
    /// curator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub released: bool,
}
