//! What sends a request: its network address and what it calls itself.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use crate::domain::viewer::Client;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Where an app says what it is called: Apollo's convention first, which many clients follow.
pub(super) const CLIENT_NAMES: [HeaderName; 2] = [
    HeaderName::from_static("apollographql-client-name"),
    HeaderName::from_static("x-client-name"),
];

/// What sent the request: an extension of each.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientInfo(pub(super) Client);

/// The proxies in front of the program.
#[derive(Debug, Clone)]
pub(super) struct Proxies {
    trusted: Arc<[IpNet]>,
    /// Where they say in which country a client is.
    country: Option<HeaderName>,
    /// Set if somebody said which there are, or was told that nobody has.
    is_settled: Arc<AtomicBool>,
    /// Set if somebody was told that one of them writes what is no address.
    is_unclear: Arc<AtomicBool>,
}

/// Finds out what sent a request, and leaves that with it.
pub(super) async fn identify(
    State(proxies): State<Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = connection.map(|ConnectInfo(peer)| peer.ip());
    if request.headers().contains_key(FORWARDED_FOR) {
        proxies.wonder();
    }
    let headers = request.headers();
    let client = Client {
        address: peer.map(|peer| proxies.origin(peer, headers)),
        device: text(headers, &USER_AGENT),
        app: CLIENT_NAMES.iter().find_map(|name| text(headers, name)),
        country: peer.and_then(|peer| proxies.country(peer, headers)),
    };
    request.extensions_mut().insert(ClientInfo(client));
    next.run(request).await
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

impl Proxies {
    /// These, or none; `None`: nobody said whether there are any. They say by `country` in which one a client is.
    pub(super) fn new(trusted: Option<Vec<IpNet>>, country: Option<HeaderName>) -> Self {
        Self {
            is_settled: Arc::new(AtomicBool::new(trusted.is_some())),
            trusted: trusted.unwrap_or_default().into(),
            country,
            is_unclear: Arc::default(),
        }
    }

    /// Says once that there seems to be a proxy, and that nobody is believed.
    fn wonder(&self) {
        if !self.is_settled.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "A request came with X-Forwarded-For, and REELGRAPH_TRUSTED_PROXIES is not set: if there is a proxy in \
                 front, all its clients are counted as one, by every limit; name its network, or say `none`"
            );
        }
    }

    /// Where a request comes from: the last address of `X-Forwarded-For` that is not one of our proxies, as long as
    /// each of those who wrote after it is. What a client writes there itself stands before that and counts for
    /// nothing.
    fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut origin = peer.to_canonical();
        let values = headers.get_all(FORWARDED_FOR).iter();
        // A client may have written anything before what a proxy added.
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        let hops = values.iter().rev().flat_map(|value| value.rsplit(','));
        for (number, hop) in hops.enumerate() {
            if !self.are_trusted(origin) {
                break;
            }
            let Some(address) = address(hop) else {
                // What stands further left may be a client's.
                if number == 0 && !self.is_unclear.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        "A trusted proxy writes no address into X-Forwarded-For: all its clients are counted as one, by \
                         every limit"
                    );
                }
                break;
            };
            origin = address.to_canonical();
        }
        origin
    }

    /// The country that a request comes from, as the proxy that handed it on says; what anybody else writes there counts
    /// for nothing, nor does it if it is there twice: one of the two is a client's.
    fn country(&self, peer: IpAddr, headers: &HeaderMap) -> Option<String> {
        let name = self.country.as_ref()?;
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) if self.are_trusted(peer.to_canonical()) => {
                value.to_str().ok().map(str::to_owned)
            }
            _ => None,
        }
    }

    fn are_trusted(&self, address: IpAddr) -> bool {
        self.trusted
            .iter()
            .any(|network| network.contains(&address))
    }
}

/// Whether a client comes from one of these networks.
pub(super) fn is_among(client: &Client, networks: &[IpNet]) -> bool {
    let is_in = |address| networks.iter().any(|network| network.contains(&address));
    client.address.is_some_and(is_in)
}

