//! Looking at a load while it goes on.

use super::summary::LoadSummary;

/// Follows a load as it goes on.
pub trait LoadWatch: Send + Sync {
    /// Told before each batch is written, and when the load is over or broke off, what has become of the records so far.
    fn follow(&self, so_far: &LoadSummary);

    /// Whether the load is to stop; asked before each batch is written.
    fn stops(&self) -> bool;
}

/// What follows a load that nobody looks at and nobody stops.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl LoadWatch for Unwatched {
    fn follow(&self, _so_far: &LoadSummary) {}

    fn stops(&self) -> bool {
        false
    }
}
