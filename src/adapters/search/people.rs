//! Finding people by their names.

use super::candidates::{Lists, Marks, count_people, each_slot, rarest};
use super::compare::covered;
use super::hits::Seen;
use super::index::{Index, Person};
use super::lexicon::Slot;
use super::ranking::{Credit, Kind, Match, score};
use super::senses::{ALL, Meanings, NONE};
use super::typed::Typed;
use crate::domain::catalog::{PersonHit, TitleFacts};

/// A search that has found fewer looks on for typing errors.
const FEW: usize = 10;
/// No search gives more.
const ENOUGH: usize = 500;
/// Of words that more people have only those people are looked at who are the best known.
const MOST_LOOKED_AT: usize = 4_000;
/// So many of the best known are looked at.
const MOST_WALKED: usize = 20_000;
/// So many credits are gone through for them: those of a long series are of the same people again and again.
const MOST_CREDITS: usize = 100_000;

/// How the name of somebody has all words of a query.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, and they come in any combination"
)]
pub(super) struct Named {
    pub(super) errors: u32,
    /// All words of the name are in the query.
    is_whole: bool,
    /// They stand in the order of the name, from its first word on.
    is_beginning: bool,
    /// The last word of the query is the surname.
    has_surname: bool,
    /// The last word of the query is only the beginning of a word.
    is_unfinished: bool,
    /// How many titles somebody is credited with.
    pub(super) titles: u32,
}

