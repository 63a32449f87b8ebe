//! Names that people give to their profiles and keys.

use crate::domain::error::{Bounds, Coded, ErrorCode};
use crate::domain::text::{compose, is_unseen, tidy};

/// The most characters of a name.
pub(super) const MAX_NAME: usize = 50;

/// A name, tidied and composed: not empty, not too long, and with nothing in it that hides. Names that were kept before
/// may have that.
pub(super) fn check_name(name: &str) -> Result<String, NameError> {
    let name = compose(&tidy(name));
    if name.chars().all(is_unseen) {
        return Err(NameError::Blank);
    }
    if name.chars().count() > MAX_NAME {
        return Err(NameError::TooLong);
    }
    match name.chars().find(|it| hides(*it)) {
        Some(character) => Err(NameError::BadCharacter(character)),
        None => Ok(name),
    }
}

/// A name from another place, without what it may not have; `None`: nothing is left.
pub(super) fn name_left(name: &str) -> Option<String> {
    let name = compose(&tidy(&tidy(name).replace(hides, "")));
    let is_seen = name.chars().any(|it| !is_unseen(it));
    is_seen.then(|| name.chars().take(MAX_NAME).collect())
}

/// Whether a character lets one name look like another, or turns what stands behind the name. What joins letters and
/// chooses their forms stays: words and emoji are made with it.
fn hides(character: char) -> bool {
    let is_of_a_word = matches!(character, ' ' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{e0020}'..='\u{e01ef}');
    is_unseen(character) && !is_of_a_word
}

/// What can be wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name is needed")]
    Blank,
    /// It is too long.
    #[error("a name may have at most {MAX_NAME} characters")]
    TooLong,
    /// A character that nobody sees, or that turns the direction of what follows.
    #[error("the character U+{:04X} may not be in a name", u32::from(*.0))]
    BadCharacter(char),
}

impl Coded for NameError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Blank => ErrorCode::Blank,
            Self::TooLong => ErrorCode::TooLong,
            Self::BadCharacter(_) => ErrorCode::Invalid,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Blank | Self::TooLong | Self::BadCharacter(_) => Some("name"),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::Blank | Self::TooLong => Bounds::between(1, MAX_NAME),
            Self::BadCharacter(_) => Bounds::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_hides_nothing() {
        assert_eq!(check_name(" Ame\u{301}lie ").unwrap(), "Am\u{e9}lie");
        for kept in ["🧑\u{200d}🚀", "می\u{200c}خواهم", "❤\u{fe0f}"] {
            assert_eq!(check_name(kept).unwrap(), kept);
        }
        for hiding in ['\u{202e}', '\u{2067}', '\u{200b}', '\u{3164}', '\u{200f}'] {
            let refused = check_name(&format!("ad{hiding}a")).unwrap_err();
            assert_eq!(refused, NameError::BadCharacter(hiding));
            assert_eq!(
                (refused.code(), refused.field()),
                (ErrorCode::Invalid, Some("name"))
            );
        }
        for blank in ["", " \u{200b}", "\u{2800}\u{fe0f}"] {
            assert_eq!(check_name(blank), Err(NameError::Blank));
        }
        assert_eq!(
            check_name(&"x".repeat(MAX_NAME + 1)),
            Err(NameError::TooLong)
        );
    }

    #[test]
    fn of_a_name_from_elsewhere_what_may_be_is_left() {
        assert_eq!(
            name_left("\u{202e}Ada \u{200b} L").as_deref(),
            Some("Ada L")
        );
        assert_eq!(name_left("\u{3164} \u{202e}"), None);
        assert_eq!(
            name_left(&"x".repeat(60)).map(|name| name.len()),
            Some(MAX_NAME)
        );
    }
}
