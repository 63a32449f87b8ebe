//! How a file is prepared: the sizes of its pictures, its sounds, and the parts that workers make.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::part::Part;
use super::probed::{AudioStream, Probed, VideoStream};

/// How long a piece is, which one worker encodes in all sizes.
pub const PIECE_SECONDS: u32 = 30;
/// How long a segment is, which players ask for; pieces are a multiple of it but for one, so that segments are equal.
pub const SEGMENT_SECONDS: u32 = 2;
/// After how long there is a key frame, in all sizes at the same times: where players change from one to another.
pub const KEY_FRAME_SECONDS: u32 = 2;
/// Bits a second for each height of pictures that are 16:9, the highest first.
const BITRATES: &[(u32, u32)] = &[
    (2160, 16_000_000),
    (1440, 9_000_000),
    (1080, 5_000_000),
    (720, 2_800_000),
    (480, 1_400_000),
    (360, 800_000),
    (240, 400_000),
];
/// Bits a second for what is lower than the lowest of them.
const LEAST_BITRATE: u32 = 300_000;
/// So much of a film must come out of it.
const WHOLE: f64 = 0.99;
/// By so many seconds the end of a film is told inexactly.
const ABOUT: f64 = 0.5;
/// Bits a second for each channel of sound.
const CHANNEL_BITRATE: u32 = 64_000;

/// How a file is prepared. The same file and options have the same plan, so work can be gone on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub seconds: f64,
    /// Whether it is known that no packet of the file is lacking.
    pub is_complete: bool,
    /// The time that the clock of the file shows at the beginning, in seconds.
    pub origin: f64,
    pub video: Option<VideoPlan>,
    pub audio: Vec<AudioPlan>,
}

/// How pictures are prepared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoPlan {
    /// The stream of the file.
    pub index: u32,
    pub filters: Vec<Filter>,
    /// The largest first; none is larger than in the file.
    pub sizes: Vec<Size>,
    /// How many pictures there are in the file, whether or not they are shown.
    pub frames: u64,
}

/// What is done to pictures before they are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Of two half pictures one whole is made.
    Deinterlace,
    /// What is brighter than ordinary screens show is made darker.
    ToneMap,
}

/// A size that pictures are prepared in. Both numbers are even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub width: u32,
    pub height: u32,
    /// Bits a second, on the average.
    pub bitrate: u32,
}

/// How a sound is prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPlan {
    /// The stream of the file.
    pub index: u32,
    pub channels: u32,
    pub bitrate: u32,
    /// A language tag by BCP 47.
    pub language: Option<String>,
}

impl Plan {
    /// How a file is prepared, in no size that is higher than this for pictures that are 16:9.
    pub fn of(probed: &Probed, max_height: u32) -> Self {
        let video = probed.video.as_ref();
        Self {
            seconds: probed.seconds,
            is_complete: probed.is_complete,
            origin: probed.origin,
            video: video.map(|video| VideoPlan::of(video, max_height)),
            audio: probed.audio.iter().flat_map(AudioPlan::of).collect(),
        }
    }

    /// All parts, those that take longest first.
    pub fn parts(&self) -> Vec<Part> {
        let audio = (0..)
            .zip(&self.audio)
            .map(|(number, _)| Part::Audio(number));
        let pieces = if self.video.is_some() {
            self.pieces()
        } else {
            0
        };
        audio.chain((0..pieces).map(Part::Piece)).collect()
    }

    /// How many pieces there are; the last one is as long as it must be.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a film is at most a day"
    )]
    fn pieces(&self) -> u32 {
        ((self.seconds / f64::from(PIECE_SECONDS)).ceil() as u32).max(1)
    }

    /// Whether what was made ends before the film does, as its file says: the end of that is lacking. Some files say when
    /// their clock ends and not how long it goes. Where all is there, it is a last picture that is shown for long.
    pub fn is_short(&self, made: Duration) -> bool {
        !self.is_complete
            && made.as_secs_f64() + self.origin.max(0.0) + ABOUT < self.seconds * WHOLE
    }

    /// When a piece begins and ends, in seconds from the beginning; `None`: it ends with the film.
    pub fn span(&self, piece: u32) -> (u32, Option<u32>) {
        let begins = piece * PIECE_SECONDS;
        let is_last = piece + 1 >= self.pieces();
        (begins, (!is_last).then_some(begins + PIECE_SECONDS))
    }
}

