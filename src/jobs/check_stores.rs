//! Looks whether the stores answer, so that whoever asks for that, and whoever needs one, knows it already.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::events::Event;
use crate::domain::pulse::Pulse;

/// How often to look: a store is found silent so much later, and its own patience.
const POLL: Duration = Duration::from_secs(1);

pub(super) struct CheckStores(pub(super) Vec<Pulse>);

impl Job for CheckStores {
    const NAME: &'static str = "check_stores";
    const WAKES: &'static [Event] = &[];
    const MAY_BREAK_OFF: bool = true;

    async fn round(&mut self) -> Round {
        for pulse in &self.0 {
            pulse.look();
            // What is late is noted when somebody looks.
            pulse.health();
        }
        Round::Due(POLL)
    }
}
