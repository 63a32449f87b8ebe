//! The query `viewer`: who is logged in.

use async_graphql::{Context, Object};

use super::viewer::Viewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

#[derive(Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Who is logged in; null if nobody is. Where that could not be read, there is an error with the path `viewer` beside the
    /// null: then nobody was logged out.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        match ctx.viewer().known() {
            Some(viewer) => Viewer::load(ctx, *viewer).await.map(Some),
            None => Ok(None),
        }
    }
}