/// The people whose name matches and who are credited with a wanted title, or in an episode of one; among equal matches
/// those first whose titles are the most and the most watched.
pub(super) fn people(
    query: &str,
    index: &Index,
    wanted: &dyn Fn(&TitleFacts) -> bool,
    limit: usize,
) -> Vec<PersonHit> {
    let typed = Typed::new(query);
    let mut hits: Vec<(u64, PersonHit)> = Vec::new();
    let mut seen = Seen::none_of(index.sizes().1);
    for forgiven in [NONE, ALL] {
        let meanings = Meanings::of_people(&typed, index, forgiven);
        each_known(index, &typed, &meanings, ENOUGH, |slot, named| {
            if !seen.is_new(slot) {
                return false;
            }
            let person = index.person(slot);
            let Some(fame) = index.fame_of(person, wanted) else {
                return false;
            };
            let hit = PersonHit {
                person: person.id,
                score: score(named.as_match().grade(), fame),
            };
            hits.push((fame, hit));
            true
        });
        if hits.len() >= FEW.min(limit) {
            break;
        }
    }
    // Whoever has the whole name has the same score.
    hits.sort_unstable_by(|(fame, hit), (other_fame, other)| {
        let by_score = other.score.total_cmp(&hit.score);
        let by_fame = by_score.then(other_fame.cmp(fame));
        by_fame.then(hit.person.cmp(&other.person))
    });
    hits.truncate(limit);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

/// Calls with everybody whose name has all words of a query, if one of the words is in few names.
///
/// Else with whoever has a word of them whole, and then with those who are credited with the most watched titles, until
/// it said `enough` times that it takes somebody. With the same person it may call twice.
pub(super) fn each_known(
    index: &Index,
    typed: &Typed,
    meanings: &Meanings<'_>,
    enough: usize,
    mut visit: impl FnMut(Slot, Named) -> bool,
) {
    let count = |at, most: usize| count_people(meanings, at, most.min(MOST_LOOKED_AT + 1));
    let Some((rarest, count)) = rarest(typed, count) else {
        return;
    };
    let (senses, (_, people)) = (&meanings.people, index.sizes());
    let mut look = |slot: Slot| {
        let named = named(index.person(slot), typed, meanings);
        named.is_some_and(|named| visit(slot, named))
    };
    if count <= MOST_LOOKED_AT {
        each_slot(senses, rarest, Lists::All, people, |slot| {
            look(slot);
            true
        });
        return;
    }
    let marks = Marks::of_people(index, typed, meanings);
    let mut left = MOST_LOOKED_AT;
    each_slot(senses, rarest, Lists::Whole, people, |slot| {
        if marks.may_have_all(slot) {
            look(slot);
            left -= 1;
        }
        left > 0
    });
    let mut seen = Seen::none_of(people);
    let credited = index
        .by_watchers()
        .flat_map(|title| index.all_credited(title))
        .take(MOST_CREDITS)
        .filter(|person| seen.is_new(*person));
    let walked = credited.take(MOST_WALKED);
    let mut taken = 0;
    for person in walked.filter(|person| marks.may_have_all(*person)) {
        taken += usize::from(look(person));
        if taken >= enough {
            return;
        }
    }
}

/// Calls with everybody whose name has all words of a query.
pub(super) fn each_person(
    index: &Index,
    typed: &Typed,
    meanings: &Meanings<'_>,
    mut visit: impl FnMut(Slot, Named),
) {
    let Some((rarest, _)) = rarest(typed, |at, most| count_people(meanings, at, most)) else {
        return;
    };
    let (_, people) = index.sizes();
    each_slot(&meanings.people, rarest, Lists::All, people, |slot| {
        if let Some(named) = named(index.person(slot), typed, meanings) {
            visit(slot, named);
        }
        true
    });
}

/// The fewest letters of a surname that people may be known for: shorter words are the beginning of a title.
const MIN_KNOWN: usize = 4;
/// A word that more people have is a forename.
const MOST_NAMESAKES: usize = 1000;
/// So many times as many titles credit people of a surname as have the word in their names.
const KNOWN: usize = 3;

/// Whether the only word of a query is a surname by which far more titles are known than by their own names.
pub(super) fn known_for_it(index: &Index, typed: &Typed) -> bool {
    let [word] = &typed.words[..] else {
        return false;
    };
    let Some(surname) = index.people.find(&word.text) else {
        return false;
    };
    let people = index.people.slots(surname);
    if word.letters.len() < MIN_KNOWN || people.len() > MOST_NAMESAKES {
        return false;
    }
    let people = people.iter().map(|slot| index.person(*slot));
    let bearers = people.filter(|person| person.words.get(person.surname) == Some(&surname));
    let credits: usize = bearers.map(|person| person.titles.len()).sum();
    let named = index.names.find(&word.text);
    let named = named.map_or(0, |word| index.names.slots(word).len());
    credits > 1 && credits >= KNOWN * named
}

/// How a title matches by somebody's name.
pub(super) fn credit(named: Named) -> Credit {
    if named.is_unfinished {
        Credit::Unfinished
    } else if named.is_whole {
        Credit::Whole
    } else if named.has_surname {
        Credit::Surname
    } else {
        Credit::Words
    }
}

impl Named {
    /// The same as a match of a title by its name.
    pub(super) fn as_match(self) -> Match {
        let kind = match (self.is_whole && !self.is_unfinished, self.is_beginning) {
            (true, true) => Kind::Whole,
            (true, false) => Kind::Reordered,
            (false, true) => Kind::Beginning,
            (false, false) if self.is_unfinished => Kind::WordsUnfinished,
            (false, false) => Kind::Words,
        };
        Match {
            kind,
            errors: self.errors,
            is_spelled: false,
            is_unfinished: self.is_unfinished,
        }
    }
}

/// How the name of somebody has all words of the query, if it has.
fn named(person: &Person, typed: &Typed, meanings: &Meanings<'_>) -> Option<Named> {
    let needed = typed.needed();
    let last = 1_u64 << (typed.words.len() - 1);
    let (mut words, mut exact, mut finished) = (0, 0, 0);
    let mut named = Named {
        errors: 0,
        is_whole: true,
        is_beginning: true,
        has_surname: false,
        is_unfinished: false,
        titles: u32::try_from(person.titles.len()).unwrap_or(u32::MAX),
    };
    for (at, word) in person.words.iter().enumerate() {
        let fits = meanings.people.fits(*word);
        let covers = covered(fits.all);
        words |= covers;
        exact |= covered(fits.all & !fits.errors[0]);
        finished |= covered(fits.all & !fits.begins);
        named.is_whole &= covers != 0;
        // The words of the query that are laid so far are followed by this one.
        named.is_beginning &= at >= typed.words.len() || covers & (1 << at) != 0;
        named.has_surname |= at == person.surname && covered(fits.all & !fits.begins) & last != 0;
    }
    if words & needed != needed {
        return None;
    }
    named.errors = (needed & !exact).count_ones();
    named.is_unfinished = finished & last == 0;
    Some(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::search::index::TitleEntry;
    use crate::adapters::search::suggest::suggest;
    use crate::adapters::search::tests::named as titled;
    use crate::domain::catalog::{HitId, TitleKind};
    use crate::domain::ids::{EpisodeId, PersonId, TitleId};

    const SEEN: TitleId = TitleId(1);
    const HIDDEN: TitleId = TitleId(2);

    /// A title that credits some.
    fn title(id: TitleId, kind: TitleKind, watchers: u64, people: &[u64]) -> TitleEntry {
        let mut entry = titled(id.0, &["Something Else"]);
        entry.facts.kind = kind;
        entry.watchers = watchers;
        entry.credits = people.iter().map(|id| (PersonId(*id), 0)).collect();
        entry
    }

    fn put(index: &mut Index, episode: u64, series: TitleId, people: &[u64]) {
        let people: Vec<PersonId> = people.iter().map(|id| PersonId(*id)).collect();
        index.put_episode(EpisodeId(episode), series, &[], &people);
    }

    #[test]
    fn who_is_credited_in_episodes_alone_is_found_as_long_as_one_of_them_may_be_seen() {
        let mut index = Index::default();
        for (id, name) in [
            (1, "Ann Guest"),
            (2, "Ann Hidden"),
            (3, "Ann Lead"),
            (4, "Ann Nobody"),
        ] {
            index.put_person(PersonId(id), name);
        }
        // An episode may come before its series.
        put(&mut index, 11, SEEN, &[1, 3, 1]);
        put(&mut index, 12, SEEN, &[1]);
        put(&mut index, 21, HIDDEN, &[2]);
        index.put_title(title(SEEN, TitleKind::Series, 500, &[3]));
        index.put_title(title(HIDDEN, TitleKind::Series, 900, &[]));
        let is_seen = |title: &TitleFacts| title.id != HIDDEN;
        let ids = |index: &Index| {
            let hits = people("ann", index, &is_seen, 10);
            let found: Vec<u64> = hits.iter().map(|hit| hit.person.0).collect();
            let suggested = suggest("ann", index, &is_seen, 10);
            let same: Vec<HitId> = found
                .iter()
                .map(|id| HitId::Person(PersonId(*id)))
                .collect();
            assert_eq!(suggested, same);
            found
        };

        // The series counts once for who leads it, and less for a guest.
        assert_eq!(ids(&index), [3, 1]);
        put(&mut index, 11, SEEN, &[3]);
        put(&mut index, 11, SEEN, &[3]);
        assert_eq!(ids(&index), [3, 1], "she is in the other one");
        put(&mut index, 12, HIDDEN, &[1]);
        assert_eq!(ids(&index), [3], "which is of the hidden series now");
        put(&mut index, 12, SEEN, &[1, 4]);
        put(&mut index, 21, SEEN, &[]);
        assert_eq!(ids(&index), [3, 1, 4]);
    }

    #[test]
    fn of_a_letter_that_very_many_have_guests_of_what_is_watched_the_most_are_found() {
        let mut index = Index::default();
        let crowd = MOST_LOOKED_AT as u64 + 100;
        for id in 0..crowd {
            index.put_person(PersonId(id), &format!("Mary Number{id}"));
        }
        let guest = crowd - 1;
        index.put_title(title(SEEN, TitleKind::Series, 1_000_000, &[]));
        put(&mut index, 1, SEEN, &[guest]);
        for id in 0..guest {
            index.put_title(title(TitleId(10 + id), TitleKind::Film, id, &[id]));
        }

        let suggested = suggest("m", &index, &|_| true, 2);

        let expected = [guest, guest - 1].map(|id| HitId::Person(PersonId(id)));
        assert_eq!(suggested, expected);
        // All words together are looked for, however many have each.
        let both = people("mary n", &index, &|_| true, 1);
        assert_eq!(both[0].person, PersonId(guest));
    }
}
