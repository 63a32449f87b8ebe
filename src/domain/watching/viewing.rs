//! What was played, as it is handed to whoever counts usage: one stretch after the other.

use chrono::serde::ts_milliseconds;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::sections::Stretch;
use super::touched::PlayRef;
use super::types::WatchedItem;
use crate::domain::ids::{EpisodeId, PlayId, ProfileId, TitleId};

/// The longest name of a client that is kept, in bytes.
const LONGEST_CLIENT: usize = 32;

/// A stretch that a report added to a play.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Played {
    pub stretch: Stretch,
    /// How long the item is, in seconds, as far as the play knows.
    pub duration: Option<f64>,
}

/// A stretch of a film or an episode that was played without a jump. It names nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Viewing {
    pub sitting: SittingId,
    /// The film, or the series of the episode.
    pub title: TitleId,
    pub episode: Option<EpisodeId>,
    /// Where it began and ended, in seconds from the start of the item.
    pub from: f64,
    pub to: f64,
    /// When it began and ended, in UTC.
    #[serde(with = "ts_milliseconds")]
    pub from_at: DateTime<Utc>,
    #[serde(with = "ts_milliseconds")]
    pub to_at: DateTime<Utc>,
    /// How long the item is, in seconds, if that is known.
    pub duration: Option<f64>,
    pub origin: Origin,
    /// What it is known by if it is sent again; none: it comes once.
    pub event: Option<u64>,
}

/// One play of one viewer, as one-way hashes of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SittingId {
    pub viewer: [u8; 16],
    pub play: [u8; 16],
}

/// Where and with what something was watched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub country: Option<Country>,
    pub device: Option<Device>,
    /// What the client calls itself, at most 32 bytes.
    pub client: Option<String>,
}

/// A country, by its two capital letters of ISO 3166-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Country([u8; 2]);

/// What something was watched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A computer, on a desk or a lap.
    Desktop,
    Phone,
    Tablet,
    /// A television, or a box beside one.
    Television,
    /// Something else that said what it is.
    Other,
}

impl Viewing {
    pub(super) fn of(play: &PlayRef, played: Played, origin: &Origin) -> Self {
        let Played { stretch, duration } = played;
        Self {
            sitting: SittingId::of_play(play.profile, play.play),
            title: play.title,
            episode: match play.item {
                WatchedItem::Episode(episode) => Some(episode),
                WatchedItem::Film(_) | WatchedItem::Series(_) => None,
            },
            from: stretch.from,
            to: stretch.to,
            from_at: stretch.from_at,
            to_at: stretch.to_at,
            duration,
            origin: origin.clone(),
            event: None,
        }
    }
}

impl SittingId {
    /// A play of a profile here.
    pub fn of_play(profile: ProfileId, play: PlayId) -> Self {
        Self {
            viewer: Self::viewer(profile),
            play: hash(b"play\0", &[play.0.as_bytes(), &profile.0.to_be_bytes()]),
        }
    }

    /// What a session of another player plays of an item. Names are of those who send them: two of them never mean the same
    /// one.
    pub fn of_session(sender: &str, viewer: &str, session: &str, item: WatchedItem) -> Self {
        let [sender, viewer, session] = [sender, viewer, session].map(str::as_bytes);
        let (kind, id) = item.key();
        Self {
            viewer: hash(b"viewer elsewhere\0", &[sender, b"\0", viewer]),
            play: hash(
                b"session elsewhere\0",
                &[
                    sender,
                    b"\0",
                    session,
                    b"\0",
                    kind.as_bytes(),
                    &id.to_be_bytes(),
                ],
            ),
        }
    }

    /// How the sittings of a profile name it. Nothing that stays of an erased one leads to it.
    pub fn viewer(profile: ProfileId) -> [u8; 16] {
        hash(b"usage viewer\0", &[&profile.0.to_be_bytes()])
    }

    /// How the viewer is named where different ones are counted of one thing: that one is the same elsewhere is not seen.
    pub fn viewer_of(&self, counted: &[u8]) -> [u8; 16] {
        hash(b"usage viewer of\0", &[counted, b"\0", &self.viewer])
    }
}

fn hash(purpose: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(purpose);
    for part in parts {
        hash.update(part);
    }
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    first
}

impl Origin {
    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// A client's name as it is kept: printable ASCII, cut to 32 bytes; none if nothing of it is left.
    pub fn client_name(said: &str) -> Option<String> {
        let printable = said.chars().filter(|it| matches!(it, ' '..='~'));
        let kept: String = printable.take(LONGEST_CLIENT).collect();
        let kept = kept.trim();
        (!kept.is_empty()).then(|| kept.to_owned())
    }
}

impl Country {
    /// The country with this code, in any case; none if there is no such country.
    pub fn parse(code: &str) -> Option<Self> {
        let country = rust_iso3166::from_alpha2(&code.to_ascii_uppercase())?;
        Some(Self(country.alpha2.as_bytes().try_into().ok()?))
    }

    /// Its code, in capitals.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Device {
    /// All that there are.
    pub const ALL: [Self; 5] = [
        Self::Desktop,
        Self::Phone,
        Self::Tablet,
        Self::Television,
        Self::Other,
    ];

    /// As one word, as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Television => "television",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_one_of_iso_3166() {
        assert_eq!(Country::parse("de").unwrap().code(), "DE");
        for code in ["", "D", "DEU", "T1", "XX", "ß"] {
            assert_eq!(Country::parse(code), None, "{code}");
        }
    }

    #[test]
    fn a_clients_name_is_short_and_printable() {
        let name = |said: &str| Origin::client_name(said);

        assert_eq!(name("web\u{7f}\n 2.1").as_deref(), Some("web 2.1"));
        assert_eq!(name(&"x".repeat(99)).unwrap().len(), LONGEST_CLIENT);
        assert_eq!(name(" \u{1f600} "), None);
    }

    #[test]
    fn what_two_senders_call_the_same_is_not() {
        let film = WatchedItem::Film(TitleId(1));
        let of = |sender, viewer, session| SittingId::of_session(sender, viewer, session, film);

        assert_eq!(of("a", "b", "c"), of("a", "b", "c"));
        assert_ne!(of("a", "b", "c"), of("x", "b", "c"));
        assert_eq!(of("a", "b", "c").viewer, of("a", "b", "d").viewer);
        let other = SittingId::of_session("a", "b", "c", WatchedItem::Film(TitleId(2)));
        assert_ne!(of("a", "b", "c").play, other.play);
        assert_ne!(other.viewer_of(b"a"), other.viewer_of(b"b"));
    }
}
