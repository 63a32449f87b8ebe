//! `/media/GRANT/…`: what films and episodes are played from, in whole or in parts, for whoever has an address that
//! `playback` gave out.
//!
//! The grant in the address is all that is asked for, so players of any origin may fetch, without a cookie. Who it was given
//! to, and whether they may still see what they fetch, is looked at with each request. What lies at an address never
//! changes; shared caches do not keep it, because they would go on after a log-out.

mod serve;

use std::borrow::Cow;

use axum::Router;
use axum::http::Method;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::routing::get;
use tower_http::cors::{Any, CorsLayer};

use crate::domain::video::VideoService;

/// A path without the grant in it, which is for nobody who reads the log.
pub(super) fn without_grant(path: &str) -> Cow<'_, str> {
    let below = path.strip_prefix("/media/");
    match below.map(|below| below.split_once('/').map_or("", |(_, rest)| rest)) {
        Some(rest) => Cow::Owned(format!("/media/…/{rest}")),
        None => Cow::Borrowed(path),
    }
}

/// Where media is fetched from.
pub(super) fn routes(video: VideoService) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([RANGE, IF_RANGE, IF_NONE_MATCH])
        .expose_headers([ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG]);
    Router::new()
        .route("/media/{grant}/files/{id}/{name}", get(serve::file))
        .route("/media/{grant}/captions/{id}/{name}", get(serve::captions))
        .route("/media/{grant}/packages/{id}/{*name}", get(serve::packaged))
        .layer(cors)
        .with_state(video)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_a_grant_in_the_log() {
        assert_eq!(
            without_grant("/media/a.b.c/files/1/2.mp4"),
            "/media/…/files/1/2.mp4"
        );
        assert_eq!(without_grant("/media/a.b.c"), "/media/…/");
        assert_eq!(without_grant("/graphql"), "/graphql");
    }
}
