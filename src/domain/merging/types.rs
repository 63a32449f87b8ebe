//! Which titles are merged, and what that led to.

use std::sync::Arc;

use crate::domain::catalog::Title;
use crate::domain::editing::NamedTitle;
use crate::domain::ids::{RunId, TitleId};
use crate::domain::loading::{Difference, Problem};

/// How many titles are merged into another with one call. They are written in one transaction.
pub const MOST_MERGED: usize = 20;

/// Titles that are to become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    pub from: Vec<NamedTitle>,
    /// The one that stays, and stands for the others.
    pub into: NamedTitle,
}

/// What merging titles, or undoing that, led to, or would.
#[derive(Debug)]
pub struct Merged {
    /// The title that stands for the others, or stood for them: as it is now, in a dry run as it was.
    pub into: Arc<Title>,
    /// What is other of it than before, or would be.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at: the fields that stay as they are, and why.
    pub noticed: Vec<Problem>,
    /// The titles that are gone, in the order in which they were named, or are there again, by id; or would be.
    pub from: Vec<TitleId>,
    /// The run of its revisions, by which a merge is undone; `None`: nothing was written.
    pub run: Option<RunId>,
}
