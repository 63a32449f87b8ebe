//! Sees to it that no person fills a page of titles like one: of each page's length of the list at most a third are of
//! the same director or actor, as long as there is something else.

use std::collections::HashMap;

use super::types::{ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::PersonId;

/// How long a page is if nobody says how long.
const PAGE: usize = 12;

/// How many titles of a page may have the same person among their reasons before others go first.
const MOST_OF_ONE: usize = PAGE / 3;

/// The list, the best first as before, but page by page those wait that share a person with too many before them, until
/// nothing else is left for that page. Where a list is cut makes no difference: so it is the same however it is leafed
/// through.
///
/// What viewers watched together never waits, though it counts: who goes from one film of a director to the next wants
/// to find it. Nor do the parts of a collection.
pub(super) fn spread(list: Vec<Recommendation>) -> Vec<Recommendation> {
    let mut spread = Vec::with_capacity(list.len());
    let mut rest: Vec<(Vec<PersonId>, Recommendation)> = list
        .into_iter()
        .map(|found| (people(&found), found))
        .collect();
    while !rest.is_empty() {
        let end = spread.len() + PAGE;
        let mut named: HashMap<PersonId, usize> = HashMap::new();
        let mut later = Vec::new();
        for (people, found) in rest {
            let is_enough = |person: &PersonId| {
                named
                    .get(person)
                    .is_some_and(|so_far| *so_far >= MOST_OF_ONE)
            };
            let waits = people.iter().any(is_enough) && !never_waits(&found);
            if spread.len() == end || waits {
                later.push((people, found));
                continue;
            }
            for person in people {
                *named.entry(person).or_default() += 1;
            }
            spread.push(found);
        }
        let missing = later.len().min(end - spread.len());
        rest = later.split_off(missing);
        spread.extend(later.into_iter().map(|(_, found)| found));
    }
    spread
}

/// The people among the reasons for a title, each once.
fn people(found: &Recommendation) -> Vec<PersonId> {
    let people = found
        .reasons
        .iter()
        .filter_map(|reason| match reason.source {
            ReasonSource::Person(person) => Some(person),
            ReasonSource::Title(_) | ReasonSource::Genre(_) | ReasonSource::Collection(_) => None,
        });
    let mut people: Vec<PersonId> = people.collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// Whether at least half of what speaks for a title is who watched it, or it is a part of the same collection.
fn never_waits(found: &Recommendation) -> bool {
    let mut by_watches = 0.0;
    for reason in &found.reasons {
        match reason.kind {
            ReasonKind::NextInCollection | ReasonKind::SameCollection => return true,
            ReasonKind::SimilarViewers => by_watches += reason.contribution,
            _ => {}
        }
    }
    by_watches * 2.0 >= found.score
}

#[cfg(test)]
mod tests {
    use super::super::reasons::Reasons;
    use super::*;
    use crate::domain::ids::{CollectionId, TitleId};

    const MANN: ReasonSource = ReasonSource::Person(PersonId(1));

    /// A title that these speak for; of each the kind, the source and how much.
    fn found(id: u64, reasons: &[(ReasonKind, ReasonSource, f64)]) -> Recommendation {
        let mut collected = Reasons::default();
        for (kind, source, contribution) in reasons {
            collected.add(*kind, *source, *contribution);
        }
        collected.into_recommendation(TitleId(id))
    }

    fn by_mann(id: u64) -> Recommendation {
        found(id, &[(ReasonKind::SharedDirector, MANN, 2.0)])
    }

    fn of_the_time(id: u64) -> Recommendation {
        let heat = ReasonSource::Title(TitleId(1000));
        found(id, &[(ReasonKind::SameDecade, heat, 1.0)])
    }

    fn ids(list: Vec<Recommendation>) -> Vec<u64> {
        list.into_iter().map(|found| found.title.0).collect()
    }

    #[test]
    fn a_director_has_a_third_of_each_page_while_there_is_something_else() {
        let list = (1..=9).map(by_mann).chain((11..=30).map(of_the_time));

        let spread = ids(spread(list.collect()));

        let first = [1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 17, 18];
        let second = [5, 6, 7, 8, 19, 20, 21, 22, 23, 24, 25, 26];
        assert_eq!(spread[..12], first);
        assert_eq!(spread[12..24], second);
        assert_eq!(spread[24..], [9, 27, 28, 29, 30]);
    }

    #[test]
    fn where_nothing_else_is_left_the_page_is_filled_up_in_order() {
        let list = (1..=20).map(by_mann).chain((31..=33).map(of_the_time));

        let spread = ids(spread(list.collect()));

        let first = [1, 2, 3, 4, 31, 32, 33, 5, 6, 7, 8, 9];
        assert_eq!(spread[..12], first);
        assert_eq!(spread[12..], (10..=20).collect::<Vec<u64>>());
    }

    #[test]
    fn a_person_counts_whether_it_directed_or_played_and_once_a_title() {
        let pacino = ReasonSource::Person(PersonId(2));
        let both = |id| {
            found(
                id,
                &[
                    (ReasonKind::SharedDirector, MANN, 2.0),
                    (ReasonKind::SharedActor, MANN, 0.6),
                    (ReasonKind::SharedActor, pacino, 0.6),
                ],
            )
        };
        let played = |id| found(id, &[(ReasonKind::SharedActor, MANN, 0.6)]);
        let list = (1..=3).map(both).chain((4..=6).map(played));
        let list = list.chain((11..=12).map(of_the_time));

        assert_eq!(ids(spread(list.collect())), [1, 2, 3, 4, 11, 12, 5, 6]);
    }

    #[test]
    fn what_viewers_watched_together_and_parts_of_a_collection_keep_their_place() {
        let heat = ReasonSource::Title(TitleId(1000));
        let saga = ReasonSource::Collection(CollectionId(1));
        let part = |id| {
            let of_saga = (ReasonKind::SameCollection, saga, 0.1);
            found(id, &[(ReasonKind::SharedDirector, MANN, 2.0), of_saga])
        };
        let watched = |id, watches| {
            let by_watches = (ReasonKind::SimilarViewers, heat, watches);
            found(id, &[(ReasonKind::SharedDirector, MANN, 2.0), by_watches])
        };
        let list: Vec<_> = (1..=5)
            .map(part)
            .chain((6..=8).map(|id| watched(id, 2.0)))
            .chain([watched(9, 1.9), of_the_time(10)])
            .collect();

        assert_eq!(ids(spread(list)), [1, 2, 3, 4, 5, 6, 7, 8, 10, 9]);
    }

    #[test]
    fn nothing_is_lost_nor_doubled() {
        let some_of_each = |id: u64| {
            if id.is_multiple_of(7) {
                of_the_time(id)
            } else {
                by_mann(id)
            }
        };
        let list = (1..=100).map(some_of_each).collect();

        let mut spread = ids(spread(list));

        spread.sort_unstable();
        assert_eq!(spread, (1..=100).collect::<Vec<u64>>());
        assert!(ids(super::spread(Vec::new())).is_empty());
    }
}
