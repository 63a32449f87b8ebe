//! The figures of one scope, whichever it is.

use axum::Json;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::access::{Curator, Usage};
use super::answers::{BreakdownAnswer, PointAnswer, RetentionAnswer, SeriesAnswer, SummaryAnswer};
use super::format::{Format, json};
use super::parameters::{BreakdownQuery, RangeQuery, RetentionQuery, SeriesQuery, parameters};
use super::refusals::refused;
use crate::domain::usage::{Range, Scope};
use crate::http::problem::Problem;

/// What a request weighs beside its days, and what one of them does: it is read whole, with its sketches of viewers.
const REQUEST: u32 = 50;
const DAY: u32 = 10;
/// What a curve weighs, and a part of it.
const CURVE: u32 = 200;
const PARTS_A_UNIT: usize = 20;

/// Takes what the days of a range weigh from the budget of whoever asks.
pub(super) async fn spend_days(
    usage: &Usage,
    curator: &Curator,
    range: Range,
) -> Result<(), Problem> {
    let days = u32::try_from((range.to() - range.from()).num_days()).unwrap_or_default();
    usage.spend(curator, REQUEST + DAY * (days + 1)).await
}

/// What was watched in a range.
pub(super) async fn summary(
    usage: &Usage,
    curator: &Curator,
    parts: &Parts,
    scope: Scope,
) -> Result<Response, Problem> {
    let query: RangeQuery = parameters(&parts.uri)?;
    let range = query.range(&usage.service)?;
    spend_days(usage, curator, range).await?;
    let summary = usage.service.summary(scope, range).await.map_err(refused)?;
    json(&parts.headers, SummaryAnswer::new(range, summary))
}

/// A figure over time.
pub(super) async fn series(
    usage: &Usage,
    curator: &Curator,
    parts: &Parts,
    scope: Scope,
) -> Result<Response, Problem> {
    let query: SeriesQuery = parameters(&parts.uri)?;
    let format = Format::of(&parts.headers, query.format)?;
    let range = query.range(&usage.service)?;
    spend_days(usage, curator, range).await?;
    let points = usage
        .service
        .series(scope, query.metric.into(), range, query.by());
    let points = points.await.map_err(refused)?;
    let points: Vec<PointAnswer> = points.into_iter().map(Into::into).collect();
    format.write(points, SeriesAnswer::document)
}

/// What was watched by the values of a dimension.
pub(super) async fn breakdown(
    usage: &Usage,
    curator: &Curator,
    parts: &Parts,
    scope: Scope,
) -> Result<Response, Problem> {
    let query: BreakdownQuery = parameters(&parts.uri)?;
    let format = Format::of(&parts.headers, query.format)?;
    let range = query.range(&usage.service)?;
    spend_days(usage, curator, range).await?;
    let shares = usage
        .service
        .breakdown(scope, query.dimension.into(), range);
    let shares = shares.await.map_err(refused)?;
    let shares = shares.into_iter().map(Into::into).collect();
    format.write(shares, BreakdownAnswer::document)
}

/// Which parts of a film or an episode are watched.
pub(super) async fn retention(
    usage: &Usage,
    curator: &Curator,
    parts: &Parts,
    item: Scope,
) -> Result<Response, Problem> {
    let query: RetentionQuery = parameters(&parts.uri)?;
    let format = Format::of(&parts.headers, query.format)?;
    let weight = u32::try_from(query.parts() / PARTS_A_UNIT).unwrap_or(u32::MAX);
    usage.spend(curator, CURVE.saturating_add(weight)).await?;
    let curve = usage.service.retention(item, Some(query.parts())).await;
    let (whole, points) = RetentionAnswer::parts(curve.map_err(refused)?);
    format.write(points, |points| Json(whole.with(points)).into_response())
}
