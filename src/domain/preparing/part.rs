//! The parts that a film is prepared in.

use std::fmt;

/// What one worker makes at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A sound from the beginning to the end: cut sound would get gaps.
    Audio(u32),
    /// The pictures of some seconds, in all sizes.
    Piece(u32),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audio(number) => write!(f, "audio-{number}"),
            Self::Piece(number) => write!(f, "piece-{number:05}"),
        }
    }
}
