//! Whether whoever stays connected is still who they were when they came.

use std::time::Duration;

use async_graphql::Enum;
use tracing::Instrument;

use crate::domain::accounts::{AccountError, AccountService};
use crate::domain::error::StoreError;
use crate::domain::listeners::Listener;
use crate::domain::viewer::KnownViewer;

/// How often it is asked although nobody told of a change: an event may be lost, and what ends by its time tells nobody.
const LOOK: Duration = Duration::from_secs(30);

/// Why somebody is no longer who they were.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "SessionRevocation")]
pub enum Over {
    /// What they proved themselves with proves nothing any more: they logged out, here or from elsewhere, the password was
    /// changed, the key was revoked or its time is over, the account is disabled or deleted. Log in again.
    Ended,
    /// It goes on as somebody else: with another profile, another age of the profile or another role. Connect and
    /// subscribe again.
    Changed,
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
        Ok(match still? {
            None => Some(Self::Ended),
            Some(now) if now == *viewer => None,
            Some(_) => Some(Self::Changed),
        })
    }
}

/// Comes back when a viewer is no longer who they were: at once, on whatever server that was done.
pub async fn until_over(accounts: &AccountService, viewer: &KnownViewer) -> Over {
    let account = accounts.listen(viewer.user).await;
    until_told(account, accounts, viewer).await
}

/// The same, by whoever listens to the account already.
pub(super) async fn until_told(
    mut account: Listener,
    accounts: &AccountService,
    viewer: &KnownViewer,
) -> Over {
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
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
