//! Whose pages may use the API with the session of their browser: this host's, those of the origins that the settings
//! trust, and in development those that the same machine serves.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, Uri};
use url::{Host, Url};

use super::graphql::Refusal;
use crate::graphql::SessionCookie;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins whose pages are trusted beside those of this host.
#[derive(Debug, Clone)]
pub(super) struct Origins {
    listed: Arc<[String]>,
    machine: OwnMachine,
}

/// Whether pages that this machine serves, at any port, are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OwnMachine {
    /// The pages of a developer are there.
    Trusted,
    /// Nothing is known of who serves pages there.
    Strange,
}

impl Origins {
    /// These, each as a browser sends it: `https://www.example.org`, in lower case and without a usual port.
    pub(super) fn new(listed: &[String], machine: OwnMachine) -> Self {
        Self {
            listed: listed.into(),
            machine,
        }
    }

    /// Whether pages of this origin may act for whoever looks at them.
    pub(super) fn trusts(&self, origin: &str) -> bool {
        let is_near = self.machine == OwnMachine::Trusted && is_loopback(origin);
        is_near || self.listed.iter().any(|known| known == origin)
    }

    /// Why a request is refused that may change something: a page of another site made a browser send it.
    pub(super) fn refusal(&self, request: &Request) -> Option<Refusal> {
        if matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        ) {
            return None;
        }
        let is_own = self.is_own(request.headers(), request.uri());
        (!is_own).then(Refusal::cross_site)
    }

    /// Whether a page of this host or of a trusted origin sends a request, or none at all. By the headers that browsers
    /// set and pages cannot; what is no browser sends none of them, and has no session that it does not show on purpose.
    pub(super) fn is_own(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        // What is no text is somebody, whom nobody knows: as `null`, the origin of what has none.
        let origin = headers.get(ORIGIN).filter(|origin| !origin.is_empty());
        let origin = origin.map(|origin| origin.to_str().unwrap_or("null"));
        let site = headers.get(SEC_FETCH_SITE);
        let site = site.map(|site| site.to_str().unwrap_or("cross-site"));
        if origin.is_some_and(|origin| self.trusts(origin)) {
            return true;
        }
        match (site, origin) {
            (Some("same-origin" | "none"), _) | (None | Some(""), None) => true,
            // A browser from before that header.
            (None | Some(""), Some(origin)) => is_of_host(origin, headers, uri),
            (Some(_), _) => false,
        }
    }

    /// Whether a page of another site made a browser send a request that only reads: a link or a picture there.
    pub(super) fn is_of_another_site(&self, headers: &HeaderMap) -> bool {
        let origin = text(headers, &ORIGIN);
        if origin.is_some_and(|origin| self.trusts(origin)) {
            return false;
        }
        match (text(headers, &SEC_FETCH_SITE), origin) {
            (Some(site), _) => site.eq_ignore_ascii_case("cross-site"),
            // A browser from before that header.
            (None, Some(origin)) => {
                let host = origin.split_once("://").map(|(_, host)| host);
                host.is_none() || host != text(headers, &HOST)
            }
            (None, None) => false,
        }
    }
}

/// Why a browser drops the session cookie of an answer, as far as its request shows that; `None`: it keeps it.
pub(super) fn cookie_is_lost(headers: &HeaderMap, cookie: SessionCookie) -> Option<&'static str> {
    let origin = text(headers, &ORIGIN)?;
    if text(headers, &SEC_FETCH_SITE).is_some_and(|site| site.eq_ignore_ascii_case("cross-site")) {
        return Some(
            "this page is of another site than the API, and browsers keep no cookie of one: serve both under one site \
             (in development: open both as localhost, not one as 127.0.0.1), which REELGRAPH_PUBLIC_URL and \
             REELGRAPH_TRUSTED_ORIGINS then name, or log in with `transport: BEARER`",
        );
    }
    // Where the page came by plain HTTP, browsers send no `Sec-Fetch-Site`.
    (cookie.is_secure() && origin.starts_with("http://") && !is_loopback(origin)).then_some(
        "this page came by plain HTTP, where browsers keep no cookie of a site in production (REELGRAPH_ENV): serve it by \
         HTTPS, or log in with `transport: BEARER`",
    )
}

/// Empty if it is there and no text: then it is nobody that is known.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get(name)?;
    Some(value.to_str().unwrap_or(""))
}

/// Whether an origin is that of the host that a request is for, whatever the scheme: a proxy may have taken off TLS.
fn is_of_host(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => text(headers, &HOST),
    };
    let of = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    of.is_some() && of == host
}

