//! Names that people give to their profiles and keys.

use crate::domain::error::{Bounds, Coded, ErrorCode};
use crate::domain::text::tidy;

/// The most characters of a name.
pub(super) const MAX_NAME: usize = 50;

/// A name, tidied: not empty, not too long.
pub(super) fn check_name(name: &str) -> Result<String, NameError> {
    let name = tidy(name);
    match name.chars().count() {
        0 => Err(NameError::Blank),
        length if length > MAX_NAME => Err(NameError::TooLong),
        _ => Ok(name),
    }
}

/// What can be wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name is needed")]
    Blank,
    /// It is too long.
    #[error("a name may have at most {MAX_NAME} characters")]
    TooLong,
}

impl Coded for NameError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Blank => ErrorCode::Blank,
            Self::TooLong => ErrorCode::TooLong,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Blank | Self::TooLong => Some("name"),
        }
    }

    fn bounds(&self) -> Bounds {
        match self {
            Self::Blank | Self::TooLong => Bounds::between(1, MAX_NAME),
        }
    }
}
