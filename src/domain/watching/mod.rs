//! What profiles watched: plays, where to resume, what to watch next, and what it all adds up to per title; and what
//! they say of it.

mod batches;
mod begun;
mod bringing;
mod deleting;
mod erase;
mod error;
mod exclusions;
mod feedback;
mod folding;
mod going_on;
mod import;
mod ledger;
mod lengths;
mod listed;
mod lists;
mod log;
mod moving;
mod moving_titles;
mod next_days;
mod next_up;
mod origin;
mod pausing;
mod playback_event;
mod rebuild;
mod rewatch;
mod rows;
mod rules;
mod sections;
mod service;
mod set_aside;
mod standing;
mod store;
mod sums;
#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "whole seconds, and sums made in the same order, are exact"
)]
mod tests;
mod title_lists;
mod together;
mod told;
mod touched;
mod types;
mod viewing;

pub use batches::{
    ListedByTitle, MeasuredByItem, MutedBySource, OwnTitles, StandingsBySeries, StatesByItem,
    ThumbsByTitle, TitlesBySet,
};
pub use bringing::Brought;
pub use deleting::{Deletable, Deleted, Gone};
pub use error::WatchError;
pub use exclusions::{Exclusions, MOST_READ, Mute, MutedSource, Tasted};
pub use feedback::MAX_MUTES;
pub use import::ImportedWatch;
pub use ledger::{Change, Ledger};
pub use lengths::{Length, LengthSource, Lengths, MeasuredLength};
pub use listed::{ListedTitle, MAX_HIDDEN, MAX_WATCHLIST, TitleList};
pub use log::{
    Appended, Batch, Cause, Draft, Entry, GoingOn, LogPorts, LogRecorder, Recorder, Replayed,
    SettledHistory, Settling, Stream, TAILS, Tail, WatchLog,
};
pub use moving::Moving;
pub use moving_titles::Way;
pub use next_up::{NextDay, Specials, next_episode};
pub use playback_event::PlaybackEvent;
pub use rebuild::{Drifted, Rebuilt};
pub use rewatch::Rewatch;
pub use rows::Rows;
pub use rules::{Progress, WatchRules};
pub use sections::{Heard, Section, Sections, Stretch};
pub use service::{PlayLimit, Recording, Reported, WatchPorts, WatchService};
pub use standing::{SeasonStanding, SeriesStanding};
pub use store::{FeedbackStore, FoldStep, HistoryStore, ProfileList, ThumbStore, WatchStore};
pub use title_lists::{OnWatchlist, WatchlistOrder, WatchlistQuery};
pub use together::{MOST_REPORTS, Reporting};
pub use told::{Said, Watchable};
pub use touched::{PlayRef, Touched};
pub use types::{Moved, Play, Report, Teller, Told, WatchState, WatchedItem, WatchedTitle};
pub use viewing::{Country, Device, Origin, Played, SittingId, Viewing};
