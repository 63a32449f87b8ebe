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
        let leaving = ctx.data_opt::<Leaving>().cloned();
        let revoked = stream::once(async move { Ok(SessionRevoked { reason: over.await }) });
        let left = async move {
            match leaving {
                Some(mut leaving) => leaving.told().await,
                None => std::future::pending().await,
            }
        };
        Ok(revoked.take_until(left).boxed())
    }
}

/// That a connection is no longer who it was.
#[derive(SimpleObject)]
pub(crate) struct SessionRevoked {
    /// Whether it ended, or goes on as somebody else.
    reason: Over,
}
