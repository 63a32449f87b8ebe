//! What a viewer gets: the candidates that their watched titles vote for, by score.
//!
//! score(j) = Σ over the watched titles i, the newest first, of opinion(i) · (1 + position)^−recency · weight(i→j)
//!          + Σ opinion(i) · (1 + position)^−recency · co-watching / (1 + watched)² · watches of both / (watchers of i + 50),
//!            if no more than 30 are known,
//!          + popularity / (1 + watched) · (watchers of j + 1) / (most watchers + 1).

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::features::{Features, Rarity};
use super::graph::{SimilarEdge, Taste, TasteEdge};
use super::popular::share;
use super::reasons::{Reasons, ranked};
use super::types::{ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::{CollectionId, TitleId};
use crate::domain::watching::MutedSource;

/// Genres that are more common than one title in three say nothing about somebody's taste, and are not named.
const TELLING_GENRE: f64 = 1.098_612_288_668_11; // ln 3

/// How a viewer's watches become a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranking {
    /// The power by which a watch counts less the more came after it. 0: all count alike.
    pub recency: f64,
    /// What popularity adds for a viewer of whom nothing is known, as a share of what it can add at all.
    pub popularity: f64,
    /// What plain co-watching adds for a viewer of whom little is known: one watch says too little for a regression.
    pub co_watching: f64,
    /// How much a title counts that was watched to the end, where one with a thumb up counts 1.
    pub watched: f64,
    /// How much a title counts that was only begun: next to nothing, for it may have been given up, or is going on.
    pub begun: f64,
    /// How much a title counts that has a thumb down.
    pub disliked: f64,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            recency: 0.5,
            popularity: 0.1,
            co_watching: 2.0,
            watched: 0.4,
            begun: 0.03,
            disliked: -0.5,
        }
    }
}

/// A watched title's vote for candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vote {
    pub(super) title: TitleId,
    pub(super) strength: f64,
    /// What each viewer of both it and another adds to its weight for that one.
    pub(super) per_co_watch: f64,
    pub(super) liked: bool,
    /// Whether the title may be named to the viewer: what may not be seen speaks without a name.
    pub(super) named: bool,
}

impl Vote {
    /// The edges to the candidates that it votes for.
    fn cast<'e>(&self, edges: &'e [SimilarEdge]) -> impl Iterator<Item = &'e SimilarEdge> {
        let (is_silent, counts) = (self.strength == 0.0, self.per_co_watch > 0.0);
        let edges = edges.iter().filter(move |_| !is_silent);
        edges.filter(move |edge| counts || edge.weight.sum != 0.0)
    }

    /// What it gives a candidate by an edge, but for its strength.
    fn weight(&self, edge: &SimilarEdge) -> f64 {
        edge.weight.sum + self.per_co_watch * f64::from(edge.co_watches)
    }
}

/// Of whom more titles are known than this, plain co-watching adds nothing any more: it would be some thousandths.
const FEW: usize = 30;
/// About how many candidates the votes are for, for each edge of one.
const DRAFTS_PER_EDGE: usize = 16;
/// Added to the watchers of a title before its co-watches are divided by them.
const PRIOR_CO_WATCHERS: f64 = 50.0;

/// Up to this share of a title counts as begun only.
const BEGUN: f64 = 0.3;
/// The most that watching again can double a title's strength.
const MOST_DOUBLED: f64 = 2.0;

impl Ranking {
    /// The vote of each edge of a taste, the newest first. `fresh` is the weight of a whole watch at a time,
    /// `watchers` says how many watched a title.
    pub(super) fn votes(
        &self,
        taste: &Taste,
        fresh: impl Fn(DateTime<Utc>) -> f64,
        watchers: impl Fn(TitleId) -> u64,
    ) -> Vec<Vote> {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let watched = taste.edges.len() as f64;
        let co_watching = if taste.edges.len() > FEW {
            0.0
        } else {
            self.co_watching / (1.0 + watched).powi(2)
        };
        taste
            .edges
            .iter()
            .enumerate()
            .map(|(position, edge)| {
                #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
                let recency = (1.0 + position as f64).powf(-self.recency);
                #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 viewers")]
                let watchers = watchers(edge.title) as f64;
                Vote {
                    title: edge.title,
                    strength: self.opinion(edge, fresh(edge.last_at)) * recency,
                    per_co_watch: co_watching / (watchers + PRIOR_CO_WATCHERS),
                    liked: edge.liked == Some(true),
                    named: true,
                }
            })
            .collect()
    }

