//! Which titles or people are merged, and what that led to.

use std::sync::Arc;

use crate::domain::catalog::{Person, Title};
use crate::domain::editing::NamedTitle;
use crate::domain::ids::{PersonId, RunId, TitleId};
use crate::domain::loading::{Difference, Problem};

/// How many titles or people are merged into another with one call. They are written in one transaction.
pub const MOST_MERGED: usize = 20;
/// With how many titles and episodes people may be credited who are merged: all are written in that transaction, too.
pub const MOST_CREDITED: usize = 2_000;

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

/// People who are to become one; `None` in the place of an id: what names them is no id of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergingPeople {
    pub people: Vec<Option<PersonId>>,
    /// The one who stays, and stands for the others.
    pub into: Option<PersonId>,
}

/// What merging people, or undoing that, led to, or would.
#[derive(Debug)]
pub struct MergedPeople {
    /// The person who stands for the others, or stood for them: as they are now, in a dry run as they were.
    pub into: Arc<Person>,
    /// What is other of them than before, or would be.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at: the fields that stay as they are, and why.
    pub noticed: Vec<Problem>,
    /// The people who are gone, in the order in which they were named, or are there again, by id; or would be.
    pub people: Vec<PersonId>,
    /// Of how many titles the credits are others, or would be.
    pub titles: usize,
    /// Of how many episodes they are.
    pub episodes: usize,
    /// The run of its revisions, by which a merge is undone; `None`: nothing was written.
    pub run: Option<RunId>,
}

/// What undoing a merge led to, or would.
#[derive(Debug)]
pub enum Undone {
    Titles(Merged),
    People(MergedPeople),
}
