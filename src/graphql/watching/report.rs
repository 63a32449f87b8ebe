//! What a player says of a play, as inputs have it.

use async_graphql::{Context, Enum, ID};
use uuid::Uuid;

use crate::domain::error::ErrorCode;
use crate::domain::ids::PlayId;
use crate::domain::watching::{self, Report, WatchedItem};
use crate::graphql::context::ContextExt;
use crate::graphql::global_id::GlobalId;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// What happened in the player.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "watching::PlaybackEvent")]
pub(super) enum PlaybackEvent {
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

/// A report as a client sends it.
pub(super) struct SentReport<'a> {
    pub(super) item: &'a ID,
    pub(super) play: &'a ID,
    pub(super) event: PlaybackEvent,
    pub(super) position: f64,
    /// Now, if it does not say.
    pub(super) at: Option<DateTime>,
    pub(super) duration: Option<f64>,
}

impl SentReport<'_> {
    /// As the domain understands it, or all that is wrong with its form.
    pub(super) fn read(
        &self,
        ctx: &Context<'_>,
    ) -> Result<(WatchedItem, PlayId, Report), Vec<UserError>> {
        let (item, play) = match (self.item(), self.play()) {
            (Ok(item), Ok(play)) => (item, play),
            (item, play) => return Err([item.err(), play.err()].into_iter().flatten().collect()),
        };
        let report = Report {
            event: self.event.into(),
            position: self.position,
            at: self
                .at
                .map_or_else(|| ctx.services().clock.now(), |at| at.0),
            duration: self.duration,
        };
        Ok((item, play, report))
    }

    fn item(&self) -> Result<WatchedItem, UserError> {
        match GlobalId::decode(self.item) {
            Some(GlobalId::Film(id)) => Ok(WatchedItem::Film(id)),
            Some(GlobalId::Episode(id)) => Ok(WatchedItem::Episode(id)),
            _ => Err(UserError::input(
                ErrorCode::NotFound,
                "item",
                "there is no such film or episode",
            )),
        }
    }

    fn play(&self) -> Result<PlayId, UserError> {
        Uuid::try_parse(self.play)
            .map(PlayId)
            .map_err(|_| UserError::input(ErrorCode::Invalid, "play", "a play is named by a UUID"))
    }
}
