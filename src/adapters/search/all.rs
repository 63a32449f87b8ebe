//! What a search of everything finds: titles, people, collections and episodes, the best of them first.

use super::find;
use super::index::Index;
use super::others;
use super::people;
use crate::domain::catalog::{AnyHit, HitId, HitKind, TitleFacts, TitleKind};

/// What of these kinds matches, the best first; of equal scores titles, then people, collections and episodes. Of what
/// belongs to titles that which belongs to a wanted one.
pub(super) fn all(
    query: &str,
    index: &Index,
    kinds: &[HitKind],
    wanted: &dyn Fn(&TitleFacts) -> bool,
    limit: usize,
) -> Vec<AnyHit> {
    let is_asked = |kind: HitKind| kinds.contains(&kind);
    let is_asked_for = |title: &TitleFacts| {
        let kind = match title.kind {
            TitleKind::Film => HitKind::Film,
            TitleKind::Series => HitKind::Series,
        };
        is_asked(kind) && wanted(title)
    };
    let mut hits: Vec<AnyHit> = Vec::new();
    if is_asked(HitKind::Film) || is_asked(HitKind::Series) {
        let found = find::titles(query, index, &is_asked_for, limit).into_iter();
        hits.extend(found.map(|hit| AnyHit {
            id: HitId::Title(hit.title),
            score: hit.score,
        }));
    }
    if is_asked(HitKind::Person) {
        let found = people::people(query, index, wanted, limit).into_iter();
        hits.extend(found.map(|hit| AnyHit {
            id: HitId::Person(hit.person),
            score: hit.score,
        }));
    }
    if is_asked(HitKind::Collection) {
        hits.extend(others::collections(query, index, wanted, limit));
    }
    if is_asked(HitKind::Episode) {
        hits.extend(others::episodes(query, index, wanted, limit));
    }
    // Stable: each kind is in its own order already.
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    hits.truncate(limit);
    hits
}
