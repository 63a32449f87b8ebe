//! Which titles may have a word of a query, and how many: by the lists of the lexicons.

use super::hits::Seen;
use super::index::Index;
use super::lexicon::Slot;
use super::senses::Meanings;
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

/// In how many names a word of the query is, of titles, people and others.
pub(super) fn count_places(meanings: &Meanings<'_>, at: usize, most: usize) -> usize {
    let people = bits_of(at).map(|bit| meanings.people.count(bit, most));
    count_names(meanings, at, most) + meanings.lore.count(at, most) + people.sum::<usize>()
}

/// Somebody is credited with some titles.
const TITLES_OF_A_PERSON: usize = 4;

/// How many titles may have a word of the query in anything.
pub(super) fn count_all(meanings: &Meanings<'_>, at: usize, most: usize) -> usize {
    let people = bits_of(at).map(|bit| meanings.people.count(bit, most));
    count_names(meanings, at, most)
        + meanings.lore.count(at, most)
        + TITLES_OF_A_PERSON * people.sum::<usize>()
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
