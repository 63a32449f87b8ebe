//! Which words of the lexicons the words of a query may mean.

use hashbrown::HashMap;

use super::index::Index;
use super::lexicon::{Lexicon, Slot};
use super::shapes::WordId;
use super::spellings::others;
use super::typed::{JOINED, Typed, TypedWord};

/// The fewest characters of two neighbours that may be the beginning of one word.
const MIN_JOINED: usize = 5;
/// The fewest characters that may be the beginning of a character's or a collection's name.
const MIN_LORE: usize = 3;
/// The fewest letters of a word in which suggestions forgive an error.
const MIN_MISTYPED: usize = 4;

/// How a word of a lexicon fits the words of a query: in each a bit for a word that it fits so. See [`Typed`] for the
/// bits; those of neighbours that are one word among them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fits {
    /// In any way, those that follow too.
    pub(super) all: u64,
    /// Only as its beginning.
    pub(super) begins: u64,
    /// Only in another spelling of it.
    pub(super) spelled: u64,
    /// With a typing error, and with two.
    pub(super) errors: [u64; 2],
}

impl Fits {
    /// With how many errors it fits a word that it fits.
    pub(super) fn errors_of(&self, bit: u64) -> u32 {
        self.errors
            .iter()
            .map(|one| u32::from(one & bit != 0))
            .sum()
    }
}

/// What the words of a query mean in one lexicon.
pub(super) struct Senses<'a> {
    pub(super) lexicon: &'a Lexicon,
    fits: HashMap<WordId, Fits>,
    /// The bits of finished words.
    finished: u64,
    /// The same by the place of the word in the query; what the last one is the beginning of is not among it.
    words: Vec<(usize, WordId)>,
    /// What may be unfinished, and its bit.
    unfinished: Vec<(&'a str, u64)>,
}

/// The bits of the words in which typing errors are forgiven.
pub(super) type Forgiven = u64;

/// Typing errors are forgiven in no word.
pub(super) const NONE: Forgiven = 0;
/// Typing errors are forgiven in all words.
pub(super) const ALL: Forgiven = u64::MAX;

impl<'a> Senses<'a> {
    /// `least`: the fewest characters that may be the beginning of a word.
    fn of(typed: &'a Typed, lexicon: &'a Lexicon, forgiven: Forgiven, least: usize) -> Self {
        Self::with(typed, lexicon, least, |at, is_last, found| {
            if forgiven & (1 << at) != 0 {
                lexicon.near(&typed.words[at], is_last, found);
            }
        })
    }

    /// As suggestions take a word: one error is forgiven in any of so many letters, in the last one too, though it is
    /// only begun.
    fn suggested(typed: &'a Typed, lexicon: &'a Lexicon, forgiven: Forgiven) -> Self {
        Self::with(typed, lexicon, 1, |at, is_last, found| {
            let word = &typed.words[at];
            let may_be_mistyped = word.letters.len() >= MIN_MISTYPED && word.tolerance() > 0;
            if forgiven & (1 << at) != 0 && may_be_mistyped {
                lexicon.near_within(word, 1, is_last, found);
            }
        })
    }

    /// `near` calls with the words that the one at a place may be with typing errors; it is told whether it may be
    /// unfinished.
    fn with(
        typed: &'a Typed,
        lexicon: &'a Lexicon,
        least: usize,
        near: impl Fn(usize, bool, &mut dyn FnMut(WordId, u32, bool)),
    ) -> Self {
        let mut senses = Self::nothing(lexicon);
        let last = typed.words.len().saturating_sub(1);
        for (at, word) in typed.words.iter().enumerate() {
            let is_last = at == last && word.letters.len() >= least;
            let bit = 1 << at;
            if at < last {
                senses.finished |= bit;
            }
            senses.mean(word, at, is_last);
            for other in others(&word.text) {
                if let Some(id) = lexicon.find(other)
                    && let Some(fits) = senses.add(at, id)
                {
                    fits.spelled |= bit;
                }
            }
            near(at, is_last, &mut |id, errors, begins| {
                if let Some(fits) = senses.add(at, id) {
                    fits.errors[0] |= bit;
                    if begins {
                        fits.begins |= bit;
                    }
                    if errors > 1 {
                        fits.errors[1] |= bit;
                    }
                }
            });
        }
        for (at, word) in typed.joined.iter().enumerate() {
            let is_last = at + 1 == last && word.letters.len() >= MIN_JOINED.max(least);
            senses.mean(word, JOINED + at, is_last);
        }
        senses
    }

    fn nothing(lexicon: &'a Lexicon) -> Self {
        Self {
            lexicon,
            fits: HashMap::new(),
            finished: 0,
            words: Vec::new(),
            unfinished: Vec::new(),
        }
    }

    fn mean(&mut self, word: &'a TypedWord, at: usize, is_last: bool) {
        if let Some(id) = self.lexicon.find(&word.text) {
            self.add(at, id);
        }
        if is_last {
            self.unfinished.push((word.text.as_str(), 1 << at));
        }
    }

