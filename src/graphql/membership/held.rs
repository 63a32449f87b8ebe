//! The plans that the viewer has.

use async_graphql::{Context, SimpleObject};

use super::plan::Plan;
use crate::domain::viewer::KnownViewer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::scalars::DateTime;

/// What an account has of plans now.
#[derive(SimpleObject)]
pub(crate) struct Membership {
    /// The plans that it has, in the order in which it got them; there is at least one.
    plans: Vec<HeldPlan>,
}

/// A plan that an account has now.
#[derive(SimpleObject)]
struct HeldPlan {
    /// The plan, whether it is still sold or not.
    plan: Plan,
    /// Since when the account has it without a break, in UTC.
    since: DateTime,
    /// Until when, without that moment, in UTC; null if no end is known.
    until: Option<DateTime>,
}

impl Membership {
    /// That of a viewer; `None`: they have no plan now.
    pub(crate) async fn load(ctx: &Context<'_>, viewer: &KnownViewer) -> Result<Option<Self>> {
        let held = ctx.services().membership.held(viewer).await?;
        let plans = held.into_iter().map(|held| HeldPlan {
            plan: Plan(held.plan),
            since: held.since.into(),
            until: held.until.map(Into::into),
        });
        let plans: Vec<HeldPlan> = plans.collect();
        Ok((!plans.is_empty()).then_some(Self { plans }))
    }
}
