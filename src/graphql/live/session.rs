//! The subscription `sessionRevoked`: being told to log in again before being turned away.

use async_graphql::{Context, SimpleObject, Subscription};
use futures::stream::{self, BoxStream, StreamExt};

use super::leaving::Leaving;
use super::standing::{Over, Standing};
use crate::graphql::error::Result;
use crate::graphql::guard::SignedIn;

#[derive(Default)]
pub(crate) struct SessionSubscription;

#[Subscription]
impl SessionSubscription {
    /// That what this connection proved itself with, a session or an API key, proves nothing more, or goes on as somebody
    /// else. It is told once, at once and whatever server that was done on; then this subscription is complete, all
    /// others of the connection end, and a WebSocket is closed. For whoever is logged in.
    #[expect(
        clippy::unused_async,
        reason = "resolvers are async, also those that may fail and wait for nothing"
    )]
    #[graphql(guard = "SignedIn")]
    async fn session_revoked(
        &self,
        ctx: &Context<'_>,
    ) -> Result<BoxStream<'static, Result<SessionRevoked>>> {
        let over = Standing::of_request(ctx).over();
        let mut leaving = Leaving::of_request(ctx);
        let revoked = stream::once(async move { Ok(SessionRevoked { reason: over.await }) });
        let left = async move { leaving.told().await };
        Ok(revoked.take_until(left).boxed())
    }
}

/// That a connection is no longer who it was.
#[derive(SimpleObject)]
pub(crate) struct SessionRevoked {
    /// Whether it ended, or goes on as somebody else.
    reason: Over,
}
