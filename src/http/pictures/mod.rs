//! `/images/…`: pictures at addresses that the schema gives out: those that are drawn from what is known of titles, and
//! those that were given, in the size and the format that an address says.
//!
//! What anybody may see browsers may keep for good, and shared caches for five minutes. What only some may see is shown to
//! whom may see it, by cookie or token, and kept by their browser alone, which asks each time. All else is not there.

mod drawn;
mod find;
mod headers;
pub(super) mod range;
mod stored;

use axum::Router;
use axum::routing::get;

pub(super) use find::Pictures;

/// Where the pictures are.
pub(super) fn routes(pictures: Pictures) -> Router {
    Router::new()
        .route(
            "/images/generated/{subject}/{tag}/{language}/{file}",
            get(drawn::picture),
        )
        .route(
            "/images/stored/{subject}/{hash}/{file}",
            get(stored::picture),
        )
        .with_state(pictures)
}
