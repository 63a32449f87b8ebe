//! Which texts of a hit have the words of a query, and where: read from the texts alone, by the rules by which the index
//! has found it.

use std::cmp::Reverse;

use super::names::is_article;
use super::pieces::{Piece, pieces};
use super::senses::{ALL, Forgiven, NONE};
use super::shapes::distances;
use super::spellings::others;
use super::typed::{Typed, TypedWord};
use crate::domain::catalog::{Highlight, HighlightedField, Highlights, TextRange};
use crate::domain::text;

/// No hit shows more texts: a query that is spread over more tells little by each.
const MOST_TEXTS: usize = 6;
/// The fewest characters of an unfinished word in which a typing error is forgiven, as suggestions do.
const MIN_MISTYPED: usize = 4;
/// The fewest characters of two words, typed as two, that may be the beginning of one.
const MIN_JOINED: usize = 5;
/// Of fewer words all are not written as one.
const MIN_WHOLE: usize = 3;

/// What a text has of a query.
#[derive(Debug, Default)]
struct Covering {
    /// The bits of the words.
    words: u64,
    /// The bytes at which they stand.
    places: Vec<(usize, usize)>,
}

/// How a word of a text fits a word of a query.
enum Fit {
    Whole,
    /// It begins with it.
    Begins,
}

/// The texts that together have the most of the query: each the one that has the most of what is left, of several the
/// first.
pub(super) fn highlight(query: &str, texts: &[(HighlightedField, &str)]) -> Highlights {
    let typed = Typed::new(query);
    if typed.words.is_empty() {
        return literally(query.trim(), texts);
    }
    let sought = sought(&typed);
    let read: Vec<Vec<Piece>> = texts.iter().map(|(_, text)| pieces(text)).collect();
    let mut chosen: Vec<(usize, Covering)> = Vec::new();
    let mut left = typed.all();
    let mut have_all = false;
    for forgiven in [NONE, ALL] {
        if have_all {
            break;
        }
        let mut coverings: Vec<Covering> = texts
            .iter()
            .zip(&read)
            .map(|((_, text), pieces)| covering(&typed, text, pieces, forgiven & left))
            .collect();
        while chosen.len() < MOST_TEXTS {
            let told = |covering: &Covering| {
                let words = covering.words & left;
                ((words & sought).count_ones(), words.count_ones())
            };
            let best = (0..coverings.len()).max_by_key(|at| (told(&coverings[*at]), Reverse(*at)));
            let Some(best) = best.filter(|at| told(&coverings[*at]).0 > 0) else {
                break;
            };
            let covering = std::mem::take(&mut coverings[best]);
            left &= !covering.words;
            match chosen.iter().position(|(at, _)| *at == best) {
                Some(nth) => chosen[nth].1.places.extend(covering.places),
                None => chosen.push((best, covering)),
            }
        }
        have_all = forgiven == NONE && left & sought == 0;
    }
    let shown = chosen.into_iter().map(|(at, covering)| {
        let (field, text) = texts[at];
        shown(field, text, covering.places)
    });
    Highlights {
        texts: shown.collect(),
        have_all,
    }
}

/// The words for which texts are chosen: all but those that tell nearly nothing, unless there are no others.
fn sought(typed: &Typed) -> u64 {
    let telling = (0..typed.words.len()).filter(|at| !typed.words[*at].tells_little());
    match telling.fold(0, |bits, at| bits | 1 << at) {
        0 => typed.all(),
        telling => telling,
    }
}

