//! What a film or an episode can be played from, as the schema shows it.

use async_graphql::{Context, Enum, ID, InputObject, SimpleObject};
use futures::try_join;

use crate::domain::membership::{Access, Place};
use crate::domain::video::{self, PlayableFrom};
use crate::domain::watching::WatchedItem;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::scalars::DateTime;

/// How something is played.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "video::StreamKind")]
pub(crate) enum StreamKind {
    /// A manifest of DASH with segments, of which players choose by what the line carries.
    Dash,
    /// A playlist of HLS with segments, of which players choose by what the line carries.
    Hls,
    /// One file, of which players read parts.
    Progressive,
    /// The player of another site, to be shown in a frame.
    Embed,
}

/// A site that videos lie on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "video::VideoHost")]
pub(crate) enum VideoHost {
    /// YouTube, shown by its address that sets no cookies before somebody plays.
    #[graphql(name = "YOUTUBE")]
    YouTube,
    /// Vimeo, asked to track nobody.
    Vimeo,
    /// Wistia, which sites pay for.
    Wistia,
}

/// What a player can do with. What is left out is no limit.
#[derive(InputObject, Clone)]
pub(crate) struct PlaybackRequest {
    /// Only these kinds; all if left out or empty.
    kinds: Option<Vec<StreamKind>>,
    /// Only sources with pictures of at most this height in pixels, 1 to 10000, as far as the site knows it. `renditions`
    /// are those that fit; manifests of DASH and HLS name all sizes, and the player has to keep to those that fit.
    max_height: Option<u32>,
}

/// What a film or an episode can be played from.
#[derive(SimpleObject)]
pub(crate) struct Playback {
    /// The sources that the player can do with: DASH, HLS, then files by version and part, then other sites. At least one,
    /// at most some hundred.
    sources: Vec<PlaybackSource>,
    /// Captions that lie beside the files, those first that players should choose by themselves; at most a hundred.
    subtitles: Vec<SubtitleTrack>,
    /// Until when the addresses of this site are good: for as long as it is long, and some hours. Whoever still plays asks for
    /// `playback` again before then. They end with the log-in that they were given to. Null if all sources are of other sites.
    expires_at: Option<DateTime>,
}

/// One thing that a film or an episode can be played from.
#[derive(SimpleObject)]
pub(crate) struct PlaybackSource {
    /// What tells it from other sources of the same; it stays the same as long as what is played does. No id of a node.
    source_id: ID,
    /// How it is played.
    kind: StreamKind,
    /// Where it is. Of this site a path, which needs no cookie: give it to nobody else.
    url: String,
    /// Its media type, which tells players whether they can do with it.
    mime_type: String,
    /// What tells it from other versions, for a person: `2160p`, `Director's Cut`. Null if nothing does.
    version: Option<String>,
    /// Which part of several files that are one film or episode, from 1; null if it is the whole.
    part: Option<u32>,
    /// The site that it is on; null if that is this one.
    host: Option<VideoHost>,
    /// How long it is, in seconds; null if nobody measured it.
    duration: Option<f64>,
    /// The sizes that players choose from, the highest first, without those above `maxHeight`, which the manifest names
    /// all the same; empty if nobody looked into it.
    renditions: Vec<Rendition>,
    /// The sounds that players choose from; empty if nobody looked into it.
    audio: Vec<PlaybackAudio>,
}

/// Captions, as one file of WebVTT. Notes in it say which lines of the file that it was made of could not be read.
#[derive(SimpleObject)]
pub(crate) struct SubtitleTrack {
    /// What tells it from others of the same film or episode. No id of a node.
    track_id: ID,
    /// Where it is: a path of this site, as those of sources.
    url: String,
    /// The language as a BCP 47 tag; null if the name of the file does not say it.
    language: Option<String>,
    /// What tells it from others of its language, for a person; null if nothing does.
    label: Option<String>,
    /// Whether players should choose it by themselves.
    default: bool,
    /// Whether it has only what is not in the language of the video.
    forced: bool,
    /// Whether it tells of sounds, for whoever does not hear them.
    hearing_impaired: bool,
}

