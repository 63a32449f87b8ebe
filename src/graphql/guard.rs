//! Who may try. What exactly somebody may do, the services say.

use async_graphql::{Context, Guard};

use super::context::ContextExt;

/// Lets viewers pass who are logged in; the others get `UNAUTHENTICATED`.
pub(crate) struct SignedIn;

impl Guard for SignedIn {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        ctx.known_viewer()?;
        Ok(())
    }
}
