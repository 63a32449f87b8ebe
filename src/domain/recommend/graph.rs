//! The port to the recommendation graph: a projection of the documents, and the neighbourhoods that ranking asks for.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::catalog::TitleKind;
use crate::domain::error::StoreError;
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};

/// The recommendation graph.
///
/// Nodes: profiles, titles, people, genres. Edges: `WATCHED`, `HAS_GENRE`, `DIRECTED`, `ACTED_IN`, `SIMILAR`. It is
/// made from the documents alone. Everything written to it is absolute and guarded by the document's revision, so to
/// write the same again, or something older, changes nothing.
#[async_trait]
pub trait TasteGraph: Send + Sync {
    /// Writes title nodes with the people and genres that they need, and replaces their `HAS_GENRE`, `DIRECTED` and
    /// `ACTED_IN` edges. Titles whose stored revision is not older are passed over. A genre that is listed twice has
    /// one edge; a person that is listed twice has one for each place in the billing. People and genres that no title
    /// needs any more stay.
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError>;

    /// Writes `WATCHED` edges, with the profile and title nodes that they need: a title node that exists only for an
    /// edge has revision 0 until [`Self::put_titles`] writes it. Edges whose stored revision is not older are passed
    /// over, and so are those of erased profiles. Of two writers of the same edge or title at the same time, the newer
    /// revision stays.
    async fn put_watched(&self, edges: &[WatchedEdge]) -> Result<(), StoreError>;

    /// Removes a profile with all its edges, and passes over whatever is written of it from now on, also by a writer
    /// that has begun already. Works in transactions of bounded size; broken off, it can be begun again. All that
    /// stays of the profile is its [`ProfileId::trace`], which is no part of the graph that is read.
    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError>;

    /// How many profiles have a `WATCHED` edge to each of the titles; titles without one have 0. In the order asked.
    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError>;

    /// Replaces all `SIMILAR` edges by these, at once: readers see the old edges or the new, never a mixture. Edges
    /// from or to a title that has no node are left out; of two between the same titles, the last counts.
    async fn replace_similar(&self, edges: &[SimilarTo]) -> Result<(), StoreError>;

    /// What ranking asks about a title, in one query; empty for a title that has no node. See [`TitleNeighbourhood`].
    async fn title_neighbourhood(
        &self,
        title: TitleId,
        reach: &Reach,
    ) -> Result<TitleNeighbourhood, StoreError>;

    /// What ranking asks about a profile, in one query; empty for a profile that has no node. See
    /// [`ProfileNeighbourhood`].
    async fn profile_neighbourhood(
        &self,
        profile: ProfileId,
        reach: &Reach,
    ) -> Result<ProfileNeighbourhood, StoreError>;

    /// Up to `limit` titles with a revision above 0 and an id above the given one, by id: for comparing. Genres by
    /// id; directors and actors by billing order, then id. Names, also the title's own, are empty: they are there for
    /// people to read.
    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError>;

    /// Up to `limit` `WATCHED` edges with a key above the given one, by profile and title: for comparing.
    async fn watched_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedEdge>, StoreError>;

    /// How many nodes and edges of each sort there are.
    async fn counts(&self) -> Result<GraphCounts, StoreError>;

    /// Removes everything, except that erased profiles stay erased.
    async fn clear(&self) -> Result<(), StoreError>;