    /// How much a title counts: by the thumb, else by how much of it was watched, and how often. Watches that are
    /// older than the last one count less, by the half-life of the weights.
    pub(super) fn opinion(&self, edge: &TasteEdge, fresh: f64) -> f64 {
        match edge.liked {
            Some(true) => 1.0,
            Some(false) => self.disliked,
            None => {
                let watched = edge.weight / fresh;
                if watched < 1.0 {
                    let share = (watched - BEGUN) / (1.0 - BEGUN);
                    self.begun + (self.watched - self.begun) * share.max(0.0)
                } else {
                    self.watched * watched.ln_1p().min(MOST_DOUBLED * 2_f64.ln()) / 2_f64.ln()
                }
            }
        }
    }

    /// The most that popularity adds for a viewer who has watched this many titles.
    pub(super) fn most_of_popularity(&self, watched: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let watched = watched as f64;
        self.popularity / (1.0 + watched)
    }
}

/// A title that something speaks for. The greater goes first: by score, ties by id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Draft {
    pub(super) title: TitleId,
    pub(super) score: f64,
}

impl Eq for Draft {}

impl PartialOrd for Draft {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Draft {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_score = self.score.total_cmp(&other.score);
        by_score.then(other.title.cmp(&self.title))
    }
}

/// The candidates that the votes are for, the best first; after them those of `known`, in their order, of which nothing
/// good is said. `lists` has the edges of each vote's title. Of thousands a few hundred are asked for, so they are
/// put in order as they are.
pub(super) fn draft(
    votes: &[Vote],
    lists: &[Arc<[SimilarEdge]>],
    known: impl IntoIterator<Item = TitleId>,
) -> impl Iterator<Item = Draft> {
    let edges = votes.iter().zip(lists);
    let most = edges.map(|(_, edges)| edges.len()).max().unwrap_or(0);
    let mut scores: FxHashMap<TitleId, f64> =
        FxHashMap::with_capacity_and_hasher(DRAFTS_PER_EDGE * most, FxBuildHasher);
    for (vote, edges) in votes.iter().zip(lists) {
        for edge in vote.cast(edges) {
            *scores.entry(edge.to).or_default() += vote.strength * vote.weight(edge);
        }
    }
    let is_drafted = |title: &TitleId| scores.get(title).is_some_and(|score| *score > 0.0);
    let known = known.into_iter().filter(|title| !is_drafted(title));
    let known: Vec<Draft> = known.map(|title| Draft { title, score: 0.0 }).collect();
    let drafts = scores.into_iter().filter(|(_, score)| *score > 0.0);
    let drafts = drafts.map(|(title, score)| Draft { title, score });
    let mut drafts: BinaryHeap<Draft> = drafts.collect();
    std::iter::from_fn(move || drafts.pop()).chain(known)
}

/// What reasons are made from.
pub(super) struct Grounds<'a> {
    pub(super) votes: &'a [Vote],
    pub(super) lists: &'a [Arc<[SimilarEdge]>],
    /// Of each vote's title; `None` if it has left the catalogue.
    pub(super) seeds: &'a [Option<&'a Features>],
    pub(super) rarity: &'a Rarity,
    /// The genres and people that a title is not suggested for.
    pub(super) muted: &'a [MutedSource],
    /// The titles that come up because they are the next parts of collections.
    pub(super) lifts: &'a HashMap<TitleId, Lift>,
    /// How many watched the most watched title.
    pub(super) most_watched: u64,
}

/// A title comes up in the place of a later part of its collection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lift {
    pub(super) collection: CollectionId,
    /// What the later part scores.
    pub(super) score: f64,
}

