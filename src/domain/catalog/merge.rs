//! That a title was merged into another, with its episodes if it is a series, or a person into somebody else: it is seen
//! nowhere, and whoever asks for it gets the other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::publication::TitleState;
use crate::domain::ids::{EpisodeId, PersonId, RunId, TitleId};

/// How often a title, an episode or a person is followed that was merged into one that was merged itself.
pub(super) const MOST_FOLLOWED: usize = 16;

/// That a title was merged into another. It is the durable record of that: what is left to be done is found by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleMerge {
    /// Which merge it was: the run of its revisions.
    #[serde(with = "as_text")]
    pub id: RunId,
    /// The title that it is one with.
    pub into: TitleId,
    pub step: MergeStep,
    /// When the step began; of one that follows another, when the other did, whose work it looks through once more.
    pub since: DateTime<Utc>,
    /// In which state the title was before.
    pub was: TitleState,
    /// Of a merge of two episodes of the other title: the one that is gone. This title is then nothing but what that one is
    /// of meanwhile, and what profiles have of it goes by way of it.
    #[serde(default)]
    pub episode: Option<EpisodeId>,
}

/// That a person was merged into somebody else, whom all credits name since. It is the durable record of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonMerge {
    /// Which merge it was: the run of its revisions.
    #[serde(with = "as_text")]
    pub id: RunId,
    /// The person who they are one with.
    pub into: PersonId,
}

/// What merging its series with others has made of an episode. It is the durable record of that: undoing goes by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeMerging {
    /// That it is one with an episode of another series; `None`: it stands for itself.
    pub merged: Option<EpisodeMerge>,
    /// That it was moved from other series, the latest last. Its id is that of its place in the first of them.
    pub moves: Vec<EpisodeMove>,
    /// Of one that was moved: which series had an episode that is one with it since, or was until that was undone. It does
    /// not go back while it stands for such a one.
    #[serde(default)]
    pub stands_for: Vec<EpisodeMove>,
}

/// That an episode was merged into one of another series, with its own series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeMerge {
    /// Which merge it was: the run of its revisions.
    #[serde(with = "as_text")]
    pub id: RunId,
    /// The episode that it is one with.
    pub into: EpisodeId,
}

/// That an episode was moved to another series, at the same place; or that one of another series is one with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeMove {
    /// Which merge it was: the run of its revisions.
    #[serde(with = "as_text")]
    pub id: RunId,
    /// The series that it was of before, or that the other one is of.
    pub from: TitleId,
}

/// The name of a run as text: of a UUID as such, BSON is written as text, and as bytes alone it is read.
mod as_text {
    use serde::{Deserializer, Serializer};
    use uuid::serde::hyphenated;

    use crate::domain::ids::RunId;

    pub(super) fn serialize<S: Serializer>(run: &RunId, serializer: S) -> Result<S::Ok, S::Error> {
        hyphenated::serialize(&run.0, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<RunId, D::Error> {
        hyphenated::deserialize(deserializer).map(RunId)
    }
}

/// How far a merge is, as to what profiles have of the title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeStep {
    /// It is being moved to the other title.
    Moving,
    /// All of it is moved, but for what servers take in that do not know of the merge yet.
    Following,
    /// All of it is moved.
    Done,
    /// It is being brought back: the merge is undone, and the title is seen again. So it is with what profiles have of
    /// episodes that a new series was made of.
    Undoing,
    /// It is back, but for what servers moved that did not know yet.
    Returning,
}

impl TitleMerge {
    /// The title that whoever asks for this one gets; `None`: itself, for the merge is undone.
    pub fn leads_to(&self) -> Option<TitleId> {
        match self.step {
            MergeStep::Moving | MergeStep::Following | MergeStep::Done => Some(self.into),
            MergeStep::Undoing | MergeStep::Returning => None,
        }
    }

    /// Whether anything is left to be done.
    pub fn is_open(&self) -> bool {
        self.step != MergeStep::Done
    }
}
