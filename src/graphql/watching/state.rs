//! How a profile stands with a film or an episode.

use async_graphql::{Context, ID, SimpleObject};

use crate::domain::ids::ProfileId;
use crate::domain::watching::{self, WatchedItem};
use crate::graphql::catalog::playables;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::scalars::DateTime;

/// How a profile stands with a film or an episode.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct WatchState {
    /// The global id, which `node` takes: opaque text that stays the same.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// Where to resume, in seconds from the start; 0 if there is nothing to resume.
    position: f64,
    /// How far that is, 0 to 100; 100 if it was watched and there is nothing to resume, 0 if nobody knows how long it is.
    percent: f64,
    /// Whether it was ever watched to the end, here or by what `setWatched` said.
    watched: bool,
    /// How often it was watched, begun or finished: its plays, and what `setWatched` said.
    plays: u32,
    /// How often it was watched to the end.
    completions: u32,
    /// The seconds really played, over all plays: each second counts once per play.
    seconds_watched: f64,
    /// When it was last played, or watched elsewhere; null if never, or if nobody knows when.
    last_played_at: Option<DateTime>,
}

impl WatchState {
    /// How the viewer's profile stands with an item: as if it was never played, if it never was or nobody is logged in.
    pub(crate) async fn load(ctx: &Context<'_>, item: WatchedItem) -> Result<Self> {
        let profile = ctx.viewer().profile();
        if profile.is_none() {
            return Ok(Self::nothing(profile, item));
        }
        let state = ctx.personal().states.find(item).await?;
        Ok(state.map_or_else(|| Self::nothing(profile, item), |state| Self::from(&*state)))
    }

    /// How a profile, or nobody, stands with an item, if that is who asks and they may see the item.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        profile: Option<ProfileId>,
        item: WatchedItem,
    ) -> Result<Option<Self>> {
        let is_own = profile == ctx.viewer().profile();
        let is_there = is_own && !playables(ctx, std::iter::once(item)).await?.is_empty();
        if !is_there {
            return Ok(None);
        }
        Self::load(ctx, item).await.map(Some)
    }

    /// Of what was never played.
    pub(crate) fn nothing(profile: Option<ProfileId>, item: WatchedItem) -> Self {
        Self {
            id: GlobalId::WatchState(profile, item).encode(),
            position: 0.0,
            percent: 0.0,
            watched: false,
            plays: 0,
            completions: 0,
            seconds_watched: 0.0,
            last_played_at: None,
        }
    }
}

impl From<&watching::WatchState> for WatchState {
    fn from(state: &watching::WatchState) -> Self {
        let (plays, completions) = state.times();
        Self {
            id: GlobalId::WatchState(Some(state.profile), state.item).encode(),
            position: state.position,
            percent: state.percent,
            watched: state.watched,
            plays,
            completions,
            seconds_watched: state.seconds,
            last_played_at: state.last_watched_at().map(Into::into),
        }
    }
}
