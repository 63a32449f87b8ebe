//! Connections: who may have one, for how long it may do nothing, and how they end.
//!
//! Ours instead of `axum::serve` (0.8), which waits for ever: for the rest of a header, for the next request, and for a
//! peer that does not read its answer.

mod body;
mod connections;
mod serve;
mod stopping;
mod stream;
#[cfg(test)]
mod tests;

pub use connections::{Patience, ServerLimits};
pub use serve::{serve, swapping};
pub(super) use stopping::Stopping;
