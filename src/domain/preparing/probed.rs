//! What a file really holds, as ffprobe tells it, whatever its name says; and what of it is refused.
//!
//! Playlists, scripts and texts are never opened as such: only these containers are, and a container that names other files
//! is no part of them.

use std::collections::HashMap;

use serde::Deserialize;

use super::codecs::{AUDIO_CODECS, CONTAINERS, VIDEO_CODECS, known};
use super::error::PreparingError;
use crate::domain::catalog::language_code;
use crate::domain::language::LanguageTag;

/// How many pixels a picture may have: 8192 × 4320.
pub const MAX_PIXELS: u64 = 8192 * 4320;
/// The longest side of a picture.
const MAX_SIDE: u32 = 8192;
/// Pictures a second, at the most.
const MAX_RATE: f64 = 240.0;
/// How long a film is at the most: a day.
const MAX_SECONDS: f64 = 24.0 * 3600.0;
/// Channels of sound, at the most.
const MAX_CHANNELS: u32 = 16;
/// Streams in a file, at the most.
const MAX_STREAMS: usize = 100;

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Probed {
    /// The container, as ffprobe calls it.
    pub container: String,
    /// How long the longest is of its pictures and sounds, as the file says: some of it may be lacking.
    pub seconds: f64,
    /// Whether the file says how many packets there are of all that is prepared of it, and all are there.
    pub is_complete: bool,
    /// The time that its clock shows at the beginning, in seconds.
    pub origin: f64,
    /// The first one that is no cover.
    pub video: Option<VideoStream>,
    pub audio: Vec<AudioStream>,
    /// Why sounds are left out, which cannot be read beside others that can.
    pub left_out: Vec<String>,
}

/// The pictures of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoStream {
    /// Its place among all streams of the file.
    pub index: u32,
    pub codec: String,
    /// In square pixels, and as it is shown: turned, if the file says so.
    pub width: u32,
    pub height: u32,
    /// How many there are.
    pub frames: u64,
    pub is_interlaced: bool,
    /// Whether it is brighter than ordinary screens show.
    pub is_hdr: bool,
}

