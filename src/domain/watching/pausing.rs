//! Reports of a profile whose history is paused: they are answered, and leave nothing. What was played before the pause
//! and goes on after it has a gap there.

use super::error::WatchError;
use super::ledger::Ledger;
use super::playback_event::PlaybackEvent;
use super::service::{Reported, WatchService};
use super::touched::PlayRef;
use super::types::{Report, WatchState};
use crate::domain::viewer::HistoryPause;

impl Report {
    /// The report as it counts if a pause may lie before it: the first one of a play after a pause says where the viewer
    /// is, and not that anything was played since the one before.
    pub(super) fn after_pause(
        &self,
        pause: Option<HistoryPause>,
        play_ref: &PlayRef,
        ledger: &Ledger,
    ) -> Self {
        let before = ledger.plays.get(play_ref.play_key());
        let is_first = before
            .zip(pause)
            .is_some_and(|(play, pause)| pause.is_between(play.last_at, self.at));
        if is_first && !self.event.is_jump() {
            Self {
                event: PlaybackEvent::Seek,
                ..*self
            }
        } else {
            *self
        }
    }
}

impl WatchService {
    /// The answer to a report that is not recorded: how the profile stands with the item without it.
    pub(super) async fn not_recorded(&self, play_ref: &PlayRef) -> Result<Reported, WatchError> {
        let history = &self.ports.history;
        let states = history.states(play_ref.profile, &[play_ref.item]).await?;
        let untouched = || WatchState::new(play_ref, WatchState::NEVER, self.now());
        Ok(Reported {
            state: states.into_iter().next().unwrap_or_else(untouched),
            completed_now: false,
            recorded: false,
        })
    }
}
