//! Taking things off the lists that go on: what can be resumed, and what comes next.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};

use super::whose::whose;
use crate::domain::watching::{self, WatchError};
use crate::graphql::accounts::Profile;
use crate::graphql::catalog::{Playable, Series, Title, playables};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::MayWatch;
use crate::graphql::user_error::UserError;

/// Taking things off the lists that go on.
#[derive(Default)]
pub(crate) struct AsideMutation;

/// Taking things off the lists that go on.
#[Object]
impl AsideMutation {
    /// Takes a film or an episode off `continueWatching` of the viewer's profile, or puts it back. Where to resume stays
    /// in its `watchState`, and playing it on puts it back as well. What cannot be resumed stays as it is. Repeating it
    /// changes nothing. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn remove_from_continue_watching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The film or episode, and whether it is to be off the list.")]
        input: RemoveFromContinueWatchingInput,
    ) -> Result<RemoveFromContinueWatchingPayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let item = match GlobalId::decode(&input.item) {
            Some(GlobalId::Film(id)) => Ok(watching::WatchedItem::Film(id)),
            Some(GlobalId::Episode(id)) => Ok(watching::WatchedItem::Episode(id)),
            _ => Err(WatchError::ItemNotFound),
        };
        let done = match item {
            Ok(item) => {
                let visibility = ctx.visibility();
                let done = watching.set_item_aside(&visibility, &viewer, item, input.removed);
                done.await.map(|()| item)
            }
            Err(error) => Err(error),
        };
        let (item, user_errors) = UserError::split(done)?;
        let item = playables(ctx, item.into_iter()).await?.into_values().next();
        Ok(RemoveFromContinueWatchingPayload { item, user_errors })
    }

    /// Takes a series off `nextUp` of the viewer's profile, or puts it back. Watching something of it puts it back as
    /// well. Repeating it changes nothing. For whoever is logged in; an API key needs the scope `WATCH`.
    #[graphql(guard = "MayWatch")]
    async fn hide_from_next_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The series, and whether it is to be off the list.")]
        input: HideFromNextUpInput,
    ) -> Result<HideFromNextUpPayload> {
        let viewer = ctx.known_viewer()?;
        let watching = &ctx.services().watching;
        let done = match GlobalId::decode(&input.series) {
            Some(GlobalId::Series(id)) => {
                let visibility = ctx.visibility();
                let done = watching.set_series_aside(&visibility, &viewer, id, input.hidden);
                done.await.map(|()| id)
            }
            _ => Err(WatchError::SeriesNotFound),
        };
        let (id, user_errors) = UserError::split(done)?;
        let title = match id {
            Some(id) => ctx.personal().titles.find(id).await?,
            None => None,
        };
        let series = title.map(Title::one).and_then(Title::into_series);
        Ok(HideFromNextUpPayload {
            series,
            user_errors,
        })
    }
}

/// What is to be off the list of what can be resumed, or on it again.
#[derive(InputObject)]
struct RemoveFromContinueWatchingInput {
    /// The global id of the film or episode.
    item: ID,
    /// True: it is to be off the list; false: it is to be on it again.
    #[graphql(default = true)]
    removed: bool,
}

/// What became of the list of what can be resumed.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct RemoveFromContinueWatchingPayload {
    /// The film or episode; null if that was refused.
    item: Option<Playable>,
    /// What a person can put right: an `item` that is not there.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl RemoveFromContinueWatchingPayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}

/// Which series is to be off the list of what comes next, or on it again.
#[derive(InputObject)]
struct HideFromNextUpInput {
    /// The global id of the series.
    series: ID,
    /// True: it is to be off the list; false: it is to be on it again.
    #[graphql(default = true)]
    hidden: bool,
}

/// What became of the list of what comes next.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct HideFromNextUpPayload {
    /// The series; null if that was refused.
    series: Option<Series>,
    /// What a person can put right: a `series` that is not there.
    pub(crate) user_errors: Vec<UserError>,
}

#[ComplexObject]
impl HideFromNextUpPayload {
    /// The viewer's profile, with its lists as they are now; null if it was refused.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        whose(ctx, &self.user_errors).await
    }
}
