//! Telling a browser that the session of its cookie is over. It is served as nobody then, and no script sees the cookie:
//! else a page could not tell who was logged out from who never was in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::http::header::SET_COOKIE;
use axum::http::{Extensions, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The header that says so; its value is `expired`.
pub(super) const SESSION: HeaderName = HeaderName::from_static("x-session");

/// Whether a request came with the cookie of a session that is over.
#[derive(Clone, Default)]
struct Ended(Arc<AtomicBool>);

/// Notes that the cookie of a request is of no session any more.
pub(super) fn note(extensions: &Extensions) {
    if let Some(Ended(is_over)) = extensions.get() {
        is_over.store(true, Ordering::Relaxed);
    }
}

/// Says so in the answer, whatever was asked for, unless that gives or takes the cookie. What everybody is answered alike
/// asks nobody who they are, and is kept without it.
pub(super) async fn tell(mut request: Request, next: Next) -> Response {
    let ended = Ended::default();
    request.extensions_mut().insert(ended.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if ended.0.load(Ordering::Relaxed) && !headers.contains_key(SET_COOKIE) {
        headers.insert(SESSION, HeaderValue::from_static("expired"));
    }
    response
}
