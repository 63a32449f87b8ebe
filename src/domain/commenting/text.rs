//! What a comment may say: plain text, in the composed spelling.

use super::error::CommentError;
use super::limits::{MAX_BODY, MOST_LINKS};
use crate::domain::text::{compose, is_turning, is_unseen};

/// What addresses begin with that say how to get there.
const SCHEMES: [&str; 2] = ["http://", "https://"];
/// What addresses begin with that leave that out.
const BARE: &str = "www.";

/// A text as it is kept: in the composed spelling, lines ended by `\n`, without white space at its ends.
pub(super) fn check_body(body: &str) -> Result<String, CommentError> {
    let body = compose(&body.replace("\r\n", "\n").replace('\r', "\n"));
    let body = body.trim();
    if body.chars().all(is_unseen) {
        return Err(CommentError::Blank);
    }
    if body.chars().count() > MAX_BODY {
        return Err(CommentError::TooLong);
    }
    if let Some(character) = body.chars().find(|it| is_refused(*it)) {
        return Err(CommentError::BadCharacter(character));
    }
    if links(body) > MOST_LINKS {
        return Err(CommentError::TooManyLinks);
    }
    Ok(body.to_owned())
}

/// What a reader sees of a text, to compare it: words, without what stands unseen in them.
pub(super) fn seen(body: &str) -> String {
    let shown = |c: &char| c.is_whitespace() || !is_unseen(*c);
    let shown: String = body.chars().filter(shown).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters but for ends of lines and tabs, and those that turn the direction of what follows.
fn is_refused(character: char) -> bool {
    is_turning(character) || character.is_control() && !matches!(character, '\n' | '\t')
}

/// How many links there are, also where nothing stands between them.
fn links(body: &str) -> usize {
    let body = body.to_lowercase();
    let schemes = SCHEMES.iter().map(|scheme| body.matches(scheme).count());
    let bare = body.match_indices(BARE).filter(|(at, _)| {
        let (before, rest) = body.split_at(*at);
        let name = rest[BARE.len()..].chars().next();
        !before.ends_with("://") && name.is_some_and(char::is_alphanumeric)
    });
    schemes.sum::<usize>() + bare.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Coded, ErrorCode};

    #[test]
    fn a_text_is_kept_composed_and_trimmed() {
        let kept = check_body("  Ame\u{301}lie\r\nis <b>fine</b> \r ").unwrap();

        assert_eq!(kept, "Am\u{e9}lie\nis <b>fine</b>");
    }

    #[test]
    fn texts_that_look_the_same_are_the_same() {
        for same in [
            "so it\u{200b} is",
            " so  it is\u{fe0f}",
            "so\nit is \u{2060}",
        ] {
            assert_eq!(seen(same), "so it is");
        }
        assert_ne!(seen("soit is"), "so it is");
    }

    #[test]
    fn what_cannot_be_shown_as_it_is_written_is_refused() {
        let long = "x".repeat(MAX_BODY + 1);
        for (body, code) in [
            ("", ErrorCode::Blank),
            (" \u{200b}\n", ErrorCode::Blank),
            ("\u{3164}", ErrorCode::Blank),
            ("\u{2800} \u{fe0f}", ErrorCode::Blank),
            (long.as_str(), ErrorCode::TooLong),
            ("a \u{7} bell", ErrorCode::Invalid),
            ("turned \u{202e}round", ErrorCode::Invalid),
            (
                "http://a.example HTTPS://b.example (www.c.example)",
                ErrorCode::Invalid,
            ),
            ("http://a.xhttp://b.xhttps://c.x", ErrorCode::Invalid),
            ("www.a.x,www.b.x,http://c.x", ErrorCode::Invalid),
        ] {
            let refused = check_body(body).unwrap_err();
            assert_eq!((refused.code(), refused.field()), (code, Some("body")));
        }
        assert!(check_body(&"\u{1f600}".repeat(MAX_BODY)).is_ok());
        assert!(check_body("http://www.a.example and www.b.example").is_ok());
        assert!(check_body("Awww. Awww. Awww.").is_ok());
    }
}
