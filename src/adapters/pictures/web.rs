//! Pictures on the web: within bounds of time and bytes, from the host that is named and no other, and unless the settings
//! say otherwise from the public internet alone.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use reqwest::StatusCode;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
};
use reqwest::redirect::{Action, Attempt, Policy};
use url::{Host, Url};

use super::addresses::is_public;
use super::reach::Reach;
use crate::domain::catalog::MOST_BYTES;
use crate::domain::loading::{PictureFault, PictureRead};

/// How long it may take to reach a host, and all of it.
const CONNECTING: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a host may say nothing: before it begins to answer, and then each time.
const SILENCE: Duration = Duration::from_secs(20);
/// How often a host may lead on to another address of its own.
const REDIRECTS: usize = 3;
/// How long to wait before what failed in passing is tried once more.
const PAUSE: Duration = Duration::from_secs(1);
const PRIVATE: &str = "is on a private network, which picture-urls=any allows to read from";
/// What begins a validator that is an entity tag, and one that is a time.
const TAG: &str = "etag";
const TIME: &str = "modified";

/// Asks hosts on the web.
pub(super) struct Web {
    client: reqwest::Client,
    reach: Reach,
}

/// Why there is no answer, as the rest of a sentence.
struct Failure {
    reason: String,
    lasts: Lasts,
}

/// What asking again would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasts {
    /// It may go well a moment later.
    AMoment,
    /// The host was reached, and said nothing for as long as it may: so it would again, and whatever it is asked for.
    TooLong,
    /// Nothing, whenever it is done.
    ForGood,
}

/// Names of hosts, with their addresses on the public internet alone: what a name stands for is looked at where it is
/// connected to, so that no second answer of a name server leads elsewhere.
struct PublicNames;

impl Web {
    pub(super) fn new(reach: Reach) -> Result<Self, String> {
        Self::with_silence(reach, SILENCE)
    }

    fn with_silence(reach: Reach, silence: Duration) -> Result<Self, String> {
        let mut client = reqwest::Client::builder()
            .redirect(Policy::custom(lead_on))
            .https_only(reach != Reach::Any)
            // A proxy would look up names itself.
            .no_proxy()
            .connect_timeout(CONNECTING)
            .timeout(PATIENCE)
            .read_timeout(silence)
            .user_agent("reelgraph");
        if reach != Reach::Any {
            client = client.dns_resolver(PublicNames);
        }
        let client = client.build();
        let client = client.map_err(|error| format!("cannot be asked for: {error}"))?;
        Ok(Self { client, reach })
    }

    /// What is at an address, unless it is as it was when the validator was given.
    pub(super) async fn read(
        &self,
        url: &Url,
        validator: Option<&str>,
    ) -> Result<PictureRead, PictureFault> {
        if self.reach != Reach::Any {
            check(url).map_err(|reason| PictureFault::Refused(reason.to_owned()))?;
        }
        let once_more = ConstantBuilder::default()
            .with_delay(PAUSE)
            .with_max_times(1);
        let read = (|| self.try_to_read(url, validator))
            .retry(once_more)
            .when(|failure| failure.lasts == Lasts::AMoment)
            .await;
        read.map_err(|Failure { reason, lasts }| match lasts {
            Lasts::AMoment => PictureFault::Away(reason),
            Lasts::TooLong => PictureFault::Silent(reason),
            Lasts::ForGood => PictureFault::Refused(reason),
        })
    }

    async fn try_to_read(&self, url: &Url, before: Option<&str>) -> Result<PictureRead, Failure> {
        let mut request = self.client.get(url.clone());
        if let Some((name, value)) = before.and_then(condition) {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(Failure::before_answer)?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED && before.is_some() {
            return Ok(PictureRead::Same);
        }
        if status != StatusCode::OK {
            let is_passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(Failure {
                reason: format!("is answered with {status}"),
                lasts: if is_passing {
                    Lasts::AMoment
                } else {
                    Lasts::ForGood
                },
            });
        }
        let validator = validator(response.headers());
        // Not every host looks at conditions.
        if validator.is_some() && validator.as_deref() == before {
            return Ok(PictureRead::Same);
        }
        let too_long = || {
            let reason = format!("has more than {MOST_BYTES} bytes");
            Failure {
                reason,
                lasts: Lasts::ForGood,
            }
        };
        if response
            .content_length()
            .is_some_and(|length| length > MOST_BYTES as u64)
        {
            return Err(too_long());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Failure::network)? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(too_long());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(PictureRead::Bytes { bytes, validator })
    }
}

impl Failure {
    /// What fails before there is any answer: a host that was reached, and does not give one in time, is silent.
    fn before_answer(error: reqwest::Error) -> Self {
        let is_silent = error.is_timeout() && !error.is_connect();
        let mut failure = Self::network(error);
        if is_silent {
            failure.lasts = Lasts::TooLong;
        }
        failure
    }

