//! The subscription `recommendationsChanged`: a page of suggestions that follows what is watched.

use std::time::Duration;

use async_graphql::{Context, Object, Subscription};
use futures::stream::{self, BoxStream, StreamExt};

use super::follow::Follow;
use crate::domain::listeners::Topic;
use crate::graphql::accounts::Viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::SignedIn;

/// What comes within this time is told once; by then this server has forgotten the lists that it kept.
const PACE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct SuggestionSubscription;

#[Subscription]
impl SuggestionSubscription {
    /// That what is suggested to the viewer's profile may be another list now: its taste has changed by what it watched,
    /// rated, hid or muted, or it is known anew what is similar to what. At most once a second. The payload leads to
    /// `viewer.profile.recommendations`, which is made for that moment. Ends with `UNAUTHENTICATED` when the session
    /// ends. When it goes on as another profile, a stream of events ends with `EXPIRED`, and a WebSocket is closed, so
    /// that clients connect and subscribe again. For whoever is logged in.
    #[graphql(guard = "SignedIn")]
    async fn recommendations_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<BoxStream<'static, Result<RecommendationsChange>>> {
        let profile = ctx.known_viewer()?.profile;
        let follow = Follow::begin(ctx, Topic::Suggestions(profile), PACE).await;
        let changes = stream::unfold(follow, |mut follow| async move {
            let news = follow.next().await?;
            Some((news.map(|_| RecommendationsChange), follow))
        });
        Ok(changes.boxed())
    }
}

/// That the viewer's suggestions may be others than before.
pub(crate) struct RecommendationsChange;

/// That the viewer's suggestions may be others than before.
#[Object]
impl RecommendationsChange {
    /// The account and the profile that the suggestions are for.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        Viewer::load(ctx, ctx.known_viewer()?).await
    }
}
