//! Watching: reporting it, resuming it, looking back at it, and saying what to make of it.

mod aside;
mod batch;
mod delete;
mod edit;
mod hidden;
mod mutation;
mod mute;
mod play;
mod profile;
mod rate;
mod report;
mod set_watched;
mod state;
mod watchlist;
mod whose;

pub(crate) use aside::{AsideMutation, HideFromNextUpPayload, RemoveFromContinueWatchingPayload};
pub(crate) use batch::{BatchMutation, ReportPlaybackBatchPayload};
pub(crate) use delete::{DeleteHistoryPayload, HistoryMutation};
pub(crate) use edit::{EditPlayPayload, PlayMutation};
pub(crate) use hidden::{HideTitlePayload, HidingMutation, ProfileHidden, viewer_hidden};
pub(crate) use mutation::{ReportPlaybackPayload, WatchingMutation};
pub(crate) use mute::{MuteTastePayload, MutingMutation, ProfileMutes, TasteSource, viewer_muted};
pub(crate) use play::Play;
pub(crate) use profile::ProfileWatching;
pub(crate) use rate::{RateTitlePayload, RatingMutation, viewer_liked};
pub(crate) use set_watched::{SetWatchedPayload, WatchedMutation};
pub(crate) use state::WatchState;
pub(crate) use watchlist::{
    ProfileWatchlist, SetWatchlistedPayload, WatchlistMutation, in_watchlist,
};
