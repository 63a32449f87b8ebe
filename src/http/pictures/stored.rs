//! Pictures that were given, in the size and the format that an address says: whole, or a part of one.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::find::{For, Pictures, not_there};
use super::headers::{kept, rules};
use super::range::{Wanted, wanted};
use crate::domain::catalog::{RenditionFormat, StoredAddress, StoredPicture};
use crate::graphql::ApiError;
use crate::http::problem::Problem;
use crate::http::tag::has_tag;
use crate::http::task::finish;

/// What it costs to read a picture, scale it and write it, in the units of the budget. It is more, but done once for
/// everybody, and only for few at a time.
const MAKE: u32 = 2_000;

pub(super) async fn picture(
    State(pictures): State<Pictures>,
    Path((subject, hash, file)): Path<(String, String, String)>,
    parts: Parts,
) -> Response {
    let Some(address) = StoredAddress::parse(&subject, &hash, &file) else {
        return not_there().into_response();
    };
    let headers = parts.headers.clone();
    let found = finish(async move {
        let (picture, who) = pictures.find(&address, &parts).await?;
        let bytes = read(&pictures, &address, &picture, &parts).await?;
        Ok::<_, Problem>((bytes, who))
    });
    match found.await {
        Ok(Ok((bytes, who))) => show(&bytes, address.format, who, &headers),
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

/// The bytes of the rendition. Whoever is the first to ask for it pays for it.
async fn read(
    pictures: &Pictures,
    address: &StoredAddress,
    picture: &StoredPicture,
    parts: &Parts,
) -> Result<Bytes, Problem> {
    let wanted = address.rendition(picture).ok_or_else(not_there)?;
    let service = &pictures.service;
    let made = service.find_rendition(picture, wanted).await;
    if let Some(bytes) = made.map_err(ApiError::from)? {
        return Ok(bytes);
    }
    pictures.authenticate.spend(parts, MAKE).await?;
    let made = service.rendition(picture, wanted).await;
    made.map_err(ApiError::from)?.ok_or_else(not_there)
}

/// The bytes, or those of them that are wanted, unless the client has them.
fn show(bytes: &Bytes, format: RenditionFormat, who: For, headers: &HeaderMap) -> Response {
    // Strong: pictures are not compressed on their way, and parts of one are put together.
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)));
    let is_known = has_tag(headers, &tag);
    let about = [
        (CACHE_CONTROL, kept(who).to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, tag.clone()),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, about, rules(who)).into_response();
    }
    let media = [(CONTENT_TYPE, format.media_type())];
    let length = bytes.len();
    match wanted(headers, &tag, length) {
        Wanted::Whole => (about, rules(who), media, bytes.clone()).into_response(),
        Wanted::Part(part) => {
            let range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let range = [(CONTENT_RANGE, range)];
            let part = bytes.slice(part);
            let status = StatusCode::PARTIAL_CONTENT;
            (status, about, rules(who), media, range, part).into_response()
        }
        Wanted::Nothing => {
            let range = [(CONTENT_RANGE, format!("bytes */{length}"))];
            let code = "OUT_OF_RANGE";
            let detail = format!("the picture has {length} bytes");
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, code, detail);
            (range, problem.field("Range")).into_response()
        }
    }
}
