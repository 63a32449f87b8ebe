//! Bytes of media, as many as are asked for, read piece by piece as the client takes them.

use std::ops::Range;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::{Stream, stream};

use crate::domain::video::{MediaAddress, OpenedMedia, VideoError, VideoService};
use crate::graphql::ApiError;
use crate::http::pictures::range::{Wanted, wanted};
use crate::http::problem::Problem;
use crate::http::tag::has_tag;
use crate::http::task::finish;

/// How many bytes are read at a time, and are in memory for whoever is slow.
const PIECE: u64 = 256 * 1024;
/// Its address never means anything else.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// It may be opened as a page, which loads and runs nothing then.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

pub(super) async fn file(
    State(video): State<VideoService>,
    Path((grant, id, name)): Path<(String, String, String)>,
    parts: Parts,
) -> Response {
    serve(video, &grant, MediaAddress::of_file(&id, &name), &parts).await
}

pub(super) async fn captions(
    State(video): State<VideoService>,
    Path((grant, id, name)): Path<(String, String, String)>,
    parts: Parts,
) -> Response {
    serve(video, &grant, MediaAddress::of_captions(&id, &name), &parts).await
}

pub(super) async fn packaged(
    State(video): State<VideoService>,
    Path((grant, id, name)): Path<(String, String, String)>,
    parts: Parts,
) -> Response {
    serve(video, &grant, MediaAddress::of_package(&id, &name), &parts).await
}

async fn serve(
    video: VideoService,
    grant: &str,
    address: Option<MediaAddress>,
    parts: &Parts,
) -> Response {
    let Some(address) = address else {
        return refuse(VideoError::MediaNotFound);
    };
    let (opening, grant) = (video.clone(), grant.to_owned());
    let opened = finish(async move { opening.open(&grant, &address).await }).await;
    match opened.map_err(VideoError::from).flatten() {
        Ok(media) => show(video, media, parts),
        Err(error) => refuse(error),
    }
}

/// Players take a grant that has ended for something that may be asked for anew.
fn refuse(error: VideoError) -> Response {
    let is_ended = matches!(error, VideoError::GrantEnded);
    let problem = Problem::from(ApiError::from(error));
    if is_ended {
        problem.with_status(StatusCode::FORBIDDEN).into_response()
    } else {
        problem.into_response()
    }
}

fn show(video: VideoService, media: OpenedMedia, parts: &Parts) -> Response {
    // What is text may be compressed on its way, and then its parts are not those of the whole.
    let is_media = ["video/", "audio/", "image/"]
        .iter()
        .any(|kind| media.media_type.starts_with(kind));
    let weak = if is_media { "" } else { "W/" };
    let tag = format!("{weak}\"{}\"", media.tag);
    let about = [
        (CACHE_CONTROL, KEPT),
        (CONTENT_SECURITY_POLICY, POLICY),
        (RESOURCE_POLICY, HeaderValue::from_static("cross-origin")),
    ];
    if has_tag(&parts.headers, &tag) {
        return (StatusCode::NOT_MODIFIED, about, [(ETAG, tag)]).into_response();
    }
    let length = media.length;
    let whole = usize::try_from(length).unwrap_or(usize::MAX);
    let wanted = if is_media {
        wanted(parts, &tag, whole)
    } else {
        Wanted::Whole
    };
    let units = if is_media { "bytes" } else { "none" };
    let about = (about, [(ETAG, tag)], [(ACCEPT_RANGES, units)]);
    let kind = [(CONTENT_TYPE, media.media_type)];
    match wanted {
        Wanted::Whole => {
            let size = [(CONTENT_LENGTH, length)];
            (about, kind, size, body(video, media, 0..length)).into_response()
        }
        Wanted::Part(part) => {
            let part = part.start as u64..part.end as u64;
            let range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let size = [(CONTENT_LENGTH, part.end - part.start)];
            let range = [(CONTENT_RANGE, range)];
            let status = StatusCode::PARTIAL_CONTENT;
            (status, about, kind, size, range, body(video, media, part)).into_response()
        }
        Wanted::Nothing => {
            let range = [(CONTENT_RANGE, format!("bytes */{length}"))];
            let detail = format!("there are {length} bytes");
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            let problem = Problem::new(status, "OUT_OF_RANGE", detail);
            (range, problem.field("Range")).into_response()
        }
    }
}

fn body(video: VideoService, media: OpenedMedia, range: Range<u64>) -> Body {
    Body::from_stream(pieces(video, media, range))
}

/// The bytes of a range. The client sees that it is cut off where one of them cannot be read.
fn pieces(
    video: VideoService,
    media: OpenedMedia,
    range: Range<u64>,
) -> impl Stream<Item = Result<Bytes, VideoError>> + Send + 'static {
    stream::try_unfold((video, media, range), |(video, media, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start + PIECE);
        let bytes = video.read(&media, range.start..end).await;
        let bytes = bytes.inspect_err(|error| {
            tracing::warn!(%error, "What is played was cut off: it cannot be read any more");
        })?;
        Ok(Some((bytes, (video, media, end..range.end))))
    })
}
