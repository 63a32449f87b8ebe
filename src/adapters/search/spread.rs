//! What a title has of a query in all that is known of it.

use super::compare::{Comparing, covered};
use super::index::{Entry, Index};
use super::ranking::{Kind, Spread};
use super::senses::{Fits, Meanings};
use super::typed::Typed;

/// Reads titles for the words of one query.
pub(super) struct Reading<'a> {
    index: &'a Index,
    typed: &'a Typed,
    meanings: &'a Meanings<'a>,
    comparing: Comparing<'a>,
}

/// The words of a query that a title has, by where.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Read {
    /// Those that are one of its names as a whole.
    whole_name: u64,
    names: u64,
    /// Those that are somebody's whole name or surname.
    whole_people: u64,
    people: u64,
    /// Those that are its year or the number of its part.
    numbers: u64,
    lore: u64,
    /// Those that it has without a typing error.
    pub(super) exact: u64,
    /// The billing of those who are named, added up.
    pub(super) billing: u32,
    /// How the best of its names has its words.
    pub(super) kind: Option<Kind>,
}

impl Read {
    pub(super) fn all(&self) -> u64 {
        self.names | self.people | self.numbers | self.lore
    }

    /// How the needed words are spread.
    pub(super) fn spread(&self, needed: u64) -> Spread {
        let has = |words: u64| words & needed == needed;
        if self.whole_name != 0 && has(self.whole_name | self.people | self.numbers) {
            Spread::WholeName
        } else if has(self.names | self.whole_people | self.numbers) {
            Spread::WholePeople
        } else {
            Spread::Words
        }
    }
}

impl<'a> Reading<'a> {
    pub(super) fn new(index: &'a Index, typed: &'a Typed, meanings: &'a Meanings<'a>) -> Self {
        Self {
            index,
            typed,
            meanings,
            comparing: Comparing::new(typed, meanings),
        }
    }

    pub(super) fn read(&mut self, title: &Entry) -> Read {
        let mut read = Read::default();
        for name in &title.names {
            let found = self.comparing.some_words(name);
            read.names |= found.words;
            read.exact |= found.exact;
            let Some(matched) = found.matched else {
                continue;
            };
            if matches!(matched.kind, Kind::Whole | Kind::WholeLoosely) {
                read.whole_name |= found.words;
            }
            read.kind = read.kind.into_iter().chain([matched.kind]).min();
        }
        for credited in &title.people {
            let person = self.index.person(credited.person);
            let (mut words, mut exact) = (0, 0);
            let (mut are_all, mut is_surname) = (true, false);
            for (at, word) in person.words.iter().enumerate() {
                let fits = self.meanings.people.fits(*word);
                words |= covered(fits.all);
                exact |= covered(without_errors(fits));
                are_all &= fits.all != 0;
                is_surname |= at == person.surname && fits.all & !fits.begins != 0;
            }
            if words == 0 {
                continue;
            }
            read.people |= words;
            read.exact |= exact;
            read.billing = read.billing.saturating_add(credited.billing);
            if are_all || is_surname {
                read.whole_people |= words;
            }
        }
        for word in self.index.lore_of(title) {
            let words = covered(self.meanings.lore.fits(word).all);
            read.lore |= words;
            read.exact |= words;
        }
        let year = title.facts.year.and_then(|year| u32::try_from(year).ok());
        for (at, word) in self.typed.words.iter().enumerate() {
            if word.is_number(year) || word.is_number(title.part) {
                read.numbers |= 1 << at;
                read.exact |= 1 << at;
            }
        }
        read
    }
}

fn without_errors(fits: Fits) -> u64 {
    fits.all & !fits.errors[0]
}
