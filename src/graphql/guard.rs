//! Who may try. What exactly somebody may do, the services say.

use async_graphql::{Context, Guard};

use super::context::ContextExt;
use super::error::ApiError;
use crate::domain::viewer::Role;

/// Lets viewers pass who are logged in; the others get `UNAUTHENTICATED`.
pub(crate) struct SignedIn;

impl Guard for SignedIn {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        ctx.known_viewer()?;
        Ok(())
    }
}

/// Lets viewers pass who logged in on a device; an API key gets `FORBIDDEN`.
pub(crate) struct BySession;

impl Guard for BySession {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let viewer = ctx.known_viewer()?;
        match viewer.session() {
            Some(_) => Ok(()),
            None => Err(ApiError::forbidden("an API key may not do this").into()),
        }
    }
}

/// Lets viewers pass whose role is this one or a higher one; the others get `FORBIDDEN`.
pub(crate) struct RoleAtLeast(pub(crate) Role);

impl Guard for RoleAtLeast {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        if ctx.known_viewer()?.role >= self.0 {
            Ok(())
        } else {
            Err(ApiError::forbidden("you may not do this").into())
        }
    }
}

/// Lets viewers pass who may report what is watched; an API key without that scope gets `FORBIDDEN`.
pub(crate) struct MayWatch;

impl Guard for MayWatch {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        if ctx.known_viewer()?.may_watch() {
            Ok(())
        } else {
            Err(ApiError::forbidden("this key lacks the scope `WATCH`").into())
        }
    }
}
