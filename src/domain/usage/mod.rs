//! How much is watched: views, viewers, time, how many at once, and which seconds of an item; by hour and day, by
//! country, device and client.
//!
//! What is played waits, stretch by stretch, as [`Viewing`](super::watching::Viewing)s: those of our own reports are
//! kept in the transaction that folds the watch log, those of other players as they are sent. [`UsageCounter`] counts
//! each exactly once into days and curves, which name nobody.

mod count;
mod curve;
mod day;
mod error;
mod events;
mod packed;
mod scope;
mod service;
mod sitting;
mod store;
#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "whole seconds are exact"
)]
mod tests;
mod viewers;

pub use count::{CountRound, UsageCounter};
pub use curve::{Curve, CurvePoint, TICKS};
pub use day::{Dimension, Metric, Tally, UsageDay};
pub use error::UsageError;
pub use events::{EventProblem, MOST_EVENTS, PlayerEvent};
pub use packed::{day_number, day_of_number, pack_viewings, unpack_viewings};
pub use scope::Scope;
pub use service::{By, Point, Range, Retention, Share, Summary, TopTitle, UsageService};
pub use sitting::Sitting;
pub use store::{Counted, DaySum, UsageStore, WaitingBatch};
pub use viewers::Viewers;
