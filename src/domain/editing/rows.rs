//! An edit of many titles: which, what, and what became of each.

use std::sync::Arc;

use super::patch::Patch;
use super::refused::Refused;
use crate::domain::catalog::{Title, TitleFilter};
use crate::domain::ids::{RunId, TitleId};
use crate::domain::loading::{Difference, LoadMode, Problem};

/// How many titles an edit may be of. They are written in one transaction.
pub const MOST_TITLES: usize = 500;

/// An edit of many titles.
#[derive(Debug, Clone)]
pub struct TitlesEdit {
    pub titles: TitleChoice,
    pub patch: Patch,
    pub policy: Policy,
    pub mode: LoadMode,
    pub locking: Locking,
}

/// Whether the fields of an edit are locked with it, so that no load changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locking {
    Lock,
    /// What is locked stays so, and nothing else is.
    Leave,
}

impl Locking {
    /// As somebody says or has set it.
    pub fn of(locks: bool) -> Self {
        if locks { Self::Lock } else { Self::Leave }
    }
}

/// Which titles are edited.
#[derive(Debug, Clone)]
pub enum TitleChoice {
    Named(Vec<NamedTitle>),
    /// Those that pass a filter, by name.
    Filtered(Box<TitleFilter>),
}

/// A title that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedTitle {
    /// `None`: what names it is no id of a title.
    pub id: Option<TitleId>,
    /// The revision that the curator has seen; `None`: whichever it is of.
    pub base: Option<u64>,
}

/// What becomes of the rest if something of an edit is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Nothing is changed, of no title.
    RejectEverything,
    /// The titles of which something is refused stay as they are.
    RejectFailedRows,
    /// The fields that are refused stay as they are.
    IgnoreFailed,
}

/// What became of many titles.
#[derive(Debug)]
pub struct EditedTitles {
    /// In the order in which they were named.
    pub rows: Vec<EditedTitle>,
    /// How many are others than before, or would be.
    pub changed: usize,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

/// What became of a title that was to go.
#[derive(Debug)]
pub struct DeletedTitle {
    pub title: EditedTitle,
    /// What the revisions of it have in common; `None`: nothing was written.
    pub run: Option<RunId>,
}

/// What became of one title.
#[derive(Debug)]
pub struct EditedTitle {
    /// The title as it is now; `None`: there is none.
    pub title: Option<Arc<Title>>,
    /// What is other than before, or would be.
    pub differences: Vec<Difference>,
    pub refused: Vec<Refused>,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
}
