//! The distinct words of a field, each with the slots of what it stands in; found whole, by their beginning, and with
//! typing errors.
//!
//! A word stays once it was seen, though nothing has it any more: there are far fewer words than names.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::shapes::{Shapes, WordId, distances};
use super::typed::TypedWord;

/// Which title or person of an index; never given to another one.
pub(super) type Slot = u32;

/// So many bytes of each word lie together: most beginnings are told apart by them, without going for the text.
const HEAD: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// In alphabetical order, for beginnings.
    sorted: BTreeMap<Arc<str>, WordId>,
    /// For whole words, which are looked up far more often.
    by_text: HashTable<WordId>,
    hasher: DefaultHashBuilder,
    words: Vec<Word>,
    heads: Vec<[u8; HEAD]>,
    shapes: Shapes,
}

#[derive(Debug)]
struct Word {
    text: Arc<str>,
    /// Where it stands: sorted, each once.
    slots: Vec<Slot>,
}

impl Lexicon {
    /// The word of a text, which is new if nobody had it.
    pub(super) fn add(&mut self, text: &str) -> WordId {
        if let Some(known) = self.find(text) {
            return known;
        }
        let id = WordId::try_from(self.words.len()).expect("fewer words than four billion");
        let text: Arc<str> = text.into();
        self.shapes.add(&text, id);
        self.sorted.insert(Arc::clone(&text), id);
        self.heads.push(head(&text));
        let (hasher, hash) = (&self.hasher, self.hasher.hash_one(&*text));
        self.words.push(Word {
            text,
            slots: Vec::new(),
        });
        let words = &self.words;
        let hash_of = |id: &WordId| hasher.hash_one(&*words[*id as usize].text);
        self.by_text.insert_unique(hash, id, hash_of);
        id
    }

    pub(super) fn find(&self, text: &str) -> Option<WordId> {
        let is_it = |id: &WordId| *self.words[*id as usize].text == *text;
        let hash = self.hasher.hash_one(text);
        self.by_text.find(hash, is_it).copied()
    }

    /// Where a word stands, each once, sorted.
    pub(super) fn slots(&self, word: WordId) -> &[Slot] {
        &self.words[word as usize].slots
    }

    /// Says that a word stands in a slot; again changes nothing.
    pub(super) fn put(&mut self, word: WordId, slot: Slot) {
        let slots = &mut self.words[word as usize].slots;
        if slots.last().is_none_or(|last| *last < slot) {
            slots.push(slot);
        } else if let Err(place) = slots.binary_search(&slot) {
            slots.insert(place, slot);
        }
    }

    /// Says that it does not stand there any more.
    pub(super) fn remove(&mut self, word: WordId, slot: Slot) {
        let slots = &mut self.words[word as usize].slots;
        if let Ok(place) = slots.binary_search(&slot) {
            slots.remove(place);
        }
    }

    /// The words that begin with a text, in alphabetical order, that text itself among them.
    pub(super) fn beginning_with<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = WordId> + use<'a> {
        let from = (Bound::Included(text), Bound::Unbounded);
        let words = self.sorted.range::<str, _>(from);
        words
            .take_while(move |(word, _)| word.starts_with(text))
            .map(|(_, id)| *id)
    }

    /// Whether a word begins with a text.
    pub(super) fn begins_with(&self, word: WordId, text: &str) -> bool {
        let head = &self.heads[word as usize];
        let bytes = text.as_bytes();
        let near = bytes.len().min(HEAD);
        head[..near] == bytes[..near]
            && (near == bytes.len() || self.words[word as usize].text.starts_with(text))
    }

    /// The words that somebody may have meant who mistyped, with how many errors; if `may_be_unfinished`, also those
    /// of which it may be the beginning, and then whether it is no more.
    pub(super) fn near(
        &self,
        typed: &TypedWord,
        may_be_unfinished: bool,
        found: impl FnMut(WordId, u32, bool),
    ) {
        let unfinished = may_be_unfinished && typed.may_be_unfinished_with_errors();
        self.near_within(typed, typed.tolerance(), unfinished, found);
    }

    /// The same with so many errors at the most, and of a word that is `unfinished` whatever it may be the beginning of.
    pub(super) fn near_within(
        &self,
        typed: &TypedWord,
        tolerance: u32,
        unfinished: bool,
        mut found: impl FnMut(WordId, u32, bool),
    ) {
        if tolerance == 0 {
            return;
        }
        let mut letters = Vec::new();
        self.shapes.near(typed, tolerance, unfinished, |id| {
            let word = &self.words[id as usize];
            if word.slots.is_empty() {
                return;
            }
            letters.clear();
            letters.extend(word.text.chars());
            let (whole, beginning) = distances(&typed.letters, &letters);
            let begins = unfinished && whole > tolerance;
            let errors = if begins { beginning } else { whole };
            if (1..=tolerance).contains(&errors) {
                found(id, errors, begins);
            }
        });
    }
}

fn head(text: &str) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let near = text.len().min(HEAD);
    head[..near].copy_from_slice(&text.as_bytes()[..near]);
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(words: &[&str]) -> Lexicon {
        let mut lexicon = Lexicon::default();
        for (slot, word) in (0..).zip(words) {
            let id = lexicon.add(word);
            lexicon.put(id, slot);
        }
        lexicon
    }

    #[test]
    fn a_word_stands_where_it_was_put_until_it_is_removed() {
        let mut lexicon = Lexicon::default();
        let word = lexicon.add("heat");
        for slot in [5, 1, 9, 5, 1] {
            lexicon.put(word, slot);
        }
        assert_eq!(lexicon.add("heat"), word);
        assert_eq!(lexicon.slots(word), [1, 5, 9]);

        lexicon.remove(word, 5);
        lexicon.remove(word, 6);

        assert_eq!(lexicon.slots(word), [1, 9]);
        assert_eq!(lexicon.find("cold"), None);
    }

    #[test]
    fn words_are_found_by_their_beginning() {
        let lexicon = lexicon(&["heathers", "heat", "cold", "interstellar", "hea", "he"]);
        let found = |text: &str| -> Vec<WordId> { lexicon.beginning_with(text).collect() };

        assert_eq!(found("hea"), [4, 1, 0]);
        assert_eq!(found("interstellar"), [3]);
        assert_eq!(found("x"), [0; 0]);
        for text in ["hea", "interstel", "interstellars", "heath", ""] {
            for word in 0..6 {
                let begins = lexicon.begins_with(word, text);
                assert_eq!(begins, found(text).contains(&word), "{text} {word}");
            }
        }
    }
}
