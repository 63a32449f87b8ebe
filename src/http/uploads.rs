//! `POST /pictures`: a picture that a curator sends, as the body, before `addPicture` says what it is of.
//!
//! The body is the picture itself, as JPEG, PNG, `WebP` or GIF: neither a form nor compressed on its way. It is read as a
//! whole before the answer, which has what `addPicture` names it by, and kept for a day at least, longer if anything has
//! it by then.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::at_work::{Places, busy};
use super::auth::Authenticate;
use super::imports::said;
use super::problem::Problem;
use super::task::finish;
use crate::domain::catalog::{MOST_BYTES as MOST_BYTES_OF_PICTURE, TakenIn};
use crate::domain::editing::{EditError, EditService};
use crate::domain::viewer::{KnownViewer, Role};
use crate::graphql::{ApiError, Services};

/// Where pictures are sent to.
pub(super) const PATH: &str = "/pictures";
/// The longest body, in bytes.
pub(super) const MOST_BYTES: usize = MOST_BYTES_OF_PICTURE;
/// What it costs to read one, whatever its size, and how many bytes of it cost a unit more: what is read is decoded.
const REQUEST: u32 = 1_000;
const BYTES_A_UNIT: usize = 1_024;
/// How many may be read at a time: each is in memory as a whole.
const PICTURES: usize = 4;
/// What may stand for a picture of which the client does not know the format.
const ANY: [&str; 2] = ["", "application/octet-stream"];

/// What answers whoever sends pictures.
#[derive(Clone)]
pub(super) struct Uploads {
    service: EditService,
    authenticate: Authenticate,
    /// The places of those that are read.
    places: Places,
}

impl Uploads {
    /// On the services of the schema.
    pub(super) fn new(services: &Services, authenticate: &Authenticate) -> Self {
        Self {
            service: services.editing.clone(),
            authenticate: authenticate.clone(),
            places: Places::new(PICTURES),
        }
    }
}

/// Whether whoever sends a picture may, before anything of it is read.
pub(super) async fn admit(senders: &Authenticate, parts: &Parts) -> Result<(), Problem> {
    curator(senders, parts).await?;
    check_form(&parts.headers)
}

/// Who sends a picture, if it is a curator.
async fn curator(senders: &Authenticate, parts: &Parts) -> Result<KnownViewer, Problem> {
    let (viewer, _) = senders.caller(parts).await?;
    match viewer.known() {
        None => Err(ApiError::unauthenticated().into()),
        Some(known) if known.role < Role::Curator => Err(refused(EditError::Forbidden)),
        Some(known) => Ok(*known),
    }
}

/// Refuses what is not the picture itself.
fn check_form(headers: &HeaderMap) -> Result<(), Problem> {
    let coding = said(headers, CONTENT_ENCODING);
    let media = said(headers, CONTENT_TYPE);
    let (field, detail) = if !coding.is_empty() && coding != "identity" {
        let detail = "the picture must not be compressed on its way";
        ("Content-Encoding", detail)
    } else if !media.starts_with("image/") && !ANY.contains(&media.as_str()) {
        let detail = "the body must be the picture itself, with the type of a picture: image/jpeg, image/png, image/webp or image/gif";
        ("Content-Type", detail)
    } else {
        return Ok(());
    };
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", detail).field(field))
}

/// Where pictures are sent to.
pub(super) fn routes(uploads: Uploads) -> Router {
    Router::new().route(PATH, post(take_in)).with_state(uploads)
}

async fn take_in(State(uploads): State<Uploads>, parts: Parts, body: Body) -> Response {
    let taken_in = finish(async move {
        let viewer = curator(&uploads.authenticate, &parts).await?;
        let _place = uploads.places.take().ok_or_else(busy)?;
        let body = to_bytes(body, MOST_BYTES).await.map_err(|_| {
            let detail = format!("the picture may have at most {MOST_BYTES} bytes");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
        })?;
        let bytes = u32::try_from(body.len() / BYTES_A_UNIT).unwrap_or(u32::MAX);
        let units = REQUEST.saturating_add(bytes);
        uploads.authenticate.spend(&parts, units).await?;
        let kept = uploads.service.keep_picture(&viewer, body.into()).await;
        kept.map_err(refused)
    });
    match taken_in.await {
        Ok(Ok(kept)) => (StatusCode::CREATED, Json(answer(&kept))).into_response(),
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

/// What is known of a picture, by the names of the schema.
fn answer(kept: &TakenIn) -> Value {
    let picture = &kept.picture;
    let warning = kept.warning.map(|warning| format!("the picture {warning}"));
    json!({
        "id": picture.hash,
        "width": picture.width,
        "height": picture.height,
        "blurhash": picture.blurhash,
        "dominantColor": picture.colour,
        "warnings": warning.as_slice(),
    })
}

fn refused(error: EditError) -> Problem {
    Problem::from(ApiError::from(error))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_body_is_the_picture_itself() {
        let headers = |pairs: &[(HeaderName, &'static str)]| {
            let pairs = pairs.iter().cloned();
            let pairs = pairs.map(|(name, value)| (name, HeaderValue::from_static(value)));
            pairs.collect::<HeaderMap>()
        };
        for good in ["image/png", "IMAGE/JPEG", "application/octet-stream", ""] {
            assert!(
                check_form(&headers(&[(CONTENT_TYPE, good)])).is_ok(),
                "{good}"
            );
        }
        assert!(check_form(&headers(&[])).is_ok());
        for bad in ["multipart/form-data; boundary=a", "text/plain", "video/mp4"] {
            let problem = check_form(&headers(&[(CONTENT_TYPE, bad)]));
            let status = problem.unwrap_err().into_response().status();
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{bad}");
        }
        let packed = [(CONTENT_TYPE, "image/png"), (CONTENT_ENCODING, "gzip")];
        assert!(check_form(&headers(&packed)).is_err());
    }
}
