//! Reports of a profile whose history is paused: they are answered, and leave nothing. What was played before the pause
//! and goes on after it has a gap there.

use super::error::WatchError;
use super::service::{Reported, WatchService};
use super::touched::PlayRef;
use super::types::WatchState;

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
