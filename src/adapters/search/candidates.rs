//! Which titles may have a word of a query, and how many: by the lists of the lexicons.

use super::hits::Seen;
use super::index::Index;
use super::lexicon::Slot;
use super::senses::{Meanings, Senses};
use super::typed::{JOINED, Typed};

/// The word of a query that stands in the fewest places, and in how many; `None` if one stands nowhere.
pub(super) fn rarest(
    typed: &Typed,
    count: impl Fn(usize, usize) -> usize,
) -> Option<(usize, usize)> {
    let needed = typed.needed();
    let mut rarest = None;
    let mut least = usize::MAX;
    for at in (0..typed.words.len()).filter(|at| needed & (1 << at) != 0) {
        let count = count(at, least);
        if count < least {
            (least, rarest) = (count, Some((at, count)));
        }
    }
    rarest.filter(|(_, count)| *count > 0)
}

/// The places of the bits by which a word of a query is found: its own, and those of its pairs.
fn bits_of(at: usize) -> impl Iterator<Item = usize> {
    let before = at.checked_sub(1).map(|before| JOINED + before);
    [Some(at), Some(JOINED + at), before].into_iter().flatten()
}

/// In how many names of titles a word of the query is.
pub(super) fn count_names(meanings: &Meanings<'_>, at: usize, most: usize) -> usize {
    let names = bits_of(at).map(|bit| meanings.names.count(bit, most));
    names.sum::<usize>() + meanings.joined.count(at, most)
}

/// In how many names of people a word of the query is.
pub(super) fn count_people(meanings: &Meanings<'_>, at: usize, most: usize) -> usize {
    let people = bits_of(at).map(|bit| meanings.people.count(bit, most));
    people.sum()
}

/// In how many names a word of the query is, of titles, people and others.
pub(super) fn count_places(meanings: &Meanings<'_>, at: usize, most: usize) -> usize {
    count_names(meanings, at, most)
        + meanings.lore.count(at, most)
        + count_people(meanings, at, most)
}

/// Somebody is credited with some titles.
const TITLES_OF_A_PERSON: usize = 4;

/// How many titles may have a word of the query in anything.
pub(super) fn count_all(meanings: &Meanings<'_>, at: usize, most: usize) -> usize {
    count_names(meanings, at, most)
        + meanings.lore.count(at, most)
        + TITLES_OF_A_PERSON * count_people(meanings, at, most)
}

/// What of titles is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    /// Names of the title and of people too.
    All,
    /// Those of its characters and of its collection.
    Lore,
    /// Its own names alone.
    Names,
}

/// Calls with each title of which anything may have a word of the query.
pub(super) fn each_with(
    index: &Index,
    meanings: &Meanings<'_>,
    at: usize,
    places: Places,
    mut visit: impl FnMut(Slot),
) {
    let mut seen = Seen::none_of(index.sizes().0);
    let mut look = |slots: &[Slot]| {
        for slot in slots {
            if seen.is_new(*slot) {
                visit(*slot);
            }
        }
        true
    };
    if places != Places::Names {
        meanings.lore.each_list(at, &mut look);
    }
    if places == Places::Lore {
        return;
    }
    for bit in bits_of(at) {
        meanings.names.each_list(bit, &mut look);
    }
    meanings.joined.each_list(at, &mut look);
    if places == Places::Names {
        return;
    }
    for bit in bits_of(at) {
        meanings.people.each_list(bit, |people| {
            people
                .iter()
                .all(|person| look(&index.person(*person).titles))
        });
    }
}

/// Which of the words that a word of a query may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    All,
    /// Not those of which it is only the beginning.
    Whole,
}

/// Calls with each of so many slots in whose name a word of the query may be, until that says no. Says whether it never
/// did.
pub(super) fn each_slot(
    senses: &Senses<'_>,
    at: usize,
    lists: Lists,
    slots: usize,
    mut visit: impl FnMut(Slot) -> bool,
) -> bool {
    let mut seen = Seen::none_of(slots);
    let mut look = |list: &[Slot]| {
        let mut new = list.iter().filter(|slot| seen.is_new(**slot));
        new.all(|slot| visit(*slot))
    };
    let mut bits = bits_of(at);
    bits.all(|bit| match lists {
        Lists::All => senses.each_list(bit, &mut look),
        Lists::Whole => senses.each_whole_list(bit, &mut look),
    })
}
