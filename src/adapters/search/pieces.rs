//! The words of a text, folded, with where each stands in it.

use super::names::{MOST_WORDS, stands_alone, words};
use crate::domain::text::{is_mark, joins};

/// A folded word, and the bytes of the text that it was made of. Several may be of the same bytes, as those of a
/// fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) word: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The words as [`words`] has them.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut begun = None;
    let mut before = ' ';
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let next = letters.peek().map_or(' ', |(_, next)| *next);
        let stands_between = before.is_whitespace() && next.is_whitespace();
        before = c;
        if stands_alone(c) || matches!(c, '&' | '＆') || c == '+' && stands_between {
            if let Some(start) = begun.take() {
                push(&mut pieces, text, start, at);
            }
            let mut end = at + c.len_utf8();
            while let Some((at, mark)) = letters.next_if(|(_, next)| is_mark(*next)) {
                end = at + mark.len_utf8();
            }
            push(&mut pieces, text, at, end);
        } else if c.is_alphanumeric() || is_mark(c) || joins(c) {
            begun.get_or_insert(at);
        } else if let Some(start) = begun.take() {
            push(&mut pieces, text, start, at);
        }
    }
    if let Some(start) = begun {
        push(&mut pieces, text, start, text.len());
    }
    pieces.truncate(MOST_WORDS);
    pieces
}

/// Adds the words of some bytes, without what only joins at their ends.
fn push(pieces: &mut Vec<Piece>, text: &str, start: usize, end: usize) {
    let part = &text[start..end];
    let bare = part.trim_start_matches(joins);
    let start = start + part.len() - bare.len();
    let bare = bare.trim_end_matches(joins);
    let end = start + bare.len();
    let found = words(bare).into_iter();
    pieces.extend(found.map(|word| Piece { word, start, end }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_words_of_a_text_with_their_places() {
        for text in [
            "E.T. the Extra-Terrestrial",
            "Cat's in the Bag...",
            "Dumb & Dumber",
            "Q&A",
            "Romeo + Juliet",
            "+1",
            "8½",
            "霸王别姬",
            "は\u{3099}は",
            "Amélie",
            "?!",
            "",
        ] {
            let pieces = pieces(text);
            let found: Vec<&str> = pieces.iter().map(|piece| piece.word.as_str()).collect();
            assert_eq!(found, words(text), "{text}");
        }

        let of = |text: &str| -> Vec<String> {
            let pieces = pieces(text).into_iter();
            pieces
                .map(|piece| text[piece.start..piece.end].to_owned())
                .collect()
        };
        assert_eq!(of("Cat's in the Bag..."), ["Cat's", "in", "the", "Bag"]);
        assert_eq!(of("8½"), ["8", "½", "½"]);
        assert_eq!(of("(Amélie) & co"), ["Amélie", "&", "co"]);
        assert_eq!(of("は\u{3099}は"), ["は\u{3099}", "は"]);
    }
}
