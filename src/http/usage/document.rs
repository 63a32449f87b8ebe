//! What the description of the routes says beside them.

use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::format::Format;
use super::parameters::{Dimension, Interval, Metric, SummedMetric};
use crate::http::problem::{Details, Entry};

/// The routes of usage.
///
/// How much is watched: views, viewers, seconds, how many at once, and which seconds of a film or an episode; by hour and
/// day, by country, device and client. For curators, and machines with a key of one that has the scope `CURATE`.
///
/// A sitting is one play of one viewer here, or one session of another player. A view is counted when 10 seconds were
/// watched in a sitting, or more than half of what is shorter than that, at most once an hour. A stretch that a player
/// reports is counted within moments if it begins or completes a play, and up to 45 seconds late while playing goes on.
/// Days are those of UTC. What was counted names nobody.
///
/// Lists are JSON; or CSV, with a header row; or NDJSON, each line an object of the list.
///
/// Refusals are problem details (RFC 9457) with a `code` that stays the same.
#[derive(OpenApi)]
#[openapi(
    info(title = "Reelgraph usage"),
    modifiers(&Bearer),
    security(("bearer" = [])),
    // What parameters and refusals refer to is not found by itself, as the bodies are.
    components(schemas(Details, Entry, Format, Metric, SummedMetric, Interval, Dimension)),
    tags(
        (name = "site", description = "The figures of the whole site."),
        (name = "titles", description = "The figures of a film or a series."),
        (name = "episodes", description = "The figures of an episode."),
        (name = "lists", description = "What is watched most, and every day of every title."),
        (name = "events", description = "What other players play."),
    )
)]
pub(super) struct Described;

/// What a machine sends with each request.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API key with the scope `CURATE`, or the access token of a curator's app. A web page's session cookie \
                 does as well.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}
