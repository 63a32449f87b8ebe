//! What there is to know of how much something is watched.

use async_graphql::{Context, Object};

use super::figures::{
    UsageDimension, UsageInterval, UsageMetric, UsagePoint, UsageShare, UsageSummary,
};
use super::retention::Retention;
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::usage::{Range, Scope};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::list_lengths::MOST_BUCKETS;
use crate::graphql::scalars::DateTime;

/// Of what usage is asked for.
pub(crate) struct UsageStats {
    scope: Scope,
    /// The film or the episode, which has a curve; a series has none, nor has the site.
    item: Option<Scope>,
}

impl UsageStats {
    /// Those of everything together.
    pub(super) const SITE: Self = Self {
        scope: Scope::Site,
        item: None,
    };

    /// Those of a film.
    pub(crate) fn of_film(film: TitleId) -> Self {
        Self::of_item(Scope::Title(film))
    }

    /// Those of a series, all of its episodes together.
    pub(crate) fn of_series(series: TitleId) -> Self {
        Self {
            scope: Scope::Title(series),
            item: None,
        }
    }

    /// Those of an episode.
    pub(crate) fn of_episode(episode: EpisodeId) -> Self {
        Self::of_item(Scope::Episode(episode))
    }

    fn of_item(scope: Scope) -> Self {
        Self {
            scope,
            item: Some(scope),
        }
    }
}

/// The range that arguments name.
pub(super) fn range(
    ctx: &Context<'_>,
    from: Option<DateTime>,
    to: Option<DateTime>,
) -> Result<Range> {
    let [from, to] = [from, to].map(|moment| moment.map(|moment| moment.0));
    Ok(ctx.services().usage.range(from, to)?)
}

/// How much something is watched. A stretch that a player reports is counted within moments if it begins or completes a
/// play, and up to 45 seconds late while playing goes on. A range is made whole to the hour outwards, and has at most 1,100
/// days: another one is `OUT_OF_RANGE`.
#[Object]
impl UsageStats {
    /// What was watched in a range.
    async fn summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From when on; 28 days before `to` if left out.")] from: Option<DateTime>,
        #[graphql(desc = "Until when, that moment not included; until now if left out.")]
        to: Option<DateTime>,
    ) -> Result<Option<UsageSummary>> {
        let range = range(ctx, from, to)?;
        let summary = ctx.services().usage.summary(self.scope, range).await?;
        Ok(Some(summary.into()))
    }

    /// A figure of each hour or day of a range, in order.
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which figure it is.")] metric: UsageMetric,
        #[graphql(desc = "From when on; 28 days before `to` if left out.")] from: Option<DateTime>,
        #[graphql(desc = "Until when, that moment not included; until now if left out.")]
        to: Option<DateTime>,
        #[graphql(
            desc = "How long each point is; by hour a range may have at most 1,100 hours.",
            default_with = "Some(UsageInterval::Day)"
        )]
        by: Option<UsageInterval>,
    ) -> Result<Option<Vec<UsagePoint>>> {
        let range = range(ctx, from, to)?;
        let by = by.unwrap_or(UsageInterval::Day).into();
        let usage = &ctx.services().usage;
        let points = usage.series(self.scope, metric.into(), range, by).await?;
        Ok(Some(points.into_iter().map(Into::into).collect()))
    }

    /// What was watched on the days (UTC) of a range with each value of a dimension, the most watched first. Beyond some
    /// 300 values a day the rest is one.
    async fn breakdown(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what viewings are told apart.")] dimension: UsageDimension,
        #[graphql(desc = "From when on; 28 days before `to` if left out.")] from: Option<DateTime>,
        #[graphql(desc = "Until when; until now if left out.")] to: Option<DateTime>,
    ) -> Result<Option<Vec<UsageShare>>> {
        let range = range(ctx, from, to)?;
        let usage = &ctx.services().usage;
        let shares = usage.breakdown(self.scope, dimension.into(), range).await?;
        Ok(Some(shares.into_iter().map(Into::into).collect()))
    }

    /// Which parts are watched, of all time; null of a series and of the site, and if nobody watched it.
    async fn retention(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "In how many parts of equal length, 1 to 1000; there are no more than the item has seconds (of one of at most two minutes, thirtieths of a second).",
            default = 100
        )]
        buckets: Option<i32>,
    ) -> Result<Option<Retention>> {
        let parts = parts(buckets)?;
        let Some(item) = self.item else {
            return Ok(None);
        };
        let curve = ctx.services().usage.retention(item, Some(parts)).await?;
        Ok(curve.map(Into::into))
    }
}

fn parts(buckets: Option<i32>) -> Result<usize> {
    let parts = usize::try_from(buckets.unwrap_or(100)).ok();
    parts
        .filter(|parts| (1..=MOST_BUCKETS).contains(parts))
        .ok_or_else(|| {
            let message = format!("`buckets` must be 1 to {MOST_BUCKETS}");
            ApiError::argument(ErrorCode::OutOfRange, "buckets", message)
                .within(Bounds::between(1, MOST_BUCKETS))
        })
}
