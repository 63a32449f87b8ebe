//! `/images/generated/…`: pictures that are drawn from what is known of titles, at addresses that the schema gives out.
//!
//! What anybody may see browsers may keep for good, and shared caches for five minutes. What only some may see is shown to
//! whom may see it, by cookie or token, and kept by their browser alone, which asks each time. All else is not there.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::auth::Authenticate;
use super::problem::Problem;
use super::tag::has_tag;
use super::task::finish;
use crate::domain::catalog::{
    CatalogService, FoundPicture, PictureAddress, Visibility, VisibilityPolicy,
};
use crate::domain::clock::Clock;
use crate::domain::viewer::Viewer;
use crate::graphql::{ApiError, Services};

/// A graphic is opened as a page too: it may load and run nothing then.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What answers requests for pictures.
#[derive(Clone)]
pub(super) struct Pictures {
    catalog: CatalogService,
    visibility: VisibilityPolicy,
    clock: Arc<dyn Clock>,
    /// Who says who asks.
    authenticate: Authenticate,
}

/// Who may have a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Anybody,
    WhoeverAsks,
}

impl Pictures {
    /// On the services of the schema.
    pub(super) fn new(services: &Services, authenticate: &Authenticate) -> Self {
        Self {
            catalog: services.catalog.clone(),
            visibility: services.visibility,
            clock: Arc::clone(&services.clock),
            authenticate: authenticate.clone(),
        }
    }

    /// The picture at an address. Whoever asks is only asked for where not everybody may see it.
    async fn find(
        &self,
        address: &PictureAddress,
        parts: &Parts,
    ) -> Result<(FoundPicture, For), Problem> {
        let now = self.clock.now();
        let anybody = self.visibility.of(&Viewer::Anonymous, now);
        if let Some(picture) = self.find_seen(&anybody, address).await? {
            return Ok((picture, For::Anybody));
        }
        let (viewer, _) = self.authenticate.caller(parts).await?;
        let own = self.visibility.of(&viewer, now);
        let picture = if own == anybody {
            None
        } else {
            self.find_seen(&own, address).await?
        };
        let picture = picture.ok_or_else(not_there)?;
        Ok((picture, For::WhoeverAsks))
    }

    /// What lies there for whoever sees this.
    async fn find_seen(
        &self,
        visibility: &Visibility,
        address: &PictureAddress,
    ) -> Result<Option<FoundPicture>, Problem> {
        let found = self.catalog.find_picture(visibility, address).await;
        Ok(found.map_err(ApiError::from)?)
    }
}

/// Where the pictures are.
pub(super) fn routes(pictures: Pictures) -> Router {
    Router::new()
        .route(
            "/images/generated/{subject}/{tag}/{language}/{file}",
            get(generated),
        )
        .with_state(pictures)
}

async fn generated(
    State(pictures): State<Pictures>,
    Path((subject, tag, language, file)): Path<(String, String, String, String)>,
    parts: Parts,
) -> Response {
    let Some(address) = PictureAddress::parse(&subject, &tag, &language, &file) else {
        return not_there().into_response();
    };
    let headers = parts.headers.clone();
    let found = finish(async move { pictures.find(&address, &parts).await }).await;
    match found {
        Ok(Ok((picture, who))) => show(&picture, who, &headers),
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

fn not_there() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "there is no such picture",
    )
}

/// The picture, unless the client has it: then it is not drawn.
fn show(picture: &FoundPicture, who: For, headers: &HeaderMap) -> Response {
    let kept = match (who, picture.is_current()) {
        // A cache between asks again soon, lest it show a title that is hidden meanwhile.
        (For::Anybody, true) => "public, max-age=31536000, s-maxage=300, immutable",
        // Its address was given out before a change, or by a server of another version.
        (For::Anybody, false) => "public, max-age=60",
        (For::WhoeverAsks, _) => "private, no-cache",
    };
    // Pages of the site may have another address than the program.
    let shown = match who {
        For::Anybody => "cross-origin",
        For::WhoeverAsks => "same-site",
    };
    // Weak, because the answer may be compressed on its way.
    let tag = format!("W/\"{}\"", picture.tag());
    let is_known = has_tag(headers, &tag);
    let about = [(CACHE_CONTROL, kept.to_owned()), (ETAG, tag)];
    let rules = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (RESOURCE_POLICY, HeaderValue::from_static(shown)),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, about, rules).into_response();
    }
    let media = [(CONTENT_TYPE, "image/svg+xml")];
    (about, rules, media, picture.draw()).into_response()
}
