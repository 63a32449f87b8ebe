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
    let mut rarest = None;
    let mut least = usize::MAX;
    for at in needed(typed) {
        let count = count(at, least);
        if count < least {
            (least, rarest) = (count, Some((at, count)));
        }
    }
    rarest.filter(|(_, count)| *count > 0)
}

/// So many places of words are marked for a query, each in a nanosecond or two.
const MOST_MARKED: usize = 300_000;

/// Which slots may have all words of a query: whatever has them is marked, and mostly little else.
///
/// To look at a name costs a hundred times as much, and of what is looked at because it is popular most has not even the
/// rarest word.
pub(super) struct Marks(Option<Vec<u64>>);

impl Marks {
    /// Those of titles, by their names.
    pub(super) fn of_names(index: &Index, typed: &Typed, meanings: &Meanings<'_>) -> Self {
        Self::of_words(needed(typed), index.sizes().0, |at, look| {
            bits_of(at).all(|bit| {
                meanings.names.each_list(bit, &mut *look)
                    && meanings.joined.each_list(bit, &mut *look)
            })
        })
    }

    /// Those of people, by their names.
    pub(super) fn of_people(index: &Index, typed: &Typed, meanings: &Meanings<'_>) -> Self {
        Self::of_words(needed(typed), index.sizes().1, |at, look| {
            bits_of(at).all(|bit| meanings.people.each_list(bit, &mut *look))
        })
    }

    /// Those of so many slots that may have one of the words, in one lexicon.
    pub(super) fn of_word(senses: &Senses<'_>, at: usize, slots: usize) -> Self {
        Self::of_words(std::iter::once(at), slots, |at, look| {
            bits_of(at).all(|bit| senses.each_list(bit, &mut *look))
        })
    }

    /// Those of so many slots. `each_list` calls with the lists of a word until that says no, and says whether it never
    /// did. Words that stand in too many places tell nothing.
    fn of_words(
        words: impl Iterator<Item = usize>,
        slots: usize,
        each_list: impl Fn(usize, &mut dyn FnMut(&[Slot]) -> bool) -> bool,
    ) -> Self {
        let mut all: Option<Vec<u64>> = None;
        let mut left = MOST_MARKED;
        for at in words {
            let mut marked: Vec<u64> = vec![0; slots / 64 + 1];
            let is_whole = each_list(at, &mut |list| {
                // A list costs something of its own.
                let Some(rest) = left.checked_sub(list.len() + 1) else {
                    return false;
                };
                left = rest;
                for slot in list {
                    marked[*slot as usize / 64] |= 1_u64 << (slot % 64);
                }
                true
            });
            if is_whole {
                all = Some(match all {
                    Some(before) => before.iter().zip(&marked).map(|(a, b)| a & b).collect(),
                    None => marked,
                });
            }
        }
        Self(all)
    }

    pub(super) fn may_have_all(&self, slot: Slot) -> bool {
        let (place, bit) = (slot as usize / 64, 1_u64 << (slot % 64));
        self.0
            .as_ref()
            .is_none_or(|marked| marked[place] & bit != 0)
    }
}

/// The places of the words that a name must have.
fn needed(typed: &Typed) -> impl Iterator<Item = usize> {
    let needed = typed.needed();
    (0..typed.words.len()).filter(move |at| needed & (1 << at) != 0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::search::senses::NONE;
    use crate::adapters::search::tests::named;

    #[test]
    fn what_lacks_a_word_is_not_marked_unless_too_much_has_that_word() {
        let mut index = Index::default();
        for (id, name) in (0..).zip(["Lord of the Rings", "Man of Steel", "Off the Record"]) {
            index.put_title(named(id, &[name]));
        }
        let marked = |query: &str| {
            let typed = Typed::new(query);
            let meanings = Meanings::of_suggested_titles(&typed, &index, NONE);
            let marks = Marks::of_names(&index, &typed, &meanings);
            [0, 1, 2].map(|slot| marks.may_have_all(slot))
        };

        assert_eq!(marked("of the"), [true, false, false]);
        assert_eq!(marked("the of"), [true, true, true], "an article may lack");
        assert_eq!(marked("lordof the"), [true, false, false]);
        assert_eq!(marked("man of st"), [false, true, false]);
        let lists: [Vec<Slot>; 2] = [vec![0; MOST_MARKED], vec![3]];
        let marks = Marks::of_words([0, 1].into_iter(), 5, |at, look| look(&lists[at]));
        let few = [0, 3, 4].map(|slot| marks.may_have_all(slot));
        assert_eq!(few, [false, true, false]);
    }
}