/// What a text has of the words; typing errors are forgiven in some.
fn covering(typed: &Typed, text: &str, pieces: &[Piece], forgiven: Forgiven) -> Covering {
    let mut covering = Covering::default();
    let last = typed.words.len() - 1;
    for piece in pieces {
        for (at, word) in typed.words.iter().enumerate() {
            let is_last = at == last;
            let is_forgiven = forgiven & (1 << at) != 0;
            // A word that is another one of the query already is not its last one, begun anew.
            let is_taken = || typed.words[..at].iter().any(|it| it.text == piece.word);
            match fit(word, &piece.word, is_last, is_forgiven) {
                Some(Fit::Whole) => covering.add(1 << at, piece.start, piece.end),
                Some(Fit::Begins) if !is_taken() => {
                    let end = piece.start + beginning(&text[piece.start..piece.end], word);
                    covering.add(1 << at, piece.start, end);
                }
                Some(Fit::Begins) | None => {}
            }
        }
        for (at, pair) in typed.joined.iter().enumerate() {
            let is_last = at + 1 == last && pair.letters.len() >= MIN_JOINED;
            if pair.text == piece.word {
                covering.add(0b11 << at, piece.start, piece.end);
            } else if is_last && piece.word.starts_with(&pair.text) {
                let end = piece.start + beginning(&text[piece.start..piece.end], pair);
                covering.add(0b11 << at, piece.start, end);
            }
        }
    }
    for pair in pieces.windows(2) {
        covering.add_joined(typed, pair);
    }
    let has_article = pieces.len() > 1 && is_article(&pieces[0].word);
    let bare = &pieces[usize::from(has_article)..];
    if bare.len() >= MIN_WHOLE {
        covering.add_joined(typed, bare);
    }
    covering
}

impl Covering {
    fn add(&mut self, words: u64, start: usize, end: usize) {
        self.words |= words;
        self.places.push((start, end));
    }

    /// Adds words of the text that the query has as one.
    fn add_joined(&mut self, typed: &Typed, pieces: &[Piece]) {
        let length: usize = pieces.iter().map(|piece| piece.word.len()).sum();
        for (at, word) in typed.words.iter().enumerate() {
            if word.text.len() != length {
                continue;
            }
            let joined: String = pieces.iter().map(|piece| piece.word.as_str()).collect();
            if joined == word.text {
                let places = pieces.iter().map(|piece| (piece.start, piece.end));
                self.places.extend(places);
                self.words |= 1 << at;
            }
        }
    }
}

/// How a word of a text fits a word of the query, if it does.
fn fit(typed: &TypedWord, word: &str, is_last: bool, is_forgiven: bool) -> Option<Fit> {
    if typed.text == word || others(&typed.text).contains(&word) {
        return Some(Fit::Whole);
    }
    if is_last && word.starts_with(&typed.text) {
        return Some(Fit::Begins);
    }
    let tolerance = typed.tolerance();
    if !is_forgiven || tolerance == 0 {
        return None;
    }
    let letters: Vec<char> = word.chars().collect();
    if tolerance == 1 && letters.first() != typed.letters.first() {
        return None;
    }
    let (whole, beginning) = distances(&typed.letters, &letters);
    let may_begin = is_last && typed.letters.len() >= MIN_MISTYPED;
    (whole <= tolerance || may_begin && beginning <= tolerance).then_some(Fit::Whole)
}

/// How many bytes of a word are what was typed of it.
fn beginning(written: &str, typed: &TypedWord) -> usize {
    let ends = written.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let mut ends = ends.peekable();
    while let Some((end, _)) = ends.next() {
        // A mark belongs to the letter before it.
        if ends.peek().is_some_and(|(_, next)| text::is_mark(*next)) {
            continue;
        }
        let so_far = text::words(&written[..end]).concat();
        if so_far.chars().count() >= typed.letters.len() {
            return end;
        }
    }
    written.len()
}

/// A text with the ranges of some of its bytes.
fn shown(field: HighlightedField, text: &str, mut places: Vec<(usize, usize)>) -> Highlight {
    places.sort_unstable();
    let mut apart: Vec<(usize, usize)> = Vec::with_capacity(places.len());
    for (start, end) in places {
        match apart.last_mut() {
            Some((_, last)) if start < *last => *last = end.max(*last),
            _ => apart.push((start, end)),
        }
    }
    let units = |part: &str| u32::try_from(part.encode_utf16().count()).unwrap_or(u32::MAX);
    let ranges = apart.into_iter().map(|(start, end)| TextRange {
        start: units(&text[..start]),
        length: units(&text[start..end]),
    });
    Highlight {
        field,
        text: text.to_owned(),
        ranges: ranges.collect(),
    }
}

