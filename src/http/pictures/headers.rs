//! What is said beside a picture: who may show it, and that it runs nothing.

use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};

use super::find::For;

/// A picture is opened as a page too: it may load and run nothing then.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// How long anybody keeps what may be another picture soon: its address was given out before a change, or by a server of
/// another version.
pub(super) const FOR_A_MINUTE: &str = "public, max-age=60";

/// How long it is kept that lies at an address which never means another. A cache between asks again soon, lest it show
/// what is hidden meanwhile.
pub(super) fn kept(who: For) -> &'static str {
    match who {
        For::Anybody => "public, max-age=31536000, s-maxage=300, immutable",
        For::WhoeverAsks => "private, no-cache",
    }
}

/// What browsers may do with it.
pub(super) fn rules(who: For) -> [(HeaderName, HeaderValue); 2] {
    // Pages of the site may have another address than the program.
    let shown = match who {
        For::Anybody => "cross-origin",
        For::WhoeverAsks => "same-site",
    };
    [
        (CONTENT_SECURITY_POLICY, POLICY),
        (RESOURCE_POLICY, HeaderValue::from_static(shown)),
    ]
}
