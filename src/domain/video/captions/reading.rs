//! Reading captions of any format.

use super::cue::{Captions, Fault};
use super::decode::decode;
use super::{scripts, subrip, webvtt};

/// How long a file of captions may be, in bytes.
pub const MAX_CAPTION_BYTES: u64 = 2 * 1024 * 1024;

/// How captions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptionFormat {
    /// SubRip, in files that end in `.srt`.
    SubRip,
    /// WebVTT, in files that end in `.vtt`.
    WebVtt,
    /// SubStation Alpha, in files that end in `.ass` or `.ssa`.
    SubStation,
}

impl CaptionFormat {
    /// The format of a file with this path; `None`: none that is read, such as pictures of texts.
    pub fn of(path: &str) -> Option<Self> {
        let (_, ending) = path.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "srt" => Self::SubRip,
            "vtt" => Self::WebVtt,
            "ass" | "ssa" => Self::SubStation,
            _ => return None,
        })
    }
}

/// Reads captions. The language, if it is known, helps to tell encodings apart.
pub fn read(bytes: &[u8], format: CaptionFormat, language: Option<&str>) -> Captions {
    let text = decode(bytes, language);
    let lines: Vec<&str> = lines(&text);
    let mut captions = Captions::default();
    match format {
        CaptionFormat::SubRip => subrip::read(&lines, &mut captions),
        CaptionFormat::WebVtt => webvtt::read(&lines, &mut captions),
        CaptionFormat::SubStation => scripts::read(&lines, &mut captions),
    }
    if captions.cues.is_empty() && captions.faults.is_empty() {
        captions.faults.push(Fault {
            line: 1,
            what: "there is no cue",
        });
    }
    // Those that begin at the same time stay as they were.
    captions.cues.sort_by_key(|cue| cue.start);
    captions
}

/// The lines of a text, whatever ends them.
fn lines(text: &str) -> Vec<&str> {
    let lines = text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_come_in_order_and_overlaps_stay() {
        let srt = b"2\r\n00:00:05,000 --> 00:00:07,000\r\nlater\r\n\r\n1\r\n00:00:01,000 --> 00:00:06,000\r\nearlier\r\n";

        let captions = read(srt, CaptionFormat::SubRip, None);

        assert_eq!(
            captions.to_webvtt(),
            "WEBVTT\n\n00:00:01.000 --> 00:00:06.000\nearlier\n\n00:00:05.000 --> 00:00:07.000\nlater\n"
        );
    }

    #[test]
    fn what_has_no_cue_says_so() {
        for format in [
            CaptionFormat::SubRip,
            CaptionFormat::WebVtt,
            CaptionFormat::SubStation,
        ] {
            let captions = read(b"", format, None);
            assert_eq!(
                captions.to_webvtt(),
                "WEBVTT\n\nNOTE line 1: there is no cue\n"
            );
        }
    }

    #[test]
    fn formats_are_told_by_their_ending() {
        assert_eq!(CaptionFormat::of("a/b.en.SRT"), Some(CaptionFormat::SubRip));
        assert_eq!(CaptionFormat::of("b.ssa"), Some(CaptionFormat::SubStation));
        for none in ["b.sub", "b.idx", "b.sup", "srt"] {
            assert_eq!(CaptionFormat::of(none), None, "{none}");
        }
    }

    #[test]
    fn lines_end_in_any_way() {
        assert_eq!(lines("a\r\nb\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(lines("a\r\n\r\nb"), ["a", "", "b"]);
    }
}
