//! Names that may mean the same although they are others: what a person is shown to choose from, and nothing is ever
//! matched by.

use std::collections::BTreeSet;

use crate::domain::text;

/// Words that one catalogue writes and another leaves out.
const LEFT_OUT: [&str; 26] = [
    "the", "a", "an", "and", "part", "vol", "volume", "chapter", "der", "die", "das", "ein",
    "eine", "und", "teil", "le", "la", "les", "et", "el", "los", "las", "y", "il", "lo", "e",
];
/// Numbers that are written as words or in Roman figures.
const NUMBERS: [(&str, &[&str]); 10] = [
    ("1", &["one", "i"]),
    ("2", &["two", "ii"]),
    ("3", &["three", "iii"]),
    ("4", &["four", "iv"]),
    ("5", &["five", "v"]),
    ("6", &["six", "vi"]),
    ("7", &["seven", "vii"]),
    ("8", &["eight", "viii"]),
    ("9", &["nine", "ix"]),
    ("10", &["ten", "x"]),
];
/// The fewest characters of a part of a name that says anything.
const LEAST: usize = 4;

/// By what a name may be taken for another: as a whole, without what stands before its colon, and without what stands
/// behind it; each without small words, and with numbers in one spelling.
pub(super) fn keys(name: &str) -> BTreeSet<String> {
    let parts = [": ", " - ", " – "].into_iter().flat_map(|mark| {
        let first = name.split_once(mark).map(|(first, _)| first);
        let last = name.rsplit_once(mark).map(|(_, last)| last);
        first.into_iter().chain(last)
    });
    let parts = parts.map(key).filter(|key| key.chars().count() >= LEAST);
    let whole = key(name);
    let whole = (!whole.is_empty()).then_some(whole);
    whole.into_iter().chain(parts).collect()
}

fn key(name: &str) -> String {
    let words = text::words(name);
    let words = words.iter().map(String::as_str);
    let words = words.filter(|word| !LEFT_OUT.contains(word));
    let words: Vec<&str> = words.map(number).collect();
    words.join(" ")
}

fn number(word: &str) -> &str {
    let number = NUMBERS.iter().find(|(_, words)| words.contains(&word));
    number.map_or(word, |(digits, _)| digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_alike(one: &str, other: &str) -> bool {
        !keys(one).is_disjoint(&keys(other))
    }

    #[test]
    fn names_that_differ_in_small_words_numbers_and_subtitles_are_alike() {
        for (one, other) in [
            ("The Godfather Part II", "Godfather 2"),
            ("Kill Bill: Vol. 1", "Kill Bill, Volume One"),
            ("Star Wars: Episode IV - A New Hope", "Star Wars"),
            ("The Lord of the Rings: The Two Towers", "Two Towers"),
            ("Les Misérables", "Misérables, Les"),
            ("Fast and Furious", "Fast & Furious"),
        ] {
            assert!(are_alike(one, other), "{one} / {other}");
        }
        for (one, other) in [
            ("The Godfather", "The Godfather Part II"),
            ("Amélie", "Amelia"),
            ("Up: 3", "Rocky: 3"),
            ("The", "A"),
        ] {
            assert!(!are_alike(one, other), "{one} / {other}");
        }
    }
}
