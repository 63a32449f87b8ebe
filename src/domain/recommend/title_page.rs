//! What a title's page lists: titles that follow it, each with its reasons.
//!
//! (co-watches + 5·watches soon afterwards + 2·same director + ⅔·shared actors + cosine of the genres by rarity + same
//! decade) / (watchers of the other + 10)^0.35. The power damps what everybody watches anyway. Where nobody watched one of
//! both, the country and the language count as well. What belongs to the same collection stands before everything else,
//! and no person fills a page.

use std::collections::HashMap;

use super::features::{Features, Rarity};
use super::graph::SimilarEdge;
use super::origin::Origin;
use super::other_parts::OtherParts;
use super::reasons::{Reasons, ranked};
use super::similar::{
    KNOWN_TITLE, ON_PAGES, ON_UNKNOWN_PAGES, PAGE_DAMPING, PRIOR_WATCHERS, Weights,
};
use super::spread::spread;
use super::types::{ReasonKind, ReasonSource, Recommendation};
use crate::domain::catalog::Title;
use crate::domain::ids::TitleId;

/// The longest list of titles like one.
const MAX_SIMILAR: usize = 100;

/// What the same countries and the same languages weigh together where nobody watched one of both titles: less than an
/// actor or the genres.
const ORIGIN: f64 = 0.4;

/// A title as it is compared with others on a page.
#[derive(Debug, Clone)]
pub(super) struct Compared<'a> {
    pub(super) features: Features,
    pub(super) origin: Origin<'a>,
}

impl<'a> From<&'a Title> for Compared<'a> {
    fn from(title: &'a Title) -> Self {
        Self {
            features: Features::from(title),
            origin: Origin::from(title),
        }
    }
}

/// A title whose page is made, with what is known of those that follow it.
pub(super) struct Page<'a> {
    pub(super) seed: Compared<'a>,
    /// The edges that start from it and have an affinity.
    pub(super) edges: &'a [SimilarEdge],
    /// What of its collection may be listed.
    pub(super) parts: OtherParts,
    pub(super) rarity: &'a Rarity,
}

/// Titles like the one of the page: the parts of its collection, then the others, the best first, ties by id, but for
/// those that wait because a page would be full of one person; at most 100. `others` has the candidates, each once; one
/// that is not there is left out. Those that no edge leads to are alike by their metadata.
pub(super) fn like_title(page: &Page<'_>, others: &[Compared<'_>]) -> Vec<Recommendation> {
    let seed = &page.seed.features;
    let affinities: HashMap<TitleId, f64> = page
        .edges
        .iter()
        .map(|edge| (edge.to, edge.affinity))
        .collect();
    let mut of_parts = HashMap::new();
    let mut alike = Vec::new();
    for other in others.iter().filter(|other| other.features.id != seed.id) {
        let id = other.features.id;
        let shared = shared(seed, &other.features, page.rarity);
        let mut reasons = match affinities.get(&id) {
            Some(affinity) => up_to(*affinity, shared, seed),
            None => shared,
        };
        add_origin(&mut reasons, &page.seed, other);
        if page.parts.contains(id) {
            of_parts.insert(id, reasons);
        } else {
            alike.push(reasons.into_recommendation(id));
        }
    }
    let alike = ranked(alike.into_iter());
    let best = alike.first().map_or(0.0, |found| found.score);
    let mut list = page.parts.above(best, of_parts);
    list.extend(alike);
    // Before it is spread: so what is on the list is what is the best.
    list.truncate(MAX_SIMILAR);
    spread(list)
}

/// The rest of an affinity is what viewers watched. Who watches changes from moment to moment, the affinity does not:
/// if metadata alone comes to more by now, it is taken down to it.
fn up_to(affinity: f64, shared: Reasons, seed: &Features) -> Reasons {
    let sum = shared.sum();
    if sum > affinity {
        return shared.scaled(affinity / sum);
    }
    let mut reasons = shared;
    if affinity - sum > DUST * affinity {
        reasons.add(
            ReasonKind::SimilarViewers,
            ReasonSource::Title(seed.id),
            affinity - sum,
        );
    }
    reasons
}

/// Less than this share of an affinity is rounding.
const DUST: f64 = 1e-9;

/// Why `other` follows `seed`, but for who watched both. Beside a title that nobody watched there is nothing to damp,
/// and the better known of equals goes first.
fn shared(seed: &Features, other: &Features, rarity: &Rarity) -> Reasons {
    let mut reasons = Reasons::default();
    if seed.watchers == 0 {
        add_shared(&mut reasons, seed, other, rarity, &ON_UNKNOWN_PAGES, 1.0);
        if other.watchers > 0 {
            let value = KNOWN_TITLE * float(other.watchers).ln_1p();
            reasons.add(ReasonKind::Popular, ReasonSource::Title(other.id), value);
        }
    } else {
        let damping = damping(seed, other);
        add_shared(&mut reasons, seed, other, rarity, &ON_PAGES, damping);
    }
    reasons
}

/// Adds where both come from, if nobody watched one of them: nothing else than metadata speaks for such a pair. It is not
/// part of an affinity, so that edges are the same wherever they are computed.
fn add_origin(reasons: &mut Reasons, seed: &Compared<'_>, other: &Compared<'_>) {
    if seed.features.watchers > 0 && other.features.watchers > 0 {
        return;
    }
    let shared = seed.origin.shared_with(&other.origin);
    if shared > 0.0 {
        let (seed, other) = (&seed.features, &other.features);
        let value = ORIGIN * shared / damping(seed, other);
        let source = ReasonSource::Title(seed.id);
        reasons.add(ReasonKind::SharedOrigin, source, value);
    }
}

/// What is divided by, so that what everybody watches anyway does not stand on every page; 1 beside a title that nobody
/// watched.
fn damping(seed: &Features, other: &Features) -> f64 {
    if seed.watchers == 0 {
        1.0
    } else {
        (float(other.watchers) + PRIOR_WATCHERS).powf(PAGE_DAMPING)
    }
}

/// What two titles have in common by their metadata.
fn add_shared(
    reasons: &mut Reasons,
    seed: &Features,
    other: &Features,
    rarity: &Rarity,
    weights: &Weights,
    damping: f64,
) {
    // A film by two directors in common is not twice as close.
    let directors: Vec<_> = seed.directors_with(other).collect();
    for person in &directors {
        let value = weights.director / float(directors.len() as u64) / damping;
        reasons.add(
            ReasonKind::SharedDirector,
            ReasonSource::Person(*person),
            value,
        );
    }
    for person in seed.actors_with(other) {
        let value = weights.actor / damping;
        reasons.add(ReasonKind::SharedActor, ReasonSource::Person(person), value);
    }
    let norm = rarity.norm(&seed.genres) * rarity.norm(&other.genres);
    for genre in seed.genres_with(other) {
        let value = weights.genre * rarity.of(genre).powi(2) / norm / damping;
        reasons.add(ReasonKind::SharedGenre, ReasonSource::Genre(genre), value);
    }
    if seed.is_of_decade_of(other) {
        let value = weights.decade / damping;
        reasons.add(ReasonKind::SameDecade, ReasonSource::Title(seed.id), value);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a site has fewer than 2^53 viewers"
)]
fn float(count: u64) -> f64 {
    count as f64
}
