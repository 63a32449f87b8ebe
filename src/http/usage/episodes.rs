//! The figures of an episode.

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;

use super::access::{Usage, answer};
use super::answers::{BreakdownAnswer, RetentionAnswer, SeriesAnswer, SummaryAnswer};
use super::figures;
use super::parameters::{BreakdownQuery, RangeQuery, RetentionQuery, SeriesQuery};
use super::refusals::{NotFound, Refused};
use super::scopes::{self, Id};

/// What was watched of an episode.
#[utoipa::path(
    get,
    path = "/usage/episodes/{id}",
    tag = "episodes",
    operation_id = "episodeSummary",
    params(("id" = String, Path, description = "The global id of the episode, as in GraphQL."), RangeQuery),
    responses(
        (status = 200, description = "The figures of the range.", body = SummaryAnswer),
        NotFound,
        Refused,
    )
)]
pub(super) async fn summary(State(usage): State<Usage>, id: Id, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        let scope = scopes::episode(&usage, &curator, id).await?;
        figures::summary(&usage, &curator, &parts, scope).await
    })
    .await
}

/// What was watched of an episode, over time.
#[utoipa::path(
    get,
    path = "/usage/episodes/{id}/series",
    tag = "episodes",
    operation_id = "episodeSeries",
    params(("id" = String, Path, description = "The global id of the episode, as in GraphQL."), SeriesQuery),
    responses(
        (
            status = 200,
            description = "The figure of each hour or day of the range.",
            content((SeriesAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))
        ),
        NotFound,
        Refused,
    )
)]
pub(super) async fn series(State(usage): State<Usage>, id: Id, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        let scope = scopes::episode(&usage, &curator, id).await?;
        figures::series(&usage, &curator, &parts, scope).await
    })
    .await
}

/// What was watched of an episode, by country, device or client.
#[utoipa::path(
    get,
    path = "/usage/episodes/{id}/breakdown",
    tag = "episodes",
    operation_id = "episodeBreakdown",
    params(("id" = String, Path, description = "The global id of the episode, as in GraphQL."), BreakdownQuery),
    responses(
        (
            status = 200,
            description = "What was watched with each value, the most watched first.",
            content((BreakdownAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))
        ),
        NotFound,
        Refused,
    )
)]
pub(super) async fn breakdown(State(usage): State<Usage>, id: Id, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        let scope = scopes::episode(&usage, &curator, id).await?;
        figures::breakdown(&usage, &curator, &parts, scope).await
    })
    .await
}

/// Which parts of an episode are watched, of all time.
#[utoipa::path(
    get,
    path = "/usage/episodes/{id}/retention",
    tag = "episodes",
    operation_id = "episodeRetention",
    params(("id" = String, Path, description = "The global id of the episode, as in GraphQL."), RetentionQuery),
    responses(
        (
            status = 200,
            description = "How many watched each part, and how often again.",
            content((RetentionAnswer = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))
        ),
        NotFound,
        Refused,
    )
)]
pub(super) async fn retention(State(usage): State<Usage>, id: Id, parts: Parts) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        let scope = scopes::episode(&usage, &curator, id).await?;
        figures::retention(&usage, &curator, &parts, scope).await
    })
    .await
}
