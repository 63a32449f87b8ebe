//! Pictures that are drawn from what is known of titles and episodes, for whoever asks.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::find::{For, Pictures, not_there};
use super::headers::{FOR_A_MINUTE, kept, rules};
use crate::domain::catalog::{FoundPicture, PictureAddress};
use crate::graphql::ApiError;
use crate::http::problem::Problem;
use crate::http::tag::has_tag;
use crate::http::task::finish;

pub(super) async fn picture(
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

/// The picture, unless the client has it: then it is not drawn.
fn show(picture: &FoundPicture, who: For, headers: &HeaderMap) -> Response {
    let kept = match (who, picture.is_current()) {
        (For::Anybody, false) => FOR_A_MINUTE,
        (who, _) => kept(who),
    };
    // Weak, because the answer may be compressed on its way.
    let tag = format!("W/\"{}\"", picture.tag());
    let is_known = has_tag(headers, &tag);
    let about = [(CACHE_CONTROL, kept.to_owned()), (ETAG, tag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, about, rules(who)).into_response();
    }
    let media = [(CONTENT_TYPE, "image/svg+xml")];
    (about, rules(who), media, picture.draw()).into_response()
}
