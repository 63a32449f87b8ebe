//! Which site a request is for: one `Host`, well-formed (RFC 9112, 3.2), because proxies and caches go by it.

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// Refuses a request that does not say which site it is for, or says it twice.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match fault(request.version(), request.headers()) {
        None => next.run(request).await,
        Some(fault) => Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", fault).into_response(),
    }
}

fn fault(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        // There was no such header before.
        (None, _) if version < Version::HTTP_11 => None,
        // There the address stands in a place of its own.
        (None, _) if version > Version::HTTP_11 => None,
        (None, _) => Some("the header Host is missing"),
        (Some(_), Some(_)) => Some("the header Host stands twice"),
        (Some(host), None) => {
            (!is_host(host.as_bytes())).then_some("the header Host names no host")
        }
    }
}

/// A name or an address, and after a colon a port.
fn is_host(bytes: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(bytes) else {
        return false;
    };
    let host = authority.host();
    let rest = authority.as_str().strip_prefix(host);
    let is_digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = |port: &str| port.is_empty() || is_digits(port) && port.parse::<u16>().is_ok();
    !host.is_empty()
        && rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn hosts_are_names_and_addresses_with_or_without_a_port() {
        for good in [
            "localhost",
            "www.example.org:8080",
            "127.0.0.1:1",
            "[::1]",
            "[2001:db8::1]:443",
            "example.org:",
            "my_host",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            " ",
            ":8080",
            "a b",
            "a, b",
            "a/b",
            "http://a",
            "user@a",
            "user:password@a",
            "a:b",
            "a:99999",
            "a:+80",
            "a:-0",
            "a:1:2",
            "[::1",
            "[::1]x",
            "a?b",
            "a#b",
            "a\u{fc}",
        ] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn only_before_1_1_there_may_be_none() {
        let none = HeaderMap::new();

        assert_eq!(fault(Version::HTTP_10, &none), None);
        assert!(fault(Version::HTTP_11, &none).is_some());
        let mut two = HeaderMap::new();
        two.append(HOST, HeaderValue::from_static("a"));
        two.append(HOST, HeaderValue::from_static("a"));
        for version in [Version::HTTP_10, Version::HTTP_11] {
            assert!(fault(version, &two).is_some());
        }
    }
}