    /// Whether the graph answers.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A title with its edges to genres and people.
#[derive(Debug, Clone, PartialEq)]
pub struct TitleNode {
    /// The title.
    pub id: TitleId,
    /// Film or series.
    pub kind: TitleKind,
    /// Its slug, for whoever explores the graph.
    pub slug: String,
    /// Its name, for whoever explores the graph.
    pub name: String,
    /// The year of the first showing.
    pub year: Option<i32>,
    /// `HAS_GENRE`: the genre and its name.
    pub genres: Vec<(GenreId, String)>,
    /// `DIRECTED`: the person and its name, in billing order.
    pub directors: Vec<(PersonId, String)>,
    /// `ACTED_IN {order}`: the person and its name, in billing order.
    pub actors: Vec<(PersonId, String)>,
    /// The revision of the title's document.
    pub revision: u64,
}

/// A `WATCHED` edge.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedEdge {
    /// From.
    pub profile: ProfileId,
    /// To.
    pub title: TitleId,
    /// Times watched, each by how much of it was watched, fading with age; see
    /// [`crate::domain::watching::WatchRules::weight`].
    pub weight: f64,
    /// How many sittings.
    pub plays: u32,
    /// How many of them got to the end.
    pub completions: u32,
    /// The seconds really played.
    pub seconds: f64,
    /// The time of the first report.
    pub first_at: DateTime<Utc>,
    /// The time of the latest report.
    pub last_at: DateTime<Utc>,
    /// What the profile said of the title, if anything.
    pub liked: Option<bool>,
    /// The revision of the sum that it was made from.
    pub revision: u64,
}

/// A `SIMILAR` edge as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimilarTo {
    /// From.
    pub from: TitleId,
    /// The rest of it.
    pub edge: SimilarEdge,
}

/// A `SIMILAR` edge as its start sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimilarEdge {
    /// To.
    pub to: TitleId,
    /// How well the end follows the start; see [`super::similar`].
    pub affinity: f64,
    /// How many profiles watched both.
    pub co_watches: u32,
}

/// How far a neighbourhood reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// How many `WATCHED` edges of a profile are gone on from: the weightiest, ties by title id.
    pub seeds: usize,
    /// How many `SIMILAR` edges of each title are followed: those of the greatest affinity, ties by id.
    pub similar: usize,
    /// Through how many actors of each title: the first in the billing. Directors are all followed.
    pub actors: usize,
    /// How many titles are found through people: those that share the most people with a seed (each pair of a person
    /// and a role once, over all seeds), ties by id. A director counts where it directs both, an actor where it is
    /// within the reach of `actors` in both; nobody counts as a director here and an actor there. Titles that are
    /// left out for being watched take no place.
    pub by_people: usize,
}

impl Reach {
    /// Whoever has more credits than this in a role is not followed in that role: it is a placeholder such as
    /// "Various", not a person, and would lead everywhere.
    pub const MAX_CREDITS: u32 = 1000;
}

/// What lies around a title.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TitleNeighbourhood {
    /// Its `SIMILAR` edges, the greatest affinity first, ties by id.
    pub similar: Vec<SimilarEdge>,
    /// Other titles with the same director, or with the same actor within the reach in both, by id.
    pub by_people: Vec<TitleId>,
}

/// What lies around a profile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProfileNeighbourhood {
    /// What it is gone on from, the weightiest first, ties by title id.
    pub seeds: Vec<Seed>,
    /// Every title that the profile has a `WATCHED` edge to, by id.
    pub watched: Vec<TitleId>,
    /// Titles not watched with the same director as a seed, or with the same actor within the reach in both, by id.
    pub by_people: Vec<TitleId>,
}

/// A watched title that suggestions go on from.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// The title.
    pub title: TitleId,
    /// The weight of the `WATCHED` edge.
    pub weight: f64,
    /// The time of the latest report.
    pub last_at: DateTime<Utc>,
    /// What the profile said of the title, if anything.
    pub liked: Option<bool>,
    /// Its `SIMILAR` edges to titles that were not watched, the greatest affinity first, ties by id. The reach counts
    /// the edges before the watched ones are left out.
    pub similar: Vec<SimilarEdge>,
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GraphCounts {
    /// Profiles.
    pub profiles: u64,
    /// Titles with a revision above 0.
    pub titles: u64,
    /// People.
    pub people: u64,
    /// Genres.
    pub genres: u64,
    /// `WATCHED` edges.
    pub watched: u64,
    /// `SIMILAR` edges.
    pub similar: u64,
}
