//! The `SIMILAR` edges: what speaks for each title, and what its page lists, from who watched what and from the
//! metadata. How they are computed and why stands in `formula.md` beside the parent module.
//!
//! [`histories`] has who watched what, [`common`] what titles share, [`together`] counts what was watched by the
//! viewers of one, [`candidates`] finds what is worth an edge, [`rows`] counts pairs, [`mod@solve`] weighs them. Sparse
//! all the way: the work grows with the watches of each viewer, never with the square of the titles.

mod candidates;
mod common;
mod histories;
mod rows;
mod solve;
mod together;

pub(super) use common::{PRIOR_WATCHERS, Weights};
pub use histories::{Histories, MAX_HISTORY};
pub(super) use rows::{LEAST_COUNTS, ROOM};
pub use solve::{EDGES, Ridge, solve, solve_all};
pub(super) use solve::{FOR_VIEWERS, KNOWN_TITLE, ON_PAGES, ON_UNKNOWN_PAGES, PAGE_DAMPING};
pub(super) use together::NEXT;

#[cfg(test)]
mod tests;
