//! Videos that lie on other sites and are shown in their players: which site, and which of its videos.
//!
//! Ids are known by their shape alone. Whether there is such a video only its host can say; see [`super::VideoHosts`].

use serde::{Deserialize, Serialize};
use url::Url;

use super::error::VideoError;
use super::limits::MAX_ADDRESS;

/// The length of each id of YouTube, and of Wistia.
const YOUTUBE_ID: usize = 11;
const WISTIA_ID: usize = 10;
/// The most digits that an id of Vimeo has, and the digits that a hash of an unlisted video may have.
const VIMEO_ID: usize = 12;
const VIMEO_HASH: std::ops::RangeInclusive<usize> = 6..=40;

/// A site that videos lie on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VideoHost {
    YouTube,
    Vimeo,
    Wistia,
}

/// A video on another site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostVideo {
    pub host: VideoHost,
    /// As the host spells it.
    pub id: String,
    /// What a video of Vimeo is reached by that is not listed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl VideoHost {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::YouTube, Self::Vimeo, Self::Wistia];

    /// As addresses of the short form and commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::YouTube => "youtube",
            Self::Vimeo => "vimeo",
            Self::Wistia => "wistia",
        }
    }
}

impl HostVideo {
    /// The video that a text names: the address of its page or of its player, or the host and the id, as `youtube:ID`,
    /// `vimeo:ID`, `vimeo:ID/HASH` or `wistia:ID`.
    pub fn parse(text: &str) -> Result<Self, VideoError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(VideoError::BlankAddress);
        }
        if text.chars().count() > MAX_ADDRESS {
            return Err(VideoError::AddressTooLong);
        }
        let found = match short(text) {
            Some((host, id, hash)) => of(host, id, hash),
            None => Url::parse(text).ok().and_then(|url| of_address(&url)),
        };
        found.ok_or_else(|| VideoError::UnknownAddress(text.to_owned()))
    }

    /// The host and the id in the short form that [`Self::parse`] takes.
    pub fn name(&self) -> String {
        let (host, id) = (self.host.as_str(), &self.id);
        match &self.hash {
            Some(hash) => format!("{host}:{id}/{hash}"),
            None => format!("{host}:{id}"),
        }
    }

    /// The page of the player, to be shown in a frame. That of YouTube sets no cookies before somebody plays it, and that
    /// of Vimeo is asked to track nobody.
    pub fn player(&self) -> String {
        let id = &self.id;
        match (self.host, &self.hash) {
            (VideoHost::YouTube, _) => format!("https://www.youtube-nocookie.com/embed/{id}"),
            (VideoHost::Vimeo, Some(hash)) => {
                format!("https://player.vimeo.com/video/{id}?h={hash}&dnt=1")
            }
            (VideoHost::Vimeo, None) => format!("https://player.vimeo.com/video/{id}?dnt=1"),
            (VideoHost::Wistia, _) => format!("https://fast.wistia.net/embed/iframe/{id}"),
        }
    }

    /// The page of the video, which its host is asked about it by.
    pub fn page(&self) -> String {
        let id = &self.id;
        match (self.host, &self.hash) {
            (VideoHost::YouTube, _) => format!("https://www.youtube.com/watch?v={id}"),
            (VideoHost::Vimeo, Some(hash)) => format!("https://vimeo.com/{id}/{hash}"),
            (VideoHost::Vimeo, None) => format!("https://vimeo.com/{id}"),
            (VideoHost::Wistia, _) => format!("https://home.wistia.com/medias/{id}"),
        }
    }
}

/// The parts of the short form; `None`: it is an address.
fn short(text: &str) -> Option<(VideoHost, &str, Option<&str>)> {
    let (host, rest) = text.split_once(':')?;
    let host = VideoHost::ALL.into_iter().find(|it| it.as_str() == host)?;
    Some(match rest.split_once('/') {
        Some((id, hash)) => (host, id, Some(hash)),
        None => (host, rest, None),
    })
}

/// The video with these parts, if each has the shape of one.
fn of(host: VideoHost, id: &str, hash: Option<&str>) -> Option<HostVideo> {
    let is_right = match host {
        VideoHost::YouTube => {
            let is_of_ids = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
            id.len() == YOUTUBE_ID && id.bytes().all(is_of_ids) && hash.is_none()
        }
        VideoHost::Vimeo => {
            let is_id = (1..=VIMEO_ID).contains(&id.len())
                && !id.starts_with('0')
                && id.bytes().all(|it| it.is_ascii_digit());
            let is_hash = |hash: &str| {
                let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
                VIMEO_HASH.contains(&hash.len()) && hash.bytes().all(is_digit)
            };
            is_id && hash.is_none_or(is_hash)
        }
        VideoHost::Wistia => {
            let is_of_ids = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
            id.len() == WISTIA_ID && id.bytes().all(is_of_ids) && hash.is_none()
        }
    };
    is_right.then(|| HostVideo {
        host,
        id: id.to_owned(),
        hash: hash.map(str::to_owned),
    })
}

