//! What films and episodes are played from: videos of other sites, files of libraries, and packages that were prepared.

mod adding;
mod batch;
mod captions;
mod check;
mod error;
mod grant;
mod host_video;
mod limits;
mod media;
mod package;
mod playback;
mod service;
mod sources;

pub use adding::{AddedPackage, PackageBefore};
pub use batch::SourcesByItem;
pub use captions::{CaptionFormat, Captions, Cue, MAX_CAPTION_BYTES, read as read_captions};
pub use check::{CheckedVideo, HostAnswer, HostTrouble, VideoHosts};
pub use error::VideoError;
pub use grant::{Grant, Grantee, Grants};
pub use host_video::{HostVideo, VideoHost};
pub use limits::{MAX_ADDRESS, MAX_VIDEOS};
pub use media::{FileNow, MediaFiles};
pub use package::{
    AudioTrack, DASH_MANIFEST, HLS_PLAYLIST, MAX_FILE_NAME, MAX_FILES, Package, PackageFile,
    PackageStore, Rendition, is_file_name, media_type, shelves, version_name,
};
pub use playback::{
    MEDIA, MediaAddress, PlayableFrom, Playback, PlaybackSource, StreamKind, SubtitleTrack, Wanted,
};
pub use service::{OpenedMedia, VideoPorts, VideoService};
pub use sources::{VideoSourceStore, VideoSources, key_of};
