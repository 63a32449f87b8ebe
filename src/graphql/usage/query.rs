//! Usage of the whole site, and what is watched most.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};

use super::figures::UsageMetric;
use super::stats::{UsageStats, range};
use crate::domain::batch::Batch;
use crate::domain::usage;
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Title, titles};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::page::limit;
use crate::graphql::scalars::DateTime;

/// How much is watched, as curators see it.
#[derive(Default)]
pub(crate) struct UsageQuery;

/// How much is watched, as curators see it.
#[Object]
impl UsageQuery {
    /// How much is watched of everything together. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn site_stats(&self) -> Option<UsageStats> {
        Some(UsageStats::SITE)
    }

    /// The titles that were watched most on the days (UTC) of a range, the most watched first, ties by id. For curators; an
    /// API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn top_titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "By which figure; those of several days are added, which viewers and peaks cannot be: they are `INVALID`."
        )]
        metric: UsageMetric,
        #[graphql(desc = "From when on; 28 days before `to` if left out. At most 1,100 days.")]
        from: Option<DateTime>,
        #[graphql(desc = "Until when; until now if left out.")] to: Option<DateTime>,
        #[graphql(desc = "How many, 1 to 100.", default = 20)] first: Option<i32>,
    ) -> Result<Option<Vec<TopTitle>>> {
        let first = limit("first", first, 20)?;
        let range = range(ctx, from, to)?;
        let top = ctx
            .services()
            .usage
            .top(metric.into(), range, first)
            .await?;
        Ok(Some(top_titles(ctx, top).await?))
    }
}

/// The titles of a top list, without those that have left the catalogue.
async fn top_titles(ctx: &Context<'_>, top: Vec<usage::TopTitle>) -> Result<Vec<TopTitle>> {
    let ids: Vec<_> = top.iter().map(|row| row.title).collect();
    let found = ctx.personal().titles.batch().load(&ids).await?;
    let known = top
        .into_iter()
        .filter_map(|row| Some((Arc::clone(found.get(&row.title)?), row)));
    let (known, rows): (Vec<_>, Vec<_>) = known.unzip();
    let rows = titles(known).into_iter().zip(rows);
    Ok(rows
        .map(|(title, row)| TopTitle {
            title,
            plays: row.plays,
            views: row.views,
            watch_seconds: row.seconds,
        })
        .collect())
}

/// A title of a list of those that are watched most.
#[derive(SimpleObject)]
struct TopTitle {
    /// The film, or the series of which the episodes were watched.
    title: Title,
    /// How many sittings began.
    plays: u64,
    /// How many views there were; see `UsageSummary.views`.
    views: u64,
    /// The seconds that were played, replays too.
    watch_seconds: f64,
}
