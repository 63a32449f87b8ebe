//! A file of a library, as curators see it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject, Union};
use futures::future::try_join_all;

use crate::domain::ids::MediaFileId;
use crate::domain::library::{self, FileEventKind, TakenFor};
use crate::graphql::catalog::{Episode, Film, Series, find_item};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::Cursor;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::page::{Connection, Edge, limit_to};
use crate::graphql::scalars::DateTime;

/// How a file stands with the catalogue.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "library::FileState")]
pub(crate) enum MediaFileState {
    /// It is of something in the catalogue, which `matches` lists.
    Matched,
    /// It may be one of several things, or nobody can be sure of the only one; `candidates` lists them.
    Ambiguous,
    /// It is of nothing in the catalogue; `candidates` lists what is called alike.
    Unmatched,
    /// No library has a use for it, or a curator said that it is of nothing.
    Ignored,
    /// It was there, and the last scan did not find it. It keeps what it was matched with, and comes back with it.
    Missing,
}

/// What a file is taken for, by its name, its folders and its sidecar.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum MediaFileSort {
    /// A film, or one or several episodes, or a part of that.
    Video,
    /// A video about a film or series.
    Extra,
    /// A piece of a video, to look at before one takes all of it.
    Sample,
    /// Subtitles of a video that lies beside it.
    Subtitle,
    /// A track of sound for a video, or the theme of a film or series.
    Audio,
    /// A picture of a kind that the catalogue has.
    Picture,
    /// A picture of a kind that the catalogue has not.
    OtherPicture,
    /// A `.nfo` file, which says what lies beside it.
    Sidecar,
    /// A file of a disc's folders, which are one video together.
    DiscPart,
    /// The same file as another one, under another name, or a copy of it, byte for byte.
    Duplicate,
    /// A video by its name that cannot be one, or a copy that broke off.
    Damaged,
    /// What is still being fetched or copied.
    Unfinished,
    /// What a `.ignore` or `.nomedia` file takes out of the library, and these files themselves.
    Ignored,
    /// What systems and programs leave behind.
    Junk,
    /// What must not be read.
    Refused,
    /// A file that no library has a use for.
    Other,
}

impl From<TakenFor> for MediaFileSort {
    fn from(taken_for: TakenFor) -> Self {
        match taken_for {
            TakenFor::Video => Self::Video,
            TakenFor::Extra(_) => Self::Extra,
            TakenFor::Sample => Self::Sample,
            TakenFor::Subtitle => Self::Subtitle,
            TakenFor::Audio => Self::Audio,
            TakenFor::Picture(_) => Self::Picture,
            TakenFor::OtherPicture => Self::OtherPicture,
            TakenFor::Sidecar => Self::Sidecar,
            TakenFor::DiscPart => Self::DiscPart,
            TakenFor::Duplicate => Self::Duplicate,
            TakenFor::Damaged => Self::Damaged,
            TakenFor::Unfinished => Self::Unfinished,
            TakenFor::Ignored => Self::Ignored,
            TakenFor::Junk => Self::Junk,
            TakenFor::Refused => Self::Refused,
            TakenFor::Other => Self::Other,
        }
    }
}

/// How sure it is what a file is taken for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "library::Certainty")]
enum MediaFileCertainty {
    /// It may as well be something else: somebody should look.
    Unsure,
    /// The name reads so, and hardly otherwise.
    Likely,
    /// The name follows the rules, or a sidecar says so.
    Sure,
}

/// How it was found out what of the catalogue a file is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "library::MatchedBy")]
enum MediaFileMatch {
    /// By an id that its name, a folder or a sidecar has.
    Id,
    /// By its kind, its name and its year.
    NameAndYear,
    /// By the name of a series, where no year is said; an episode also by its place, which the series has.
    Name,
    /// A curator decided it by `matchFile`, and no scan decides otherwise.
    Curator,
}

/// What may become of a file.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "FileEventKind")]
enum MediaFileEventKind {
    /// It was seen for the first time.
    Seen,
    /// It was found at another place, or under another name.
    Moved,
    /// Something else was in it than before.
    Changed,
    /// A scan found it to be something else than before.
    Matched,
    /// A curator said what it is, or that it is of nothing.
    Decided,
    /// A curator took back what was decided.
    Released,
    /// A scan did not find it any more.
    Gone,
    /// A scan found it again where it was.
    Back,
}

/// Something that became of a file.
#[derive(SimpleObject)]
struct MediaFileEvent {
    /// When that was noted, in UTC.
    at: DateTime,
    /// What became of it.
    kind: MediaFileEventKind,
    /// Where it lay before, from the root of the file system; null if it was not moved.
    from: Option<String>,
    /// How it stood with the catalogue from then on.
    state: MediaFileState,
}

/// What of the catalogue a file may be, or go with.
#[derive(Union)]
enum MediaItem {
    Film(Film),
    Series(Series),
    Episode(Episode),
}

/// Something that a file may be.
#[derive(SimpleObject)]
struct MediaFileCandidate {
    /// The film, the series or the episode that it may be.
    item: MediaItem,
    /// How well it fits, 0 to 1: 1 by an id, 0.9 by name and year, less where the year is another or is not said.
    score: f64,
}

/// A file of a library.
pub(crate) struct MediaFile(pub(super) library::MediaFile);

