//! The other parts of a title's collection, which stand before everything else on its page: the next part first, the
//! others in the order of the collection.

use std::collections::HashMap;
use std::sync::Arc;

use super::reasons::Reasons;
use super::types::{ReasonKind, ReasonSource, Recommendation};
use crate::domain::catalog::{Title, place_in_collection};
use crate::domain::ids::{CollectionId, TitleId};

/// How many parts are looked at from the beginning of a collection, and how many behind the title: as many as a page
/// lists.
const MOST: usize = 100;

/// By how much a part scores more than what follows it: so each has the collection among its reasons, and whoever sorts
/// by score keeps the order.
const STEP: f64 = 0.1;

/// The other parts of a title's collection, in the order of its page.
#[derive(Debug, Clone, Default)]
pub(super) struct OtherParts(Vec<Part>);

#[derive(Debug, Clone, Copy)]
struct Part {
    title: TitleId,
    collection: CollectionId,
    kind: ReasonKind,
}

/// Those of a collection's films, in its order, that a page of one of them looks at.
pub(super) fn within_reach(seed: &Title, films: Vec<Arc<Title>>) -> Vec<Arc<Title>> {
    let place = place_in_collection(seed);
    let behind = films.partition_point(|film| place_in_collection(film) <= place);
    let films = films.into_iter().enumerate();
    films
        .filter(|(at, _)| *at < MOST || (behind..behind + MOST).contains(at))
        .map(|(_, film)| film)
        .collect()
}

impl OtherParts {
    /// Of a title's collection those films that may be listed, given in its order. The next part is the first of them
    /// behind the title.
    pub(super) fn of(seed: &Title, films: &[&Title]) -> Self {
        let Some(part_of) = seed.collection else {
            return Self::default();
        };
        let place = place_in_collection(seed);
        let behind = films
            .iter()
            .find(|film| place_in_collection(film) > place)
            .map(|film| film.id);
        let part = |title, kind| Part {
            title,
            collection: part_of.collection,
            kind,
        };
        let mut parts = Vec::with_capacity(films.len());
        parts.extend(behind.map(|next| part(next, ReasonKind::NextInCollection)));
        let others = films.iter().map(|film| film.id);
        let others = others.filter(|title| *title != seed.id && Some(*title) != behind);
        parts.extend(others.map(|title| part(title, ReasonKind::SameCollection)));
        Self(parts)
    }

    pub(super) fn contains(&self, title: TitleId) -> bool {
        self.0.iter().any(|part| part.title == title)
    }

