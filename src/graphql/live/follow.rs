//! How a subscription follows a topic.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use futures::future::BoxFuture;

use super::leaving::Leaving;
use super::standing::{Over, Standing};
use crate::domain::listeners::{Listener, News, Topic};
use crate::domain::viewer::{KnownViewer, Viewer};
use crate::graphql::context::{Caller, ContextExt, Renewal, Services};
use crate::graphql::error::{ApiError, Result};

/// A topic, and whoever follows it.
pub(super) struct Follow {
    follower: Follower,
    listener: Listener,
    /// How long it waits for what comes close behind.
    pace: Duration,
}

/// Somebody who is told something as long as they are who they were.
pub(super) struct Follower {
    services: Arc<Services>,
    viewer: Viewer,
    renewal: Renewal,
    /// Comes back when the viewer is no longer who they are.
    over: BoxFuture<'static, Over>,
    leaving: Leaving,
    has_ended: bool,
}

impl Follow {
    /// Follows a topic from now on, as whoever asks.
    pub(super) async fn begin(ctx: &Context<'_>, topic: Topic, pace: Duration) -> Self {
        let follower = Follower::of_request(ctx);
        Self {
            listener: follower.services.events.listen(topic).await,
            follower,
            pace,
        }
    }

    /// What the schema stands on.
    pub(super) fn services(&self) -> &Services {
        self.follower.services()
    }

    /// Who follows the topic.
    pub(super) fn viewer(&self) -> &Viewer {
        &self.follower.viewer
    }

    /// The next news, for a viewer who is still who they were; what the payload reads from now on is of this moment. None
    /// after an error, and when nobody wants any.
    pub(super) async fn next(&mut self) -> Option<Result<News>> {
        let news = self.follower.wait_for(self.listener.next()).await?;
        Some(match news {
            Ok(news) => self.gather(news).await,
            Err(error) => Err(error),
        })
    }

    /// Adds what comes close behind, and makes sure that the viewer may be told.
    async fn gather(&mut self, mut news: News) -> Result<News> {
        tokio::time::sleep(self.pace).await;
        if let Some(more) = self.listener.take() {
            news.has_more |= more.has_more;
            news.add(more.items);
        }
        self.renew().await?;
        Ok(news)
    }

    /// Makes sure that the viewer may be told still; what the payload reads from now on is of this moment.
    pub(super) async fn renew(&mut self) -> Result<()> {
        self.follower.renew().await
    }
}

impl Follower {
    /// Whoever asks, as they are now.
    pub(super) fn of_request(ctx: &Context<'_>) -> Self {
        Self {
            services: Arc::clone(ctx.data_unchecked::<Arc<Services>>()),
            viewer: ctx.viewer(),
            renewal: ctx.data_unchecked::<Caller>().renewal(),
            over: Standing::of_request(ctx).over(),
            leaving: Leaving::of_request(ctx),
            has_ended: false,
        }
    }

    /// What the schema stands on.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// Waits for something, which is dropped if the viewer is no longer who they were, or leaves: so it must read nothing.
    /// None after an error, and when nobody wants any.
    pub(super) async fn wait_for<T>(
        &mut self,
        coming: impl Future<Output = T>,
    ) -> Option<Result<T>> {
        if self.has_ended {
            return None;
        }
        tokio::select! {
            biased;
            () = self.leaving.told() => {
                self.has_ended = true;
                None
            }
            over = &mut self.over => {
                self.has_ended = true;
                Some(Err(refused(over)))
            }
            come = coming => Some(Ok(come)),
        }
    }

    /// Makes sure that the viewer may be told still; what the payload reads from now on is of this moment.
    pub(super) async fn renew(&mut self) -> Result<()> {
        if let Some(viewer) = self.viewer.known().copied()
            && let Err(error) = check(&self.services, &viewer).await
        {
            self.has_ended = true;
            return Err(error);
        }
        self.renewal.go_on_as(self.viewer);
        Ok(())
    }
}

async fn check(services: &Services, viewer: &KnownViewer) -> Result<()> {
    match Over::find(&services.accounts, viewer).await? {
        None => Ok(()),
        Some(over) => Err(refused(over)),
    }
}

fn refused(over: Over) -> ApiError {
    match over {
        Over::Ended => ApiError::logged_out(),
        Over::Changed => ApiError::changed(),
    }
}