impl VideoPlan {
    fn of(video: &VideoStream, max_height: u32) -> Self {
        let filters = [
            (video.is_interlaced, Filter::Deinterlace),
            (video.is_hdr, Filter::ToneMap),
        ];
        let filters = filters.into_iter().filter(|(is_needed, _)| *is_needed);
        Self {
            index: video.index,
            filters: filters.map(|(_, filter)| filter).collect(),
            sizes: sizes(video.width, video.height, max_height),
            frames: video.frames,
        }
    }
}

impl AudioPlan {
    /// For everybody, in two channels at most; and as it is, if it has more.
    fn of(sound: &AudioStream) -> Vec<Self> {
        let with = |channels: u32| Self {
            index: sound.index,
            channels,
            bitrate: channels * CHANNEL_BITRATE,
            language: sound.language.clone(),
        };
        match sound.channels {
            1 => vec![with(1)],
            // More than six are mixed into these: AAC has no bits for all that there can be.
            channels if channels >= 6 => vec![with(2), with(6)],
            _ => vec![with(2)],
        }
    }
}

/// The sizes of pictures that are so large, the largest first. A film that is wider than 16:9 counts as high as one of
/// that shape is which is as wide; one that stands upright, by its shorter side.
fn sizes(width: u32, height: u32, max_height: u32) -> Vec<Size> {
    let (short, long) = (width.min(height), width.max(height));
    let class = short.max(long * 9 / 16).max(1);
    let fits = BITRATES
        .iter()
        .filter(|(rung, _)| *rung <= class && *rung <= max_height);
    let mut sizes: Vec<Size> = fits
        .map(|&(rung, bitrate)| Size {
            width: even(width * rung / class),
            height: even(height * rung / class),
            bitrate,
        })
        .collect();
    if sizes.is_empty() {
        sizes.push(Size {
            width: even(width),
            height: even(height),
            bitrate: LEAST_BITRATE,
        });
    }
    sizes
}

fn even(length: u32) -> u32 {
    (length & !1).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes_of(width: u32, height: u32, max_height: u32) -> Vec<(u32, u32)> {
        let sizes = sizes(width, height, max_height).into_iter();
        sizes.map(|size| (size.width, size.height)).collect()
    }

    #[test]
    fn no_size_is_larger_than_in_the_file_and_all_are_even() {
        assert_eq!(
            sizes_of(1920, 1080, 720),
            [(1280, 720), (852, 480), (640, 360), (426, 240)]
        );
        // Cinemascope, upright, odd, and lower than all.
        assert_eq!(sizes_of(1920, 800, 1080)[..2], [(1920, 800), (1280, 532)]);
        assert_eq!(sizes_of(720, 1280, 1080)[..2], [(720, 1280), (480, 852)]);
        assert_eq!(sizes_of(427, 241, 1080), [(424, 240)]);
        assert_eq!(sizes_of(101, 57, 1080), [(100, 56)]);
    }

    #[test]
    fn a_film_whose_end_is_lacking_is_short() {
        let plan = |origin| Plan {
            seconds: 12.0,
            is_complete: false,
            origin,
            video: None,
            audio: Vec::new(),
        };
        let made = Duration::from_millis;

        assert!(plan(0.0).is_short(made(8_100)));
        assert!(!plan(0.0).is_short(made(11_900)));
        assert!(!plan(4.0).is_short(made(8_000)));
        assert!(plan(-4.0).is_short(made(8_000)));
        let complete = Plan {
            is_complete: true,
            ..plan(0.0)
        };
        assert!(!complete.is_short(made(8_100)));
    }

    #[test]
    fn pieces_follow_each_other_and_the_last_ends_with_the_film() {
        let plan = |seconds| {
            let video = VideoPlan {
                index: 0,
                filters: Vec::new(),
                sizes: sizes(640, 360, 1080),
                frames: 1,
            };
            Plan {
                seconds,
                is_complete: true,
                origin: 0.0,
                video: Some(video),
                audio: Vec::new(),
            }
        };

        assert_eq!(plan(0.1).parts(), [Part::Piece(0)]);
        assert_eq!(plan(30.0).parts(), [Part::Piece(0)]);
        let two = plan(30.1);
        assert_eq!(two.parts(), [Part::Piece(0), Part::Piece(1)]);
        assert_eq!((two.span(0), two.span(1)), ((0, Some(30)), (30, None)));
        assert_eq!(PIECE_SECONDS % SEGMENT_SECONDS, 0);
    }
}
