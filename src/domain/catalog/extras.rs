//! Videos about a title that lie on other sites: trailers, interviews, clips.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::language::LanguageTag;

/// A video about a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extra {
    pub kind: ExtraKind,
    /// Where it is found.
    #[serde(flatten)]
    pub video: Video,
    /// What it is called; `None`: it has no name.
    #[serde(default)]
    pub name: Option<String>,
    /// The language that is spoken in it, if that is known.
    #[serde(default)]
    pub language: Option<LanguageTag>,
}

impl Extra {
    /// Whether it is there to advertise the title.
    pub fn is_trailer(&self) -> bool {
        matches!(self.kind, ExtraKind::Trailer | ExtraKind::Teaser)
    }
}

/// What a video about a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraKind {
    Trailer,
    /// A short trailer that shows little.
    Teaser,
    /// A scene, in the title or left out of it.
    Clip,
    /// A short film about the title or its subject.
    Featurette,
    /// How it was made.
    BehindTheScenes,
    /// Somebody who made it is asked about it.
    Interview,
    Other,
}

impl ExtraKind {
    /// The kind that other catalogues spell so, whatever the case and spacing: TMDB, Jellyfin. `None` if none does.
    pub fn spelled(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        let key: String = letters.flat_map(char::to_lowercase).collect();
        Some(match key.as_str() {
            "trailer" => Self::Trailer,
            "teaser" => Self::Teaser,
            "clip" | "scene" | "deletedscene" => Self::Clip,
            "featurette" => Self::Featurette,
            "behindthescenes" | "makingof" => Self::BehindTheScenes,
            "interview" => Self::Interview,
            "other" | "bloopers" | "openingcredits" | "recap" | "short" | "sample" => Self::Other,
            _ => return None,
        })
    }
}

/// Where videos lie, and by which player they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtraHost {
    YouTube,
    Vimeo,
    Wistia,
    /// Anywhere else, as a file or page with an address of its own.
    File,
}

impl ExtraHost {
    /// The host that is called so, whatever the case.
    pub fn named(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "youtube" => Self::YouTube,
            "vimeo" => Self::Vimeo,
            "wistia" => Self::Wistia,
            "file" => Self::File,
            _ => return None,
        })
    }
}

/// A video on another site. It is made by the functions below, so that its id has the shape that its host gives ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Video {
    pub host: ExtraHost,
    /// The host's id of it; of a file its address.
    #[serde(rename = "video")]
    id: String,
    /// What Vimeo wants besides to show a video that is listed nowhere.
    #[serde(default)]
    hash: Option<String>,
}

impl Video {
    /// The video with an id of a host; `None` if the host gives no such ids. A file has none.
    pub fn with_id(host: ExtraHost, id: &str, hash: Option<&str>) -> Option<Self> {
        let is_id = match host {
            ExtraHost::YouTube => {
                let is_part =
                    |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                id.len() == 11 && id.bytes().all(is_part) && hash.is_none()
            }
            ExtraHost::Vimeo => {
                let is_number = (1..=15).contains(&id.len()) && are(id, u8::is_ascii_digit);
                let is_hash = |hash: &str| {
                    (6..=32).contains(&hash.len()) && are(hash, u8::is_ascii_alphanumeric)
                };
                is_number && hash.is_none_or(is_hash)
            }
            ExtraHost::Wistia => {
                id.len() == 10 && are(id, u8::is_ascii_alphanumeric) && hash.is_none()
            }
            ExtraHost::File => false,
        };
        is_id.then(|| Self {
            host,
            id: id.to_owned(),
            hash: hash.map(str::to_owned),
        })
    }

    /// The video at an address: of a page or player of a host that we know, else a file. `None` if it is no address on the
    /// web, has a name or password in it, or leads to no video of a known host. Kodi's way to say "on YouTube" is one.
    pub fn at_address(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let parameter = |wanted: &str| {
            let mut pairs = url.query_pairs();
            pairs
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let host = url.host_str()?.to_lowercase();
        if url.scheme() == "plugin" {
            let is_youtube = host == "plugin.video.youtube";
            let id = parameter("videoid").or_else(|| parameter("video_id"));
            return is_youtube.then(|| Self::with_id(ExtraHost::YouTube, &id?, None))?;
        }
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "https" | "http") || !is_plain {
            return None;
        }
        let segments = url.path_segments().into_iter().flatten();
        let path: Vec<&str> = segments.filter(|part| !part.is_empty()).collect();
        match host.strip_prefix("www.").unwrap_or(&host) {
            "youtube.com" | "m.youtube.com" | "music.youtube.com" | "youtube-nocookie.com" => {
                let id = match path.as_slice() {
                    ["watch"] => parameter("v")?,
                    ["embed" | "shorts" | "live" | "v", id] => (*id).to_owned(),
                    _ => return None,
                };
                Self::with_id(ExtraHost::YouTube, &id, None)
            }
            "youtu.be" => match path.as_slice() {
                [id] => Self::with_id(ExtraHost::YouTube, id, None),
                _ => None,
            },
            "vimeo.com" | "player.vimeo.com" => {
                let hash = parameter("h");
                match path.as_slice() {
                    [id, hash] if *id != "video" => {
                        Self::with_id(ExtraHost::Vimeo, id, Some(*hash))
                    }
                    [id] | ["video", id] | ["channels", _, id] | ["groups", _, "videos", id] => {
                        Self::with_id(ExtraHost::Vimeo, id, hash.as_deref())
                    }
                    _ => None,
                }
            }
            site if is_within(site, "wistia.com") || is_within(site, "wistia.net") => {
                match path.as_slice() {
                    ["medias", id] | ["embed", "iframe" | "medias", id] => {
                        Self::with_id(ExtraHost::Wistia, id, None)
                    }
                    _ => None,
                }
            }
            _ => Some(Self {
                host: ExtraHost::File,
                id: url.to_string(),
                hash: None,
            }),
        }
    }