/// The address that a proxy wrote: some put the port behind it, or brackets around one of IPv6.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.parse().ok();
    let with_port = || Some(hop.parse::<SocketAddr>().ok()?.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn origin(proxies: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let proxies = proxies.iter().map(|proxy| proxy.parse().unwrap());
        let proxies = Proxies::new(Some(proxies.collect()), None);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        proxies.origin(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn nobody_becomes_the_proxy_by_what_stands_before_its_address() {
        let proxies = Proxies::new(Some(vec!["10.0.0.0/8".parse().unwrap()]), None);
        let mut headers = HeaderMap::new();
        let forged = HeaderValue::from_bytes(b"\xff\x80, 198.51.100.7").unwrap();
        headers.append(FORWARDED_FOR, forged);

        let origin = proxies.origin("10.1.1.1".parse().unwrap(), &headers);

        assert_eq!(origin.to_string(), "198.51.100.7");
        assert!(!proxies.is_unclear.load(Ordering::Relaxed));
    }

    #[test]
    fn addresses_may_have_ports_and_brackets_and_what_has_none_is_told_of() {
        for (written, expected) in [
            ("198.51.100.7:4711", "198.51.100.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
        ] {
            assert_eq!(address(written).unwrap().to_string(), expected);
        }
        for written in ["", "unknown", "_hidden", "198.51.100.7:", "[198.51.100.7"] {
            assert_eq!(address(written), None, "{written}");
        }
        let proxies = Proxies::new(Some(vec!["10.0.0.0/8".parse().unwrap()]), None);
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, HeaderValue::from_static("1.1.1.1, unknown"));
        proxies.origin("10.1.1.1".parse().unwrap(), &headers);
        assert!(proxies.is_unclear.load(Ordering::Relaxed));
    }

    #[test]
    fn a_country_is_what_one_of_our_own_proxies_says() {
        let name = HeaderName::from_static("cf-ipcountry");
        let trusted = || Some(vec!["10.0.0.0/8".parse().unwrap()]);
        let country = |proxies: &Proxies, peer: &str, said: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in said {
                headers.append(&name, HeaderValue::from_static(value));
            }
            proxies.country(peer.parse().unwrap(), &headers)
        };
        let (proxies, unset) = (
            Proxies::new(trusted(), Some(name.clone())),
            Proxies::new(trusted(), None),
        );

        assert_eq!(
            country(&proxies, "10.1.1.1", &["DE"]).as_deref(),
            Some("DE")
        );
        assert_eq!(
            country(&proxies, "::ffff:10.1.1.1", &["DE"]).as_deref(),
            Some("DE")
        );
        assert_eq!(country(&proxies, "192.0.2.1", &["DE"]), None);
        assert_eq!(country(&proxies, "10.1.1.1", &["US", "DE"]), None);
        assert_eq!(country(&proxies, "10.1.1.1", &[]), None);
        assert_eq!(country(&unset, "10.1.1.1", &["DE"]), None);
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"];

        assert_eq!(origin(&[], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(
            origin(&proxies, "192.0.2.1", &["198.51.100.7"]),
            "192.0.2.1"
        );
        assert_eq!(
            origin(&proxies, "10.1.1.1", &["198.51.100.7"]),
            "198.51.100.7"
        );
        assert_eq!(
            origin(&proxies, "10.1.1.1", &["1.1.1.1, 198.51.100.7, 10.2.2.2"]),
            "198.51.100.7"
        );
        assert_eq!(
            origin(&proxies, "10.1.1.1", &["1.1.1.1", "198.51.100.7,10.2.2.2"]),
            "198.51.100.7"
        );
        assert_eq!(
            origin(&proxies, "::ffff:10.1.1.1", &["198.51.100.7"]),
            "198.51.100.7"
        );
        assert_eq!(origin(&proxies, "10.1.1.1", &["nonsense"]), "10.1.1.1");
        assert_eq!(
            origin(&proxies, "10.1.1.1", &["1.1.1.1, nonsense, 10.2.2.2"]),
            "10.2.2.2"
        );
        assert_eq!(origin(&proxies, "10.1.1.1", &[]), "10.1.1.1");
    }
}
