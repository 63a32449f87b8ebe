//! The subscription `watchStateChanged`: going on where another device stopped.

use std::collections::VecDeque;
use std::time::Duration;

use async_graphql::{Context, Object, Subscription};
use futures::stream::{self, BoxStream, StreamExt};

use super::follow::Follow;
use crate::domain::listeners::{News, Topic};
use crate::domain::viewer::Viewer;
use crate::domain::watching::WatchedItem;
use crate::graphql::catalog::{Playable, playables};
use crate::graphql::context::{ContextExt, Services};
use crate::graphql::error::Result;
use crate::graphql::guard::SignedIn;
use crate::graphql::watching::WatchState;

/// What comes within this time is told once.
const PACE: Duration = Duration::from_millis(200);

#[derive(Default)]
pub(crate) struct StateSubscription;

#[Subscription]
impl StateSubscription {
    /// How the viewer's profile stands with a film or an episode, each time that it changes: another device reported,
    /// something was said by hand, or this device did so itself. Each payload has the state as it is when it is told;
    /// what changes several times within a fifth of a second is told once. Ends with `UNAUTHENTICATED` when the session
    /// ends, and with `EXPIRED` when it goes on as another profile. For whoever is logged in.
    #[graphql(guard = "SignedIn")]
    async fn watch_state_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<BoxStream<'static, Result<WatchStateChange>>> {
        let profile = ctx.known_viewer()?.profile;
        let follow = Follow::begin(ctx, Topic::States(profile), PACE).await;
        let changes = stream::unfold(
            (follow, VecDeque::new()),
            |(mut follow, mut waiting)| async move {
                while waiting.is_empty() {
                    let changes = match follow.next().await? {
                        Ok(news) => states(follow.services(), follow.viewer(), &news).await,
                        Err(error) => Err(error),
                    };
                    match changes {
                        Ok(changes) => waiting.extend(changes),
                        Err(error) => return Some((Err(error), (follow, waiting))),
                    }
                }
                let change = waiting.pop_front()?;
                Some((Ok(change), (follow, waiting)))
            },
        );
        Ok(changes.boxed())
    }
}

/// What is told of news: the states of what the viewer may see.
async fn states(
    services: &Services,
    viewer: &Viewer,
    news: &News,
) -> Result<Vec<WatchStateChange>> {
    let mut changes = Vec::new();
    if let (Some(profile), false) = (viewer.profile(), news.items.is_empty()) {
        let items = news.items.iter().copied().map(WatchedItem::of_id);
        let items: Vec<WatchedItem> = items.collect();
        let states = services.watching.states(profile, &items).await?;
        let visibility = services.visibility.of(viewer, services.clock.now());
        let titles = states.iter().map(|state| state.title);
        let seen = services.catalog.visible_titles(&visibility, titles).await?;
        let seen = states.iter().filter(|state| seen.contains(&state.title));
        changes.extend(seen.map(|state| WatchStateChange {
            state: Some((state.item, WatchState::from(state))),
        }));
    }
    if news.has_more {
        changes.push(WatchStateChange { state: None });
    }
    Ok(changes)
}

/// That the viewer's profile stands otherwise with something than before.
pub(crate) struct WatchStateChange {
    state: Option<(WatchedItem, WatchState)>,
}

/// That the viewer's profile stands otherwise with something than before.
#[Object]
impl WatchStateChange {
    /// The film or episode; null if more may have changed than is told, because there was too much of it or the site
    /// lost count: read again what is shown.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Playable>> {
        let item = self.state.iter().map(|(item, _)| *item);
        Ok(playables(ctx, item).await?.into_values().next())
    }

    /// How the profile stands with it now; null where `item` is.
    async fn state(&self) -> Option<&WatchState> {
        self.state.as_ref().map(|(_, state)| state)
    }
}
