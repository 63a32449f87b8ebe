//! The port to the recommendation graph: a projection of the documents, and what ranking asks of it.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::epoch::{Epoch, GraphEpoch};
use crate::domain::catalog::TitleKind;
use crate::domain::error::StoreError;
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::measured::measured;
use crate::domain::watching::{Tasted, WatchedTitle};

measured! {
/// The recommendation graph, as ranking reads it.
///
/// Nodes: profiles, titles, people, genres. Edges: `WATCHED`, `HAS_GENRE`, `DIRECTED`, `ACTED_IN`, `SIMILAR`.
#[async_trait]
pub trait TasteGraph: Send + Sync {
    /// The `SIMILAR` edges that start from each of the titles, in the order asked, all of one version; none for a title
    /// that has no node. Those of a title are by the id of the end.
    async fn similar(&self, titles: &[TitleId]) -> Result<SimilarLists, StoreError>;

    /// What a profile's `WATCHED` edges say: the newest [`Taste::EDGES`] of those with a weight above 0 or with a
    /// thumb, the latest `last_at` first, ties by title id; in one query whose cost does not grow with the history.
    /// Empty for a profile that has no node.
    async fn taste(&self, profile: ProfileId) -> Result<Arc<Taste>, StoreError>;

    /// The titles that the most profiles watched last at or after this moment, the most first, ties by id, at most
    /// `limit`, with the number of those profiles.
    async fn trending(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TitleId, u64)>, StoreError>;
}
}

measured! {
/// The graph, as whoever keeps `SIMILAR` edges follows it.
#[async_trait]
pub trait SimilarSource: TasteGraph {
    /// Which `SIMILAR` edges there are. The default if there were never any.
    async fn similar_version(&self) -> Result<SimilarVersion, StoreError>;

    /// The titles whose `SIMILAR` edges were changed after a revision of the current generation, by id.
    async fn similar_changed_after(&self, revision: u64) -> Result<Vec<TitleId>, StoreError>;

    /// Up to `limit` titles with a revision above 0 and an id above the given one, by id: for comparing. Genres by
    /// id; directors and actors by billing order, then id. Names, also the title's own, are empty: they are there for
    /// people to read.
    async fn titles_after(
        &self,
        after: Option<TitleId>,
        limit: usize,
    ) -> Result<Vec<TitleNode>, StoreError>;
}
}