/// A sound of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioStream {
    /// Its place among all streams of the file.
    pub index: u32,
    pub codec: String,
    pub channels: u32,
    /// By BCP 47; `None` if the file says nothing that is known.
    pub language: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Format {
    #[serde(rename = "format_name")]
    names: String,
    start_time: Option<String>,
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    index: u32,
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    sample_aspect_ratio: Option<String>,
    field_order: Option<String>,
    color_transfer: Option<String>,
    avg_frame_rate: Option<String>,
    duration: Option<String>,
    /// As the head of the file says.
    nb_frames: Option<String>,
    nb_read_packets: Option<String>,
    channels: Option<u32>,
    #[serde(default)]
    disposition: HashMap<String, i64>,
    #[serde(default)]
    tags: HashMap<String, String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

impl Probed {
    /// Reads what ffprobe says of a file, as JSON, and refuses what is not prepared.
    pub fn read(json: &[u8]) -> Result<Self, PreparingError> {
        let report: Report = serde_json::from_slice(json).map_err(|error| {
            refused(format!(
                "what ffprobe says of it is not understood: {error}"
            ))
        })?;
        let format = report
            .format
            .ok_or_else(|| refused("it is no container of films".to_owned()))?;
        let mut names = format.names.split(',');
        if !names.any(|name| CONTAINERS.contains(&name)) {
            let name = &format.names;
            return Err(refused(format!(
                "its container is {name}, which is not read"
            )));
        }
        if report.streams.len() > MAX_STREAMS {
            return Err(refused(format!("it has more than {MAX_STREAMS} streams")));
        }
        let seconds = number(format.duration.as_deref()).unwrap_or_default();
        if seconds <= 0.0 || seconds > MAX_SECONDS {
            return Err(refused(
                "how long it is is not said, or it is more than a day".to_owned(),
            ));
        }
        let is = |stream: &Stream, sort: &str| stream.codec_type.as_deref() == Some(sort);
        let is_cover = |stream: &Stream| {
            stream
                .disposition
                .get("attached_pic")
                .is_some_and(|it| *it != 0)
        };
        let mut videos = report.streams.iter();
        let video = videos.find(|stream| is(stream, "video") && !is_cover(stream));
        let (mut audible, mut left_out) = (Vec::new(), Vec::new());
        for stream in report.streams.iter().filter(|it| is(it, "audio")) {
            match AudioStream::read(stream) {
                Ok(sound) => audible.push((stream, sound)),
                Err(why) => left_out.push(why),
            }
        }
        if audible.is_empty()
            && let Some(why) = left_out.pop()
        {
            return Err(refused(why));
        }
        let of_sounds = audible.iter().map(|(stream, _)| *stream);
        let prepared: Vec<&Stream> = video.into_iter().chain(of_sounds).collect();
        let probed = Self {
            container: format.names,
            // Subtitles, say, go on for longer, and the file as a whole with them.
            seconds: longest(&prepared).map_or(seconds, |it| it.min(seconds)),
            is_complete: prepared.iter().all(|stream| has_all_packets(stream)),
            origin: number(format.start_time.as_deref()).unwrap_or_default(),
            video: video.map(VideoStream::read).transpose()?,
            audio: audible.into_iter().map(|(_, sound)| sound).collect(),
            left_out,
        };
        if probed.video.is_none() && probed.audio.is_empty() {
            return Err(refused(
                "there is neither picture nor sound in it".to_owned(),
            ));
        }
        Ok(probed)
    }
}

impl VideoStream {
    fn read(stream: &Stream) -> Result<Self, PreparingError> {
        let codec = known(stream.index, stream.codec_name.as_deref(), VIDEO_CODECS);
        let codec = codec.map_err(refused)?;
        let (width, height) = (
            stream.width.unwrap_or_default(),
            stream.height.unwrap_or_default(),
        );
        let is_sane = (1..=MAX_SIDE).contains(&width)
            && (1..=MAX_SIDE).contains(&height)
            && u64::from(width) * u64::from(height) <= MAX_PIXELS;
        if !is_sane {
            return Err(refused(format!(
                "its pictures are {width} × {height} pixels"
            )));
        }
        if ratio(stream.avg_frame_rate.as_deref(), '/').is_some_and(|rate| rate > MAX_RATE) {
            return Err(refused(format!(
                "it has more than {MAX_RATE} pictures a second"
            )));
        }
        let frames = stream.nb_read_packets.as_deref();
        let frames: u64 = frames.and_then(|it| it.parse().ok()).unwrap_or_default();
        if frames == 0 {
            return Err(refused("there is no picture in its video".to_owned()));
        }
        // What is wider or narrower than this is a fault of the file.
        let stretch = ratio(stream.sample_aspect_ratio.as_deref(), ':');
        let stretch = stretch
            .filter(|it| (0.1..=10.0).contains(it))
            .unwrap_or(1.0);
        let shown = rounded(f64::from(width) * stretch).min(MAX_SIDE);
        let turned = stream.side_data_list.iter().find_map(|side| side.rotation);
        let is_on_its_side = turned.is_some_and(|by| (by.abs() % 180.0 - 90.0).abs() < 1.0);
        let (width, height) = if is_on_its_side {
            (height, shown)
        } else {
            (shown, height)
        };
        let order = stream.field_order.as_deref();
        let transfer = stream.color_transfer.as_deref();
        Ok(Self {
            index: stream.index,
            codec,
            width,
            height,
            frames,
            is_interlaced: matches!(order, Some("tt" | "bb" | "tb" | "bt")),
            is_hdr: matches!(transfer, Some("smpte2084" | "arib-std-b67")),
        })
    }
}

impl AudioStream {
    /// A sound, or why it is not read.
    fn read(stream: &Stream) -> Result<Self, String> {
        let codec = known(stream.index, stream.codec_name.as_deref(), AUDIO_CODECS)?;
        let channels = stream.channels.unwrap_or_default();
        if !(1..=MAX_CHANNELS).contains(&channels) {
            let index = stream.index;
            return Err(format!("stream {index} is a sound of {channels} channels"));
        }
        let language = stream.tags.get("language").filter(|it| *it != "und");
        let language = language.and_then(|it| spoken(it));
        Ok(Self {
            index: stream.index,
            codec,
            channels,
            language: language.map(|it| it.as_str().to_owned()),
        })
    }
}

/// The language that a tag, a name, or a code of either list of ISO 639-2 stands for: `ger` is what Matroska calls German.
fn spoken(written: &str) -> Option<LanguageTag> {
    LanguageTag::parse(written)
        .filter(LanguageTag::is_known)
        .or_else(|| language_code(written).and_then(LanguageTag::parse))
}

fn refused(why: String) -> PreparingError {
    PreparingError::Refused(why)
}

fn number(text: Option<&str>) -> Option<f64> {
    text?.parse().ok().filter(|it: &f64| it.is_finite())
}

/// How long the longest of these is, in seconds; `None` if one does not say it.
fn longest(streams: &[&Stream]) -> Option<f64> {
    let each: Option<Vec<f64>> = streams.iter().map(|stream| lasts(stream)).collect();
    each?.into_iter().reduce(f64::max)
}

/// Whether no packet is lacking of those that the head of the file counts.
fn has_all_packets(stream: &Stream) -> bool {
    let count = |text: Option<&str>| text?.parse::<u64>().ok();
    let said = count(stream.nb_frames.as_deref());
    let read = count(stream.nb_read_packets.as_deref());
    said.is_some_and(|said| said > 0 && read.is_some_and(|read| read >= said))
}

/// How long a stream is, in seconds; Matroska says it by a tag, as `01:30:00.5`.
fn lasts(stream: &Stream) -> Option<f64> {
    let tagged = || {
        let mut parts = stream.tags.get("DURATION")?.split(':');
        parts.try_fold(0.0, |sum, part| Some(sum * 60.0 + number(Some(part))?))
    };
    let seconds = number(stream.duration.as_deref()).or_else(tagged);
    seconds.filter(|it| *it > 0.0)
}

/// `16:9` and `25/1` as numbers; `None` of such as `0:1` and `0/0`, by which nothing is said.
fn ratio(text: Option<&str>, by: char) -> Option<f64> {
    let (of, to) = text?.split_once(by)?;
    let (of, to): (f64, f64) = (of.parse().ok()?, to.parse().ok()?);
    (of > 0.0 && to > 0.0).then(|| of / to)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most ten times a number below 10000"
)]
fn rounded(pixels: f64) -> u32 {
    pixels.round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn file() -> Value {
        json!({
            "streams": [
                { "index": 0, "codec_type": "video", "codec_name": "mjpeg", "width": 9000, "height": 9,
                    "disposition": { "attached_pic": 1 } },
                { "index": 1, "codec_type": "video", "codec_name": "mpeg2video", "width": 720, "height": 576,
                    "sample_aspect_ratio": "64:45", "field_order": "tt", "avg_frame_rate": "25/1",
                    "nb_read_packets": "50", "side_data_list": [{}, { "rotation": -90 }] },
                { "index": 2, "codec_type": "audio", "codec_name": "ac3", "channels": 6,
                    "tags": { "language": "deu" } },
            ],
            "format": { "format_name": "mpegts", "start_time": "1.400000", "duration": "2.000000" },
        })
    }

    fn read(file: &Value) -> Result<Probed, PreparingError> {
        Probed::read(file.to_string().as_bytes())
    }

    #[test]
    fn pictures_are_taken_as_they_are_shown_and_covers_are_none() {
        let probed = read(&file()).unwrap();

        assert_eq!((probed.seconds, probed.origin), (2.0, 1.4));
        assert_eq!(
            probed.video,
            Some(VideoStream {
                index: 1,
                codec: "mpeg2video".to_owned(),
                width: 576,
                height: 1024,
                frames: 50,
                is_interlaced: true,
                is_hdr: false,
            })
        );
        let sound = AudioStream {
            index: 2,
            codec: "ac3".to_owned(),
            channels: 6,
            language: Some("de".to_owned()),
        };
        assert_eq!(probed.audio, [sound]);
    }

    #[test]
    fn a_film_is_as_long_as_the_longest_that_is_prepared_of_it() {
        let seconds_of = |pictures: Value, sound: Value| {
            let mut file = file();
            file["format"]["duration"] = json!("5400.000000");
            file["streams"][1]["duration"] = pictures;
            file["streams"][2]["tags"]["DURATION"] = sound;
            read(&file).unwrap().seconds.to_string()
        };

        let (one, other) = ("2.000000", "00:01:02.500000000");
        assert_eq!(seconds_of(json!(one), json!(other)), "62.5");
        assert_eq!(seconds_of(json!(one), json!("?")), "5400");
        assert_eq!(seconds_of(json!(one), json!("09:00:00")), "5400");
    }

    #[test]
    fn a_file_is_complete_if_all_packets_are_there_that_it_counts() {
        let is_complete = |pictures: &str, sound: Value| {
            let mut file = file();
            file["streams"][1]["nb_frames"] = json!(pictures);
            file["streams"][2]["nb_frames"] = sound;
            file["streams"][2]["nb_read_packets"] = json!("93");
            read(&file).unwrap().is_complete
        };

        assert!(is_complete("50", json!("93")));
        assert!(!is_complete("51", json!("93")));
        assert!(!is_complete("50", Value::Null));
    }

    #[test]
    fn languages_are_known_by_codes_of_each_list() {
        for (written, tag) in [
            ("ger", Some("de")),
            ("fre", Some("fr")),
            ("chi", Some("zh")),
            ("cze", Some("cs")),
            ("pt-BR", Some("pt-BR")),
            ("gsw", Some("gsw")),
            ("English", Some("en")),
            ("und", None),
            ("qqq", None),
        ] {
            let mut file = file();
            *file.pointer_mut("/streams/2/tags/language").unwrap() = json!(written);

            let probed = read(&file).unwrap();

            assert_eq!(probed.audio[0].language.as_deref(), tag, "{written}");
        }
    }

    #[test]
    fn a_sound_that_cannot_be_read_is_left_out_beside_others() {
        let mut file = file();
        let mut other = file["streams"][2].clone();
        (other["index"], other["codec_name"]) = (json!(3), json!("adpcm_adx"));
        file["streams"].as_array_mut().unwrap().push(other);

        let probed = read(&file).unwrap();

        assert_eq!(probed.audio.len(), 1);
        assert_eq!(probed.audio[0].index, 2);
        assert_eq!(
            probed.left_out,
            ["stream 3 is adpcm_adx, which is not read"]
        );
        file["streams"].as_array_mut().unwrap().remove(2);
        let error = read(&file).unwrap_err().to_string();
        assert!(error.contains("adpcm_adx"), "{error}");
    }

    #[test]
    fn what_is_no_film_or_absurd_is_refused_and_named() {
        let mut cases = Vec::new();
        let mut changed = |path: &str, value: Value, said: &'static str| {
            let mut file = file();
            *file.pointer_mut(path).unwrap() = value;
            cases.push((file, said));
        };
        changed("/format/format_name", json!("hls"), "hls");
        changed("/format/format_name", json!("concat"), "concat");
        changed("/format/duration", json!("N/A"), "how long");
        changed("/format/duration", json!("90000"), "more than a day");
        changed("/streams/1/codec_name", json!("ansi"), "ansi");
        changed("/streams/1/width", json!(30000), "30000");
        changed("/streams/1/height", json!(0), "720 × 0");
        changed("/streams/1/avg_frame_rate", json!("1000/1"), "240");
        changed("/streams/1/nb_read_packets", json!("0"), "no picture");
        changed("/streams/2/channels", json!(64), "64 channels");
        changed("/streams", json!([]), "neither picture nor sound");

        for (file, said) in cases {
            let error = read(&file).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let error = read(&json!({})).unwrap_err().to_string();
        assert!(error.contains("no container"), "{error}");
    }
}
