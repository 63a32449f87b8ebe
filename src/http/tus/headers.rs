//! The headers of tus: how they are read and written.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::ids::UploadId;
use crate::domain::uploading::{Checksum, Upload, UploadPart};
use crate::http::problem::Problem;

/// Where uploads are, below the site's root.
pub(super) const PATH: &str = "/uploads";

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(super) const ALGORITHMS: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub(super) const METHOD: HeaderName = HeaderName::from_static("x-http-method-override");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const CONCAT: HeaderName = HeaderName::from_static("upload-concat");
const LOCATION: HeaderName = axum::http::header::LOCATION;

/// How long the metadata of an upload may be, in bytes: it is kept.
const MOST_METADATA: usize = 8192;

/// What clients send, so that pages of other origins may.
pub(in crate::http) const SENT: [HeaderName; 7] = [
    RESUMABLE, OFFSET, LENGTH, METADATA, CHECKSUM, CONCAT, METHOD,
];
/// What they are answered, so that such pages may read it.
pub(in crate::http) const SHOWN: [HeaderName; 11] = [
    RESUMABLE, VERSION, EXTENSION, MAX_SIZE, ALGORITHMS, OFFSET, LENGTH, EXPIRES, METADATA, CONCAT,
    LOCATION,
];

/// What is said of a file when it is begun.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// By the names `filename` and `name`.
    pub(super) name: Option<String>,
    /// The hash of the whole file, in hexadecimal digits.
    pub(super) sha256: Option<String>,
    /// All of it, as it was said.
    pub(super) all: Option<String>,
}

/// Of what an upload is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begun {
    File(UploadPart),
    /// Joined of these parts, in this order.
    Joined(Vec<UploadId>),
}

/// A request that does not say what it must.
pub(super) fn bad(name: &HeaderName, detail: &'static str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail).field(name.as_str())
}

/// The number in a header; `None`: it is not there.
pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Problem> {
    let Some(value) = text(headers, name) else {
        return Ok(None);
    };
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| is_number);
    number
        .map(Some)
        .ok_or_else(|| bad(name, "this header must be a number of bytes"))
}

/// What is said of a file.
pub(super) fn metadata(headers: &HeaderMap) -> Result<Metadata, Problem> {
    let all = text(headers, &METADATA).unwrap_or_default();
    if all.len() > MOST_METADATA {
        return Err(bad(&METADATA, "this header may have at most 8192 bytes"));
    }
    let mut said = Metadata {
        all: Some(all.to_owned()).filter(|all| !all.is_empty()),
        ..Metadata::default()
    };
    for pair in all.split(',') {
        let mut parts = pair.split_ascii_whitespace();
        let (key, value) = (parts.next(), parts.next().unwrap_or_default());
        let value = STANDARD.decode(value).ok();
        let value = value.and_then(|value| String::from_utf8(value).ok());
        let value = value.ok_or_else(|| bad(&METADATA, "each value must be text in Base64"))?;
        match key {
            Some("filename") => said.name = Some(value),
            Some("name") => said.name = said.name.or(Some(value)),
            Some("sha256") => said.sha256 = Some(value),
            // What else clients say of a file is for them alone.
            Some(_) | None => {}
        }
    }
    Ok(said)
}

/// The checksum of a request, if it has one.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Problem> {
    let Some(value) = text(headers, &CHECKSUM) else {
        return Ok(None);
    };
    let (algorithm, digest) = value.split_once(' ').unwrap_or((value, ""));
    let digest = STANDARD.decode(digest.trim()).ok();
    let checksum = digest.and_then(|digest| Checksum::of(algorithm, &digest));
    let detail = "the checksum must be sha1 or sha256, and its bytes in Base64";
    checksum.map(Some).ok_or_else(|| bad(&CHECKSUM, detail))
}

/// Of what an upload is begun.
pub(super) fn begun(headers: &HeaderMap) -> Result<Begun, Problem> {
    let Some(value) = text(headers, &CONCAT) else {
        return Ok(Begun::File(UploadPart::Whole));
    };
    if value == "partial" {
        return Ok(Begun::File(UploadPart::Part));
    }
    let detail = "this header must be `partial`, or `final;` with the addresses of parts";
    let wrong = || bad(&CONCAT, detail);
    let parts = value.strip_prefix("final;").ok_or_else(wrong)?;
    let parts = parts.split_ascii_whitespace().map(|address| {
        // As it was given, or with the host in front of it.
        let (before, id) = address.rsplit_once('/')?;
        before.ends_with(PATH).then(|| UploadId::parse(id))?
    });
    let parts: Option<Vec<UploadId>> = parts.collect();
    parts
        .filter(|parts| !parts.is_empty())
        .map(Begun::Joined)
        .ok_or_else(wrong)
}