measured! {
/// The graph as a projection of the documents: what is written to it, and what is read to compare it with them.
///
/// It is made from the documents alone. Everything written to it is absolute and guarded by a revision, which is that of
/// the document within an epoch ([`Epoch::version`](super::Epoch::version)): writes are idempotent, and stale ones are
/// passed over.
#[async_trait]
pub trait GraphProjection: SimilarSource {
    /// Writes title nodes with the people and genres that they need, and replaces their `HAS_GENRE`, `DIRECTED` and
    /// `ACTED_IN` edges. Titles whose stored revision is not older are skipped. A genre that is listed twice has one
    /// edge; a person that is listed twice has one for each rank in the billing. People and genres that no title needs
    /// any more stay.
    async fn put_titles(&self, titles: &[TitleNode]) -> Result<(), StoreError>;

    /// Writes `WATCHED` edges, with the profile and title nodes that they need: a title node that exists only for an
    /// edge has revision 0 until [`Self::put_titles`] writes it. Edges whose stored revision is not older are skipped,
    /// and so are those of erased profiles. Of two writers of the same edge or title at the same time, the newer
    /// revision stays.
    async fn put_watched(&self, edges: &[WatchedEdge]) -> Result<(), StoreError>;

    /// The epoch that was noted last; `None`: none was.
    async fn epoch(&self) -> Result<Option<GraphEpoch>, StoreError>;

    /// Notes an epoch, unless one of a number that is not smaller is noted, or the same with a tick that is not smaller.
    /// What is noted of the schema only grows.
    async fn put_epoch(&self, epoch: &GraphEpoch) -> Result<(), StoreError>;

    /// Up to `limit` tombstones of erased profiles that come after one, in their order.
    async fn tombstones_after(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;

    /// Passes over from now on what is written of the profiles with these tombstones. What there is of them stays: see
    /// [`Self::erase_profile`].
    async fn put_tombstones(&self, tombstones: &[String]) -> Result<(), StoreError>;

    /// Up to `limit` profiles that have a node, those with an id above the given one, by id.
    async fn profiles_after(
        &self,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileId>, StoreError>;

    /// Removes a profile with all its edges, and passes over whatever is written of it from now on, also by a writer
    /// that has begun already. Works in transactions of bounded size and is idempotent. All that stays of the profile
    /// is its [`ProfileId::tombstone`], which is no part of the graph that is read.
    async fn erase_profile(&self, profile: ProfileId) -> Result<(), StoreError>;

    /// Removes `WATCHED` edges whose stored revision is still the given one, for ever.
    async fn remove_watched(&self, edges: &[(ProfileId, TitleId, u64)]) -> Result<(), StoreError>;

    /// Makes titles whose stored revision is still the given one what they are if they are only there for an edge:
    /// without any edges to genres and people, and of revision 0.
    async fn remove_titles(&self, titles: &[(TitleId, u64)]) -> Result<(), StoreError>;

    /// Removes people, genres and profiles that have no edge, and titles of revision 0 that nobody watched, with the
    /// `SIMILAR` edges that start from them. Works in transactions of bounded size; what others write meanwhile stays whole.
    async fn remove_unneeded(&self) -> Result<(), StoreError>;

    /// How many profiles have a `WATCHED` edge to each of the titles; titles without one have 0. In the order asked.
    async fn watchers(&self, titles: &[TitleId]) -> Result<Vec<u64>, StoreError>;

    /// Replaces all `SIMILAR` edges by a new generation that these solutions make up: readers see the old edges or the
    /// new, never a mixture. `computed_at` is the moment before the first watch was read for it. Written in
    /// transactions of bounded size; other writes go on in between. Edges from or to a title that has no node are left
    /// out. Of two replacements at the same time, the one that began last stays. Says how many edges there are now.
    async fn replace_similar(
        &self,
        solutions: &[Solution],
        computed_at: DateTime<Utc>,
    ) -> Result<u64, StoreError>;

    /// Replaces, within the current generation and in one transaction, what these solutions say: all weights into and
    /// all affinities out of each of the titles. An edge that is left with neither is removed. Does nothing if the
    /// current generation is another one by now. Raises the revision of the edges, and says the version after it.
    async fn put_solutions(
        &self,
        generation: u64,
        solutions: &[Solution],
    ) -> Result<SimilarVersion, StoreError>;

    /// Up to `limit` `WATCHED` edges with a key above the given one, by profile and title: for comparing.
    async fn watched_after(
        &self,
        after: Option<(ProfileId, TitleId)>,
        limit: usize,
    ) -> Result<Vec<WatchedEdge>, StoreError>;

    /// How many nodes and edges of each sort there are.
    async fn counts(&self) -> Result<GraphCounts, StoreError>;

    /// Removes everything, also the epoch with the schema, except that erased profiles stay erased.
    async fn clear(&self) -> Result<(), StoreError>;
}
}

/// A title with its edges to genres and people.
#[derive(Debug, Clone, PartialEq)]
pub struct TitleNode {
    pub id: TitleId,
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
    /// The revision of the title's document, in its epoch.
    pub revision: u64,
}

/// A `WATCHED` edge, from a profile to a title.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedEdge {
    pub profile: ProfileId,
    pub title: TitleId,
    /// Times watched, each by how much of it was watched, fading with age; see
    /// [`crate::domain::watching::WatchRules::weight`].
    pub weight: f64,
    /// How many plays there were, finished or not.
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
    /// The revision of the watched title that it was made from, in its epoch.
    pub revision: u64,
}

/// Everything that was computed for one title.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    pub title: TitleId,
    /// What speaks for it: the weights of the edges that end here. Each start at most once.
    pub incoming: Vec<Incoming>,
    /// What its page lists: the affinities of the edges that start here. Each end at most once.
    pub page: Vec<Outgoing>,
}

/// The weight of a `SIMILAR` edge, as its end sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incoming {
    pub from: TitleId,
    /// How much it speaks for the end that the start was watched.
    pub weight: Weight,
    /// How many profiles watched both.
    pub co_watches: u32,
}

/// The affinity of a `SIMILAR` edge, as its start sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outgoing {
    pub to: TitleId,
    /// How well the end follows the start.
    pub affinity: f64,
    /// How many profiles watched both.
    pub co_watches: u32,
}

/// The weight of an edge, with the parts of it that come from what both ends share; see [`super::similar`]. What is
/// left of it comes from who watched both.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Weight {
    /// The whole. May be negative.
    pub sum: f64,
    /// Of it: from directors in common.
    pub director: f64,
    /// Of it: from actors in common.
    pub actor: f64,
    /// Of it: from genres in common.
    pub genre: f64,
}

