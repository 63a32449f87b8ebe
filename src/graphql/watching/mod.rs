//! Watching: reporting it, resuming it, looking back at it.

mod event;
mod mutation;
mod profile;
mod state;

pub(crate) use event::WatchEvent;
pub(crate) use mutation::{ReportPlaybackPayload, WatchingMutation};
pub(crate) use profile::ProfileWatching;
pub(crate) use state::WatchState;
