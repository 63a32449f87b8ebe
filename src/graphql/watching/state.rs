//! How a profile stands with a film or an episode.

use async_graphql::{Context, SimpleObject};

use crate::domain::watching::{self, WatchedItem};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::scalars::DateTime;

/// How a profile stands with a film or an episode.
#[derive(SimpleObject, Debug, Clone, Default)]
pub(crate) struct WatchState {
    /// Where to resume, in seconds from the start; 0 if there is nothing to resume.
    position: f64,
    /// How far that is, 0 to 100; 100 if it was watched and there is nothing to resume, 0 if nobody knows how long it is.
    percent: f64,
    /// Whether it was ever watched to the end.
    watched: bool,
    /// How many plays of it there were.
    plays: u32,
    /// How many plays got to the end.
    completions: u32,
    /// The seconds really played, over all plays: each second counts once per play.
    seconds_watched: f64,
    /// When it was last played; null if never.
    last_played_at: Option<DateTime>,
}

impl WatchState {
    /// How the viewer's profile stands with an item: as if it was never played, if it never was or nobody is logged in.
    pub(crate) async fn load(ctx: &Context<'_>, item: WatchedItem) -> Result<Self> {
        if ctx.viewer().profile().is_none() {
            return Ok(Self::default());
        }
        let state = ctx.personal().states.find(item).await?;
        Ok(state.map(|state| Self::from(&*state)).unwrap_or_default())
    }
}

impl From<&watching::WatchState> for WatchState {
    fn from(state: &watching::WatchState) -> Self {
        Self {
            position: state.position,
            percent: state.percent,
            watched: state.watched,
            plays: state.plays,
            completions: state.completions,
            seconds_watched: state.seconds,
            last_played_at: Some(state.last_played_at.into()),
        }
    }
}