    /// The parts in their order, each with the reasons that it has anyway and the collection, which adds what it lacks
    /// to score more than the parts behind it and than `best`, which is the best score of everything else.
    pub(super) fn above(
        &self,
        best: f64,
        mut anyway: HashMap<TitleId, Reasons>,
    ) -> Vec<Recommendation> {
        let mut least = best;
        let mut list: Vec<Recommendation> = Vec::with_capacity(self.0.len());
        for part in self.0.iter().rev() {
            let Some(mut reasons) = anyway.remove(&part.title) else {
                continue;
            };
            let own = reasons.sum();
            let source = ReasonSource::Collection(part.collection);
            reasons.add(part.kind, source, own.max(least) + STEP - own);
            let found = reasons.into_recommendation(part.title);
            least = found.score;
            list.push(found);
        }
        list.reverse();
        list
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::{Locks, PartOf, Publication, Reception, Texts, TitleKind};
    use crate::domain::stamp::Stamp;

    const SAGA: CollectionId = CollectionId(9);

    /// A part of the saga whose id is its number.
    fn part(number: u32) -> Title {
        Title {
            id: TitleId(u64::from(number)),
            kind: TitleKind::Film,
            publication: Publication::default(),
            slug: format!("part-{number}"),
            name: format!("Part {number}"),
            original_name: None,
            year: None,
            end_year: None,
            premiered: None,
            duration: None,
            genres: Vec::new(),
            credits: Vec::new(),
            countries: Vec::new(),
            languages: Vec::new(),
            external_ids: Vec::new(),
            network: None,
            total_seasons: None,
            episode_duration: None,
            collection: Some(PartOf {
                collection: SAGA,
                part: Some(number),
            }),
            certifications: Vec::new(),
            names: Texts::default(),
            overview: Texts::default(),
            tagline: Texts::default(),
            status: None,
            studios: Vec::new(),
            tags: Vec::new(),
            scores: Vec::new(),
            extras: Vec::new(),
            pictures: Vec::new(),
            merge: None,
            season_pictures: Vec::new(),
            crew: Vec::new(),
            watchers: 0,
            reception: Reception::default(),
            locks: Locks::default(),
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        }
    }

    fn kinds(seed: u32, films: &[u32]) -> Vec<(u64, ReasonKind)> {
        let films: Vec<Title> = films.iter().copied().map(part).collect();
        let films: Vec<&Title> = films.iter().collect();
        let parts = OtherParts::of(&part(seed), &films);
        parts
            .0
            .iter()
            .map(|part| (part.title.0, part.kind))
            .collect()
    }

    #[test]
    fn the_next_part_stands_before_the_others_which_keep_their_order() {
        use ReasonKind::{NextInCollection as Next, SameCollection as Other};

        assert_eq!(kinds(1, &[1, 2, 3, 4]), [(2, Next), (3, Other), (4, Other)]);
        assert_eq!(kinds(2, &[1, 2, 3, 4]), [(3, Next), (1, Other), (4, Other)]);
        // What was passed over is not among them, the title itself may be.
        assert_eq!(kinds(2, &[1, 4]), [(4, Next), (1, Other)]);
        assert_eq!(kinds(4, &[1, 2, 4]), [(1, Other), (2, Other)]);
    }

    #[test]
    fn a_title_that_stands_alone_has_no_parts() {
        let alone = Title {
            collection: None,
            ..part(1)
        };

        let parts = OtherParts::of(&alone, &[&part(2)]);

        assert!(parts.0.is_empty());
    }

    #[test]
    fn each_part_scores_more_than_what_follows_it_and_says_why() {
        let films = [part(1), part(2), part(3), part(4)];
        let parts = OtherParts::of(&films[0], &films.each_ref());
        let watched_together = |value| {
            let mut reasons = Reasons::default();
            if value > 0.0 {
                let source = ReasonSource::Title(TitleId(1));
                reasons.add(ReasonKind::SimilarViewers, source, value);
            }
            reasons
        };
        let anyway = HashMap::from([
            (TitleId(2), watched_together(0.0)),
            (TitleId(3), watched_together(900.5)),
            (TitleId(4), watched_together(3.0)),
        ]);

        let list = parts.above(7.5, anyway);

        let titles: Vec<u64> = list.iter().map(|found| found.title.0).collect();
        assert_eq!(titles, [2, 3, 4]);
        let scores: Vec<f64> = list.iter().map(|found| found.score).collect();
        for (score, expected) in scores.iter().zip([900.7, 900.6, 7.6]) {
            assert!((score - expected).abs() < 1e-9, "{scores:?}");
        }
        for found in &list {
            let of_saga = |reason: &&super::super::types::Reason| {
                reason.source == ReasonSource::Collection(SAGA)
            };
            let of_saga = found.reasons.iter().find(of_saga).unwrap();
            assert!(of_saga.contribution > 0.05, "{found:?}");
            let sum: f64 = found.reasons.iter().map(|it| it.contribution).sum();
            assert_eq!(sum.to_bits(), found.score.to_bits());
        }
    }

    #[test]
    fn of_a_huge_collection_the_beginning_and_what_is_behind_are_looked_at() {
        let films: Vec<Arc<Title>> = (1..=1000).map(|number| Arc::new(part(number))).collect();

        let near = within_reach(&part(500), films);

        let ids: Vec<u64> = near.iter().map(|film| film.id.0).collect();
        let expected: Vec<u64> = (1..=100).chain(501..=600).collect();
        assert_eq!(ids, expected);
    }
}
