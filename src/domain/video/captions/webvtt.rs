//! WebVTT: blocks with empty lines between them. Styles and regions of a file are left out: they are those of its own page.

use super::cue::{Captions, Cue};
use super::timing::{ARROW, Timing};

const OF_NO_CUE: &str = "is of no cue";
const NO_TEXT: &str = "has no text";

/// Reads the lines of a file of WebVTT.
pub(super) fn read(lines: &[&str], captions: &mut Captions) {
    let mut place = 0;
    while place < lines.len() {
        let begin = place;
        while place < lines.len() && !lines[place].trim().is_empty() {
            place += 1;
        }
        if begin < place {
            read_block(lines, begin, place, captions);
        }
        place += 1;
    }
}

/// Reads the lines from one to before another.
fn read_block(lines: &[&str], begin: usize, end: usize, captions: &mut Captions) {
    let first = lines[begin].trim();
    let is_header = begin == 0 && first.starts_with("WEBVTT");
    let is_other = ["NOTE", "STYLE", "REGION"].iter().any(|word| {
        let rest = first.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    });
    // An id may stand before the times.
    let times = (begin..end.min(begin + 2)).find(|place| lines[*place].contains(ARROW));
    let Some(times) = times else {
        if !is_header && !is_other {
            captions.fault(begin, OF_NO_CUE);
        }
        return;
    };
    if is_header || is_other {
        captions.fault(times, OF_NO_CUE);
        return;
    }
    let timing = match Timing::read(lines[times]) {
        Ok(timing) => timing,
        Err(what) => return captions.fault(times, what),
    };
    let text = &lines[times + 1..end];
    if text.is_empty() {
        return captions.fault(times, NO_TEXT);
    }
    captions.cues.push(Cue {
        start: timing.start,
        end: timing.end,
        settings: settings(timing.rest),
        // An arrow in a text would begin another cue.
        text: text.join("\n").replace(ARROW, "--&gt;"),
    });
}

/// Where a cue is shown; regions are not there any more.
fn settings(rest: &str) -> String {
    const KNOWN: [&str; 5] = ["vertical", "line", "position", "size", "align"];
    let is_known = |word: &&str| {
        word.split_once(':').is_some_and(|(name, value)| {
            let is_of_values = |it: u8| it.is_ascii_alphanumeric() || b"-.,%".contains(&it);
            KNOWN.contains(&name) && !value.is_empty() && value.bytes().all(is_of_values)
        })
    };
    let known: Vec<&str> = rest.split_whitespace().filter(is_known).collect();
    known.join(" ")
}

#[cfg(test)]
mod tests {
    use crate::domain::video::captions::{CaptionFormat, read};

    #[test]
    fn cues_keep_their_marks_and_places() {
        let vtt = "\u{feff}WEBVTT - a film\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.500 line:0 region:fred align:start\n<v Ann>Hello <i>you</i>\nand you\n\nNOTE nothing\n\n00:03.000 --> 00:02.000\nlost\n\nlonely\n";

        let captions = read(vtt.as_bytes(), CaptionFormat::WebVtt, None);

        assert_eq!(
            captions.to_webvtt(),
            "WEBVTT\n\nNOTE line 13: ends no later than it begins\n\nNOTE line 16: is of no cue\n\n\
             00:00:01.000 --> 00:00:02.500 line:0 align:start\n<v Ann>Hello <i>you</i>\nand you\n"
        );
    }
}