/// A `SIMILAR` edge as its start sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimilarEdge {
    pub to: TitleId,
    /// How much it speaks for the end that the start was watched; 0 in all parts if the edge is there for the page
    /// only.
    pub weight: Weight,
    /// How well the end follows the start on its page; 0 if it is not among the best.
    pub affinity: f64,
    /// How many profiles watched both.
    pub co_watches: u32,
}

/// Which `SIMILAR` edges there are. Later ones are greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SimilarVersion {
    /// Which computation of all of them; 0 if there was none.
    pub generation: u64,
    /// How often titles were solved anew since.
    pub revision: u64,
    /// The moment before the first watch was read for the generation.
    pub computed_at: DateTime<Utc>,
}

impl SimilarVersion {
    /// Whether both are of one computation, however often titles were solved anew since. A graph that was cleared
    /// may count its generations from the start.
    pub fn is_of_generation(&self, other: &Self) -> bool {
        (self.generation, self.computed_at) == (other.generation, other.computed_at)
    }
}

/// The `SIMILAR` edges of some titles.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SimilarLists {
    /// The version that all of the lists are of.
    pub version: SimilarVersion,
    /// For each title that was asked for, its edges.
    pub lists: Vec<Arc<[SimilarEdge]>>,
}

/// What the `WATCHED` edges of a profile say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taste {
    /// The newest that say something, the latest first, ties by title id.
    pub edges: Vec<TasteEdge>,
}

impl Taste {
    /// How many edges a taste has at the most.
    pub const EDGES: usize = 300;

    /// What titles say that were watched, in any order, each once.
    pub fn of(tasted: &[Tasted]) -> Self {
        Self::newest(tasted.iter().map(TasteEdge::from).collect())
    }

    /// The taste with these edges in it: of two of the same title the one with the greater revision stays.
    #[must_use]
    pub fn with(&self, edges: &[TasteEdge]) -> Self {
        let mut newest: HashMap<TitleId, TasteEdge> = HashMap::new();
        for edge in self.edges.iter().chain(edges) {
            let known = newest.entry(edge.title).or_insert(*edge);
            if known.document_revision() < edge.document_revision() {
                *known = *edge;
            }
        }
        Self::newest(newest.into_values().collect())
    }

    fn newest(mut edges: Vec<TasteEdge>) -> Self {
        edges.retain(TasteEdge::says_something);
        edges.sort_unstable_by_key(|edge| (Reverse(edge.last_at), edge.title));
        edges.truncate(Self::EDGES);
        Self { edges }
    }
}

/// A `WATCHED` edge of a profile's taste.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TasteEdge {
    pub title: TitleId,
    pub weight: f64,
    /// How many plays there were, finished or not.
    pub plays: u32,
    /// How many of them got to the end.
    pub completions: u32,
    /// The time of the latest report.
    pub last_at: DateTime<Utc>,
    /// What the profile said of the title, if anything.
    pub liked: Option<bool>,
    /// The revision of the watched title that it was made from; in its epoch, if the graph says so.
    pub revision: u64,
}

impl TasteEdge {
    /// The revision of the watched title, whatever the epoch: of two edges the one with the greater is newer.
    pub fn document_revision(&self) -> u64 {
        Epoch::revision_of(self.revision)
    }

    /// Whether it is part of a taste: it has a weight above 0 or a thumb.
    pub fn says_something(&self) -> bool {
        self.weight > 0.0 || self.liked.is_some()
    }
}

impl From<&WatchedTitle> for TasteEdge {
    fn from(watched_title: &WatchedTitle) -> Self {
        Self {
            title: watched_title.title,
            weight: watched_title.weight,
            plays: watched_title.plays,
            completions: watched_title.completions,
            last_at: watched_title.last_at,
            liked: watched_title.liked,
            revision: watched_title.stamp.revision,
        }
    }
}

impl From<&Tasted> for TasteEdge {
    fn from(tasted: &Tasted) -> Self {
        Self {
            title: tasted.title,
            weight: tasted.weight,
            plays: tasted.plays,
            completions: tasted.completions,
            last_at: tasted.last_at,
            liked: tasted.liked,
            revision: tasted.revision,
        }
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GraphCounts {
    /// Nodes of profiles, watched anything or not.
    pub profiles: u64,
    /// Titles with a revision above 0.
    pub titles: u64,
    pub people: u64,
    pub genres: u64,
    /// `WATCHED` edges of all profiles.
    pub watched: u64,
    /// `SIMILAR` edges of the generation that is served.
    pub similar: u64,
}