impl MediaFile {
    /// The file with this id, if the viewer is a curator.
    pub(crate) async fn find(ctx: &Context<'_>, id: MediaFileId) -> Result<Option<Self>> {
        let viewer = ctx.known_viewer()?;
        let found = ctx.services().library.find(&viewer, id).await?;
        Ok(found.map(Self))
    }
}

/// A file that a scan of a library has seen: where it lies, what it was taken for, and what of the catalogue it is. Only
/// curators know of files. It is never forgotten, and keeps its id when it is moved or renamed.
#[Object]
impl MediaFile {
    /// The global id, which `node` takes: opaque text that stays the same.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::MediaFile(self.0.id).encode()
    }

    /// The folder that was scanned, from the root of the file system.
    async fn root(&self) -> &str {
        &self.0.root
    }

    /// Where it lies in that folder, or lay last, with `/` between folders.
    async fn path(&self) -> &str {
        &self.0.path
    }

    /// How long it is, in bytes.
    async fn size(&self) -> f64 {
        number(self.0.size)
    }

    /// When what is in it changed last, in UTC; null if the disk does not know.
    async fn modified_at(&self) -> Option<DateTime> {
        self.0.modified.map(Into::into)
    }

    /// Its size and a hash of its beginning, its middle and its end, by which it is known when it is moved; null of what is
    /// not read.
    async fn fingerprint(&self) -> Option<&str> {
        Some(self.0.fingerprint.as_str()).filter(|print| !print.is_empty())
    }

    /// The SHA-256 of all of its bytes, as hexadecimal digits; null unless it was scanned with `--full-hash`.
    async fn full_hash(&self) -> Option<&str> {
        self.0.full_hash.as_deref()
    }

    /// What it is taken for, whatever of the catalogue it is.
    async fn taken_for(&self) -> MediaFileSort {
        self.0.guess.taken_for.into()
    }

    /// How sure it is what it is taken for.
    async fn certainty(&self) -> MediaFileCertainty {
        self.0.guess.certainty.into()
    }

    /// Why it is taken for that and not for something else, in English.
    async fn reason(&self) -> &str {
        &self.0.guess.reason
    }

    /// How it stands with the catalogue.
    async fn state(&self) -> MediaFileState {
        self.0.state.into()
    }

    /// How it was found out what it is; null if it was not.
    async fn matched_by(&self) -> Option<MediaFileMatch> {
        self.0.matched_by.map(Into::into)
    }

    /// The film, the episodes, or the series that it is of or goes with, at most 50; without what the viewer may not see.
    async fn matches(&self, ctx: &Context<'_>) -> Result<Vec<MediaItem>> {
        let found = self.0.items.iter();
        let found = try_join_all(found.map(|item| find_item::<MediaItem>(ctx, *item))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What it may be, the likeliest first, at most ten; without what the viewer may not see. Empty if it was matched.
    async fn candidates(&self, ctx: &Context<'_>) -> Result<Vec<MediaFileCandidate>> {
        let candidates = self.0.candidates.iter();
        let items = candidates.map(|candidate| find_item::<MediaItem>(ctx, candidate.item));
        let items = try_join_all(items).await?.into_iter();
        let found = items.zip(&self.0.candidates).filter_map(|(item, known)| {
            Some(MediaFileCandidate {
                item: item?,
                score: known.score,
            })
        });
        Ok(found.collect())
    }

    /// When a scan first saw it, in UTC.
    async fn first_seen_at(&self) -> DateTime {
        self.0.first_seen.into()
    }

    /// When a scan last saw it, in UTC.
    async fn last_seen_at(&self) -> DateTime {
        self.0.last_seen.into()
    }

    /// What became of it, the latest first. The first time that it was seen and the latest 49 events are kept.
    #[expect(clippy::unused_async, reason = "all resolvers are")]
    async fn history(
        &self,
        #[graphql(desc = "How many of the latest, 1 to 50; 20 if left out.")] first: Option<i32>,
    ) -> Result<Option<Vec<MediaFileEvent>>> {
        let first = limit_to(library::MAX_EVENTS, "first", first, 20)?;
        let events = self.0.events.iter().rev().take(first);
        let events = events.map(|event| MediaFileEvent {
            at: event.at.into(),
            kind: event.what.into(),
            from: event.from.clone(),
            state: event.state.into(),
        });
        Ok(Some(events.collect()))
    }
}

#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}

/// A page of files.
pub(crate) type MediaFileConnection = Connection<MediaFileEdge>;

/// A file, as a row of a page.
#[derive(SimpleObject)]
pub(crate) struct MediaFileEdge {
    /// The cursor of this row: give it as `after` to go on behind it, or as `before` to go back.
    cursor: Cursor,
    /// The file in this row.
    node: MediaFile,
}

impl MediaFileEdge {
    /// A row of a list of files.
    pub(super) fn new(cursor: Cursor, node: MediaFile) -> Self {
        Self { cursor, node }
    }
}

impl Edge for MediaFileEdge {
    type Node = MediaFile;
    const CONNECTION: &'static str = "MediaFileConnection";

    fn node(&self) -> &MediaFile {
        &self.node
    }

    fn cursor(&self) -> &Cursor {
        &self.cursor
    }
}
