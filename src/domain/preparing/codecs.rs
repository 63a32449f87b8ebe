//! The containers and codecs that films are prepared of, as ffmpeg calls them: what nobody needs is not opened, for each is
//! a door to faults of what reads it.

/// The containers that are read, as ffmpeg calls what reads them.
pub const CONTAINERS: &[&str] = &[
    "asf", "avi", "flv", "matroska", "mov", "mpeg", "mpegts", "ogg",
];
/// The codecs of pictures that are read.
pub(super) const VIDEO_CODECS: &[&str] = &[
    "av1",
    "dnxhd",
    "dvvideo",
    "ffv1",
    "h263",
    "h264",
    "hevc",
    "mjpeg",
    "mpeg1video",
    "mpeg2video",
    "mpeg4",
    "msmpeg4v3",
    "prores",
    "theora",
    "vc1",
    "vp8",
    "vp9",
    "wmv2",
    "wmv3",
];
/// The codecs of sounds that are read.
pub(super) const AUDIO_CODECS: &[&str] = &[
    "aac",
    "ac3",
    "adpcm_ima_qt",
    "adpcm_ima_wav",
    "adpcm_ms",
    "adpcm_swf",
    "adpcm_yamaha",
    "alac",
    "amr_nb",
    "dts",
    "eac3",
    "flac",
    "mp2",
    "mp3",
    "opus",
    "pcm_alaw",
    "pcm_bluray",
    "pcm_dvd",
    "pcm_f32le",
    "pcm_mulaw",
    "pcm_s16be",
    "pcm_s16le",
    "pcm_s24be",
    "pcm_s24le",
    "pcm_s32le",
    "pcm_u8",
    "truehd",
    "vorbis",
    "wmav2",
    "wmapro",
];

/// The codec of a stream, if it is one of these; or why it is not read.
pub(super) fn known(index: u32, codec: Option<&str>, codecs: &[&str]) -> Result<String, String> {
    let codec = codec.unwrap_or("unknown");
    if codecs.contains(&codec) {
        return Ok(codec.to_owned());
    }
    Err(format!("stream {index} is {codec}, which is not read"))
}
