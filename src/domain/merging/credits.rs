//! Credits after people have become one: each role of a title or an episode names them once.

use std::collections::{BTreeMap, HashSet};

use crate::domain::catalog::{Credit, CreditRole, Episode, Title};
use crate::domain::ids::PersonId;

/// People who are one.
pub(super) struct One {
    gone: HashSet<PersonId>,
    into: PersonId,
}

/// A title or an episode whose credits are others.
pub(super) struct Moved<T> {
    pub(super) document: T,
    /// The characters that are credited no more, for they were of a second credit of one role that has become one with
    /// another.
    pub(super) lost: Vec<(CreditRole, String)>,
}

impl One {
    pub(super) fn new(gone: impl IntoIterator<Item = PersonId>, into: PersonId) -> Self {
        let gone = gone.into_iter().collect();
        Self { gone, into }
    }

    /// The title with the credits of the one who stays; `None`: none of the others is credited. Locks hold against loads:
    /// who is credited is the same person as before.
    pub(super) fn title(&self, title: &Title) -> Option<Moved<Title>> {
        let mut lost = Vec::new();
        let credits = self.credits(&title.credits, &mut lost);
        let crew = self.credits(&title.crew, &mut lost);
        if credits == title.credits && crew == title.crew {
            return None;
        }
        let document = Title {
            credits,
            crew,
            ..title.clone()
        };
        Some(Moved { document, lost })
    }

    /// The same of an episode.
    pub(super) fn episode(&self, episode: &Episode) -> Option<Moved<Episode>> {
        let mut lost = Vec::new();
        let directors = (0..).zip(&episode.directors);
        let directors = directors.map(|(order, person)| Credit {
            person: *person,
            role: CreditRole::Director,
            character: None,
            order,
        });
        let directors = self.credits(&directors.collect::<Vec<_>>(), &mut lost);
        let directors: Vec<PersonId> = directors.iter().map(|credit| credit.person).collect();
        let crew = self.credits(&episode.crew, &mut lost);
        if directors == episode.directors && crew == episode.crew {
            return None;
        }
        let document = Episode {
            directors,
            crew,
            ..episode.clone()
        };
        Some(Moved { document, lost })
    }

    /// These credits, in their order. Of two that become one in a role the one that is billed better stays, with the
    /// character of the other if it has none.
    fn credits(&self, credits: &[Credit], lost: &mut Vec<(CreditRole, String)>) -> Vec<Credit> {
        let mut after: Vec<(Credit, bool)> = Vec::with_capacity(credits.len());
        for credit in credits {
            let is_moved = self.gone.contains(&credit.person);
            let is_theirs = is_moved || credit.person == self.into;
            let mut same = after.iter_mut();
            let same = same.find(|(it, was_moved)| {
                let are_one = it.person == self.into && it.role == credit.role;
                // Who was credited twice before still is.
                is_theirs && are_one && (is_moved || *was_moved)
            });
            let Some((stays, _)) = same else {
                let person = if is_moved { self.into } else { credit.person };
                let credit = Credit {
                    person,
                    ..credit.clone()
                };
                after.push((credit, is_moved));
                continue;
            };
            if stays.character.is_none() {
                stays.character.clone_from(&credit.character);
            } else if stays.character != credit.character {
                let character = credit.character.clone();
                lost.extend(character.map(|it| (credit.role, it)));
            }
        }
        let has_fewer = after.len() < credits.len();
        let mut after: Vec<Credit> = after.into_iter().map(|(credit, _)| credit).collect();
        if has_fewer {
            let mut ranks: BTreeMap<CreditRole, u32> = BTreeMap::new();
            for credit in &mut after {
                let rank = ranks.entry(credit.role).or_default();
                credit.order = *rank;
                *rank += 1;
            }
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::catalog::TitleKind;
    use crate::domain::loading::blank_title;

    /// Credits of people, each with a character or none, as they are billed.
    fn cast(people: &[(u64, Option<&str>)]) -> Vec<Credit> {
        let people = (0..).zip(people);
        let credits = people.map(|(order, (person, character))| Credit {
            person: PersonId(*person),
            role: CreditRole::Actor,
            character: character.map(str::to_owned),
            order,
        });
        credits.collect()
    }

    fn title(cast: Vec<Credit>) -> Title {
        let title = blank_title(TitleKind::Film, "heat-1995", DateTime::UNIX_EPOCH);
        Title {
            credits: cast,
            ..title.unwrap()
        }
    }

    #[test]
    fn nobody_is_credited_twice_in_a_role_for_having_become_one() {
        let one = One::new([PersonId(2), PersonId(3)], PersonId(1));
        for (before, after, lost) in [
            // Whoever is gone is named by the other, in the same place.
            (
                &[(7, None), (2, Some("Hanna"))][..],
                &[(7, None), (1, Some("Hanna"))][..],
                None,
            ),
            // The better billing, and the character that is there.
            (
                &[(2, None), (7, None), (1, Some("Hanna"))],
                &[(1, Some("Hanna")), (7, None)],
                None,
            ),
            (
                &[(1, Some("Hanna")), (3, Some("Vincent")), (7, None)],
                &[(1, Some("Hanna")), (7, None)],
                Some("Vincent"),
            ),
            (&[(2, None), (3, None)], &[(1, None)], None),
            // Who was credited twice before still is.
            (
                &[
                    (1, Some("A")),
                    (1, Some("B")),
                    (7, None),
                    (7, None),
                    (2, None),
                ],
                &[(1, Some("A")), (1, Some("B")), (7, None), (7, None)],
                None,
            ),
        ] {
            let moved = one.title(&title(cast(before))).unwrap();

            assert_eq!(moved.document, title(cast(after)), "{before:?}");
            let told: Vec<&str> = moved.lost.iter().map(|(_, it)| it.as_str()).collect();
            assert_eq!(told, lost.into_iter().collect::<Vec<_>>(), "{before:?}");
        }
        assert!(one.title(&title(cast(&[(1, None), (7, None)]))).is_none());
    }

    #[test]
    fn each_role_is_by_itself() {
        let one = One::new([PersonId(2)], PersonId(1));
        let mut title = title(cast(&[(1, None)]));
        title.crew = cast(&[(2, None)]);
        title.crew[0].role = CreditRole::Writer;

        let moved = one.title(&title).unwrap().document;

        assert_eq!(moved.credits, title.credits);
        assert_eq!(
            moved.people(CreditRole::Writer).collect::<Vec<_>>(),
            [PersonId(1)]
        );
    }
}