/// What a client is told of an upload with whatever it does to it.
pub(super) fn told(upload: &Upload) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, upload.offset.into());
    if let Some(at) = upload.expires_at {
        let at = at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        headers.extend(HeaderValue::from_str(&at).map(|at| (EXPIRES, at)));
    }
    headers
}

/// The same with all else that is known.
pub(super) fn described(upload: &Upload) -> HeaderMap {
    let mut headers = told(upload);
    headers.insert(LENGTH, upload.size.into());
    if upload.part != UploadPart::Whole {
        headers.insert(CONCAT, HeaderValue::from_static("partial"));
    } else if !upload.joined_from.is_empty() {
        let parts = upload.joined_from.iter().map(|id| format!("{PATH}/{id}"));
        let parts = parts.collect::<Vec<_>>().join(" ");
        let joined = HeaderValue::from_str(&format!("final;{parts}"));
        headers.extend(joined.map(|joined| (CONCAT, joined)));
    }
    let said = upload.metadata.clone();
    let said = said.unwrap_or_else(|| metadata_of(upload));
    headers.extend(HeaderValue::from_str(&said).map(|said| (METADATA, said)));
    headers
}

/// What would have been said of an upload that was not begun by tus.
fn metadata_of(upload: &Upload) -> String {
    let mut said = format!("filename {}", STANDARD.encode(&upload.name));
    if let Some(hash) = upload.expected {
        said.push_str(",sha256 ");
        said.push_str(&STANDARD.encode(hash.to_string()));
    }
    said
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        let pairs = pairs.map(|(name, value)| (name, HeaderValue::from_str(value).unwrap()));
        pairs.collect()
    }

    #[test]
    fn numbers_are_digits_alone() {
        let of = |value| number(&headers(&[(LENGTH, value)]), &LENGTH).ok();

        assert_eq!(of("0"), Some(Some(0)));
        assert_eq!(of("10000000000"), Some(Some(10_000_000_000)));
        for wrong in ["", "-1", "+1", "1.5", "0x10", "99999999999999999999"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(number(&HeaderMap::new(), &LENGTH).unwrap(), None);
    }

    #[test]
    fn metadata_is_text_in_base64_and_may_have_keys_alone() {
        let of = |value: &str| metadata(&headers(&[(METADATA, value)])).ok();

        let said = of("filename d29ybGQubXA0,filetype dmlkZW8vbXA0,is_private,sha256 YWI=");
        let expected = Metadata {
            name: Some("world.mp4".to_owned()),
            sha256: Some("ab".to_owned()),
            all: Some(
                "filename d29ybGQubXA0,filetype dmlkZW8vbXA0,is_private,sha256 YWI=".to_owned(),
            ),
        };
        assert_eq!(said, Some(expected));
        let long = |words: usize| of(&format!("filename {}", "YWFh".repeat(words)));
        assert!(long(2_000).is_some());
        assert_eq!(long(2_048), None);
        assert_eq!(metadata(&HeaderMap::new()).unwrap(), Metadata::default());
        assert_eq!(of("filename not-base64"), None);
    }

    #[test]
    fn parts_are_named_by_their_addresses() {
        let id = UploadId::of_parts(&[]);
        let of = |value: &str| begun(&headers(&[(CONCAT, value)])).ok();

        let joined = of(&format!(
            "final;/uploads/{id} https://www.example.org/uploads/{id}"
        ));
        assert_eq!(joined, Some(Begun::Joined(vec![id, id])));
        assert_eq!(of("partial"), Some(Begun::File(UploadPart::Part)));
        let whole = begun(&HeaderMap::new()).unwrap();
        assert_eq!(whole, Begun::File(UploadPart::Whole));
        let elsewhere = format!("final;/files/{id}");
        for wrong in ["final;", "final", "final;/uploads/7", &elsewhere, ""] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_checksum_is_of_an_algorithm_that_is_known() {
        let of = |value| checksum(&headers(&[(CHECKSUM, value)])).ok();

        let sha1 = of("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
        assert!(matches!(sha1, Some(Some(Checksum::Sha1(_)))));
        for wrong in ["md5 Kq5sNclPz7QV2+lfQIuc6Q==", "sha1", "sha1 ab"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(checksum(&HeaderMap::new()).unwrap(), None);
    }
}
