//! Pictures that were given, in the size and the format that an address says: whole, or a part of one.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::find::{For, Pictures, not_there};
use super::headers::{kept, rules};
use super::range::{Wanted, wanted};
use crate::domain::catalog::{Rendition, RenditionFormat, StoredAddress, StoredPicture};
use crate::graphql::ApiError;
use crate::http::knock;
use crate::http::problem::Problem;
use crate::http::tag::has_tag;
use crate::http::task::finish;

/// What it costs to read a picture, scale it and write it, in the units of the budget. It is more, but done once for
/// everybody, and only for few at a time.
const MAKE: u32 = 2_000;
/// What has more bytes than this, about, is in no memory that all share: each who asks has it there until it is sent.
const LARGE: u64 = 1024 * 1024;

/// What lies at an address, for this client.
enum Answer {
    /// The client has it: it was not read.
    Known,
    Bytes(Bytes),
}

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
        let wanted = address.rendition(&picture).ok_or_else(not_there)?;
        // Strong: pictures are not compressed on their way, and parts of one are put together.
        let tag = format!("\"{}\"", wanted.tag(&picture.hash));
        let answer = if has_tag(&parts.headers, &tag) {
            Answer::Known
        } else {
            Answer::Bytes(read(&pictures, wanted, &picture, &parts).await?)
        };
        Ok::<_, Problem>((answer, tag, who))
    });
    match found.await {
        Ok(Ok((answer, tag, who))) => show(&answer, &tag, (address.format, who), &headers),
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

/// The bytes of the rendition. Whoever is the first to ask for it pays for it, and all for the memory of a large one.
async fn read(
    pictures: &Pictures,
    wanted: Rendition,
    picture: &StoredPicture,
    parts: &Parts,
) -> Result<Bytes, Problem> {
    let bytes = expected_bytes(wanted);
    if bytes > LARGE {
        let units = knock::with_bytes(0, bytes);
        pictures.authenticate.spend(parts, units).await?;
    }
    let service = &pictures.service;
    let made = service.find_rendition(picture, wanted).await;
    if let Some(bytes) = made.map_err(ApiError::from)? {
        return Ok(bytes);
    }
    pictures.authenticate.spend(parts, MAKE).await?;
    let made = service.rendition(picture, wanted).await;
    made.map_err(ApiError::from)?.ok_or_else(not_there)
}

/// How many bytes a rendition has, about, by its pixels.
fn expected_bytes(wanted: Rendition) -> u64 {
    let pixels = u64::from(wanted.width()) * u64::from(wanted.height());
    match wanted.format() {
        RenditionFormat::Png => pixels * 2,
        RenditionFormat::Jpeg | RenditionFormat::WebP => pixels / 4,
    }
}

/// The bytes, or those of them that are wanted, unless the client has them.
fn show(
    answer: &Answer,
    tag: &str,
    (format, who): (RenditionFormat, For),
    headers: &HeaderMap,
) -> Response {
    let about = [
        (CACHE_CONTROL, kept(who).to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, tag.to_owned()),
    ];
    let Answer::Bytes(bytes) = answer else {
        return (StatusCode::NOT_MODIFIED, about, rules(who)).into_response();
    };
    let media = [(CONTENT_TYPE, format.media_type())];
    let length = bytes.len();
    match wanted(headers, tag, length) {
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
