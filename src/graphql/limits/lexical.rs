//! What can be said of a document without parsing it: one pass over its bytes, no recursion.
//!
//! The pass must see brackets exactly where the parser sees them, so strings, block strings and comments end here where
//! they end there. A string that never ends is refused: the parser (async-graphql-parser 7.2.1, by pest) would try it
//! again from every quotation mark.

use async_graphql::Pos;

use super::{Counted, LimitError, Limits};

/// Refuses what is too long, has too many tokens or directives, or nests its brackets too deep.
pub(super) fn scan(document: &str, limits: &Limits) -> Result<(), LimitError> {
    if document.len() > limits.bytes {
        return Err(LimitError::TooLarge {
            found: document.len(),
            limit: limits.bytes,
        });
    }
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut directives, mut open) = (0, 0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let (is_token, end) = piece(bytes, at, byte).ok_or_else(|| LimitError::Syntax {
            message: "unterminated string".to_owned(),
            at: Some(position(document, start)),
        })?;
        at = end;
        if !is_token {
            continue;
        }
        tokens += 1;
        if tokens > limits.tokens {
            return Err(too_many(Counted::Tokens, limits.tokens, document, start));
        }
        match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                if open > limits.nesting {
                    return Err(LimitError::NestedTooDeep {
                        limit: limits.nesting,
                        at: position(document, start),
                    });
                }
            }
            // Too many closing brackets are a syntax error, which the parser explains better.
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'@' => {
                directives += 1;
                if directives > limits.directives {
                    return Err(too_many(
                        Counted::Directives,
                        limits.directives,
                        document,
                        start,
                    ));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// How many names, numbers and strings a document has.
pub(in crate::graphql) fn words(document: &str) -> usize {
    let bytes = document.as_bytes();
    let (mut at, mut words) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let Some((is_token, end)) = piece(bytes, at, byte) else {
            break;
        };
        let begins_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'"');
        words += usize::from(is_token && begins_word);
        at = end;
    }
    words
}

/// Whether what begins with this byte is a token, not a comment or what stands between, and the offset behind it. `None`: a
/// string without an end.
fn piece(bytes: &[u8], at: usize, byte: u8) -> Option<(bool, usize)> {
    Some(match byte {
        b' ' | b'\t' | b'\r' | b'\n' | b',' => (false, at + 1),
        b'#' => {
            let end = end_of(bytes, at, |byte| !matches!(byte, b'\r' | b'\n'));
            (false, end)
        }
        // The mark that some editors put before a text; the parser skips it anywhere.
        0xEF if bytes[at..].starts_with(b"\xEF\xBB\xBF") => (false, at + 3),
        b'"' => (true, end_of_string(bytes, at)?),
        b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
            let end = end_of(bytes, at, |byte| {
                byte.is_ascii_alphanumeric() || byte == b'_'
            });
            (true, end)
        }
        b'-' | b'0'..=b'9' => {
            let end = end_of(bytes, at, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
            });
            (true, end)
        }
        b'.' => (true, end_of(bytes, at, |byte| byte == b'.')),
        _ => (true, at + 1),
    })
}

fn too_many(what: Counted, limit: usize, document: &str, offset: usize) -> LimitError {
    LimitError::TooMany {
        what,
        limit,
        at: Some(position(document, offset)),
    }
}

/// The first offset from `at` on whose byte does not belong.
fn end_of(bytes: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[at..]
        .iter()
        .position(|&byte| !belongs(byte))
        .map_or(bytes.len(), |length| at + length)
}

/// The offset behind the string or block string that opens at `at`.
fn end_of_string(bytes: &[u8], at: usize) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    let mut rest = at;
    if bytes[at..].starts_with(BLOCK) {
        rest += BLOCK.len();
        loop {
            match bytes.get(rest)? {
                b'"' if bytes[rest..].starts_with(BLOCK) => return Some(rest + BLOCK.len()),
                b'\\' if bytes[rest + 1..].starts_with(BLOCK) => rest += 1 + BLOCK.len(),
                _ => rest += 1,
            }
        }
    }
    rest += 1;
    loop {
        match bytes.get(rest)? {
            b'"' => return Some(rest + 1),
            b'\r' | b'\n' => return None,
            // A line break cannot be escaped, so it must be seen.
            b'\\' if !matches!(bytes.get(rest + 1), Some(b'\r' | b'\n')) => rest += 2,
            _ => rest += 1,
        }
    }
}

/// Line and column, both from 1, of a byte offset; columns count characters.
fn position(document: &str, offset: usize) -> Pos {
    let before = document.get(..offset).unwrap_or(document);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Pos {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Pos;
    use proptest::prelude::*;

    use super::*;

    fn nesting(limit: usize) -> Limits {
        Limits {
            nesting: limit,
            ..Limits::default()
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let document = "{ a(b: \"{[(\", c: \"\"\"{[(\\\"\"\" {[(\"\"\", d: \"\\\"{\") } # {[(";

        assert_eq!(scan(document, &nesting(2)), Ok(()));
    }

    #[test]
    fn brackets_after_a_string_or_comment_count() {
        for start in [
            "\"\"",
            "\"\"\"\"\"\"",
            "\"\\\\\"",
            "# \"\n",
            "#\r",
            "\u{feff}",
        ] {
            assert_eq!(
                scan(&format!("{start}{{{{"), &nesting(1)).map_err(|error| error.code()),
                Err("DOCUMENT_TOO_DEEP"),
                "{start:?}"
            );
        }
    }

    #[test]
    fn a_string_without_an_end_is_refused_where_it_starts() {
        for string in [
            "\"",
            "\"a\nb\"",
            "\"\\\n\"",
            "\"\"\"",
            "\"\"\"\\\"\"\"",
            "\"\\",
        ] {
            assert_eq!(
                scan(&format!("{{\n é {string}"), &Limits::default()),
                Err(LimitError::Syntax {
                    message: "unterminated string".to_owned(),
                    at: Some(Pos { line: 2, column: 4 }),
                }),
                "{string:?}"
            );
        }
    }

    #[test]
    fn commas_and_comments_are_no_tokens() {
        let limits = Limits {
            tokens: 7,
            ..Limits::default()
        };

        assert_eq!(
            scan("{ ab, c_1 (x: -1.5e+3) # d e f", &limits),
            Err(LimitError::TooMany {
                what: Counted::Tokens,
                limit: 7,
                at: Some(Pos {
                    line: 1,
                    column: 22
                }),
            })
        );
        assert_eq!(scan("{ ab, c_1 ...x y} # d e f", &limits), Ok(()));
    }

    #[test]
    fn words_are_those_of_the_document_and_not_of_its_comments() {
        for (document, expected) in [
            ("", 0),
            (
                "query A($b: Int = -1) { c(d: $b, e: \"one and two\") ...F }",
                11,
            ),
            ("{ a } # as many words as somebody likes\n{ b }", 2),
            ("# {\r{ a } #", 1),
            ("{ a(b: \"\"\"# c\"\"\") \u{feff} }", 3),
        ] {
            assert_eq!(words(document), expected, "{document:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_scan_panic(document in any::<String>()) {
            let _ = scan(&document, &Limits::default());
            words(&document);
        }
    }
}
