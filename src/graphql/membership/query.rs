//! The list of what the site sells.

use async_graphql::{Context, Object};

use super::plan::Plan;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

/// What the site sells.
#[derive(Default)]
pub(crate) struct PlanQuery;

/// What the site sells.
#[Object]
impl PlanQuery {
    /// The plans that the site sells, the cheapest first. The same for everybody.
    async fn plans(&self, ctx: &Context<'_>) -> Result<Vec<Plan>> {
        let plans = ctx.services().membership.offered_plans().await?;
        Ok(plans.into_iter().map(Plan).collect())
    }
}
