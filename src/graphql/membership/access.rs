//! Whether the viewer may play something, and what would open it.

use async_graphql::{Context, SimpleObject};

use super::plan::Plan;
use crate::domain::membership::{self, Place};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;

/// Whether the viewer may play something.
#[derive(SimpleObject)]
pub(crate) struct Access {
    /// Whether whoever asks may play it now. Curators may play everything.
    is_open: bool,
    /// The plans any of which would open it, the cheapest first; empty if it is open, or if none that opens it is sold.
    plans: Vec<Plan>,
}

impl Access {
    /// That of whoever asks to what stands there.
    pub(crate) async fn load(ctx: &Context<'_>, place: Place) -> Result<Option<Self>> {
        let access = ctx.personal().access.find(place).await?;
        Ok(access.map(Self::from))
    }
}

impl From<membership::Access> for Access {
    fn from(access: membership::Access) -> Self {
        let (is_open, plans) = match access {
            membership::Access::Open => (true, Vec::new()),
            membership::Access::Closed { opened_by } => (false, opened_by),
        };
        Self {
            is_open,
            plans: plans.into_iter().map(Plan).collect(),
        }
    }
}
