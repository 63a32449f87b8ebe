//! Whether whoever stays connected is still who they were when they came.

use std::time::Duration;

use async_graphql::{Context, Enum};
use futures::future::{self, BoxFuture, FutureExt, Shared};
use tracing::Instrument;

use crate::domain::accounts::{AccountError, AccountService};
use crate::domain::error::StoreError;
use crate::domain::viewer::{KnownViewer, Login, Viewer};
use crate::graphql::context::ContextExt;

/// How often it is asked although nobody told of a change: an event may be lost, and what ends by its time tells nobody.
const LOOK: Duration = Duration::from_secs(30);
/// How many milliseconds more it is for some than for others: after a restart all come back at once.
const SPREAD: u64 = 10_000;

/// Whoever stays, and what tells when they are no longer who they were: once for all that they are subscribed to over a
/// connection. Part of the data of the requests there.
#[derive(Clone)]
pub struct Standing {
    viewer: Viewer,
    over: Shared<BoxFuture<'static, Over>>,
}

/// Why somebody is no longer who they were.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "SessionRevocation")]
pub enum Over {
    /// What they proved themselves with proves nothing any more: they logged out, here or from elsewhere, the password was
    /// changed, the key was revoked or its time is over, the account is disabled or deleted. Log in again.
    Ended,
    /// It goes on as somebody else: with another profile, another age or language of the profile, or another role. Connect
    /// and subscribe again.
    Changed,
}

impl Standing {
    /// Of somebody who comes.
    pub fn of(accounts: &AccountService, viewer: Viewer) -> Self {
        let over: BoxFuture<'static, Over> = match viewer {
            Viewer::Anonymous => future::pending().boxed(),
            Viewer::Known(viewer) => {
                let accounts = accounts.clone();
                async move { until_over(&accounts, &viewer).await }.boxed()
            }
        };
        Self {
            viewer,
            over: over.shared(),
        }
    }

    /// That of the connection by which a request came, if it stays for more than this request.
    pub(super) fn of_request(ctx: &Context<'_>) -> Self {
        match ctx.data_opt::<Self>() {
            Some(standing) => standing.clone(),
            None => Self::of(&ctx.services().accounts, ctx.viewer()),
        }
    }

    /// Who they were when they came.
    pub fn viewer(&self) -> Viewer {
        self.viewer
    }

    /// The session or key that they came with; none: nobody is logged in.
    pub fn login(&self) -> Option<String> {
        let viewer = self.viewer.known()?;
        Some(match viewer.login {
            Login::Session(session) => format!("session {session}"),
            Login::ApiKey { id, .. } => format!("key {id}"),
        })
    }

    /// Comes back when they are no longer who they were.
    pub fn over(&self) -> BoxFuture<'static, Over> {
        self.over.clone().boxed()
    }
}

impl Over {
    /// Whether it is over with a viewer; none: they are who they were.
    pub(super) async fn find(
        accounts: &AccountService,
        viewer: &KnownViewer,
    ) -> Result<Option<Self>, AccountError> {
        // In a task of its own: whoever waits for this may go.
        let (accounts, asked) = (accounts.clone(), *viewer);
        let task = tokio::spawn(async move { accounts.still(&asked).await }.in_current_span());
        let still = task
            .await
            .map_err(|panic| AccountError::Store(StoreError::failed(panic)))?;
        // Who plays without being remembered for a while is nobody else.
        let as_before = |now| KnownViewer {
            pause: viewer.pause,
            ..now
        };
        Ok(match still?.map(as_before) {
            None => Some(Self::Ended),
            Some(now) if now == *viewer => None,
            Some(_) => Some(Self::Changed),
        })
    }
}

/// Comes back when a viewer is no longer who they were: at once, on whatever server that was done.
async fn until_over(accounts: &AccountService, viewer: &KnownViewer) -> Over {
    let look = LOOK + Duration::from_millis(viewer.user.0 % SPREAD);
    let mut account = accounts.listen(viewer.user).await;
    loop {
        match Over::find(accounts, viewer).await {
            Ok(Some(over)) => return over,
            Ok(None) => {}
            // Nothing is told meanwhile: each payload asks for itself.
            Err(error) => tracing::debug!(
                error = &error as &dyn std::error::Error,
                "It is not known whether a session goes on"
            ),
        }
        tokio::select! {
            _ = account.next() => {}
            () = tokio::time::sleep(look) => {}
        }
    }
}
