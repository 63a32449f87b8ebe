//! What a title's page lists: titles that follow it, each with its reasons.
//!
//! (co-watches + 5·watches soon afterwards + 2·same director + ⅔·shared actors + cosine of the genres by rarity + same
//! decade) / (watchers of the other + 10)^0.35. The power damps what everybody watches anyway.

use std::collections::HashMap;

use super::features::{Features, Rarity};
use super::graph::SimilarEdge;
use super::reasons::{Reasons, ranked};
use super::similar::{
    KNOWN_TITLE, ON_PAGES, ON_UNKNOWN_PAGES, PAGE_DAMPING, PRIOR_WATCHERS, Weights,
};
use super::types::{ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::TitleId;

/// Titles like `seed`, the best first, ties by id. `features` has the candidates; one that is not there is left out.
/// Those that no edge leads to are alike by their metadata.
pub(super) fn like_title(
    seed: &Features,
    edges: &[SimilarEdge],
    features: &HashMap<TitleId, Features>,
    rarity: &Rarity,
) -> Vec<Recommendation> {
    let affinities: HashMap<TitleId, f64> =
        edges.iter().map(|edge| (edge.to, edge.affinity)).collect();
    let others = features.values().filter(|other| other.id != seed.id);
    ranked(others.map(|other| {
        let shared = shared(seed, other, rarity);
        let reasons = match affinities.get(&other.id) {
            Some(affinity) => up_to(*affinity, shared, seed),
            None => shared,
        };
        reasons.into_recommendation(other.id)
    }))
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
        let damping = (float(other.watchers) + PRIOR_WATCHERS).powf(PAGE_DAMPING);
        add_shared(&mut reasons, seed, other, rarity, &ON_PAGES, damping);
    }
    reasons
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
