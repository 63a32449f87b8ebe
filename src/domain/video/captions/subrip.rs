//! SubRip: numbers, times and texts, with what is usual in them besides: marks of HTML, and places as in scripts.

use super::cue::{Captions, Cue};
use super::timing::{ARROW, Timing};

/// What is there before the first cue, and is of none.
const OF_NO_CUE: &str = "is of no cue";
const EMPTY: &str = "has no text";

/// Reads lines. A cue goes on until the next times, so that an empty line in a text loses nothing.
pub(super) fn read(lines: &[&str], captions: &mut Captions) {
    let times: Vec<usize> = (0..lines.len())
        .filter(|place| is_times(lines, *place))
        .collect();
    let first = times.first().copied().unwrap_or(lines.len());
    for (place, line) in lines[..first].iter().enumerate() {
        if !line.trim().is_empty() && !is_number(line) {
            captions.fault(place, OF_NO_CUE);
        }
    }
    for (index, place) in times.iter().copied().enumerate() {
        let next = times.get(index + 1).copied();
        let mut text = &lines[place + 1..next.unwrap_or(lines.len())];
        text = without_empty_end(text);
        // The number of the next one.
        if next.is_some() && text.last().is_some_and(|line| is_number(line)) {
            text = without_empty_end(&text[..text.len() - 1]);
        }
        let timing = match Timing::read(lines[place]) {
            Ok(timing) => timing,
            Err(what) => {
                captions.fault(place, what);
                continue;
            }
        };
        let text: Vec<String> = text.iter().map(|line| marked(line)).collect();
        let text: Vec<&str> = text.iter().map(|line| line.trim()).collect();
        let text: Vec<&str> = text.into_iter().filter(|line| !line.is_empty()).collect();
        if text.is_empty() {
            captions.fault(place, EMPTY);
            continue;
        }
        captions.cues.push(Cue {
            start: timing.start,
            end: timing.end,
            settings: String::new(),
            text: text.join("\n"),
        });
    }
}

/// Whether a line says times, or should: it has an arrow, and a time before it or the number of a cue above it. Texts have
/// arrows, too.
fn is_times(lines: &[&str], place: usize) -> bool {
    let Some((start, _)) = lines[place].split_once(ARROW) else {
        return false;
    };
    let begins_with_digit = start
        .trim_start()
        .starts_with(|it: char| it.is_ascii_digit());
    let is_time = begins_with_digit && start.contains(':');
    let is_below_number = match &lines[..place] {
        [.., before, number] => before.trim().is_empty() && is_number(number),
        [number] => is_number(number),
        [] => false,
    };
    is_time || is_below_number
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|it| it.is_ascii_digit())
}

fn without_empty_end<'l, 'a>(mut lines: &'l [&'a str]) -> &'l [&'a str] {
    while let [rest @ .., last] = lines
        && last.trim().is_empty()
    {
        lines = rest;
    }
    lines
}

/// A line as WebVTT has it: bold, italic and underlined stay, other marks and places go, and what only looks like a mark is
/// text.
pub(super) fn marked(line: &str) -> String {
    const KEPT: [&str; 6] = ["<b>", "</b>", "<i>", "</i>", "<u>", "</u>"];
    const ENTITIES: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"];
    let mut written = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let mut length = next.len_utf8();
        match next {
            '<' => {
                let mark = rest.find('>').map(|end| rest[..=end].to_ascii_lowercase());
                match mark {
                    Some(mark) if KEPT.contains(&mark.as_str()) => {
                        written.push_str(&mark);
                        length = mark.len();
                    }
                    Some(mark) if mark.starts_with("<font") || mark.starts_with("</font") => {
                        length = mark.len();
                    }
                    _ => written.push_str("&lt;"),
                }
            }
            '{' if rest.starts_with("{\\") => match rest.find('}') {
                Some(end) => length = end + 1,
                None => written.push('{'),
            },
            '>' => written.push_str("&gt;"),
            '&' => match ENTITIES.iter().find(|it| rest.starts_with(**it)) {
                Some(entity) => {
                    written.push_str(entity);
                    length = entity.len();
                }
                None => written.push_str("&amp;"),
            },
            other => written.push(other),
        }
        rest = &rest[length..];
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::video::captions::{CaptionFormat, read};

    #[test]
    fn what_cannot_be_read_is_named_by_its_line_and_the_rest_is_kept() {
        let srt = "rubbish\n1\n00:00:01,000 --> 00:00:02,000\none\n\nstill one\n\n2\n00:00:xx --> 00:00:04,000\nlost\n\n3\n00:00:05,000 --> 00:00:06,000\n\n4\n00:00:07,000 --> 00:00:08,000\n1984\n";

        let captions = read(srt.as_bytes(), CaptionFormat::SubRip, None);

        assert_eq!(
            captions.to_webvtt(),
            "WEBVTT\n\nNOTE line 1: is of no cue\n\nNOTE line 9: has no times that can be read\n\nNOTE line 13: has no text\n\n\
             00:00:01.000 --> 00:00:02.000\none\nstill one\n\n00:00:07.000 --> 00:00:08.000\n1984\n"
        );
    }

    #[test]
    fn a_text_may_have_an_arrow() {
        let srt = "1\n00:00:01,000 --> 00:00:02,000\nfirst --> arrow\n5 --> 6\n\n2\n00:00:03,000 --> 00:00:04,000\nsecond\n\n3\nnow --> then\nlost\n";

        let captions = read(srt.as_bytes(), CaptionFormat::SubRip, None);

        assert_eq!(
            captions.to_webvtt(),
            "WEBVTT\n\nNOTE line 11: has no times that can be read\n\n\
             00:00:01.000 --> 00:00:02.000\nfirst --&gt; arrow\n5 --&gt; 6\n\n00:00:03.000 --> 00:00:04.000\nsecond\n"
        );
    }

    #[test]
    fn marks_stay_and_what_only_looks_like_one_is_text() {
        for (line, expected) in [
            (
                "<I>Hello</I> <font color=\"#fff\">you</font>",
                "<i>Hello</i> you",
            ),
            ("{\\an8}above {not a place}", "above {not a place}"),
            ("a < b & c --> d", "a &lt; b &amp; c --&gt; d"),
            ("R&amp;B <script>", "R&amp;B &lt;script&gt;"),
            ("{\\an8 ü", "{\\an8 ü"),
        ] {
            assert_eq!(marked(line), expected, "{line}");
        }
    }
}