    fn network(error: reqwest::Error) -> Self {
        // The address may have a secret in it, and the outer errors say nothing but that there was one.
        let error = error.without_url();
        let cause = innermost(&error);
        // What the resolver says of a name is no matter of time.
        let is_private = cause == PRIVATE;
        let is_passing = !is_private && !error.is_redirect() && !error.is_builder();
        let reason = if error.is_redirect() {
            "leads on to another host, or too often".to_owned()
        } else if is_private {
            cause
        } else if error.is_timeout() {
            "is not answered in time".to_owned()
        } else {
            format!("cannot be read: {cause}")
        };
        let lasts = if is_passing {
            Lasts::AMoment
        } else {
            Lasts::ForGood
        };
        Self { reason, lasts }
    }
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public = found.filter(|address| is_public(address.ip()));
            let public: Vec<SocketAddr> = public.collect();
            if public.is_empty() {
                return Err(PRIVATE.into());
            }
            let public: Addrs = Box::new(public.into_iter());
            Ok(public)
        })
    }
}

/// Whether an address may be read that leads to the public internet alone. What names of hosts stand for is looked at
/// later.
fn check(url: &Url) -> Result<(), &'static str> {
    if url.scheme() != "https" {
        return Err("is no https address, which picture-urls=any allows to read from");
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err("names no host"),
    };
    if is_public(address) {
        Ok(())
    } else {
        Err(PRIVATE)
    }
}

/// Goes on within the host that was asked first.
fn lead_on(attempt: Attempt<'_>) -> Action {
    let next = attempt.url();
    let is_near = attempt.previous().first().is_some_and(|first| {
        let is_safer = next.scheme() == "https" && next.port().is_none();
        next.host() == first.host() && (is_safer || next.origin() == first.origin())
    });
    if is_near && attempt.previous().len() <= REDIRECTS {
        attempt.follow()
    } else {
        attempt.error("another host, or too often")
    }
}

/// The header that asks for what is not as this validator says.
fn condition(validator: &str) -> Option<(HeaderName, &str)> {
    match validator.split_once(':')? {
        (TAG, tag) => Some((IF_NONE_MATCH, tag)),
        (TIME, time) => Some((IF_MODIFIED_SINCE, time)),
        _ => None,
    }
}

/// What will tell whether it has changed.
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let tag = text(ETAG).map(|tag| format!("{TAG}:{tag}"));
    tag.or_else(|| text(LAST_MODIFIED).map(|time| format!("{TIME}:{time}")))
}

fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_on_the_internet_is_asked() {
        for (address, reason) in [
            ("https://example.org/a.jpg", None),
            ("https://93.184.216.34/a.jpg", None),
            ("http://example.org/a.jpg", Some("is no https address")),
            ("https://127.0.0.1/a.jpg", Some(PRIVATE)),
            ("https://2130706433/a.jpg", Some(PRIVATE)),
            ("https://[::1]/a.jpg", Some(PRIVATE)),
            ("https://169.254.169.254/latest", Some(PRIVATE)),
        ] {
            let found = check(&address.parse().unwrap());
            match reason {
                None => assert_eq!(found, Ok(()), "{address}"),
                Some(reason) => {
                    let said = found.unwrap_err();
                    assert!(said.starts_with(reason), "{address}: {said}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_has_no_public_address() {
        let found = PublicNames.resolve("localhost".parse().unwrap()).await;

        let Err(error) = found else {
            unreachable!("it is loopback");
        };
        assert_eq!(error.to_string(), PRIVATE);
    }

    #[tokio::test]
    async fn a_host_that_is_reached_and_says_nothing_is_asked_once() {
        let host = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/a.jpg", host.local_addr().unwrap());
        drop(rustls::crypto::ring::default_provider().install_default());
        let web = Web::with_silence(Reach::Any, Duration::from_millis(100)).unwrap();

        let read = web.read(&url.parse().unwrap(), None).await;

        let reason = "is not answered in time".to_owned();
        assert_eq!(read, Err(PictureFault::Silent(reason)));
        // Its connections wait there, each of them: there is one, and no other.
        assert!(host.accept().await.is_ok());
        let other = tokio::time::timeout(Duration::from_millis(50), host.accept());
        assert!(other.await.is_err());
    }

    #[test]
    fn a_validator_is_what_a_condition_is_made_of() {
        let mut headers = HeaderMap::new();
        assert_eq!(validator(&headers), None);
        headers.insert(
            LAST_MODIFIED,
            "Tue, 01 Dec 2026 10:00:00 GMT".parse().unwrap(),
        );
        let time = validator(&headers).unwrap();
        let expected = (IF_MODIFIED_SINCE, "Tue, 01 Dec 2026 10:00:00 GMT");
        assert_eq!(condition(&time), Some(expected));
        headers.insert(ETAG, "W/\"a:b\"".parse().unwrap());
        let tag = validator(&headers).unwrap();
        assert_eq!(condition(&tag), Some((IF_NONE_MATCH, "W/\"a:b\"")));
        assert_eq!(condition("7-1"), None);
    }
}