/// The video that an address of a host is of.
fn of_address(url: &Url) -> Option<HostVideo> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let site = url.host_str()?;
    let site = site.strip_prefix("www.").unwrap_or(site);
    let parts: Vec<&str> = url.path_segments()?.filter(|it| !it.is_empty()).collect();
    let asked = |name: &str| {
        let mut pairs = url.query_pairs();
        let (_, value) = pairs.find(|(found, _)| found == name)?;
        Some(value.into_owned())
    };
    match (site, &parts[..]) {
        ("youtu.be", [id])
        | (
            "youtube.com" | "m.youtube.com" | "youtube-nocookie.com",
            ["embed" | "shorts" | "live" | "v", id],
        ) => of(VideoHost::YouTube, id, None),
        ("youtube.com" | "m.youtube.com" | "music.youtube.com", ["watch"]) => {
            of(VideoHost::YouTube, &asked("v")?, None)
        }
        ("vimeo.com", [id, hash]) => of(VideoHost::Vimeo, id, Some(*hash)),
        ("vimeo.com", [id] | ["channels", _, id]) | ("player.vimeo.com", ["video", id]) => {
            of(VideoHost::Vimeo, id, asked("h").as_deref())
        }
        ("wi.st", ["medias", id])
        | ("fast.wistia.net" | "fast.wistia.com", ["embed", "iframe" | "medias", id]) => {
            of(VideoHost::Wistia, id, None)
        }
        (site, ["medias", id]) if site.ends_with(".wistia.com") => of(VideoHost::Wistia, id, None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_video_name_the_same_video() {
        for (text, name) in [
            (
                "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
                "youtube:aqz-KE-bpKQ",
            ),
            (
                "http://m.youtube.com/watch?t=5&v=aqz-KE-bpKQ",
                "youtube:aqz-KE-bpKQ",
            ),
            ("https://youtu.be/aqz-KE-bpKQ?si=x", "youtube:aqz-KE-bpKQ"),
            (
                " https://youtube.com/shorts/aqz-KE-bpKQ/ ",
                "youtube:aqz-KE-bpKQ",
            ),
            (
                "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ",
                "youtube:aqz-KE-bpKQ",
            ),
            ("youtube:aqz-KE-bpKQ", "youtube:aqz-KE-bpKQ"),
            ("https://vimeo.com/1084537", "vimeo:1084537"),
            (
                "https://vimeo.com/channels/staffpicks/1084537",
                "vimeo:1084537",
            ),
            (
                "https://vimeo.com/1084537/0123abcdef",
                "vimeo:1084537/0123abcdef",
            ),
            (
                "https://player.vimeo.com/video/1084537?h=0123abcdef",
                "vimeo:1084537/0123abcdef",
            ),
            (
                "https://home.wistia.com/medias/e4a27b971d",
                "wistia:e4a27b971d",
            ),
            (
                "https://fast.wistia.net/embed/iframe/e4a27b971d",
                "wistia:e4a27b971d",
            ),
        ] {
            let video = HostVideo::parse(text).unwrap();
            assert_eq!(video.name(), name, "{text}");
            for again in [video.name(), video.page(), video.player()] {
                assert_eq!(HostVideo::parse(&again).unwrap(), video, "{again}");
            }
        }
    }

    #[test]
    fn what_has_not_the_shape_of_a_video_is_none() {
        for text in [
            "https://example.org/watch?v=aqz-KE-bpKQ",
            "https://youtube.com.example.org/watch?v=aqz-KE-bpKQ",
            "https://www.youtube.com/watch",
            "https://www.youtube.com/watch?v=aqz-KE-bpK",
            "https://www.youtube.com/embed/aqz-KE-bpKQ/../../x",
            "javascript:alert(1)",
            "ftp://youtu.be/aqz-KE-bpKQ",
            "youtube:aqz-KE-bpK\"",
            "youtube:aqz-KE-bpKQ/0123abcdef",
            "vimeo:0123",
            "vimeo:1084537/XYZ",
            "vimeo:1084537/",
            "wistia:E4A27B971D",
            "dailymotion:x7tgad0",
            "aqz-KE-bpKQ",
        ] {
            let refused = HostVideo::parse(text);
            assert!(
                matches!(refused, Err(VideoError::UnknownAddress(_))),
                "{text}: {refused:?}"
            );
        }
        assert!(matches!(
            HostVideo::parse(" "),
            Err(VideoError::BlankAddress)
        ));
        let long = format!("https://youtu.be/{}", "a".repeat(MAX_ADDRESS));
        assert!(matches!(
            HostVideo::parse(&long),
            Err(VideoError::AddressTooLong)
        ));
    }

    #[test]
    fn players_keep_the_hash_and_set_no_cookies() {
        let player = |name| HostVideo::parse(name).unwrap().player();

        assert_eq!(
            player("youtube:aqz-KE-bpKQ"),
            "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"
        );
        assert_eq!(
            player("vimeo:1084537/0123abcdef"),
            "https://player.vimeo.com/video/1084537?h=0123abcdef&dnt=1"
        );
    }
}
