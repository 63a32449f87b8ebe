//! Names and queries as they are compared: in folded words.

use crate::domain::text;

/// The words of a name, folded. What is written without spaces is taken apart: each ideograph or kana is a word,
/// and so is a fraction (`"8½"` has the words of `"8 1/2"`).
pub(super) fn words(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 8);
    // Composed, so that a kana and the mark on it are one.
    for c in text::compose(name).chars() {
        if stands_alone(c) {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    text::words(&spaced)
}

/// The words without a leading article; an article alone stays.
pub(super) fn without_article<T: AsRef<str>>(words: &[T]) -> &[T] {
    match words {
        [first, rest @ ..] if !rest.is_empty() && is_article(first.as_ref()) => rest,
        all => all,
    }
}

/// The characters of a name that belong to no word, each once.
pub(super) fn symbols(name: &str) -> Vec<char> {
    let mut symbols: Vec<char> = name
        .chars()
        .filter(|c| !c.is_alphanumeric() && !c.is_whitespace())
        .collect();
    symbols.sort_unstable();
    symbols.dedup();
    symbols
}

fn is_article(word: &str) -> bool {
    matches!(word, "the" | "a" | "an")
}

fn stands_alone(c: char) -> bool {
    is_ideographic(c) || matches!(c, '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{215f}' | '\u{2189}')
}

/// Whether a character is of a script that has no spaces between words: Han, Hiragana, Katakana.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(c,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_without_spaces_is_taken_apart() {
        assert_eq!(words("8½"), words("8 1/2"));
        assert_eq!(words("霸王别姬"), ["霸", "王", "别", "姬"]);
        assert_eq!(words("E.T. the Extra"), ["et", "the", "extra"]);
        assert_eq!(words("?!"), Vec::<String>::new());
        assert_eq!(words("は\u{3099}は"), words("ばは"));
        assert_ne!(words("ば"), words("は"));
    }

    #[test]
    fn a_leading_article_can_be_left_out() {
        assert_eq!(without_article(&["the", "godfather"]), ["godfather"]);
        assert_eq!(without_article(&["a"]), ["a"]);
        assert_eq!(without_article(&["heat"]), ["heat"]);
    }
}
