//! What hosts say of videos: each is asked at the one address that it has for that, and leads nowhere else.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::REFERER;
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use url::Url;

use crate::domain::video::{HostAnswer, HostTrouble, HostVideo, VideoHost, VideoHosts};

/// How long it may take to reach a host, and all of it.
const CONNECTING: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(20);
/// How many bytes an answer has at the most.
const MOST_BYTES: usize = 64 * 1024;

/// Hosts on the web, or what stands in for them.
pub struct OEmbedHosts {
    client: reqwest::Client,
    /// Where this site is: hosts show some videos to some sites alone.
    site: Option<String>,
    /// What is asked in their place.
    through: Option<Url>,
}

/// Of an answer what is of use.
#[derive(Debug, Deserialize)]
struct Said {
    title: Option<String>,
    duration: Option<f64>,
    thumbnail_url: Option<String>,
    /// What Vimeo says of a video that it shows on some sites alone: 403 if this is none of them.
    domain_status_code: Option<u16>,
}

impl OEmbedHosts {
    /// Asks for a site at this address. `through` is asked in the place of all hosts, with the name of the host behind it.
    /// Fails with what is wrong, as a sentence.
    pub fn open(site: Option<&str>, through: Option<&str>) -> Result<Self, String> {
        let through = through.map(|address| {
            let url = Url::parse(address).ok();
            let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
            url.ok_or_else(|| format!("{address} is no address of the web"))
        });
        let through = through.transpose()?;
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .https_only(through.is_none())
            // A proxy would look up names itself.
            .no_proxy()
            .connect_timeout(CONNECTING)
            .timeout(PATIENCE)
            .user_agent("reelgraph")
            .build();
        Ok(Self {
            client: client.map_err(|error| format!("nobody can be asked: {error}"))?,
            site: site.map(str::to_owned),
            through,
        })
    }

    /// Where a host is asked.
    fn address(&self, host: VideoHost) -> Result<Url, HostTrouble> {
        let address = match &self.through {
            Some(base) => format!("{}/{}", base.as_str().trim_end_matches('/'), host.as_str()),
            None => match host {
                VideoHost::YouTube => "https://www.youtube.com/oembed",
                VideoHost::Vimeo => "https://vimeo.com/api/oembed.json",
                VideoHost::Wistia => "https://fast.wistia.com/oembed",
            }
            .to_owned(),
        };
        Url::parse(&address).map_err(|error| HostTrouble::Unanswered(error.to_string()))
    }
}

#[async_trait]
impl VideoHosts for OEmbedHosts {
    async fn ask(&self, video: &HostVideo) -> Result<HostAnswer, HostTrouble> {
        let mut address = self.address(video.host)?;
        address
            .query_pairs_mut()
            .append_pair("url", &video.page())
            .append_pair("format", "json");
        let mut request = self.client.get(address);
        if let Some(site) = &self.site {
            request = request.header(REFERER, site);
        }
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        match response.status() {
            StatusCode::OK => said(response).await,
            // YouTube calls an id that nobody has a bad request.
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::BAD_REQUEST => {
                Err(HostTrouble::Gone)
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(HostTrouble::Closed),
            status => {
                let reason = format!("it is answered with {status}");
                Err(HostTrouble::Unanswered(reason))
            }
        }
    }
}

/// What an answer says.
async fn said(mut response: Response) -> Result<HostAnswer, HostTrouble> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            let reason = format!("the answer has more than {MOST_BYTES} bytes");
            return Err(HostTrouble::Unanswered(reason));
        }
        bytes.extend_from_slice(&chunk);
    }
    let said: Said = serde_json::from_slice(&bytes)
        .map_err(|_| HostTrouble::Unanswered("the answer is no oEmbed".to_owned()))?;
    if said.domain_status_code == Some(StatusCode::FORBIDDEN.as_u16()) {
        return Err(HostTrouble::Closed);
    }
    Ok(HostAnswer {
        title: said.title,
        duration: said.duration.filter(|seconds| *seconds > 0.0),
        thumbnail: said.thumbnail_url,
    })
}

/// Without the address, which is in the list anyway.
fn unanswered(error: &reqwest::Error) -> HostTrouble {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    HostTrouble::Unanswered(if error.is_timeout() {
        "it took too long".to_owned()
    } else {
        cause.to_string()
    })
}
