//! Names and queries as they are compared: in folded words.

use crate::domain::text;

/// Of a longer name or query only so many words count.
pub(super) const MOST_WORDS: usize = 32;

/// The words of a name, folded. What is written without spaces is taken apart: each ideograph or kana is a word,
/// and so is a fraction (`"8½"` has the words of `"8 1/2"`). A sign for "and" is that word.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 8);
    let mut before = ' ';
    // Composed, so that a kana and the mark on it are one.
    let mut letters = text::compose(name);
    letters.push(' ');
    let mut letters = letters.chars().peekable();
    while let Some(c) = letters.next() {
        let stands_between = before == ' ' && letters.peek() == Some(&' ');
        before = c;
        if c == '&' || c == '＆' || c == '+' && stands_between {
            spaced.push_str(" and ");
        } else if stands_alone(c) {
            spaced.extend([' ', c, ' ']);
        } else {
            spaced.push(c);
        }
    }
    let mut words = text::words(&spaced);
    words.truncate(MOST_WORDS);
    words
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

pub(super) fn is_article(word: &str) -> bool {
    matches!(word, "the" | "a" | "an")
}

/// Whether a character is a word, or several, by itself.
pub(super) fn stands_alone(c: char) -> bool {
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
    fn a_sign_for_and_is_a_word() {
        assert_eq!(words("Dumb & Dumber"), ["dumb", "and", "dumber"]);
        assert_eq!(words("Q&A"), ["q", "and", "a"]);
        assert_eq!(words("Romeo + Juliet"), ["romeo", "and", "juliet"]);
        assert_eq!(words("+1"), ["1"]);
        assert_eq!(words("&").len(), 1);
    }
}