/// The first text that contains a query without words literally.
fn literally(query: &str, texts: &[(HighlightedField, &str)]) -> Highlights {
    let found = texts.iter().find_map(|(field, text)| {
        let start = text.find(query).filter(|_| !query.is_empty())?;
        Some(shown(*field, text, vec![(start, start + query.len())]))
    });
    Highlights {
        have_all: found.is_some(),
        texts: found.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAT: [(HighlightedField, &str); 6] = [
        (HighlightedField::Name, "Heat"),
        (HighlightedField::AlternativeName, "Fuego contra fuego"),
        (HighlightedField::Person, "Al Pacino"),
        (HighlightedField::Person, "Robert De Niro"),
        (HighlightedField::Character, "Lt. Vincent Hanna"),
        (HighlightedField::Year, "1995"),
    ];

    /// The texts, with the parts that match in brackets.
    fn marked(query: &str, texts: &[(HighlightedField, &str)]) -> Vec<(HighlightedField, String)> {
        let found = highlight(query, texts).texts.into_iter();
        found
            .map(|it| {
                let units: Vec<u16> = it.text.encode_utf16().collect();
                let mut marked = String::new();
                let mut at = 0;
                for range in &it.ranges {
                    let (start, length) = (range.start as usize, range.length as usize);
                    marked += &String::from_utf16(&units[at..start]).unwrap();
                    at = start + length;
                    let part = String::from_utf16(&units[start..at]).unwrap();
                    marked.extend(["[", &part, "]"]);
                }
                marked += &String::from_utf16(&units[at..]).unwrap();
                (it.field, marked)
            })
            .collect()
    }

    #[test]
    fn each_text_says_what_no_text_before_has() {
        let of = |query: &str| -> Vec<String> {
            let marked = marked(query, &HEAT).into_iter();
            marked.map(|(_, text)| text).collect()
        };
        for (query, expected) in [
            ("heat", &["[Heat]"][..]),
            ("the heat", &["[Heat]"]),
            ("haet", &["[Heat]"]),
            (
                "heat al pacino 1995",
                &["[Al] [Pacino]", "[Heat]", "[1995]"],
            ),
            ("pac", &["Al [Pac]ino"]),
            ("pacnio", &["Al [Pacino]"]),
            ("deniro heat", &["[Heat]", "Robert [De] [Niro]"]),
            ("watch heat online", &["[Heat]"]),
            ("lieutenant hanna", &["[Lt]. Vincent [Hanna]"]),
            ("fue", &["[Fue]go contra [fue]go"]),
            ("zebra", &[]),
        ] {
            assert_eq!(of(query), expected, "{query}");
        }
        assert!(highlight("the heat movie", &HEAT).have_all);
        assert!(!highlight("heat zebra", &HEAT).have_all);
        // Another text may have it without the error.
        assert!(!highlight("haet", &HEAT).have_all);
    }

    #[test]
    fn ranges_are_counted_as_javascript_counts() {
        let texts = [(HighlightedField::Name, "🎬 Amélie: 8½ & e\u{301}té")];

        let ranges = |query: &str| -> Vec<(u32, u32)> {
            let found = highlight(query, &texts).texts;
            let ranges = found.iter().flat_map(|it| &it.ranges);
            ranges.map(|range| (range.start, range.length)).collect()
        };
        assert_eq!(ranges("amel"), [(3, 4)]);
        assert_eq!(ranges("8 1/2"), [(11, 1), (12, 1)]);
        assert_eq!(ranges("and"), [(14, 1)]);
        // A mark is not parted from its letter.
        assert_eq!(ranges("e"), [(16, 2)]);
    }

    #[test]
    fn what_is_joined_or_parted_matches_all_the_same() {
        let name = |name| [(HighlightedField::Name, name)];
        let of = |query: &str, text| marked(query, &name(text)).pop().map(|(_, text)| text);
        for (query, text, expected) in [
            ("spiderman", "Spider-Man 2", "[Spider]-[Man] 2"),
            ("spider man", "Spiderman", "[Spiderman]"),
            ("spider m", "Spiderman", "[Spiderm]an"),
            (
                "darkknightrises",
                "The Dark Knight Rises",
                "The [Dark] [Knight] [Rises]",
            ),
            ("rocky 3", "Rocky III", "[Rocky] [III]"),
            ("star s", "Star Search", "[Star] [S]earch"),
            ("?", "Who? Me", "Who[?] Me"),
        ] {
            assert_eq!(of(query, text).as_deref(), Some(expected), "{query}");
        }
    }
}
