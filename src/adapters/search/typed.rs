//! What was typed, and how a name compares to it.

use super::names::{is_ideographic, without_article, words};
use super::ranking::{Kind, Match};

/// The fewest characters of an unfinished word with a typing error; fewer would match nearly everything.
const MIN_UNFINISHED: usize = 5;

/// A query, taken apart.
#[derive(Debug)]
pub(super) struct Typed {
    /// In the order in which they were typed.
    pub(super) words: Vec<TypedWord>,
    /// As it was typed.
    pub(super) text: String,
}

/// A word of a query.
#[derive(Debug)]
pub(super) struct TypedWord {
    /// Folded: lower case, without accents.
    pub(super) text: String,
    letters: Vec<char>,
}

impl AsRef<str> for TypedWord {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl Typed {
    /// Takes a query apart.
    pub(super) fn new(query: &str) -> Self {
        let words = words(query).into_iter();
        Self {
            words: words
                .map(|text| TypedWord {
                    letters: text.chars().collect(),
                    text,
                })
                .collect(),
            text: query.to_owned(),
        }
    }

    /// How a name matches whose words are given, typing errors forgiven.
    pub(super) fn compare(&self, name: &[&str]) -> Option<Match> {
        let (bare, bare_name) = (without_article(&self.words), without_article(name));
        let ways = [
            (Kind::Whole, whole(&self.words, name)),
            (Kind::WholeLoosely, whole(bare, bare_name)),
            (Kind::Beginning, beginning(&self.words, name)),
            (Kind::BeginningLoosely, beginning(bare, bare_name)),
            (Kind::Words, all_words(&self.words, name)),
        ];
        ways.into_iter()
            .filter_map(|(kind, errors)| Some(Match::with_errors(kind, errors?)))
            .min()
    }
}

impl TypedWord {
    /// How many typing errors are forgiven: none in short words, numbers and ideographs.
    pub(super) fn tolerance(&self) -> u8 {
        let is_word = |c: &char| c.is_alphabetic() && !is_ideographic(*c);
        match self.letters.len() {
            3..=7 if self.letters.iter().all(is_word) => 1,
            8.. if self.letters.iter().all(is_word) => 2,
            _ => 0,
        }
    }

    /// Whether errors are forgiven when the word is unfinished.
    pub(super) fn may_be_unfinished_with_errors(&self) -> bool {
        self.letters.len() >= MIN_UNFINISHED && self.tolerance() > 0
    }

    /// The typing errors between this and a word of a name, if they are forgiven.
    fn errors(&self, word: &str) -> Option<u32> {
        if self.text == word {
            return Some(0);
        }
        let (whole, _) = self.distances(word)?;
        (whole <= u32::from(self.tolerance())).then_some(whole)
    }

    /// The same if this may be the beginning of the word.
    fn errors_if_unfinished(&self, word: &str) -> Option<u32> {
        if word.starts_with(&self.text) {
            return Some(0);
        }
        let (whole, unfinished) = self.distances(word)?;
        let errors = if self.may_be_unfinished_with_errors() {
            unfinished
        } else {
            whole
        };
        (errors <= u32::from(self.tolerance())).then_some(errors)
    }

