//! Asking who one is.

use async_graphql::{Context, Object};

use super::viewer::Viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

/// Asking who one is.
#[derive(Default)]
pub(crate) struct AccountQuery;

/// Asking who one is.
#[Object]
impl AccountQuery {
    /// Who is logged in; null if nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        match ctx.viewer().known() {
            Some(viewer) => Viewer::load(ctx, *viewer).await.map(Some),
            None => Ok(None),
        }
    }
}
