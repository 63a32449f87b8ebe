//! What the record notes about its own projection: what was begun and is not finished, so that whoever comes next goes
//! on with it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::epoch::Epoch;
use super::publish::Published;
use super::schema_version::Schema;
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
    /// since. What a later version notes beside them stays. Says whether they were written; once this returns, that
    /// survives a crash.
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
    /// How far messages were sent to topics; `None`: never any.
    pub published: Option<Published>,
    /// The latest version of what is stored that has written here.
    pub schema: Schema,
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
    /// How many of them could not be computed, and say what they said before.
    #[serde(default)]
    pub left: u64,
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
    /// The tombstones of erased profiles that the record keeps are written to the graph.
    TombstonesToGraph { after: Option<String> },
    /// Those that the graph keeps are written to the record.
    TombstonesToRecord { after: Option<String> },
    /// Erased profiles that have come back with a backup are removed from the graph.
    EraseInGraph { after: Option<ProfileId> },
    /// And from the record.
    EraseInRecord { after: Option<ProfileId> },
    /// Titles are marked as waiting.
    MarkTitles { after: Option<TitleId> },
    /// Watched titles are marked as waiting, and the numbers of departed viewers.
    MarkWatches { after: Option<(ProfileId, TitleId)> },
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
    /// A later version does something that this one does not know, and leaves to it. It is kept as it is.
    #[serde(untagged)]
    Unknown(serde_json::Value),
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
            Self::TombstonesToGraph { .. }
            | Self::TombstonesToRecord { .. }
            | Self::EraseInGraph { .. }
            | Self::EraseInRecord { .. } => "forgetting",
            Self::MarkTitles { .. } | Self::MarkWatches { .. } => Self::MARKING,
            Self::Project { .. } => "projecting",
            Self::SweepWatches { .. } | Self::SweepTitles { .. } => "sweeping",
            Self::Similar => "similar",
            Self::Unknown(_) => "unknown",
        }
    }
}
