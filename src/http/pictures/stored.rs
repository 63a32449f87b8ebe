//! Pictures that were given, in the size and the format that an address says: whole, or a part of one.

use std::ops::Range;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, RANGE,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::find::{For, Pictures, not_there};
use super::headers::{FOR_A_MINUTE, kept, rules};
use super::range::{Wanted, wanted};
use crate::domain::catalog::{Rendition, RenditionFormat, StoredAddress, StoredPicture};
use crate::graphql::ApiError;
use crate::http::knock;
use crate::http::problem::Problem;
use crate::http::tag::has_tag;
use crate::http::task::finish;

/// What it costs to make something of a picture, in the units of the budget, and of how many pixels, read or written, a
/// unit is. It is more, but done once for everybody, and only for few at a time.
const MAKE: u64 = 2_000;
const PIXELS: u64 = 1_000;
/// What has more bytes than this, about, is in no memory that all share: each who asks has it there until it is sent.
const LARGE: u64 = 1024 * 1024;

/// What lies at an address, for this client.
enum Answer {
    /// The client has it: it was not read.
    Known,
    Whole(Bytes),
    /// Of a picture of so many bytes these.
    Part(Bytes, Range<usize>, usize),
    /// It wants bytes that there are not: there are so many.
    Beyond(usize),
}

pub(super) async fn picture(
    State(pictures): State<Pictures>,
    Path((subject, hash, file)): Path<(String, String, String)>,
    parts: Parts,
) -> Response {
    let Some(address) = StoredAddress::parse(&subject, &hash, &file) else {
        return not_there().into_response();
    };
    let is_for_good = StoredAddress::is_for_good(parts.uri.query());
    let found = finish(async move {
        let (picture, who) = pictures.find(&address, &parts).await?;
        let wanted = address.rendition(&picture).ok_or_else(not_there)?;
        // Strong: pictures are not compressed on their way, and parts of one are put together.
        let tag = format!("\"{}\"", wanted.tag(&picture.hash));
        let answer = if has_tag(&parts.headers, &tag) {
            Answer::Known
        } else {
            read(&pictures, wanted, &picture, (&parts, &tag)).await?
        };
        Ok::<_, Problem>((answer, tag, who))
    });
    match found.await {
        Ok(Ok((answer, tag, who))) => {
            let kept = match (who, is_for_good) {
                (For::Anybody, false) => FOR_A_MINUTE,
                (who, _) => kept(who),
            };
            show(
                answer,
                [(CACHE_CONTROL, kept), (ETAG, tag.as_str())],
                (address.format, who),
            )
        }
        Ok(Err(problem)) => problem.into_response(),
        Err(error) => Problem::from(ApiError::from(error)).into_response(),
    }
}

/// The rendition with this tag, or what is wanted of it. Whoever is the first to ask for it pays for it, and all for the
/// memory of a large one.
async fn read(
    pictures: &Pictures,
    rendition: Rendition,
    picture: &StoredPicture,
    (parts, tag): (&Parts, &str),
) -> Result<Answer, Problem> {
    let service = &pictures.service;
    let bytes = expected_bytes(rendition);
    if bytes > LARGE {
        if parts.headers.contains_key(RANGE)
            && let Some(answer) = read_part(pictures, rendition, picture, (parts, tag)).await?
        {
            return Ok(answer);
        }
        let units = knock::with_bytes(0, bytes);
        pictures.authenticate.spend(parts, units).await?;
    }
    let made = service.find_rendition(picture, rendition).await;
    let made = if let Some(bytes) = made.map_err(ApiError::from)? {
        bytes
    } else {
        let units = units_to_make(picture, rendition);
        pictures.authenticate.spend(parts, units).await?;
        let made = service.rendition(picture, rendition).await;
        made.map_err(ApiError::from)?.ok_or_else(not_there)?
    };
    let length = made.len();
    Ok(match wanted(parts, tag, length) {
        Wanted::Whole => Answer::Whole(made),
        Wanted::Part(part) => Answer::Part(made.slice(part.clone()), part, length),
        Wanted::Nothing => Answer::Beyond(length),
    })
}

/// What is wanted of a large rendition, of which nothing else is read; `None` if that is all of it, or if it was not made
/// before.
async fn read_part(
    pictures: &Pictures,
    rendition: Rendition,
    picture: &StoredPicture,
    (parts, tag): (&Parts, &str),
) -> Result<Option<Answer>, Problem> {
    let service = &pictures.service;
    let length = service.length_of_rendition(picture, rendition).await;
    let length = length.map_err(ApiError::from)?;
    let Some(length) = length.and_then(|length| usize::try_from(length).ok()) else {
        return Ok(None);
    };
    let part = match wanted(parts, tag, length) {
        Wanted::Whole => return Ok(None),
        Wanted::Nothing => return Ok(Some(Answer::Beyond(length))),
        Wanted::Part(part) => part,
    };
    let units = knock::with_bytes(0, part.len() as u64);
    pictures.authenticate.spend(parts, units).await?;
    let range = part.start as u64..part.end as u64;
    let read = service.part_of_rendition(picture, rendition, range).await;
    let read = read.map_err(ApiError::from)?;
    Ok(read.map(|bytes| Answer::Part(bytes, part, length)))
}

/// What it costs to make a rendition: the whole picture is read for it, and it is written.
fn units_to_make(picture: &StoredPicture, rendition: Rendition) -> u32 {
    let read = u64::from(picture.width) * u64::from(picture.height);
    let written = u64::from(rendition.width()) * u64::from(rendition.height());
    let units = MAKE + read.saturating_add(written) / PIXELS;
    u32::try_from(units).unwrap_or(u32::MAX)
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
    answer: Answer,
    [kept, tag]: [(HeaderName, &str); 2],
    (format, who): (RenditionFormat, For),
) -> Response {
    let about = [kept, tag, (ACCEPT_RANGES, "bytes")];
    let about = about.map(|(name, value)| (name, value.to_owned()));
    let media = [(CONTENT_TYPE, format.media_type())];
    match answer {
        Answer::Known => (StatusCode::NOT_MODIFIED, about, rules(who)).into_response(),
        Answer::Whole(bytes) => (about, rules(who), media, bytes).into_response(),
        Answer::Part(bytes, part, length) => {
            let range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let range = [(CONTENT_RANGE, range)];
            let status = StatusCode::PARTIAL_CONTENT;
            (status, about, rules(who), media, range, bytes).into_response()
        }
        Answer::Beyond(length) => {
            let range = [(CONTENT_RANGE, format!("bytes */{length}"))];
            let code = "OUT_OF_RANGE";
            let detail = format!("the picture has {length} bytes");
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, code, detail);
            (range, problem.field("Range")).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::{Colour, PictureFormat, PictureHash, PictureKind};

    fn units(width: u32, height: u32, wanted: u32) -> u32 {
        let picture = StoredPicture {
            kind: PictureKind::Poster,
            hash: PictureHash::of(b"any"),
            format: PictureFormat::Jpeg,
            width,
            height,
            blurhash: String::new(),
            colour: Colour([0; 3]),
            language: None,
        };
        let format = RenditionFormat::WebP;
        let rendition = Rendition::fitting(&picture, Some(wanted), None, format);
        units_to_make(&picture, rendition)
    }

    #[test]
    fn a_rendition_costs_what_is_read_and_written_for_it() {
        assert_eq!(units(92, 138, 92), 2_025);
        assert_eq!(units(1_000, 1_500, 342), 3_675);
        assert_eq!(units(10_000, 5_000, 92), 52_004);
        assert_eq!(units(10_000, 5_000, 3_840), 59_372);
    }
}
