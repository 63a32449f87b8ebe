//! Which titles or people are merged, and what that led to.

use std::sync::Arc;

use crate::domain::catalog::{Episode, ExternalId, Person, Title};
use crate::domain::editing::{NamedTitle, TitleCreation};
use crate::domain::ids::{EpisodeId, PersonId, RunId, TitleId};
use crate::domain::loading::{Difference, Problem};

/// How many titles or people are merged into another with one call. They are written in one transaction.
pub const MOST_MERGED: usize = 20;
/// With how many titles and episodes people may be credited who are merged: all are written in that transaction, too.
pub const MOST_CREDITED: usize = 2_000;
/// How many episodes a series has that is merged into another: all are written in that transaction, too, perhaps with as many
/// of the other.
pub const MOST_EPISODES: usize = 2_000;

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
    /// How many episodes of series became one with another, or stand for themselves again; or would.
    pub merged_episodes: usize,
    /// How many came to the series that stays, or went back; or would.
    pub moved_episodes: usize,
    /// The run of its revisions, by which a merge is undone; `None`: nothing was written.
    pub run: Option<RunId>,
}

/// Episodes of a series that are to become one; `None` in the place of an id: what names it is no id of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergingEpisodes {
    pub from: Option<EpisodeId>,
    /// The one that stays, and stands for the other.
    pub into: Option<EpisodeId>,
    /// The revision of the one that stays that the curator has seen; `None`: whatever became of it.
    pub base: Option<u64>,
}

/// What merging episodes led to, or would.
#[derive(Debug)]
pub struct MergedEpisodes {
    /// The episode that stands for the other: as it is now, in a dry run as it was.
    pub into: Arc<Episode>,
    /// What is other of it than before, or would be.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at: the fields that stay as they are, and why.
    pub noticed: Vec<Problem>,
    /// The one that is gone, or would be.
    pub from: EpisodeId,
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

/// What was taken for one title and is two.
#[derive(Debug, Clone)]
pub struct Parting {
    pub title: NamedTitle,
    /// What the other one is; it is of the same kind.
    pub creation: TitleCreation,
    /// The seasons that are of the other series.
    pub seasons: Vec<u32>,
    /// The episodes that are, besides; `None`: what names one is no id of an episode.
    pub episodes: Vec<Option<EpisodeId>>,
    /// Who is credited with the other one; `None`: what names them is no id of a person.
    pub people: Vec<Option<PersonId>>,
    /// The ids elsewhere that are those of the other one.
    pub external_ids: Vec<ExternalId>,
}

/// What parting a title in two led to, or would.
#[derive(Debug)]
pub struct Parted {
    /// The title that there was: as it is now, in a dry run as it was.
    pub title: Arc<Title>,
    /// What is other of it than before, or would be.
    pub differences: Vec<Difference>,
    /// The new one, as it is or would be.
    pub new: Arc<Title>,
    /// What is known of that.
    pub new_differences: Vec<Difference>,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
    /// How many episodes are of the new series, or would be.
    pub moved_episodes: usize,
    /// The run of its revisions, by which it is undone; `None`: nothing was written.
    pub run: Option<RunId>,
}

/// What undoing a merge led to, or would.
#[derive(Debug)]
pub enum Undone {
    Titles(Merged),
    People(MergedPeople),
}
