//! The subscription `watchStateChanged`: going on where another device stopped.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use async_graphql::{Context, Object, Subscription};
use futures::stream::{self, BoxStream, StreamExt};

use super::follow::Follow;
use crate::domain::listeners::{News, Topic};
use crate::domain::viewer::Viewer;
use crate::domain::watching::WatchedItem;
use crate::graphql::catalog::{Playable, Series, Title, playables};
use crate::graphql::context::{ContextExt, Services};
use crate::graphql::error::Result;
use crate::graphql::guard::SignedIn;
use crate::graphql::watching::WatchState;

/// What comes within this time is told once.
const PACE: Duration = Duration::from_millis(200);
/// What waits longer than this, because a client is slow to read, is looked at anew before it is told.
const FRESH: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct StateSubscription;

#[Subscription]
impl StateSubscription {
    /// How the viewer's profile stands with a film or an episode, each time that it changes: another device reported,
    /// something was said by hand or deleted, or this device did so itself. Each payload has the state as it is when it
    /// is told; what changes several times within a fifth of a second is told once. Ends with `UNAUTHENTICATED` when the
    /// session ends. When it goes on as another profile, a stream of events ends with `EXPIRED`, and a WebSocket is
    /// closed, so that clients connect and subscribe again. For whoever is logged in.
    #[graphql(guard = "SignedIn")]
    async fn watch_state_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<BoxStream<'static, Result<WatchStateChange>>> {
        let profile = ctx.known_viewer()?.profile;
        let follow = Follow::begin(ctx, Topic::States(profile), PACE).await;
        let waiting = Waiting {
            follow,
            changes: VecDeque::new(),
            read_at: Instant::now(),
        };
        let changes = stream::unfold(waiting, |mut waiting| async move {
            let change = waiting.next().await.transpose()?;
            Some((change, waiting))
        });
        Ok(changes.boxed())
    }
}

/// Changes that are told one after the other.
struct Waiting {
    follow: Follow,
    changes: VecDeque<WatchStateChange>,
    /// When the states were read.
    read_at: Instant,
}

impl Waiting {
    /// The next one; none: nobody wants any.
    async fn next(&mut self) -> Result<Option<WatchStateChange>> {
        if !self.changes.is_empty() && self.read_at.elapsed() > FRESH {
            self.follow.renew().await?;
            let mut news = News::default();
            for change in self.changes.drain(..) {
                match change.state {
                    Some((item, _)) => news.add(item.id()),
                    None => news.has_more = true,
                }
            }
            self.read(&news).await?;
        }
        while self.changes.is_empty() {
            let Some(news) = self.follow.next().await else {
                return Ok(None);
            };
            self.read(&news?).await?;
        }
        Ok(self.changes.pop_front())
    }

    async fn read(&mut self, news: &News) -> Result<()> {
        self.read_at = Instant::now();
        let changes = states(self.follow.services(), self.follow.viewer(), news).await?;
        self.changes.extend(changes);
        Ok(())
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
        // Of what was deleted there is no state any more.
        let (mut films, mut episodes) = (Vec::new(), Vec::new());
        for item in items {
            if states.iter().any(|state| state.item == item) {
                continue;
            }
            match item {
                WatchedItem::Film(id) => films.push(id),
                WatchedItem::Episode(id) => episodes.push(id),
                WatchedItem::Series(_) => {}
            }
        }
        let titles = states.iter().map(|state| state.title);
        let titles = titles.chain(films.iter().copied());
        let seen = services.catalog.visible_titles(&visibility, titles).await?;
        let episodes = services.catalog.episodes(&visibility, &episodes).await?;
        let films = films.into_iter().filter(|id| seen.contains(id));
        let episodes = episodes.iter().map(|it| WatchedItem::Episode(it.id));
        let deleted = films.map(WatchedItem::Film).chain(episodes);
        let deleted = deleted.map(|item| (item, WatchState::nothing(Some(profile), item)));
        let states = states.iter().filter(|state| seen.contains(&state.title));
        let states = states.map(|state| (state.item, WatchState::from(state)));
        let states = states.chain(deleted).map(Some);
        changes.extend(states.map(|state| WatchStateChange { state }));
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

    /// The series that it is an episode of: its `progress`, that of its seasons and its `nextUp` may have changed with it.
    /// Null for a film, and where `item` is.
    async fn series(&self, ctx: &Context<'_>) -> Result<Option<Series>> {
        let Some((WatchedItem::Episode(id), _)) = self.state else {
            return Ok(None);
        };
        let loaders = ctx.personal();
        let Some(episode) = loaders.episodes.find(id).await? else {
            return Ok(None);
        };
        let title = loaders.titles.find(episode.series).await?;
        Ok(title.map(Title::one).and_then(Title::into_series))
    }

    /// How the profile stands with it now; null where `item` is.
    async fn state(&self) -> Option<&WatchState> {
        self.state.as_ref().map(|(_, state)| state)
    }
}