    /// Notes that the word at a place of the query may be this one; `None` if that is known.
    fn add(&mut self, at: usize, id: WordId) -> Option<&mut Fits> {
        let bit = 1 << at;
        let fits = self.fits.entry(id).or_default();
        if fits.all & bit != 0 {
            return None;
        }
        fits.all |= bit;
        self.words.push((at, id));
        Some(fits)
    }

    /// How a word of the lexicon fits.
    pub(super) fn fits(&self, word: WordId) -> Fits {
        let mut fits = self.fits.get(&word).copied().unwrap_or_default();
        for (beginning, bit) in &self.unfinished {
            let is_other = (fits.all & bit == 0) || (fits.errors[0] & bit != 0);
            // A word that is another one of the query already is not its last one, begun anew.
            let is_taken = fits.all & !fits.errors[0] & self.finished != 0;
            if is_other && !is_taken && self.lexicon.begins_with(word, beginning) {
                fits.all |= bit;
                fits.begins |= bit;
                fits.errors[0] &= !bit;
                fits.errors[1] &= !bit;
            }
        }
        fits
    }

    /// Calls with each list of slots where the word at a place of the query may stand, until that says no. Says whether
    /// it never did.
    pub(super) fn each_list(&self, at: usize, mut visit: impl FnMut(&'a [Slot]) -> bool) -> bool {
        if !self.each_whole_list(at, &mut visit) {
            return false;
        }
        let bit = 1 << at;
        for (beginning, _) in self.unfinished.iter().filter(|(_, of)| *of == bit) {
            for id in self.lexicon.beginning_with(beginning) {
                let slots = self.lexicon.slots(id);
                if !slots.is_empty() && !visit(slots) {
                    return false;
                }
            }
        }
        true
    }

    /// The same without the words of which it may be the beginning.
    pub(super) fn each_whole_list(
        &self,
        at: usize,
        mut visit: impl FnMut(&'a [Slot]) -> bool,
    ) -> bool {
        let mut words = self.words.iter().filter(|(word, _)| *word == at);
        words.all(|(_, id)| visit(self.lexicon.slots(*id)))
    }

    /// In how many slots the word at a place may stand, each as often as there are ways; counted no further than to
    /// a number.
    pub(super) fn count(&self, at: usize, most: usize) -> usize {
        let mut count = 0;
        self.each_list(at, |slots| {
            // A word costs something of its own, unless nothing has it any more.
            count += slots.len() + usize::from(!slots.is_empty());
            count < most
        });
        count
    }
}

/// What the words of a query mean in each lexicon.
pub(super) struct Meanings<'a> {
    pub(super) names: Senses<'a>,
    pub(super) joined: Senses<'a>,
    pub(super) lore: Senses<'a>,
    pub(super) people: Senses<'a>,
}

impl<'a> Meanings<'a> {
    pub(super) fn of(typed: &'a Typed, index: &'a Index, errors: Forgiven) -> Self {
        Self {
            names: Senses::of(typed, &index.names, errors, 1),
            joined: Senses::of(typed, &index.joined, NONE, MIN_JOINED),
            lore: Senses::of(typed, &index.lore, NONE, MIN_LORE),
            people: Senses::of(typed, &index.people, errors, 1),
        }
    }

    /// What they mean in one lexicon alone, as if it were that of titles.
    pub(super) fn of_names(
        typed: &'a Typed,
        index: &'a Index,
        lexicon: &'a Lexicon,
        errors: Forgiven,
    ) -> Self {
        Self {
            names: Senses::of(typed, lexicon, errors, 1),
            ..Self::nothing(index)
        }
    }

    /// What they mean in names of titles, to whoever is still typing.
    pub(super) fn of_suggested_titles(
        typed: &'a Typed,
        index: &'a Index,
        errors: Forgiven,
    ) -> Self {
        Self {
            names: Senses::suggested(typed, &index.names, errors),
            joined: Senses::of(typed, &index.joined, NONE, MIN_JOINED),
            ..Self::nothing(index)
        }
    }

    /// The same in names of collections, as if they were titles.
    pub(super) fn of_suggested_collections(
        typed: &'a Typed,
        index: &'a Index,
        errors: Forgiven,
    ) -> Self {
        Self {
            names: Senses::suggested(typed, &index.named_collections.words, errors),
            ..Self::nothing(index)
        }
    }

    /// The same in names of people.
    pub(super) fn of_suggested_people(
        typed: &'a Typed,
        index: &'a Index,
        errors: Forgiven,
    ) -> Self {
        Self {
            people: Senses::suggested(typed, &index.people, errors),
            ..Self::nothing(index)
        }
    }

    fn nothing(index: &'a Index) -> Self {
        Self {
            names: Senses::nothing(&index.names),
            joined: Senses::nothing(&index.joined),
            lore: Senses::nothing(&index.lore),
            people: Senses::nothing(&index.people),
        }
    }

    /// What they mean in names of people alone.
    pub(super) fn of_people(typed: &'a Typed, index: &'a Index, errors: Forgiven) -> Self {
        Self {
            people: Senses::of(typed, &index.people, errors, 1),
            ..Self::nothing(index)
        }
    }
}
