//! What a player reports.

use serde::{Deserialize, Serialize};

/// What happened in the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaybackEvent {
    /// Playing began, or began anew, at the position.
    Start,
    /// Playing has gone on to the position.
    Progress,
    /// The viewer jumped to the position.
    Seek,
    /// Playing has gone on to the position and stands still.
    Pause,
    /// Playing has gone on to the position and is over.
    Stop,
}
