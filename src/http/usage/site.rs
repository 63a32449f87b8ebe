//! The figures of the whole site.

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;

use super::access::{Usage, answer};
use super::answers::{BreakdownAnswer, SeriesAnswer, SummaryAnswer};
use super::figures;
use super::parameters::{BreakdownQuery, RangeQuery, SeriesQuery};
use super::refusals::Refused;
use crate::domain::usage::Scope;

/// What was watched of everything together.
#[utoipa::path(
    get,
    path = "/usage/site",
    tag = "site",
    operation_id = "siteSummary",
    params(RangeQuery),
    responses(
        (status = 200, description = "The figures of the range.", body = SummaryAnswer),
        Refused,
    )
)]
pub(super) async fn summary(State(usage): State<Usage>, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        figures::summary(&usage, &curator, &parts, Scope::Site).await
    })
    .await
}

/// What was watched of everything together, over time.
#[utoipa::path(
    get,
    path = "/usage/site/series",
    tag = "site",
    operation_id = "siteSeries",
    params(SeriesQuery),
    responses(
        (
            status = 200,
            description = "The figure of each hour or day of the range.",
            content((SeriesAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))
        ),
        Refused,
    )
)]
pub(super) async fn series(State(usage): State<Usage>, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        figures::series(&usage, &curator, &parts, Scope::Site).await
    })
    .await
}

/// What was watched of everything together, by country, device or client.
#[utoipa::path(
    get,
    path = "/usage/site/breakdown",
    tag = "site",
    operation_id = "siteBreakdown",
    params(BreakdownQuery),
    responses(
        (
            status = 200,
            description = "What was watched with each value, the most watched first.",
            content((BreakdownAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))
        ),
        Refused,
    )
)]
pub(super) async fn breakdown(State(usage): State<Usage>, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        figures::breakdown(&usage, &curator, &parts, Scope::Site).await
    })
    .await
}
