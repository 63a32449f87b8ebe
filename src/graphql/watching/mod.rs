//! Watching: reporting it, resuming it, looking back at it, and saying what to make of it.

mod edit;
mod event;
mod hidden;
mod mutation;
mod mute;
mod profile;
mod rate;
mod state;

pub(crate) use edit::{EditWatchEventPayload, EventMutation};
pub(crate) use event::WatchEvent;
pub(crate) use hidden::{HideTitlePayload, HidingMutation, ProfileHidden};
pub(crate) use mutation::{ReportPlaybackPayload, WatchingMutation};
pub(crate) use mute::{MuteTastePayload, MutingMutation, ProfileMutes, TasteSource};
pub(crate) use profile::ProfileWatching;
pub(crate) use rate::{RateTitlePayload, RatingMutation, viewer_liked};
pub(crate) use state::WatchState;
