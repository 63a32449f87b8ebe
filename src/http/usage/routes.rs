//! The routes, and their description, which is made from them.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Usage;
use super::document::Described;
use super::{episodes, events, lists, site, titles};

/// Where usage is asked for, and where other players report it.
pub(in crate::http) fn routes(usage: Usage) -> anyhow::Result<Router> {
    let (router, described) = OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(site::summary))
        .routes(routes!(site::series))
        .routes(routes!(site::breakdown))
        .routes(routes!(titles::summary))
        .routes(routes!(titles::series))
        .routes(routes!(titles::breakdown))
        .routes(routes!(titles::retention))
        .routes(routes!(episodes::summary))
        .routes(routes!(episodes::series))
        .routes(routes!(episodes::breakdown))
        .routes(routes!(episodes::retention))
        .routes(routes!(lists::top))
        .routes(routes!(lists::days))
        .routes(routes!(events::record))
        .split_for_parts();
    let described = described.to_json()?;
    let document = async move || ([(CONTENT_TYPE, "application/json")], described.clone());
    Ok(router
        .route("/usage/openapi.json", get(document))
        .with_state(usage))
}
