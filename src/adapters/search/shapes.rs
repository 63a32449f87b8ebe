//! Which words may be meant by a mistyped one: by first letter and length, and by which letters they have.
//!
//! A typing error changes the letters of a word by one that goes and one that comes. So comparing two numbers tells
//! nearly all words apart that are farther from each other than is forgiven, at about a nanosecond a word; the few
//! that remain are compared letter by letter.

use hashbrown::HashMap;

use super::names::is_ideographic;
use super::typed::TypedWord;

/// Which word of a lexicon.
pub(super) type WordId = u32;

/// Nobody means a longer word by mistake.
const LONGEST: usize = 40;
/// A shorter one is not forgiven an error.
const SHORTEST: usize = 2;

/// The words of a lexicon in which errors are forgiven.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    by_first: ByLetter,
    by_second: ByLetter,
}

/// By one of their letters, then by length.
type ByLetter = HashMap<char, Vec<Vec<Shape>>>;

#[derive(Debug, Clone, Copy)]
struct Shape {
    letters: u64,
    word: WordId,
}

impl Shapes {
    pub(super) fn add(&mut self, text: &str, word: WordId) {
        let letters: Vec<char> = text.chars().collect();
        let length = letters.len();
        let is_word = letters
            .iter()
            .all(|c| c.is_alphabetic() && !is_ideographic(*c));
        if !(SHORTEST..=LONGEST).contains(&length) || !is_word {
            return;
        }
        let shape = Shape {
            letters: letters_of(&letters),
            word,
        };
        for (by, letter) in [
            (&mut self.by_first, letters[0]),
            (&mut self.by_second, letters[1]),
        ] {
            let lengths = by.entry(letter).or_default();
            if lengths.len() <= length {
                lengths.resize_with(length + 1, Vec::new);
            }
            lengths[length].push(shape);
        }
    }

    /// All words that may be so near, and some that are not; one may come several times.
    ///
    /// In a short word the first letter must be right, and in the beginning of any. In the others one of the first two
    /// letters must be, in the place of one of them.
    pub(super) fn near(
        &self,
        typed: &TypedWord,
        tolerance: u32,
        unfinished: bool,
        mut found: impl FnMut(WordId),
    ) {
        let &[first, second, ..] = &typed.letters[..] else {
            return;
        };
        let length = typed.letters.len();
        let letters = letters_of(&typed.letters);
        let least = length.saturating_sub(tolerance as usize);
        let mut look = |by: &ByLetter, letter: char, unfinished: bool| {
            let most = if unfinished {
                LONGEST
            } else {
                length + tolerance as usize
            };
            let lengths = by.get(&letter).into_iter().flatten();
            for shape in lengths.take(most + 1).skip(least).flatten() {
                let (other, most) = if unfinished {
                    (letters & !shape.letters, tolerance)
                } else {
                    (letters ^ shape.letters, 2 * tolerance)
                };
                if has_at_most(other, most) {
                    found(shape.word);
                }
            }
        };
        look(&self.by_first, first, unfinished);
        if tolerance > 1 {
            look(&self.by_second, second, false);
            if first != second {
                look(&self.by_first, second, false);
                look(&self.by_second, first, false);
            }
        }
    }
}

/// A bit for each letter that a word has, and another for each that it has twice; letters may share theirs.
fn letters_of(word: &[char]) -> u64 {
    word.iter().fold(0, |letters: u64, letter| {
        let once = 1 << (u32::from(*letter) & 31);
        if letters & once == 0 {
            letters | once
        } else {
            letters | once << 32
        }
    })
}

/// Whether so many bits are set at most: much cheaper than counting them.
fn has_at_most(mut bits: u64, most: u32) -> bool {
    for _ in 0..most {
        bits &= bits.wrapping_sub(1);
    }
    bits == 0
}

/// How many letters to insert, leave out, replace or swap with their neighbour until `typed` is `word`, and until it
/// is a beginning of `word` (optimal string alignment). Of a longer word only the first letters are compared.
pub(super) fn distances(typed: &[char], word: &[char]) -> (u32, u32) {
    const WIDTH: usize = LONGEST + 1;
    let word = &word[..word.len().min(LONGEST)];
    let (mut before_last, mut last, mut row) = ([0_u32; WIDTH], [0_u32; WIDTH], [0_u32; WIDTH]);
    for (errors, place) in (0..).zip(&mut last) {
        *place = errors;
    }
    for (i, &a) in typed.iter().enumerate() {
        row[0] = last[0] + 1;
        for (j, &b) in word.iter().enumerate() {
            let mut errors = (last[j] + u32::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a == word[j - 1] && b == typed[i - 1] {
                errors = errors.min(before_last[j - 1] + 1);
            }
            row[j + 1] = errors;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    let last = &last[..=word.len()];
    let nearest = last.iter().copied().min().unwrap_or_default();
    (last[word.len()], nearest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::adapters::search::typed::Typed;

    proptest! {
        #[test]
        fn no_word_that_is_near_is_passed_over(typed in "[a-e]{3,10}", word in "[a-eé]{2,12}") {
            let mut shapes = Shapes::default();
            shapes.add(&word, 7);
            let typed = Typed::new(&typed);
            let typed = &typed.words[0];
            let letters: Vec<char> = word.chars().collect();
            let (whole, beginning) = distances(&typed.letters, &letters);
            let tolerance = typed.tolerance();
            let is_first_right = letters[0] == typed.letters[0];
            let is_one_right = letters[..2].iter().any(|letter| typed.letters[..2].contains(letter));
            let is_near = whole <= tolerance && (is_first_right || tolerance > 1 && is_one_right);
            for unfinished in [false, true] {
                let begins = unfinished && beginning <= tolerance && is_first_right;
                let mut found = false;
                shapes.near(typed, tolerance, unfinished, |_| found = true);
                prop_assert!(found || !is_near && !begins, "{unfinished}");
            }
        }
    }
}