    /// The distances to the word and to its nearest beginning, where errors may be forgiven at all: in a word of
    /// fewer than eight letters the first must be right.
    fn distances(&self, word: &str) -> Option<(u32, u32)> {
        let is_first_right = || word.chars().next() == self.letters.first().copied();
        match self.tolerance() {
            0 => None,
            1 if !is_first_right() => None,
            _ => {
                let word: Vec<char> = word.chars().collect();
                Some(distances(&self.letters, &word))
            }
        }
    }
}

fn whole(typed: &[TypedWord], name: &[&str]) -> Option<u32> {
    if typed.len() != name.len() {
        return None;
    }
    typed
        .iter()
        .zip(name)
        .map(|(word, of)| word.errors(of))
        .sum()
}

fn beginning(typed: &[TypedWord], name: &[&str]) -> Option<u32> {
    let (last, finished) = typed.split_last()?;
    let unfinished = name.get(finished.len())?;
    let errors: Option<u32> = finished
        .iter()
        .zip(name)
        .map(|(word, of)| word.errors(of))
        .sum();
    Some(errors? + last.errors_if_unfinished(unfinished)?)
}

fn all_words(typed: &[TypedWord], name: &[&str]) -> Option<u32> {
    let (last, finished) = typed.split_last()?;
    let errors: Option<u32> = finished
        .iter()
        .map(|word| name.iter().filter_map(|of| word.errors(of)).min())
        .sum();
    let last = name.iter().filter_map(|of| last.errors_if_unfinished(of));
    Some(errors? + last.min()?)
}

/// How many letters to insert, leave out, replace or swap with their neighbour until `typed` is `word`, and until it
/// is a beginning of `word` (optimal string alignment).
fn distances(typed: &[char], word: &[char]) -> (u32, u32) {
    let width = word.len() + 1;
    let mut before_last: Vec<u32> = vec![0; width];
    let mut last: Vec<u32> = (0..).take(width).collect();
    let mut row: Vec<u32> = vec![0; width];
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
    let nearest = last.iter().copied().min().unwrap_or_default();
    (last[word.len()], nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(query: &str, name: &str) -> Option<Match> {
        let name = words(name);
        let name: Vec<&str> = name.iter().map(String::as_str).collect();
        Typed::new(query).compare(&name)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "it reads like what it is compared to"
    )]
    fn found(kind: Kind, errors: u32) -> Option<Match> {
        Some(Match::with_errors(kind, errors))
    }

    #[test]
    fn a_match_is_of_the_best_kind_that_it_can_be() {
        assert_eq!(compare("heat", "Heat"), found(Kind::Whole, 0));
        assert_eq!(compare("heat", "The Heat"), found(Kind::WholeLoosely, 0));
        assert_eq!(compare("a heat", "Heat"), found(Kind::WholeLoosely, 0));
        assert_eq!(compare("heat", "Heat Wave"), found(Kind::Beginning, 0));
        assert_eq!(
            compare("dark kni", "The Dark Knight"),
            found(Kind::BeginningLoosely, 0)
        );
        assert_eq!(compare("heat", "In the Heat"), found(Kind::Words, 0));
        assert_eq!(compare("heat", "In the Dark"), None);
    }

    #[test]
    fn one_error_is_forgiven_in_a_word_and_two_in_a_long_one() {
        assert_eq!(compare("haet", "Heat"), found(Kind::Whole, 1));
        assert_eq!(compare("hat", "Heat"), found(Kind::Whole, 1));
        assert_eq!(compare("het", "Heat"), found(Kind::Whole, 1));
        assert_eq!(compare("hta", "Heat"), None);
        assert_eq!(compare("godfathr", "Godfather"), found(Kind::Whole, 1));
        assert_eq!(compare("godfahter", "Godfather"), found(Kind::Whole, 1));
        assert_eq!(compare("gdfathr", "Godfather"), None);
        assert_eq!(compare("gdfatherr", "Godfather"), found(Kind::Whole, 2));
        assert_eq!(compare("intrstelar", "Interstellar"), found(Kind::Whole, 2));
    }

    #[test]
    fn the_first_letter_of_a_short_word_must_be_right() {
        assert_eq!(compare("beat", "Heat"), None);
        assert_eq!(compare("oodfather", "Godfather"), found(Kind::Whole, 1));
    }

    #[test]
    fn short_words_and_numbers_forgive_nothing() {
        assert_eq!(compare("up", "Us"), None);
        assert_eq!(compare("2001", "2010"), None);
        assert_eq!(compare("1917", "1918"), None);
        assert_eq!(compare("霸王别妃", "霸王别姬"), None);
    }

    #[test]
    fn an_unfinished_word_forgives_errors_if_it_is_long_enough() {
        assert_eq!(
            compare("dark kngih", "Dark Knights"),
            found(Kind::Beginning, 1)
        );
        assert_eq!(compare("dark knhi", "Dark Knights"), None);
    }
}