impl Ranking {
    /// These titles with the reasons for them, the best first, ties by id.
    pub(super) fn explain(
        &self,
        grounds: &Grounds<'_>,
        titles: &[&Features],
    ) -> Vec<Recommendation> {
        let indices: FxHashMap<TitleId, usize> =
            titles.iter().map(|title| title.id).zip(0..).collect();
        let mut reasons = vec![Reasons::default(); titles.len()];
        let seeds = grounds.votes.iter().zip(grounds.seeds);
        for ((vote, seed), edges) in seeds.zip(grounds.lists) {
            for edge in vote.cast(edges) {
                if let Some(index) = indices.get(&edge.to) {
                    grounds.add(&mut reasons[*index], vote, *seed, titles[*index], edge);
                }
            }
        }
        let popularity = self.most_of_popularity(grounds.votes.len());
        ranked(titles.iter().zip(reasons).map(|(title, reasons)| {
            let mut reasons = reasons.fold(title.id);
            if let Some(lift) = grounds.lifts.get(&title.id) {
                let missing = lift.score - reasons.sum();
                if missing > 0.0 {
                    let source = ReasonSource::Collection(lift.collection);
                    reasons.add(ReasonKind::NextInCollection, source, missing);
                }
            }
            reasons.add(
                ReasonKind::Popular,
                ReasonSource::Title(title.id),
                popularity * share(title.watchers, grounds.most_watched),
            );
            reasons.into_recommendation(title.id)
        }))
    }
}

impl Grounds<'_> {
    /// Whether two titles share what the viewer has muted: then the one does not speak for the other at all.
    fn is_muted(&self, seed: &Features, other: &Features) -> bool {
        self.muted
            .iter()
            .any(|source| seed.has(*source) && other.has(*source))
    }

    /// What one watched title says of another, told apart by what they share.
    fn add(
        &self,
        reasons: &mut Reasons,
        vote: &Vote,
        seed: Option<&Features>,
        other: &Features,
        edge: &SimilarEdge,
    ) {
        let (kind, source) = if !vote.named || vote.strength <= 0.0 && !vote.liked {
            // What may not be seen has no name, and nobody wants to read of a title that they disliked; it may speak
            // for one, too.
            (ReasonKind::SimilarViewers, edge.to)
        } else if vote.liked {
            (ReasonKind::Liked, vote.title)
        } else {
            (ReasonKind::Watched, vote.title)
        };
        let mut rest = vote.weight(edge);
        if let Some(seed) = seed
            && vote.strength > 0.0
        {
            if self.is_muted(seed, other) {
                return;
            }
            rest -= split(
                reasons,
                ReasonKind::SharedDirector,
                seed.directors_with(other).map(ReasonSource::Person),
                |_| 1.0,
                (vote.strength, edge.weight.director),
            );
            rest -= split(
                reasons,
                ReasonKind::SharedActor,
                seed.actors_with(other).map(ReasonSource::Person),
                |_| 1.0,
                (vote.strength, edge.weight.actor),
            );
            let rarity = |source: &ReasonSource| match source {
                ReasonSource::Genre(genre) => self.rarity.of(*genre),
                _ => 0.0,
            };
            rest -= split(
                reasons,
                ReasonKind::SharedGenre,
                seed.genres_with(other).map(ReasonSource::Genre),
                |source| {
                    let rarity = rarity(source);
                    if rarity > TELLING_GENRE {
                        rarity.powi(2)
                    } else {
                        0.0
                    }
                },
                (vote.strength, edge.weight.genre),
            );
        }
        reasons.add(kind, ReasonSource::Title(source), vote.strength * rest);
    }
}

/// Adds a part of an edge's weight to what it comes from, in these proportions. Returns how much of the part that was.
/// Tens of thousands of edges make one list, so nothing is put aside on the way.
fn split(
    reasons: &mut Reasons,
    kind: ReasonKind,
    sources: impl Iterator<Item = ReasonSource> + Clone,
    proportion: impl Fn(&ReasonSource) -> f64,
    (strength, part): (f64, f64),
) -> f64 {
    if part == 0.0 {
        return 0.0;
    }
    let sources = sources
        .map(|source| (source, proportion(&source)))
        .filter(|(_, proportion)| *proportion > 0.0);
    let sum: f64 = sources.clone().map(|(_, proportion)| proportion).sum();
    if sum == 0.0 {
        return 0.0;
    }
    for (source, proportion) in sources {
        reasons.add(kind, source, strength * part * proportion / sum);
    }
    part
}