    /// The host's id of it; `None` for a file.
    pub fn id(&self) -> Option<&str> {
        (self.host != ExtraHost::File).then_some(&*self.id)
    }

    /// What Vimeo wants besides to show a video that is listed nowhere.
    pub fn hash(&self) -> Option<&str> {
        self.hash.as_deref()
    }

    /// The address at which people see it: of its page, for a file of itself, for Wistia of the player.
    pub fn address(&self) -> String {
        let id = &self.id;
        match (self.host, &self.hash) {
            (ExtraHost::YouTube, _) => format!("https://www.youtube.com/watch?v={id}"),
            (ExtraHost::Vimeo, None) => format!("https://vimeo.com/{id}"),
            (ExtraHost::Vimeo, Some(hash)) => format!("https://vimeo.com/{id}/{hash}"),
            (ExtraHost::Wistia, _) => format!("https://fast.wistia.net/embed/iframe/{id}"),
            (ExtraHost::File, _) => id.clone(),
        }
    }
}

fn are(text: &str, is_one: fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().all(is_one)
}

fn is_within(host: &str, domain: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_a_video_are_one() {
        for (host, id, hash, address, spellings) in [
            (
                ExtraHost::YouTube,
                Some("2GfZl4kuVNI"),
                None,
                "https://www.youtube.com/watch?v=2GfZl4kuVNI",
                &[
                    "https://www.youtube.com/watch?v=2GfZl4kuVNI&t=3s",
                    "http://m.youtube.com/watch?feature=share&v=2GfZl4kuVNI",
                    "https://youtu.be/2GfZl4kuVNI?si=x",
                    "https://www.youtube-nocookie.com/embed/2GfZl4kuVNI",
                    "https://YouTube.com/shorts/2GfZl4kuVNI/",
                    "plugin://plugin.video.youtube/?action=play_video&videoid=2GfZl4kuVNI",
                    "plugin://plugin.video.youtube/play/?video_id=2GfZl4kuVNI",
                ][..],
            ),
            (
                ExtraHost::Vimeo,
                Some("76979871"),
                None,
                "https://vimeo.com/76979871",
                &[
                    "https://vimeo.com/76979871",
                    "https://player.vimeo.com/video/76979871",
                    "https://vimeo.com/channels/staffpicks/76979871",
                ],
            ),
            (
                ExtraHost::Vimeo,
                Some("76979871"),
                Some("8272103f6e"),
                "https://vimeo.com/76979871/8272103f6e",
                &[
                    "https://vimeo.com/76979871/8272103f6e",
                    "https://player.vimeo.com/video/76979871?h=8272103f6e",
                ],
            ),
            (
                ExtraHost::Wistia,
                Some("e4a27b971d"),
                None,
                "https://fast.wistia.net/embed/iframe/e4a27b971d",
                &[
                    "https://example.wistia.com/medias/e4a27b971d",
                    "https://fast.wistia.net/embed/iframe/e4a27b971d?autoPlay=1",
                ],
            ),
            (
                ExtraHost::File,
                None,
                None,
                "https://media.example.org/heat%20trailer.mp4",
                &["https://media.example.org/heat trailer.mp4"],
            ),
        ] {
            for spelling in spellings {
                let video = Video::at_address(spelling).expect(spelling);
                assert_eq!(video.host, host, "{spelling}");
                assert_eq!((video.id(), video.hash()), (id, hash), "{spelling}");
                assert_eq!(video.address(), address, "{spelling}");
            }
        }
    }

    #[test]
    fn what_leads_to_no_video_is_none() {
        for address in [
            "",
            "2GfZl4kuVNI",
            "//youtu.be/2GfZl4kuVNI",
            "ftp://example.org/a.mp4",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://ada:secret@example.org/a.mp4",
            "https://www.youtube.com/watch",
            "https://www.youtube.com/watch?v=short",
            "https://www.youtube.com/watch?v=2GfZl4kuVN%22",
            "https://www.youtube.com/@channel",
            "https://youtu.be/",
            "https://vimeo.com/features",
            "https://vimeo.com/76979871/no",
            "https://example.wistia.com/medias/e4a27b971",
            "plugin://plugin.video.other/?videoid=2GfZl4kuVNI",
        ] {
            assert_eq!(Video::at_address(address), None, "{address}");
        }
        // Of another owner.
        let other = Video::at_address("https://notwistia.com/medias/e4a27b971d");
        assert_eq!(other.map(|video| video.host), Some(ExtraHost::File));
        assert_eq!(Video::with_id(ExtraHost::File, "x", None), None);
        assert_eq!(
            Video::with_id(ExtraHost::YouTube, "2GfZl4kuVNI", Some("8272103f6e")),
            None
        );
    }

    proptest! {
        #[test]
        fn the_address_of_a_video_leads_to_it(text in "\\PC{0,60}", path in "(www\\.|m\\.|player\\.)?(youtube|vimeo|wistia)\\.com/[a-z/]{0,9}[A-Za-z0-9?=_-]{0,20}") {
            for text in [text, format!("https://{path}")] {
                if let Some(video) = Video::at_address(&text) {
                    prop_assert_eq!(Video::at_address(&video.address()), Some(video));
                }
            }
        }
    }
}
