//! An element of a list in JSON, and what is told of it.

use serde_json::Value;

use crate::domain::importing::reading::RowResult;

/// How many episodes an element may list: each entry of them repeats the name of the series.
pub(super) const MAX_EPISODES: usize = 20_000;

/// An element of a list.
pub(super) struct Element<'e> {
    /// The name of its file.
    pub(super) file: &'e str,
    /// The path of objects to its list; empty for the outermost.
    pub(super) path: &'e str,
    pub(super) value: &'e Value,
}

/// What an element tells.
pub(super) struct Told {
    /// What it is about.
    pub(super) value: String,
    /// Whose it is, where files have those of several people.
    pub(super) profile: Option<String>,
    pub(super) said: RowResult,
}
