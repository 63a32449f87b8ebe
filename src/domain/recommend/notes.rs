//! What the record notes about its own projection: what was begun and is not finished, so that whoever comes next goes
//! on with it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::measured::measured;

measured! {
/// Keeps the notes of the projection, beside the documents.
#[async_trait]
pub trait NoteStore: Send + Sync {
    /// The notes; the default if there were never any.
    async fn notes(&self) -> Result<Notes, StoreError>;

    /// Writes notes in the place of those that were read, with one revision more, unless somebody else has written
    /// since. Says whether they were written; once this returns, that survives a crash.
    async fn put_notes(&self, notes: &Notes) -> Result<bool, StoreError>;
}
}

/// What is known of the projection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    /// How often they were written.
    pub revision: u64,
    /// The epoch that the graph is written in.
    pub epoch: Epoch,
    /// The making anew of the graph that was begun and is not finished.
    pub rebuild: Option<Rebuild>,
    /// The half-life, in days, that the sums of watched titles were computed with; `None`: nobody has asked yet.
    pub half_life_days: Option<f64>,
    /// The computing anew of all sums that was begun and is not finished.
    pub reweigh: Option<Reweigh>,
}

/// Which of the graph's lives it is. Each making anew begins another one, in which everything is written again: what
/// was written in an earlier one is older, whatever its revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Epoch {
    /// Grows by one with each.
    pub number: u64,
}

/// How many bits of a version are the revision of the document: enough for each to be written a thousand times a second
/// for five hundred years.
const REVISION_BITS: u32 = 44;

impl Epoch {
    /// What the graph keeps as the revision of what is made from a document: the epoch, then the document's revision.
    pub fn version(&self, revision: u64) -> u64 {
        self.number << REVISION_BITS | revision
    }

    /// The document's revision in a [`Self::version`].
    pub fn revision_of(version: u64) -> u64 {
        version & ((1 << REVISION_BITS) - 1)
    }
}

/// A computing anew of all sums, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reweigh {
    /// The half-life in days that it goes by.
    pub half_life_days: f64,
    /// The last watched title whose sums were computed.
    pub after: Option<(ProfileId, TitleId)>,
    /// How many watched titles those were.
    pub watched_titles: u64,
    /// How many of them said something else before.
    pub changed: u64,
}

/// A making anew of the graph, as far as it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rebuild {
    /// When it was begun, UTC.
    pub begun_at: DateTime<Utc>,
    /// How many documents were marked as waiting for projection.
    pub documents: u64,
    /// Where it goes on.
    pub phase: Phase,
}

/// What of the making anew is being done. What follows a key was not done yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Titles are marked as waiting.
    MarkTitles { after: Option<TitleId> },
    /// Watched titles are marked as waiting, and the numbers of departed viewers.
    MarkWatches {
        after: Option<(ProfileId, TitleId)>,
    },
    /// What waits is projected, after so many passes.
    Project { pass: u32 },
    /// `WATCHED` edges are compared with the record. What differs is marked again, what the record does not know goes.
    SweepWatches {
        after: Option<(ProfileId, TitleId)>,
        pass: Pass,
    },
    /// The same for titles.
    SweepTitles { after: Option<TitleId>, pass: Pass },
    /// The `SIMILAR` edges are computed.
    Similar,
}

/// One comparison of the whole graph with the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The first is 1.
    pub number: u32,
    /// Whether it has found anything to project again.
    pub marked: bool,
}

impl Phase {
    /// The name of the phases in which more and more waits.
    pub(super) const MARKING: &'static str = "marking";

    /// As operators call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::MarkTitles { .. } | Self::MarkWatches { .. } => Self::MARKING,
            Self::Project { .. } => "projecting",
            Self::SweepWatches { .. } | Self::SweepTitles { .. } => "sweeping",
            Self::Similar => "similar",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_versions_the_later_epoch_is_the_greater_whatever_the_revision() {
        let [first, second] = [0, 1].map(|number| Epoch { number });

        assert!(first.version(2) > first.version(1));
        assert!(second.version(1) > first.version(1 << 43));
        assert_eq!(first.version(7), 7, "what was written before there were epochs");
        assert_eq!(Epoch::revision_of(second.version(1 << 43)), 1 << 43);
    }
}
