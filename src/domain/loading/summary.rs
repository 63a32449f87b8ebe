//! What became of the records of a load.

use std::collections::BTreeMap;

use super::drafts::Draft;
use super::giving_up::{PicturePlace, WhyGivenUp};
use crate::domain::ids::RunId;

/// What became of the records of a load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadSummary {
    /// By sort of record (`films`, `series`, `episodes`, `people`, `watches`), and of `pictures`.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// How many records, or whole files, were refused.
    pub refused: u64,
    /// How many rows of files that a map reads were of titles or people who are not there, and passed over.
    pub passed_over: u64,
    /// How many credits of titles that want them were of people whose names no row said.
    pub nameless: u64,
    /// How many such rows were not known to be of one thing, and not loaded.
    pub unmatched: u64,
    /// How many pictures could not be read; the records that name them are loaded without.
    pub refused_pictures: u64,
    /// How many pictures were not even asked for, because this was given up, and why; what is stored of them stays.
    pub given_up: BTreeMap<(PicturePlace, WhyGivenUp), u64>,
    /// How many warnings there were, those of one value counted once.
    pub warnings: u64,
    /// How many of them were of each kind.
    pub warnings_by_kind: BTreeMap<WarningKind, Warned>,
    /// What all revisions of the load have in common, by which it is taken back; `None`: it changed nothing of the
    /// catalogue.
    pub run: Option<RunId>,
}

/// What warnings have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WarningKind {
    /// The field that it is about.
    pub field: String,
    /// What was noticed, without the value.
    pub reason: &'static str,
}

/// How often something was warned of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Warned {
    /// How often in all.
    pub times: u64,
    /// Those of one value counted once.
    pub different: u64,
}

/// What became of records of one sort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Written, where nothing was before.
    pub new: u64,
    /// Written over what said something else.
    pub changed: u64,
    /// There already, and nothing else was said.
    pub unchanged: u64,
    /// In how many of the changed ones each field is another now, by its name in files.
    pub fields: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn count<T>(&mut self, draft: Draft<T>) -> Option<T> {
        match draft {
            Draft::New(document) => {
                self.new += 1;
                Some(document)
            }
            Draft::Changed(document, fields) => {
                self.changed += 1;
                for field in fields {
                    *self.fields.entry(field).or_default() += 1;
                }
                Some(document)
            }
            Draft::Unchanged => {
                self.unchanged += 1;
                None
            }
        }
    }

    /// Counts what another tally has too.
    pub(super) fn add(&mut self, other: &Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        for (field, count) in &other.fields {
            *self.fields.entry(field).or_default() += count;
        }
    }
}
