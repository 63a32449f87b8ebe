//! What lies in a folder, and what each file of it is taken for.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::catalog::{ExternalId, ExtraKind, PictureKind};
use crate::domain::language::LanguageTag;

/// Something that was found in a library: a file, a folder, or what only looks like one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it lies, from the library's root, with `/` between folders. As it is on disk; where that is no UTF-8, each
    /// byte that is none is written as `\xE9`, and `is_utf8` is false.
    pub path: String,
    #[serde(default = "yes")]
    pub is_utf8: bool,
    pub kind: EntryKind,
    /// In bytes; 0 of what is no file.
    pub size: u64,
    /// When what is in it changed last, if the disk knows.
    pub modified: Option<DateTime<Utc>>,
    /// The path of the file before it, in the order of paths, that is the same on disk under another name (a hard link).
    #[serde(default)]
    pub same_as: Option<String>,
}

fn yes() -> bool {
    true
}

/// What an entry is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum EntryKind {
    File,
    Folder,
    /// A link to a file of the library, by its path from the root.
    LinkToFile {
        target: String,
    },
    /// A link to a folder of the library, by its path from the root; empty: the root. It is never gone into, for what is in
    /// there is found under its own name.
    LinkToFolder {
        target: String,
    },
    /// A link out of the library.
    LinkOut,
    /// A link to what is not there, or that leads to itself.
    BrokenLink,
    /// A pipe, a socket or a device, which is never opened.
    Special,
    /// What cannot be looked at, and what the disk says of it.
    Unreadable {
        error: String,
    },
}

/// What a file is taken for, how sure that is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    pub taken_for: TakenFor,
    pub certainty: Certainty,
    /// Why it is taken for that, and not for something else: a sentence without a full stop.
    pub reason: String,
    /// What it is of, or whose it would be; `None`: nothing says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// What tells it from other versions of the same: `2160p`, `Director's Cut`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Which part of several files that are one film or episode, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// How a film in 3D has its two pictures: `hsbs`, `fsbs`, `htab`, `ftab`, `mvc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stereo: Option<String>,
    /// Of a subtitle, or of a track of sound beside a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Track>,
    /// The path of the video, or of the folder of the film or series, that it goes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belongs_to: Option<String>,
    /// What is wrong with it, or was passed over in it, without making it something else: sentences without a full stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl Guess {
    /// A guess of which no more is known than what it is.
    pub fn new(taken_for: TakenFor, certainty: Certainty, reason: impl Into<String>) -> Self {
        Self {
            taken_for,
            certainty,
            reason: reason.into(),
            item: None,
            version: None,
            part: None,
            stereo: None,
            track: None,
            belongs_to: None,
            warnings: Vec::new(),
        }
    }
}

/// What a file may be taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenFor {
    /// A film, or one or several episodes, or a part of that.
    Video,
    /// A video about a film or series.
    Extra(ExtraKind),
    /// A piece of a video, to look at before one takes all of it. It is never shown.
    Sample,
    Subtitle,
    /// A track of sound for a video that lies beside it, or the theme of a film or series.
    Audio,
    Picture(PictureKind),
    /// A picture of a kind that this version has no use for: a disc, a clear art, a cast photo.
    OtherPicture,
    /// A `.nfo` file, which says what lies beside it.
    Sidecar,
    /// A file of a disc's folders, which are one video together; see `belongs_to`.
    DiscPart,
    /// The same file as another one, under another name, or a copy of it; see `belongs_to`.
    Duplicate,
    /// A video, by its name, that cannot be one: it has no bytes, none of a video, or is a copy that broke off.
    Damaged,
    /// What is still being fetched or copied.
    Unfinished,
    /// What a `.ignore` or `.nomedia` file takes out of the library, and these files themselves.
    Ignored,
    /// What systems and programs leave behind.
    Junk,
    /// What must not be read: it leads out of the library, is a pipe or a device, or cannot be looked at.
    Refused,
    /// A file that no library has a use for.
    Other,
}

impl TakenFor {
    /// The name of the sort in reports, without the kind of an extra or a picture.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Video => "VIDEO",
            Self::Extra(_) => "EXTRA",
            Self::Sample => "SAMPLE",
            Self::Subtitle => "SUBTITLE",
            Self::Audio => "AUDIO",
            Self::Picture(_) => "PICTURE",
            Self::OtherPicture => "OTHER_PICTURE",
            Self::Sidecar => "SIDECAR",
            Self::DiscPart => "DISC_PART",
            Self::Duplicate => "DUPLICATE",
            Self::Damaged => "DAMAGED",
            Self::Unfinished => "UNFINISHED",
            Self::Ignored => "IGNORED",
            Self::Junk => "JUNK",
            Self::Refused => "REFUSED",
            Self::Other => "OTHER",
        }
    }
}

/// How sure a guess is, the least sure first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It may as well be something else: a curator should look.
    Unsure,
    /// The name reads so, and hardly otherwise.
    Likely,
    /// The name follows the rules, or a sidecar says so.
    Sure,
}

impl Certainty {
    /// The name of it in reports, as in `reelgraph scan --report`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsure => "UNSURE",
            Self::Likely => "LIKELY",
            Self::Sure => "SURE",
        }
    }
}

/// What a file is of, as its name, its folders and its sidecar say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum Item {
    Film(Named),
    Series(Named),
    Season { series: Named, season: u32 },
    Episodes(Episodes),
}

impl Item {
    /// The film, or the series that it is or belongs to.
    pub fn named(&self) -> &Named {
        match self {
            Self::Film(named) | Self::Series(named) => named,
            Self::Season { series, .. } => series,
            Self::Episodes(episodes) => &episodes.series,
        }
    }
}

/// One or several episodes in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episodes {
    pub series: Named,
    /// 0 are specials; `None`: nothing says.
    pub season: Option<u32>,
    /// Their numbers in the season, ascending; empty if there are only `absolute` or `date`.
    pub numbers: Vec<u32>,
    /// The number in the series as a whole, where no season is said.
    #[serde(default)]
    pub absolute: Option<u32>,
    /// The day on which it was on the air, where it is named by that.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// What the first is called, if that is said.
    #[serde(default)]
    pub title: Option<String>,
    /// Ids elsewhere of the first of them.
    #[serde(default)]
    pub external_ids: Vec<ExternalId>,
}

/// How a film or series is called: cleaned of what releases add, in the composed spelling (NFC).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Empty if nothing says it.
    pub name: String,
    /// Another name that a sidecar says, as the original one.
    #[serde(default)]
    pub original_name: Option<String>,
    pub year: Option<i32>,
    /// Its ids elsewhere, sorted by provider.
    #[serde(default)]
    pub external_ids: Vec<ExternalId>,
}

/// What the name of a subtitle or of a track of sound says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// The language of it; `None`: nothing says.
    pub language: Option<LanguageTag>,
    /// Whether players should choose it by themselves.
    pub is_default: bool,
    /// Whether it has only what is not in the language of the video.
    pub is_forced: bool,
    /// Whether it tells of sounds, for whoever does not hear them.
    pub is_for_hearing_impaired: bool,
    /// What is in the name besides language and flags.
    pub title: Option<String>,
}