/// Whether the machine that a browser runs on serves the pages of an origin.
fn is_loopback(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else {
        return false;
    };
    matches!(url.scheme(), "http" | "https")
        && match url.host() {
            // Names below it lead nowhere else (RFC 6761, 6.3).
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderValue;

    use super::*;

    fn origins(machine: OwnMachine) -> Origins {
        Origins::new(&["https://www.example.org".to_owned()], machine)
    }

    fn request(headers: &[(&'static str, &'static str)]) -> Request {
        let mut request = Request::post("/graphql").body(Body::empty()).unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_static(name);
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        request
    }

    #[test]
    fn only_in_development_pages_of_the_own_machine_are_trusted() {
        let (near, strange) = (origins(OwnMachine::Trusted), origins(OwnMachine::Strange));

        for origin in [
            "http://localhost:3000",
            "http://localhost",
            "https://localhost:5173",
            "http://app.localhost:3000",
            "http://127.0.0.1:3000",
            "http://127.1.2.3:1",
            "http://[::1]:3000",
        ] {
            assert!(near.trusts(origin), "{origin}");
            assert!(!strange.trusts(origin), "{origin}");
        }
        for origin in [
            "http://localhost.evil.example",
            "http://notlocalhost:3000",
            "http://128.0.0.1",
            "http://[::2]:3000",
            "file://localhost",
            "null",
            "",
        ] {
            assert!(!near.trusts(origin), "{origin}");
        }
        assert!(near.trusts("https://www.example.org"));
        assert!(strange.trusts("https://www.example.org"));
    }

    #[test]
    fn what_a_page_of_another_site_sends_is_refused() {
        let origins = origins(OwnMachine::Strange);
        let own = ("host", "api.example.net");

        for headers in [
            &[own, ("sec-fetch-site", "cross-site")][..],
            &[own, ("sec-fetch-site", "same-site")],
            &[
                own,
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            &[own, ("origin", "https://evil.example")],
            &[own, ("origin", "null")],
            &[own, ("origin", "ftp://api.example.net")],
            &[own, ("origin", "https://api.example.net:8443")],
        ] {
            let refusal = origins.refusal(&request(headers));

            assert_eq!(refusal.map(|it| it.code), Some("CROSS_SITE"), "{headers:?}");
        }
        for headers in [
            &[own][..],
            &[own, ("sec-fetch-site", "none")],
            &[own, ("sec-fetch-site", "same-origin")],
            &[own, ("origin", "https://api.example.net")],
            &[own, ("origin", "http://api.example.net")],
            &[
                own,
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://www.example.org"),
            ],
        ] {
            assert_eq!(origins.refusal(&request(headers)), None, "{headers:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_of_nobody_that_is_known() {
        let origins = origins(OwnMachine::Strange);
        let no_text = || HeaderValue::from_bytes(b"https://\xff.example").unwrap();

        for name in [ORIGIN, SEC_FETCH_SITE] {
            let mut request = request(&[("host", "api.example.net")]);
            request.headers_mut().insert(&name, no_text());

            let refusal = origins.refusal(&request);

            assert_eq!(refusal.map(|it| it.code), Some("CROSS_SITE"), "{name}");
        }
    }

    #[test]
    fn a_cookie_is_lost_on_another_site_and_in_production_without_tls() {
        let lost = |site: &'static str, origin: &'static str, cookie| {
            let request = request(&[("sec-fetch-site", site), ("origin", origin)]);
            cookie_is_lost(request.headers(), cookie)
        };
        let (development, production) = (SessionCookie::DEVELOPMENT, SessionCookie::PRODUCTION);

        let elsewhere = lost("cross-site", "http://127.0.0.1:3000", development);
        assert!(elsewhere.is_some_and(|why| why.contains("localhost")));
        // As a browser sends it: without Sec-Fetch-Site, which is for addresses that it trusts.
        let plain = request(&[("origin", "http://www.example.org")]);
        let why = cookie_is_lost(plain.headers(), production);
        assert!(why.is_some_and(|why| why.contains("REELGRAPH_ENV")));
        assert_eq!(cookie_is_lost(plain.headers(), development), None);
        assert_eq!(
            lost("same-site", "http://localhost:3000", development),
            None
        );
        assert_eq!(lost("same-origin", "https://a.example", production), None);
        assert_eq!(
            cookie_is_lost(
                request(&[("origin", "https://a.example")]).headers(),
                production
            ),
            None
        );
    }
}
