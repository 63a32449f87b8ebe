//! What films and episodes are played from.

mod mutation;
mod playback;

pub(crate) use mutation::{SetVideosPayload, VideoMutation};
pub(crate) use playback::{Playback, PlaybackRequest, playback_of};