/// A size that players choose.
#[derive(SimpleObject)]
pub(crate) struct Rendition {
    /// In pixels, as it is shown.
    width: u32,
    /// In pixels, as it is shown.
    height: u32,
    /// How many bits a second it takes.
    bitrate: f64,
    /// How the pictures are written, as RFC 6381 spells it.
    codecs: String,
}

/// A sound that players choose.
#[derive(SimpleObject)]
pub(crate) struct PlaybackAudio {
    /// The language as a BCP 47 tag; null if unknown.
    language: Option<String>,
    /// How many channels there are: 2 is stereo.
    channels: u32,
    /// How the sound is written, as RFC 6381 spells it.
    codec: String,
}

/// What an item that the viewer is shown can be played from, of all rows of a list with one question.
pub(crate) async fn playback_of(
    ctx: &Context<'_>,
    (item, place): (WatchedItem, Place),
    input: Option<PlaybackRequest>,
    length: Option<f64>,
) -> Result<Option<Playback>> {
    let wanted = input.map(video::Wanted::from).unwrap_or_default();
    wanted.check()?;
    let loaders = ctx.personal();
    let (from, access) = (loaders.video.find(item), loaders.access.find(place));
    let (Some(from), Some(access)) = try_join!(from, access)? else {
        return Ok(None);
    };
    playback(ctx, (item, access), &from, &wanted, length).await
}

/// The same of sources that were read.
pub(super) async fn playback(
    ctx: &Context<'_>,
    item: (WatchedItem, Access),
    from: &PlayableFrom,
    wanted: &video::Wanted,
    length: Option<f64>,
) -> Result<Option<Playback>> {
    let (service, viewer) = (&ctx.services().video, ctx.viewer());
    let playback = service
        .playback(&viewer, item, from, wanted, length)
        .await?;
    Ok(playback.map(Playback::from))
}

impl From<PlaybackRequest> for video::Wanted {
    fn from(request: PlaybackRequest) -> Self {
        let kinds = request.kinds.unwrap_or_default();
        Self {
            kinds: kinds.into_iter().map(Into::into).collect(),
            max_height: request.max_height,
        }
    }
}

impl From<video::Playback> for Playback {
    fn from(playback: video::Playback) -> Self {
        let sources = playback.sources.into_iter();
        let subtitles = playback.subtitles.into_iter();
        Self {
            sources: sources.map(PlaybackSource::from).collect(),
            subtitles: subtitles.map(SubtitleTrack::from).collect(),
            expires_at: playback.expires_at.map(DateTime),
        }
    }
}

impl From<video::PlaybackSource> for PlaybackSource {
    fn from(source: video::PlaybackSource) -> Self {
        let renditions = source.renditions.into_iter();
        let audio = source.audio.into_iter();
        Self {
            source_id: source.id.into(),
            kind: source.kind.into(),
            url: source.url,
            mime_type: source.media_type.to_owned(),
            version: source.version,
            part: source.part,
            host: source.host.map(VideoHost::from),
            duration: source.duration,
            renditions: renditions.map(Rendition::from).collect(),
            audio: audio.map(PlaybackAudio::from).collect(),
        }
    }
}

impl From<video::SubtitleTrack> for SubtitleTrack {
    fn from(track: video::SubtitleTrack) -> Self {
        Self {
            track_id: track.id.into(),
            url: track.url,
            language: track.language.map(|tag| tag.as_str().to_owned()),
            label: track.label,
            default: track.is_default,
            forced: track.is_forced,
            hearing_impaired: track.is_for_hearing_impaired,
        }
    }
}

impl From<video::Rendition> for Rendition {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no line carries as many bits as are counted exactly"
    )]
    fn from(rendition: video::Rendition) -> Self {
        Self {
            width: rendition.width,
            height: rendition.height,
            bitrate: rendition.bitrate as f64,
            codecs: rendition.codecs,
        }
    }
}

impl From<video::AudioTrack> for PlaybackAudio {
    fn from(track: video::AudioTrack) -> Self {
        Self {
            language: track.language,
            channels: track.channels,
            codec: track.codec,
        }
    }
}
